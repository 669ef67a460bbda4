"""Seeing: metrics at an address of their own, the request log, and the id by which a request is known."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from flask import request

from feedsrv.feeds.formats import FORMATS
from feedsrv.web import create_app
from feedsrv.web.observation import KIND, Observation, note_kind
from feedsrv.web.request_log import RequestLog
from tests.conftest import Files, MakeNewsroom, Newsroom, release
from tests.running import PATIENCE, Running, environment, free_port, run, running, until
from tests.test_serving import children_of

GUIDE = Path(__file__).parent.parent / "docs/operators.md"
SECRETS = ("draft", "embargo", "held", "expired", "unreadable", "feedsrv_files")
FILES: Files = {
    "comet.md": release("A comet", body="A comet over the harbour. See [a plan](plan.pdf).", topics="[space]"),
    "plan.pdf": b"a plan",
    "secret.md": release("A secret", draft="true"),
    "soon.md": release("Soon", embargo="2099-01-01"),
}


def scraped(port: int) -> dict[str, float]:
    """The samples at an address of metrics, by their names and labels, as soon as somebody answers there."""
    until(lambda: is_listening(port))
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        lines = answer.read().decode().splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Newsroom:
    made = Newsroom(tmp_path / "newsroom")
    made.publish(FILES)
    return made


# Metrics


@pytest.mark.slow
def test_serve_tells_of_web_and_publisher_at_one_address(folder: Newsroom, tmp_path: Path) -> None:
    port = free_port()
    others = {"FEEDSRV_METRICS": f"127.0.0.1:{port}", "TMPDIR": str(tmp_path)}
    with running(folder.releases, folder.settings.index, **others) as newsroom:
        until(lambda: 'feedsrv_files{status="draft"}' in scraped(port))
        before = scraped(port)
        ask_for_everything(newsroom)
        after = scraped(port)
        assert after['feedsrv_files{status="draft"}'] == after['feedsrv_files{status="embargoed"}'] == 1
        assert after["feedsrv_releases"] == after['feedsrv_files{status="public"}'] == 1
        generation = (folder.settings.index / "current").readlink()
        assert after[f'feedsrv_generation_info{{name="{generation}"}}'] == 1
        assert 0 <= after["feedsrv_heartbeat_timestamp_seconds"] - after["feedsrv_generation_timestamp_seconds"] < 600
        new = {name: count - before.get(name, 0) for name, count in after.items() if "_count{" in name}
        assert {name: count for name, count in new.items() if count} == {
            'feedsrv_request_seconds_count{kind="page",status="2xx"}': 2,
            'feedsrv_request_seconds_count{kind="search",status="2xx"}': 8,
            'feedsrv_request_seconds_count{kind="search",status="4xx"}': 1,
            'feedsrv_request_seconds_count{kind="atom",status="2xx"}': 2,
            'feedsrv_request_seconds_count{kind="atom",status="3xx"}': 1,
            'feedsrv_request_seconds_count{kind="rss",status="2xx"}': 1,
            'feedsrv_request_seconds_count{kind="json",status="2xx"}': 1,
            'feedsrv_request_seconds_count{kind="feed",status="2xx"}': 1,
            'feedsrv_request_seconds_count{kind="file",status="2xx"}': 1,
            'feedsrv_request_seconds_count{kind="health",status="2xx"}': 1,
            'feedsrv_request_seconds_count{kind="discovery",status="2xx"}': 1,
            'feedsrv_request_seconds_count{kind="other",status="4xx"}': 2,
        }
        assert 2 <= after["feedsrv_searches_total"] - before.get("feedsrv_searches_total", 0) <= 4, "once a worker"
        assert newsroom.stop() == 0
    assert not list(tmp_path.glob("feedsrv-*"))


def ask_for_everything(newsroom: Running) -> None:
    for path in (
        *("/", "/releases/comet", "/search?q=comet", "/search.json?q=comet", "/search?page=x", "/releases.atom"),
        *("/releases.rss", "/releases.json", "/feeds.opml", "/releases/comet/plan.pdf", "/health/live", "/robots.txt"),
        *("/nothing", "/metrics"),
    ):
        newsroom.get(path)
    for _ in range(6):
        newsroom.get("/search?q=comet")
    newsroom.get("/feed")


@pytest.mark.slow
def test_who_dawdles_or_goes_keeps_nobody_from_the_metrics_and_is_in_no_log(folder: Newsroom) -> None:
    port = free_port()
    with gunicorn(folder, FEEDSRV_METRICS=f"127.0.0.1:{port}") as newsroom:
        dawdlers = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for number, dawdler in enumerate(dawdlers):
            dawdler.sendall(b"GET /metrics HTTP/1.1\r\n" if number % 2 else b"\r\n\0")
        assert scraped(port)["feedsrv_releases"] == 1
        for dawdler in dawdlers:
            dawdler.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed with a reset
            dawdler.close()
        assert scraped(port)["feedsrv_releases"] == 1
        assert newsroom.get("/releases.atom")[0] == 200
        newsroom.process.terminate()
        assert newsroom.process.communicate(timeout=PATIENCE)[0] == ""


@pytest.mark.slow
def test_what_was_counted_outlives_the_worker_that_counted_it_and_the_publisher(folder: Newsroom) -> None:
    port = free_port()
    polls = 'feedsrv_request_seconds_count{kind="atom",status="2xx"}'
    with running(folder.releases, folder.settings.index, FEEDSRV_METRICS=f"127.0.0.1:{port}") as newsroom:
        (web,) = [child for child in children_of(newsroom.process.pid) if children_of(child)]
        for asked in range(1, 4):
            with ThreadPoolExecutor(8) as pool:
                assert set(pool.map(lambda _: newsroom.get("/releases.atom")[0], range(40))) == {200}
            assert scraped(port)[polls] == 40 * asked
            for worker in children_of(web):
                os.kill(worker, signal.SIGKILL)
            until(lambda: newsroom.get("/health/live")[0] == 200)
        (publisher,) = [
            child
            for child in children_of(newsroom.process.pid)
            if child != web and b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        os.kill(publisher, signal.SIGKILL)
        assert scraped(port)[polls] == 120, "whoever asks meanwhile waits for the next one"


@contextmanager
def gunicorn(folder: Newsroom, **others: str) -> Iterator[Running]:
    """The web alone, as deploy/ has it."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "wsgi:app",
            "--bind",
            f"127.0.0.1:{port}",
        ],
        env=environment(folder.releases, folder.settings.index, PORT=str(port), WEB_CONCURRENCY="2", **others),
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    newsroom = Running(process, port, folder.releases, folder.settings.index)
    try:
        until(lambda: newsroom.is_ready() or process.poll() is not None)
        yield newsroom
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.mark.slow
def test_the_web_alone_tells_nothing_of_what_is_not_public(folder: Newsroom) -> None:
    port = free_port()
    with gunicorn(folder, FEEDSRV_METRICS=f"127.0.0.1:{port}") as newsroom:
        for _ in range(20):
            assert newsroom.get("/releases.atom")[0] == 200
        polls = 'feedsrv_request_seconds_count{kind="atom",status="2xx"}'
        assert {scraped(port)[polls] for _ in range(10)} == {20.0}, "any worker answers for all"
        old = set(children_of(newsroom.process.pid))
        newsroom.process.send_signal(signal.SIGHUP)
        until(lambda: len(new := set(children_of(newsroom.process.pid))) == 2 and not new & old)
        until(newsroom.is_ready)
        assert scraped(port)[polls] == 20
        with urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
            told = answer.read().decode()
        assert "feedsrv_releases 1.0" in told
        assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.slow
def test_the_publisher_alone_tells_of_its_files_and_of_its_hub(folder: Newsroom) -> None:
    port, hub = free_port(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsrv", "watch"],
        env=environment(
            folder.releases,
            folder.settings.index,
            FEEDSRV_METRICS=f"127.0.0.1:{port}",
            FEEDSRV_HUB=f"http://127.0.0.1:{hub}/",
            FEEDSRV_BASE_URL="https://press.example.org",
        ),
        stderr=subprocess.DEVNULL,
    )
    try:

        def is_told() -> bool:
            try:
                return scraped(port).get('feedsrv_told_total{result="failed",whom="hub"}', 0) > 0
            except OSError:
                return False

        until(is_told)
        told = scraped(port)
        assert told['feedsrv_untold{whom="hub"}'] == 9, "three lists in three formats"
        assert told['feedsrv_told_total{result="taken",whom="hub"}'] == 0
        assert told['feedsrv_files{status="draft"}'] == 1
        assert not [name for name in told if name.startswith("feedsrv_request")]
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_the_kinds_are_those_of_the_guide(folder: Newsroom) -> None:
    app = create_app(folder.index, folder.settings)
    examples = {"topics": "a", "year": "2026", "release_id": "a", "name": "a", "part": "a", "format_": FORMATS["atom"]}
    kinds = {"other"}
    for rule in app.url_map.iter_rules():
        for format_ in FORMATS.values():
            url = app.url_map.bind("localhost").build(
                rule.endpoint, {**examples, **(rule.defaults or {}), "format_": format_}
            )
            with app.test_request_context(url.partition("?")[0]):
                note_kind()
                kinds.add(request.environ[KIND])
    row = next(line for line in GUIDE.read_text("utf8").splitlines() if line.startswith("| `feedsrv_request_seconds`"))
    said = re.findall(r"`(\w+)`", row.partition("(")[2].partition(")")[0])
    assert kinds == set(said)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/health/metrics", "/static/metrics", "/"])
def test_no_public_address_tells_metrics(folder: Newsroom, path: str) -> None:
    client = folder.client(replace(folder.settings, metrics=("127.0.0.1", 9090)))
    for host in ("press.example.org", "127.0.0.1:9090", "localhost"):
        answer = client.open(path, environ_overrides={"HTTP_HOST": host, "SERVER_PORT": "9090"})
        assert "feedsrv_" not in answer.text
        assert answer.status_code == (200 if (path, host) == ("/", "press.example.org") else answer.status_code)


@pytest.mark.parametrize(
    ("value", "told"),
    [("9090", "host and a port"), ("127.0.0.1", "host and a port"), ("http://127.0.0.1:9090", "host and a port"),
     ("127.0.0.1:0", "host and a port"), ("127.0.0.1:99999", "host and a port"), ("a@b:9090", "host and a port"),
     ("127.0.0.1:8000", "that of the newsroom")],
)  # fmt: skip
def test_an_address_of_metrics_that_cannot_be_used_is_named(folder: Newsroom, value: str, told: str) -> None:
    answer = run("check", releases=folder.releases, index=folder.settings.index, FEEDSRV_METRICS=value)
    assert (answer.returncode, len(answer.stderr.splitlines())) == (2, 1)
    assert told in answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "watch", "gunicorn"])
def test_an_address_of_metrics_that_is_taken_is_one_sentence_at_once(folder: Newsroom, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        value = f"127.0.0.1:{port}"
        if command == "gunicorn":
            with gunicorn(folder, FEEDSRV_METRICS=value) as newsroom:
                code, told = newsroom.process.wait(PATIENCE), newsroom.process.stdout.read()  # type: ignore[union-attr]
        else:
            answer = run(command, releases=folder.releases, index=folder.settings.index, FEEDSRV_METRICS=value)
            code, told = answer.returncode, answer.stderr
    assert (code, len(told.splitlines())) == (2, 1)
    assert f"port {port} of 127.0.0.1 cannot be had" in told
    assert "FEEDSRV_METRICS" in told


def test_without_the_extra_metrics_are_one_sentence(folder: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text('import sys\nsys.modules["prometheus_client"] = None\n', "utf8")
    others = {"FEEDSRV_METRICS": f"127.0.0.1:{free_port()}", "PYTHONPATH": str(tmp_path)}
    answer = run("check", releases=folder.releases, index=folder.settings.index, **others)
    assert (answer.returncode, answer.stderr.splitlines()) == (
        2,
        ["feedsrv: FEEDSRV_METRICS needs a package that is not here: pip install 'feedsrv[metrics]'"],
    )


def test_gunicorn_without_the_hooks_says_what_is_missing(folder: Newsroom) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        env=environment(folder.releases, folder.settings.index, FEEDSRV_METRICS="127.0.0.1:9090"),
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 2
    assert "--config python:feedsrv.gunicorn_conf" in started.stderr


# The request log


@pytest.fixture
def logged(folder: Newsroom) -> tuple[Callable[..., Any], list[bytes]]:
    """Asks, as a server does that has read these bytes, and the lines that are logged."""
    lines: list[bytes] = []
    app = create_app(folder.index, folder.settings)
    app.wsgi_app = Observation(app.wsgi_app, [RequestLog(lines.append)])  # type: ignore[method-assign]
    app.config["SERVER_NAME"] = "press.example.org"
    client = app.test_client()

    def ask(path: str, method: str = "GET", **environ: str) -> Any:
        return client.open(path, method=method, environ_overrides=environ)

    return ask, lines


def test_a_request_is_a_line_that_says_nothing_of_who_asked(logged: tuple[Callable[..., Any], list[bytes]]) -> None:
    ask, lines = logged
    for environ in ({}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "REMOTE_ADDR": "203.0.113.8", "HTTP_COOKIE": "a=1"}):
        ask("/search?q=comet&page=1", HTTP_USER_AGENT="Feedly/1.0 (12 subscribers)", **environ)
    first, again = (json.loads(line) for line in lines)
    assert {**first, "time": 0, "id": 0, "seconds": 0, "bytes": 0} == {
        "time": 0,
        "id": 0,
        "method": "GET",
        "target": "/search?q=comet&page=1",
        "status": 200,
        "bytes": 0,
        "seconds": 0,
        "kind": "search",
        "user_agent": "Feedly/1.0 (12 subscribers)",
    }
    assert again.keys() == first.keys()
    assert first["bytes"] > 1000
    assert again["kind"] == "search", "answered from memory"
    assert b"203.0.113" not in b"".join(lines)


def test_the_size_is_that_of_what_is_sent(logged: tuple[Callable[..., Any], list[bytes]]) -> None:
    ask, lines = logged
    tag = ask("/releases.atom").headers["ETag"]
    ask("/releases.atom", "HEAD")
    ask("/releases.atom", HTTP_IF_NONE_MATCH=tag)
    ask("/releases/comet/plan.pdf").close()
    ask("/releases/comet/plan.pdf", HTTP_RANGE="bytes=0-1").close()
    said = [(line["status"], line["bytes"]) for line in map(json.loads, lines)]
    assert said[0][1] > 500
    assert said[1:] == [(200, 0), (304, 0), (200, 6), (206, 2)]


@pytest.mark.parametrize(
    "hostile",
    ['"', "\\", "\n", "\r\n{}", "\0", "\x1b[31m", "\x7f", "\u2028", "\xff\xfe", "é" * 3_000, "\ud800", "x" * 100_000],
)
def test_nothing_that_is_sent_forges_a_line(logged: tuple[Callable[..., Any], list[bytes]], hostile: str) -> None:
    ask, lines = logged
    raw = hostile.encode("utf8", "surrogatepass").decode("latin-1")
    ask("/", HTTP_USER_AGENT=raw, QUERY_STRING=raw, RAW_URI=f"/?{raw}", REQUEST_METHOD=raw, HTTP_X_REQUEST_ID=raw)
    ask("/", HTTP_USER_AGENT=raw, QUERY_STRING=raw, PATH_INFO=f"/{raw}")
    for line in lines:
        assert re.fullmatch(rb"[ -~]+\n", line)
        assert len(line) <= 4096
        assert all(str(value).isprintable() for value in json.loads(line).values())


def test_a_log_that_cannot_be_written_costs_no_answer(folder: Newsroom) -> None:
    def full(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    app = create_app(folder.index, folder.settings)
    app.wsgi_app = Observation(app.wsgi_app, [RequestLog(full)])  # type: ignore[method-assign]
    app.config["SERVER_NAME"] = "press.example.org"
    assert app.test_client().get("/").status_code == 200


@pytest.mark.slow
def test_the_log_is_on_demand_and_apart_from_the_others(folder: Newsroom) -> None:
    with gunicorn(folder, FEEDSRV_REQUEST_LOG="json") as newsroom:
        newsroom.get(
            "/releases.atom", {"User-Agent": "Feedbin feed-id:7 - 3 subscribers", "X-Request-ID": "from-proxy.1"}
        )
        newsroom.process.terminate()
        told, _ = newsroom.process.communicate(timeout=PATIENCE)
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    (poll,) = [line for line in lines if line["target"] == "/releases.atom"]
    assert (poll["id"], poll["user_agent"]) == ("from-proxy.1", "Feedbin feed-id:7 - 3 subscribers")
    assert len(lines) > 1, "health"
    with gunicorn(folder) as newsroom:
        newsroom.get("/releases.atom")
        newsroom.process.terminate()
        assert "/releases.atom" not in newsroom.process.communicate(timeout=PATIENCE)[0]


# Ids


@pytest.mark.parametrize(
    ("stated", "is_taken"),
    [("0af7651916cd43dd8448eb211c80319c", True), ("a.b-c_d", True), ("x" * 65, False), ("", False), ("a b", False),
     ('"><script>', False), ("a\r\nb", False), ("é", False)],
)  # fmt: skip
def test_the_number_of_an_incident_is_the_id_of_the_request(
    make_newsroom: MakeNewsroom, caplog: pytest.LogCaptureFixture, stated: str, is_taken: bool
) -> None:
    press = make_newsroom(FILES)
    app = create_app(press.index, press.settings)
    app.config["SERVER_NAME"] = "press.example.org"
    app.add_url_rule("/bug", view_func=lambda: str(1 / 0))
    lines: list[bytes] = []
    app.wsgi_app = Observation(app.wsgi_app, [RequestLog(lines.append)])  # type: ignore[method-assign]
    answer = app.test_client().get("/bug", environ_overrides={"HTTP_X_REQUEST_ID": stated})
    (line,) = lines
    number = json.loads(line)["id"]
    assert answer.status_code == 500
    assert number in answer.text
    assert number in caplog.text
    assert (number == stated) is is_taken
