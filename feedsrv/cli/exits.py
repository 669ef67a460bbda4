"""How a command ends: its exit codes, and the sentence on stderr that says why."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from feedsrv import settings
from feedsrv.errors import FeedsrvError, IndexLocked, SettingsInvalid
from feedsrv.printable import printable
from feedsrv.settings import Settings

PROBLEMS, USAGE, BUSY = 1, 2, 75
"""Exit codes: problems were found or nothing could be published; wrong usage or settings; another writer works."""


@contextmanager
def configured() -> Iterator[Settings]:
    """The settings in the environment, for a command that ends as `exit_codes` says."""
    with exit_codes():
        yield settings.from_environment(os.environ)


@contextmanager
def exit_codes() -> Iterator[None]:
    """Turn errors into a sentence on stderr and the exit code of the contract."""
    try:
        yield
    except SettingsInvalid as error:
        _leave(error, USAGE)
    except IndexLocked as error:
        _leave(error, BUSY)
    except FeedsrvError as error:
        _leave(error, PROBLEMS)


def _leave(error: FeedsrvError, code: int) -> NoReturn:
    for line in str(error).splitlines():
        click.echo(f"feedsrv: {printable(line)}", err=True)
    sys.exit(code)
