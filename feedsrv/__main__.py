"""Run the feedsrv command: python -m feedsrv."""

from feedsrv.cli import main

main(prog_name="feedsrv")
