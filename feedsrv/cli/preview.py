"""Serving a preview: one process, on this machine alone, with an index that is gone when it ends.

The server is werkzeug's: one person looks, and there is nothing to supervise.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from feedsrv import listening
from feedsrv.cli import output
from feedsrv.files.catalogue import Catalogue
from feedsrv.leaving import leave
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
    with ExitStack() as at_the_end:
        folder = _own_folder(at_the_end)
        listener = at_the_end.enter_context(listening.take(HOST, port, "give another --port"))
        base_url = f"http://{HOST}:{listener.getsockname()[1]}/preview-{secrets.token_hex(16)}"
        settings = Settings(releases, folder, base_url=base_url, has_base_url=True, hosts=("localhost",))
        index = WhooshIndex(folder)
        previewer = Previewer(Catalogue(releases), index, lambda: datetime.now(UTC), at)
        at_the_end.callback(previewer.end)
        previewer.publish(output.progress)
        listener.listen(WAITING)
        door = PrivateDoor(_Newest(previewer.current, index, settings), base_url)
        server = make_server(HOST, 0, door, threaded=True, request_handler=_Silent, fd=listener.fileno())
        click.echo(f"{base_url}/")
        click.echo("Only this machine can open it, and nothing of it stays (Ctrl-C ends it)", err=True)
        server.serve_forever()


def _own_folder(at_the_end: ExitStack) -> Path:
    """A folder that nobody else can look into, and that goes at the end, or where a signal strikes."""

    def end(*_: object) -> None:
        _ignore_endings()
        at_the_end.close()
        leave(0)

    for number in _ENDINGS:
        signal.signal(number, end)
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        if _is_taken(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=PREFIX))
    at_the_end.callback(_remove, folder)
    at_the_end.callback(_ignore_endings)
    _is_taken(folder)
    return folder


def _remove(folder: Path) -> None:
    """Under another name first, so that nothing more is written into it by a process that is asked just now."""
    shutil.rmtree(folder.rename(f"{folder}-ended"), ignore_errors=True)


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
