"""The bench: how fast feedsrv is, against whom, and how that grows with the newsroom. Run ``python -m bench``."""
