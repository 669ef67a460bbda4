"""A launch: ``python -m bench.launch COMMAND...`` runs a command and prints what it cost as JSON.

A process begins with the peak memory of the one that started it (Linux, ``ru_maxrss``). So commands are started
from here, a process smaller than any of them, and not from the bench.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Print processor seconds, clock seconds and peak bytes; ends as the command did."""
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024]))
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
