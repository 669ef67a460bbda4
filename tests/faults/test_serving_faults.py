"""The web server under load: killed, reloaded, ended, flooded, and given one generation after the other."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from feedsrv.publishing import publish
from tests.conftest import NOW, Newsroom, release
from tests.faults.audit import Client
from tests.faults.loads import Load, web
from tests.faults.publications import Office
from tests.faults.raw import connected
from tests.faults.troubles import children, wait_for
from tests.running import Running, run, until

pytestmark = pytest.mark.slow

COUNT = 30


def edition(number: int) -> dict[str, str]:
    """Files all of which say which edition they are of; some come and go."""
    count = COUNT + number % 5
    return {f"{each}.md": release(f"Release {each}", body=f"words of edition{number}x " * 9) for each in range(count)}


@pytest.fixture
def press(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom")
    newsroom.publish(edition(0))
    return newsroom


@pytest.fixture
def served(press: Newsroom) -> Iterator[Running]:
    with web(press.releases, press.settings.index) as served:
        yield served


def enough(load: Load, more: int = 40) -> None:
    """Wait until some more answers have come."""
    there = len(load.answers)
    until(lambda: len(load.answers) > there + more)


def test_a_killed_worker_costs_what_was_just_asked_of_it_and_is_replaced(served: Running) -> None:
    load = Load(served.port)
    with load.going_on(8):
        enough(load)
        victim, other = children(served.process.pid)
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(set(children(served.process.pid)) - {victim}) == 2)
        enough(load)  # those that had just asked have noted by now that they were not answered
        failed = len(load.failed)
        enough(load)
    assert failed == len(load.failed) <= 8
    assert other in children(served.process.pid)


def test_a_file_that_is_cut_while_it_is_mapped_costs_a_worker_and_not_the_service(tmp_path: Path) -> None:
    """Whoever reads what is no longer there is killed by the kernel; this process must not be the one."""
    releases, index = tmp_path / "releases", tmp_path / "index"
    releases.mkdir()
    for name, text in edition(0).items():
        (releases / name).write_text(text, "utf8")
    assert run("index", releases=releases, index=index).returncode == 0
    with web(releases, index) as served:
        for segment in sorted((index / "current" / "segments").iterdir()):
            os.truncate(segment, 0)
        for path in ("/", "/search?q=words", "/releases/3", "/releases.atom"):
            assert served.get(path)[0] in {0, 200, 503}
        assert run("index", releases=releases, index=index).returncode == 0
        until(lambda: len(children(served.process.pid)) == 2)
        until(lambda: all(served.get("/search?q=words")[0] == 200 for _ in range(10)))
        assert served.is_ready()


@pytest.mark.bench
def test_rebuilds_that_are_killed_are_noticed_by_no_reader(tmp_path: Path) -> None:
    office = Office(tmp_path / "office")
    office.write(0)
    office.publish()
    with web(office.releases, office.index) as served:
        load = Load(served.port, ("/releases.json?limit=200", "/search.json?limit=200&q=words"))
        with load.going_on(2):
            for number in range(1, 6):
                office.write(number)
                process = office.start(rebuild=True)
                wait_for(lambda: any(office.index.glob("building-*")), 30.0)
                time.sleep(0.05 * number)
                process.kill()
                process.communicate()
            office.publish()
            enough(load)
    assert load.failed == []
    for answer in load.answers:
        assert len(set(re.findall(rb"Edition \d+", answer.body))) == 1
        assert len(json.loads(answer.body)["items"]) == len(office.state(0)) - 1


def test_when_the_server_is_killed_its_workers_end_and_its_port_is_free(served: Running) -> None:
    workers = children(served.process.pid)
    served.process.kill()
    served.process.wait()
    until(lambda: not any(Path(f"/proc/{worker}/fd").exists() for worker in workers))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", served.port))


@pytest.mark.parametrize(
    "options", [(), ("--max-requests", "60", "--max-requests-jitter", "20")], ids=["HUP", "recycled"]
)
def test_workers_that_are_replaced_are_noticed_by_nobody(press: Newsroom, options: tuple[str, ...]) -> None:
    with web(press.releases, press.settings.index, *options) as served:
        load, before = Load(served.port), set(children(served.process.pid))
        with load.going_on(6):
            enough(load)
            if not options:
                served.process.send_signal(signal.SIGHUP)
            until(lambda: not before & set(children(served.process.pid)))
            enough(load)
        assert load.failed == []


def test_it_ends_when_told_to_although_somebody_never_ends_a_request(press: Newsroom) -> None:
    with ExitStack() as stack:
        served = stack.enter_context(web(press.releases, press.settings.index, "--graceful-timeout", "2"))
        load = Load(served.port)
        for _ in range(3):
            stack.enter_context(connected(served.port)).sendall(b"GET /releases HTTP/1.1\r\nHost: loc")
        with load.going_on(4):
            enough(load)
            ended = time.time()
            assert served.stop() == 0
    assert [answer for answer in load.failed if answer.answered < ended] == []
    assert not [answer for answer in load.answers if answer.status not in {0, 200}]


def test_a_thousand_connections_at_once_are_answered_or_let_go(served: Running) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(socket.socket())) for _ in range(1_000)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", served.port))
        time.sleep(0.5)
        for client in clients:
            try:
                client.send(b"GET /releases HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            except OSError:
                client.close()
        answers = [status_of(client) for client in clients if client.fileno() >= 0]
    assert answers
    assert set(answers) <= {200, 503, 0}, "those for whom there is no turn are told so"
    assert answers.count(200) > len(answers) // 2
    assert served.get("/releases")[0] == 200


def status_of(client: socket.socket) -> int:
    client.settimeout(30)
    try:
        return int(client.recv(65_536).split(b" ")[1])
    except (OSError, IndexError):
        return 0


def open_by(process: int) -> tuple[int, int, int]:
    """The descriptors, the mapped files of an index, and the MB of a process."""
    maps = Path(f"/proc/{process}/maps").read_text()
    memory = int(Path(f"/proc/{process}/status").read_text().partition("VmRSS:")[2].split()[0]) // 1024
    return len(list(Path(f"/proc/{process}/fd").iterdir())), maps.count("/segments/"), memory


def most_open(descriptors: int, maps: int, _memory: int) -> bool:
    """Whether a worker has no more open than the generations that its threads are in and the newest."""
    return descriptors < 150 and maps < 150


def swap(press: Newsroom, served: Running, count: int) -> list[list[tuple[int, int, int]]]:
    """Publish one generation after the other under load; what each worker has open, after each tenth of them."""
    load, series = (
        Load(
            served.port, ("/releases.json?limit=200", "/releases?page=2", "/search?q=words", "/releases.atom?limit=200")
        ),
        [],
    )
    with load.going_on(4):
        for number in range(1, count + 1):
            for name in press.releases.glob("*.md"):
                name.unlink()
            press.write(edition(number))
            publish(press.catalogue, press.index, NOW)
            if number % (count // 10) == 0:
                assert_all_workers_say_the_same(served, f"edition{number}x")
                series.append([open_by(worker) for worker in children(served.process.pid)])
    assert load.failed == []
    for answer in load.answers:
        assert len(set(re.findall(rb"edition\d+x", answer.body))) == 1, answer.path
    return series


def assert_all_workers_say_the_same(served: Running, said: str) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(Client(served.port))) for _ in range(6)]
        until(lambda: all(said.encode() in client.get("/releases.atom").body for client in clients))
        for path in ("/releases.atom", "/releases.json?limit=200", "/"):
            answers = [client.get(path) for client in clients]
            assert len({(answer.headers["ETag"], answer.body) for answer in answers}) == 1, path


def test_generations_that_follow_each_other_are_never_mixed_and_leave_nothing_open(
    press: Newsroom, served: Running
) -> None:
    assert all(most_open(*worker) for workers in swap(press, served, 30) for worker in workers)


@pytest.mark.bench
def test_a_thousand_generations_leave_memory_and_descriptors_as_they_were(press: Newsroom, served: Running) -> None:
    series = swap(press, served, 1_000)
    for each in series:
        print("descriptors, maps, MB of each worker:", each)
    assert all(most_open(*worker) for workers in series for worker in workers)
    for before, after in zip(series[1], series[-1], strict=True):
        assert after[2] <= before[2] * 1.1


@pytest.mark.bench
def test_a_hundred_thousand_requests_leave_memory_as_it_was(served: Running) -> None:
    paths = tuple(
        [f"/search?q=words+of+{word}&page={page}" for word in ("edition0x", "release", "or", "w*") for page in (1, 2)]
        + [f"/releases/{number}" for number in range(COUNT)]
        + ["/", "/releases.atom", "/releases.rss", "/releases.json?limit=200", "/feeds", "/sitemap.xml", "/nope"]
    )
    load, series = Load(served.port, paths), []
    with load.going_on(4):
        for target in range(10_000, 110_000, 10_000):
            until(lambda: len(load.answers) >= target, 600)  # noqa: B023 - it is waited for here
            series.append([open_by(worker)[2] for worker in children(served.process.pid)])
            print(f"{target} answers, MB of each worker: {series[-1]}")
    for before, after in zip(series[0], series[-1], strict=True):
        assert after <= before * 1.1
