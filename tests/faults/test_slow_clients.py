"""Clients that dawdle or hide a request, in front of the set-up that is shipped: everybody else is answered."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.conftest import Newsroom, release
from tests.faults.loads import web
from tests.faults.raw import connected, say
from tests.proxies import Proxy, nginx

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("nginx", path="/usr/bin:/usr/sbin"), reason="nginx is not installed"),
]

WHOLE = b"GET /releases.atom?limit=200 HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    root = tmp_path_factory.mktemp("slow")
    press = Newsroom(root / "newsroom")
    press.publish({f"{each}.md": release(f"Release {each}", body="Words. " * 2_000) for each in range(60)})
    with web(press.releases, press.settings.index) as served, nginx(root / "nginx", served.port) as proxy:
        yield proxy


def opened(stack: ExitStack, port: int, count: int) -> list[socket.socket]:
    """Connections from many addresses of this machine, as many from each as the proxy lets in."""
    return [stack.enter_context(connected(port, f"127.0.1.{1 + each // 40}")) for each in range(count)]


@pytest.mark.parametrize(
    ("count", "sent"),
    [
        (24, b"GET /releases HTTP/1.1\r\nHost: loc"),
        (24, b"POST /releases HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc"),
        (24, WHOLE + b"\r\n"),
        (24, WHOLE + b"Connection: close\r\n\r\n"),
        (500, b""),
    ],
    ids=["half a head", "half a body", "never reads", "never closes", "says nothing"],
)
def test_whoever_dawdles_keeps_nobody_waiting(shipped: Proxy, count: int, sent: bytes) -> None:
    with ExitStack() as stack:
        slow = opened(stack, shipped.port, count)
        for client in slow:
            client.sendall(sent)
        for each in range(20):
            assert shipped.status(f"/releases/{each}") == 200
            slow[each].setblocking(False)
            with suppress(BlockingIOError):
                slow[each].recv(1)
        assert shipped.status("/search?q=words") == 200


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n",
        b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\tchunked\r\nTransfer-Encoding: identity\r\nContent-Length: %d\r\n\r\n0\r\n\r\n",
    ],
    ids=repr,
)
def test_no_request_hides_in_another(shipped: Proxy, head: bytes) -> None:
    hidden = b"GET /releases/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
    said = say(shipped.port, b"POST /releases HTTP/1.1\r\nHost: localhost\r\n" + head % len(hidden) + hidden)
    assert len(said.statuses) <= 1
    assert set(said.statuses) <= {400, 501}
    assert shipped.status("/releases/1") == 200
