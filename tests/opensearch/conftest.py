"""What is asked of a cluster is collected only where there is one: `make test-opensearch` starts it."""

from tests.engines import OPENSEARCH

collect_ignore_glob = [] if OPENSEARCH else ["test_*.py"]
