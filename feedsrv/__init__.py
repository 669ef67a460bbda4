"""feedsrv turns a folder of press-release files into a newsroom that people search and subscribe to."""

__version__ = "0.1.0"
