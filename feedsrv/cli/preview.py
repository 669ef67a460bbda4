"""Serving a preview: one process, on this machine alone, with an index that is gone when it ends.

The server is werkzeug's: one person looks, and there is nothing to supervise.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from feedsrv import listening
from feedsrv.cli import output
from feedsrv.files.catalogue import Catalogue
from feedsrv.preview import Preview
from feedsrv.publishing.preview import Previewer
from feedsrv.search import SearchIndex
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app
from feedsrv.web.preview import PrivateDoor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
PREFIX = "feedsrv-preview-"
WAITING = 16
"""Connections that may wait to be answered."""

_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(releases: Path, port: int, at: datetime | None) -> None:
    """Serve the folder as it would be at a moment, or all of it, until a signal ends the process.

    Port 0 is any free one. Raises SettingsInvalid if the port cannot be had, and what `feedsrv.publishing.publish`
    raises.
    """
    with _own_folder() as folder, listening.take(HOST, port, "give another --port") as listener:
        base_url = f"http://{HOST}:{listener.getsockname()[1]}/preview-{secrets.token_hex(16)}"
        settings = Settings(releases, folder, base_url, has_base_url=True, hosts=("localhost",))
        index = WhooshIndex(folder)
        previewer = Previewer(Catalogue(releases), index, lambda: datetime.now(UTC), at)
        previewer.publish(output.progress)
        listener.listen(WAITING)
        door = PrivateDoor(_Newest(previewer.current, index, settings), base_url)
        server = make_server(HOST, 0, door, threaded=True, request_handler=_Silent, fd=listener.fileno())
        click.echo(f"{base_url}/")
        click.echo("Only this machine can open it, and nothing of it stays (Ctrl-C ends it)", err=True)
        try:
            server.serve_forever()
        finally:
            _ignore_endings()
            previewer.end()


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder that nobody else can look into, and that goes however this process is told to end."""
    for number in _ENDINGS:
        signal.signal(number, lambda *_: sys.exit(0))
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        if _is_taken(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=PREFIX))
    _is_taken(folder)
    try:
        yield folder
    finally:
        _ignore_endings()
        shutil.rmtree(folder, ignore_errors=True)


def _is_taken(folder: Path) -> bool:
    """Take a folder that no other process holds, to the end of this one; whether that could be done."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _ignore_endings() -> None:
    """Be deaf from now on: an impatient second Ctrl-C would leave half of the folder there."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)


class _Newest:
    """The application of the newest preview: what a preview says is fixed in it, so a change makes another."""

    def __init__(self, current: Callable[[], Preview], index: SearchIndex, settings: Settings) -> None:
        self._current = current
        self._index = index
        self._settings = settings
        self._made: tuple[Preview, WSGIApplication] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer (PEP 3333)."""
        preview, made = self._current(), self._made
        if made is None or made[0] is not preview:
            made = self._made = preview, create_app(self._index, self._settings, preview=preview)
        return made[1](environ, start_response)


class _Silent(WSGIRequestHandler):
    """Logs no requests: their addresses are the key."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        pass
