"""Runs tests over a cluster: python -m tests.opensearch NODES, then what pytest is to be given."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.opensearch import cluster, fetch, java_home


def main() -> int:
    """Start the cluster, run the tests, and say in the last line whether they were run."""
    java = java_home()
    if java is None:
        sys.exit("There is no Java that the server runs on, so nothing was tested over a cluster.")
    libraries = fetch(Path(".opensearch"), java)
    with tempfile.TemporaryDirectory() as folder, cluster(libraries, java, Path(folder), int(sys.argv[1])) as addresses:
        environment = {**os.environ, "TEST_OPENSEARCH": addresses[0]}
        code = subprocess.run([sys.executable, "-m", "pytest", *sys.argv[2:]], env=environment, check=False).returncode
    sys.stdout.write(f"Tested over a cluster of {len(addresses)} nodes of OpenSearch.\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
