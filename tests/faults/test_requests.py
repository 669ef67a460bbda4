"""Requests that no browser sends: the malformed get 400 and are cut off, the too long are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import release
from tests.faults.raw import say
from tests.running import Running, running

pytestmark = pytest.mark.slow

HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("requests")
    (root / "releases").mkdir()
    (root / "releases/a.md").write_text(release("A", body="A comet."), "utf8")
    with running(root / "releases", root / "index") as newsroom:
        yield newsroom


def request(line: bytes = b"GET /releases HTTP/1.1", *fields: bytes, host: bytes = HOST) -> bytes:
    return b"\r\n".join((line, *fields)) + b"\r\n" + host + b"Connection: close\r\n\r\n"


def test_an_ordinary_request_is_answered(newsroom: Running) -> None:
    assert say(newsroom.port, request()).statuses == [200]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /releases HTTP/1.1\nHost: localhost\n\n",
        request(b"GET /releases HTTP/1.1", b"X-A: b", b" folded"),
        request(b"GET /releases HTTP/1.1", b"X-A : b"),
        request(b"POST /releases HTTP/1.1", b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
        request(b"POST /releases HTTP/1.1", b"Content-Length: 3", b"Content-Length: 4") + b"abcd",
        request(b"POST /releases HTTP/1.1", b"Content-Length: +3") + b"abc",
        request(b"POST /releases HTTP/1.1", b"Transfer-Encoding: identity") + b"abc",
        request(b"GET /releases HTTP/1.1", host=HOST + b"Host: evil.example\r\n"),
        request(b"GET /releases HTTP/1.1", b"X-A: b\0c"),
        b"GET /releases\r\n\r\n",
        request(b"GET * HTTP/1.1"),
        request(b"GET releases HTTP/1.1"),
        request(b"get /releases HTTP/1.1"),
        request(host=b""),
        request(host=b"Host: evil.example\r\n"),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n",
    ],
    ids=repr,
)
def test_what_is_malformed_is_400_once_and_the_connection_is_closed(newsroom: Running, sent: bytes) -> None:
    assert say(newsroom.port, sent).statuses == [400]
    assert newsroom.get("/releases")[0] == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request(b"GET /search?q=" + b"x" * 5_000 + b" HTTP/1.1"), 414),
        (request(b"GET /releases HTTP/1.1", *(b"X-%d: y" % number for number in range(120))), 431),
        (request(b"GET /releases HTTP/1.1", b"X-Long: " + b"y" * 9_000), 431),
    ],
    ids=["line", "fields", "field"],
)
def test_what_is_too_long_is_refused(newsroom: Running, sent: bytes, status: int) -> None:
    said = say(newsroom.port, sent)
    assert said.statuses == [status]
    assert len(said.bytes_) < 2_000


def test_a_body_that_nobody_asked_for_is_not_read_into_memory(newsroom: Running) -> None:
    said = say(newsroom.port, request(b"GET /releases HTTP/1.1", b"Content-Length: 1000000000") + b"x" * 100_000)
    assert said.statuses in ([200], [400], [])
    assert newsroom.get("/releases")[0] == 200


def test_an_address_with_another_host_in_it_is_answered_with_our_own(newsroom: Running) -> None:
    said = say(newsroom.port, request(b"GET http://evil.example/releases HTTP/1.1"))
    assert said.statuses in ([200], [400])
    assert b"evil.example" not in said.bytes_


def test_old_clients_and_hasty_ones_are_answered(newsroom: Running) -> None:
    for host in (HOST, b""):
        assert say(newsroom.port, b"GET /releases HTTP/1.0\r\n" + host + b"\r\n").statuses == [200]
    assert say(newsroom.port, b"GET /releases HTTP/1.1\r\nConnection: close\r\n\r\n").statuses == [400]
    line = b"GET /health/live HTTP/1.1\r\n" + HOST
    said = say(newsroom.port, line + b"\r\n" + line + b"\r\n" + line + b"Connection: close\r\n\r\n")
    assert said.statuses == [200] * 3
    assert said.bytes_.count(b'{"status":"ok"}') == 3


@pytest.mark.parametrize(
    "path",
    [
        "/releases.csv",
        "/console",
        "/?__debugger__=yes&cmd=resource&f=style.css",
        "/.git/HEAD",
        "/ledger",
        "/current",
    ],
)
def test_nothing_else_is_offered(newsroom: Running, path: str) -> None:
    answer = say(newsroom.port, request(b"GET " + path.encode() + b" HTTP/1.1"))
    assert answer.statuses == ([200] if path.startswith("/?") else [404])
    assert b"Debugger" not in answer.bytes_


def test_no_answer_tells_a_version(newsroom: Running) -> None:
    for sent in (request(), request(b"GET /nope HTTP/1.1"), request(b"GET releases HTTP/1.1")):
        head = say(newsroom.port, sent).bytes_.partition(b"\r\n\r\n")[0].lower()
        assert b"python" not in head
        assert not any(line.startswith(b"server: ") and b"/" in line for line in head.splitlines())
