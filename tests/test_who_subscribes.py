"""feedsrv subscribers: what feed fetchers say of their subscribers, by feed, from logs of any kind and in any state."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from feedsrv.cli import main
from feedsrv.subscribers.access_logs import LONGEST_LINE, request_of
from feedsrv.subscribers.agents import agent_of
from feedsrv.subscribers.tally import MOST_CLAIMS, Tally
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.proxies import Proxy, program, proxies
from tests.running import running, until

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NOON = datetime.now(UTC).replace(microsecond=0)
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; like FeedFetcher-Google)"
FEEDBIN = "Feedbin feed-id:{} - {} subscribers"

AGENTS = [
    (FEEDLY.format(462), "Feedly", "", 462),
    ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1 subscriber; )", "Feedly", "", 1),
    ("Feedbin feed-id:1373711 - 142 subscribers", "Feedbin", "1373711", 142),
    ("NewsBlur Feed Fetcher - 27 subscribers - https://www.newsblur.com/site/7704055/a-title (\"Mozilla/5.0 (Mac; "
     "Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Safari/605.1.15\")",
     "NewsBlur Feed Fetcher", "7704055", 27),
    ("NewsBlur Page Fetcher (239 subscribers) - http://www.newsblur.com", "NewsBlur Page Fetcher", "", 239),
    ("Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)", "inoreader.com", "", 114),
    ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 3 subscribers; )", "Inoreader", "", 3),
    ("Mozilla/5.0 (compatible; theoldreader.com; 2 subscribers; feed-id=cead6c3a837650eeefd8fe4a)",
     "theoldreader.com", "cead6c3a837650eeefd8fe4a", 2),
    ("Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 6 subscribers)", "BazQux", "", 6),
    ("Mozilla/5.0 (compatible; Bloglovin/1.0; http://www.bloglovin.com; 2 subscribers)", "Bloglovin", "", 2),
    ("Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 4 subscribers; feed-id=9048986372668769311)",
     "Feedfetcher-Google", "9048986372668769311", 4),
    ("Overcast/1.0 Podcast Sync (1190 subscribers; feed-id=554901; +http://overcast.fm/)", "Overcast", "554901", 1190),
    ("Dreamwidth Studios (webmaster@dreamwidth.org; for https://www.dreamwidth.org/users/a_feed/; 2 readers)",
     "Dreamwidth Studios", "", 2),
    ("LiveJournal.com (webmaster@livejournal.com; for http://www.livejournal.com/users/a/; 12 readers)",
     "LiveJournal.com", "", 12),
    ("Netvibes (http://www.netvibes.com/; 5 subscribers; feedId: 5404723)", "Netvibes", "5404723", 5),
    ("PlainFeeder v0.0.1 (+http://plainfeeder.com/about ; Subscriber Count: 7)", "PlainFeeder", "", 7),
    ("Mozilla/5.0 (compatible; YandexBlogs/0.99; robot; +http://yandex.com/bots) 5 readers", "YandexBlogs", "", 5),
    ("Fastladder FeedFetcher/0.01 (http://fastladder.com/; 1 subscriber)", "Fastladder FeedFetcher", "", 1),
    ("Zhuaxia.com 1 Subscribers", "Zhuaxia.com", "", 1),
    ("Bloglines/3.1+(http://www.bloglines.com;+154+subscribers)", "Bloglines", "", 154),
    ("SomeReader/2.1 (1,204 readers)", "SomeReader", "", 1204),
    ("FreshRSS/1.24.3 (Linux; https://freshrss.org)", "FreshRSS", "", None),
    ("Mozilla/5.0 (compatible; Miniflux/2.2.3; +https://miniflux.app)", "Miniflux", "", None),
    ("Tiny Tiny RSS/23.10 (https://tt-rss.org/)", "Tiny Tiny RSS", "", None),
    ("NetNewsWire (RSS Reader; https://netnewswire.com/)", "NetNewsWire", "", None),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Mozilla", "", None),
    ("Reader/3.5 readers of 2026", "Reader", "", None),
    ("-", "unnamed", "", None),
    ("", "unnamed", "", None),
    ("\x1b[31mEvil 12 subscribers", "unnamed", "", 12),
    ("Evil (99999999999 subscribers)", "Evil", "", None),
    ("Evil (-5 subscribers)", "Evil", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "feed_id", "count"), AGENTS)
def test_what_an_agent_says_is_understood(text: str, name: str, feed_id: str, count: int | None) -> None:
    agent = agent_of(text)
    assert (agent.name, agent.feed_id, agent.subscribers) == (name, feed_id, count)


@given(st.text(max_size=300))
def test_the_name_of_an_agent_can_be_printed(text: str) -> None:
    assert re.fullmatch("[ -~]{1,40}", agent_of(text).name)


def combined(
    target: str = "/releases.atom", agent: str = "", at: datetime = NOON, status: int = 200, who: str = "203.0.113.7",
    method: str = "GET",
) -> str:  # fmt: skip
    """A line as nginx, Varnish and Apache write it."""
    day = f"{at.day:02}/{MONTHS[at.month - 1]}/{at:%Y:%H:%M:%S +0000}"
    return f'{who} - - [{day}] "{method} {target} HTTP/1.1" {status} 1234 "-" "{agent}"'


@pytest.fixture(scope="module")
def folder(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting({"a.md": release(topics="[space]"), "newsroom.toml": '[topics.space]\naliases = ["cosmos"]\n'})


def ask(
    folder: Newsroom, *arguments: str, given: bytes | None = None, base_url: str = "", index: Path | None = None
) -> Result:
    """What ``feedsrv subscribers`` answers."""
    variables = {
        "FEEDSRV_RELEASES": str(folder.releases),
        "FEEDSRV_INDEX": str(index or folder.settings.index),
        "FEEDSRV_BASE_URL": base_url,
    }
    return CliRunner().invoke(main, ["subscribers", *arguments], input=given, env=variables)


Count = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def count(folder: Newsroom, tmp_path: Path) -> Count:
    """Counts what lines say: the report, and what is said beside it."""

    def counted(
        *lines: str, log: bytes | None = None, base_url: str = "", index: Path | None = None
    ) -> tuple[dict[str, Any], str]:
        path = tmp_path / "access.log"
        path.write_bytes("".join(f"{line}\n" for line in lines).encode() if log is None else log)
        answer = ask(folder, "--format", "json", str(path), base_url=base_url, index=index)
        assert answer.exit_code == 0, answer.stderr
        report: dict[str, Any] = json.loads(answer.stdout)
        return report, answer.stderr

    return counted


def totals(report: dict[str, Any]) -> dict[str, int]:
    return {feed["address"]: feed["subscribers"] for feed in report["feeds"]}


def test_the_newest_number_of_each_fetcher_counts_and_of_each_id_it_has(count: Count) -> None:
    hour = timedelta(hours=1)
    report, _ = count(
        combined(agent=FEEDLY.format(12), at=NOON - 2 * hour),
        combined(agent=FEEDLY.format(10), at=NOON),
        combined(agent=FEEDLY.format(14), at=NOON - hour),
        combined(agent="Feedly/2.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)"),
        combined(agent=FEEDBIN.format(1, 3), at=NOON - hour),
        combined(agent=FEEDBIN.format(2, 20), at=NOON - 5 * hour),
        combined(agent=FEEDBIN.format(1, 4)),
        combined(agent="Mozilla/5.0 (compatible; inoreader.com; 100 subscribers)", at=NOON - 3 * hour),
        combined(agent="Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 101 subscribers; )"),
        combined(agent=FEEDLY.format(900), at=NOON - timedelta(days=8)),
        combined(agent="Gone/1 (900 subscribers)", at=NOON - timedelta(days=8)),
    )
    (feed,) = report["feeds"]
    assert {fetcher["name"]: fetcher["subscribers"] for fetcher in feed["fetchers"]} == {
        "Inoreader": 101, "Feedbin": 24, "Feedly": 10,
    }  # fmt: skip
    assert feed["subscribers"] == 135
    assert report["lines"] == 11
    assert report["not_understood"] == 0
    assert datetime.fromisoformat(report["first"]) == NOON - timedelta(days=8)
    assert datetime.fromisoformat(report["last"]) == NOON


def test_the_order_of_lines_makes_no_difference(count: Count) -> None:
    lines = [combined(agent=FEEDLY.format(number)) for number in (12, 10, 14)]
    reports = [count(*order)[0] for order in permutations(lines)]
    assert all(report == reports[0] for report in reports)


@pytest.mark.parametrize(
    ("target", "feed"),
    [
        ("/releases.atom", "/releases.atom"),
        ("https://press.example.org/releases.atom", "/releases.atom"),
        ("http://press.example.org:80/releases.atom?page=2", "/releases.atom"),
        ("/feed", "/releases.atom"), ("/rss", "/releases.rss"), ("/feed.json", "/releases.json"),
        ("/releases.atom?utm_source=x&limit=5", "/releases.atom"), ("/releases.atom?archive=2026-01", "/releases.atom"),
        ("/topics/cosmos.rss", "/topics/space.rss"), ("/topics/SPACE.rss", "/topics/space.rss"),
        ("/topics/b+a/2026.atom", "/topics/a+b/2026.atom"),
        ("/search.atom?sort=newest&q=mars&lang=en&page=3", "/search.atom?lang=en&q=mars"),
        ("/search.atom?q=%C3%A9t%C3%A9", "/search.atom?q=%C3%A9t%C3%A9"),
        ("/search.atom?q=\\xC3\\xA9t\\xC3\\xA9", "/search.atom?q=%C3%A9t%C3%A9"),
        ("/years/2026.json", "/years/2026.json"),
        ("/releases", None), ("/", None), ("/nothing.atom", None), ("/years/abc.atom", None), ("*", None),
        ("/releases.atom?limit=x", None), ("http://[::1", None), ("/search.atom?q=%ff%00", None),
        ("/topics/" + "a" * 9_000 + ".atom", None),
    ],
)  # fmt: skip
def test_one_feed_is_one_whichever_way_it_is_asked_for(count: Count, target: str, feed: str | None) -> None:
    report, _ = count(combined(target, FEEDLY.format(5)))
    assert totals(report) == ({feed: 5} if feed else {})


def test_a_newsroom_under_a_path_and_one_of_which_nothing_is_published_here(count: Count, tmp_path: Path) -> None:
    lines = [combined("/press/feed", FEEDLY.format(5), status=301), combined("/press/releases.atom", FEEDLY.format(6))]
    report, _ = count(*lines, base_url="https://example.org/press", index=tmp_path / "nothing")
    assert totals(report) == {"/press/releases.atom": 6}


def test_only_polls_that_were_answered_count(count: Count) -> None:
    report, _ = count(
        *(combined(agent=FEEDLY.format(5), status=status) for status in (400, 403, 404, 410, 429, 500, 503)),
        combined(agent=FEEDLY.format(5), method="POST"),
        combined(agent=FEEDLY.format(7), status=304, method="HEAD"),
    )
    assert totals(report) == {"/releases.atom": 7}


def test_programs_that_tell_nothing_are_named_once_each_if_they_come_again(count: Count) -> None:
    silent = ["FreshRSS/1.24 (Linux)", "FreshRSS/1.25 (Linux)", "Newsboat/2.3", "Newsboat/2.3", "Once/1",
              "Mozilla/5.0 (X11; Linux) Firefox/1", "Mozilla/5.0 (X11; Linux) Firefox/1", "-", ""]  # fmt: skip
    report, _ = count(*(combined(agent=agent) for agent in silent))
    assert report["feeds"][0]["others"] == ["FreshRSS", "Newsboat", "unnamed"]
    assert report["feeds"][0]["subscribers"] == 0


def test_it_is_a_table_for_people_and_lines_with_tabs_for_pipes(folder: Newsroom, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(
        "\n".join(
            [combined("/topics/space.rss", FEEDLY.format(1500)), combined(agent=FEEDBIN.format(1, 3)), "nonsense"]
            + [combined(agent="Newsboat/2.3")] * 2
        )
    )
    answer = ask(folder, str(log))
    assert answer.stdout.splitlines() == [
        "/topics/space.rss\t1,500\tFeedly 1,500",
        "/releases.atom\t3\tFeedbin 3, 1 program without a number",
    ]
    assert answer.stderr == f"{NOON:%Y-%m-%d} to {NOON:%Y-%m-%d}: 5 lines, 1 of them not understood\n"


def test_logs_may_be_rotated_compressed_and_piped(folder: Newsroom, tmp_path: Path) -> None:
    days = [combined(agent=FEEDLY.format(10 + age), at=NOON - timedelta(days=age)) for age in range(4)]
    (tmp_path / "access.log").write_text(days[0])
    (tmp_path / "access.log.1").write_text(days[1] + "\n")
    (tmp_path / "access.log.2.gz").write_bytes(
        gzip.compress(days[2].encode()) + gzip.compress(b"\n" + days[3].encode())
    )
    logs = sorted(map(str, tmp_path.glob("access.log*")), reverse=True)
    piped = ask(folder, "--format", "json", given=(tmp_path / "access.log.2.gz").read_bytes())
    assert json.loads(piped.stdout)["lines"] == 2
    answer = ask(folder, "--format", "json", *logs)
    report = json.loads(answer.stdout)
    assert (report["lines"], totals(report)) == (4, {"/releases.atom": 10})


# Hostile and broken logs


@pytest.mark.parametrize(
    "line",
    [
        b"", b"\0" * 100, b"\xff\xfe\xfa", b"nonsense", b'{"', b'{"time": 1}', b"{" + b'"a":[' * 9_000, b"[]", b"{}",
        b'{"time": "2026-01-01T00:00:00", "method": "GET", "target": "/", "status": 200, "user_agent": ""}',
        b'{"time": "2026-01-01T00:00:00+00:00", "method": [], "target": {}, "status": "x", "user_agent": null}',
        b'x [10/Oct/2026:13:55:36 +0000] "GET /releases.atom HTTP/1.1" 200 1 "-"',
        b'x [40/Oct/2026:13:55:36 +0000] "GET /releases.atom HTTP/1.1" 200 1 "-" "x"',
        b'x [10/Okt/2026:13:55:36 +0000] "GET /releases.atom HTTP/1.1" 200 1 "-" "x"',
        b'x [10/Oct/2026:13:55:36 +9999] "GET /releases.atom HTTP/1.1" 200 1 "-" "x"',
        b'x [10/Oct/9999:13:55:36 +0000] "GET /releases.atom HTTP/1.1" 200 1 "-" "9 subscribers"',
        b'x [10/Oct/2026:13:55:36 +0000] "\\x16\\x03\\x01" 400 1 "-" "-"',
        b'x [10/Oct/2026:13:55:36 +0000] "" 400 0 "-" "-"',
        b'x [10/Oct/2026:13:55:36 +0000] "' + b"\\" * 60_000,
        b"[" * 60_000,
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_counted_as_not_understood(line: bytes) -> None:
    tally = Tally(lambda target: target, NOON)
    tally.add(line)
    report = tally.report()
    assert (report.lines, report.not_understood, report.feeds) == (1, 1, ())


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading_of_a_line(line: bytes) -> None:
    request_of(line)
    request_of(b'a [10/Oct/2026:13:55:36 +0000] "' + line)
    request_of(b"{" + line)


def test_what_is_huge_broken_or_ends_too_soon_costs_itself_only(count: Count) -> None:
    good = combined(agent=FEEDLY.format(5)).encode() + b"\n"
    report, _ = count(log=good + b"x" * (3 * LONGEST_LINE) + b"\n" + good + b"y" * LONGEST_LINE)
    assert (report["lines"], report["not_understood"], totals(report)) == (4, 2, {"/releases.atom": 5})
    report, told = count(log=gzip.compress(good * 1000)[:-20])
    assert totals(report) == {"/releases.atom": 5}
    assert "access.log is not read to its end" in told
    report, told = count(log=gzip.compress(good)[:10] + b"garbage" * 9)
    assert (report["lines"], "access.log is not read to its end" in told) == (0, True)


def test_a_bomb_is_not_unpacked(count: Count) -> None:
    report, told = count(log=gzip.compress(bytes(200_000_000)))
    assert "unpacks to more than any log does" in told
    assert report["feeds"] == []


def test_made_up_fetchers_fill_no_memory() -> None:
    tally = Tally(lambda _: "/releases.atom", NOON)
    real = combined(agent=FEEDLY.format(5)).encode()
    tally.add(real)
    for number in range(MOST_CLAIMS + 10):
        tally.add(combined(agent=FEEDBIN.format(number, 1)).encode())
    tally.add(real)
    report = tally.report()
    assert report.is_cut
    assert report.feeds[0].subscribers == MOST_CLAIMS - 1 + 5


def test_what_is_printed_holds_nothing_that_a_terminal_obeys(folder: Newsroom, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    hostile = ["\x1b[2J", "\u202e", "\r", "\x9b31m"]
    log.write_text(
        "\n".join(combined(f"/search.atom?q={quote(text)}", f"Evil{text} 5 subscribers") for text in hostile)
    )
    answer = ask(folder, str(log))
    assert re.fullmatch(r"[ -~\t\n]*", answer.stdout)


def test_there_must_be_a_log(folder: Newsroom, tmp_path: Path) -> None:
    for log in (str(tmp_path), str(tmp_path / "nothing")):
        answer = ask(folder, log)
        assert answer.exit_code == 2
        assert log in answer.stderr


# Logs of real programs


@pytest.mark.slow
def test_our_own_log_is_read(folder: Newsroom, tmp_path: Path) -> None:
    with running(folder.releases, folder.settings.index, FEEDSRV_REQUEST_LOG="json") as newsroom:
        newsroom.get("/feed", {"User-Agent": FEEDLY.format(5)})
        newsroom.get("/releases.atom", {"User-Agent": FEEDBIN.format(1, 3)})
        newsroom.stop()
        assert newsroom.process.stdout
        (tmp_path / "log").write_text(newsroom.process.stdout.read())
    answer = ask(folder, str(tmp_path / "log"), "--format", "json")
    assert totals(json.loads(answer.stdout)) == {"/releases.atom": 8}


@pytest.mark.slow
def test_the_logs_of_the_proxies_of_deploy_are_read_and_hold_no_address(folder: Newsroom, tmp_path: Path) -> None:
    """That of nginx in the format of our sample, that of Varnish as varnishncsa writes it by itself."""
    printable = (agent for agent, *_ in AGENTS if agent.isprintable() and agent.strip("-"))
    agents = list({(agent_of(agent).key, agent_of(agent).feed_id): agent for agent in printable}.values())
    expected = tallied(agents)
    with running(folder.releases, folder.settings.index) as newsroom, proxies(tmp_path, newsroom.port) as fronts:
        for proxy in fronts:
            for agent in agents:
                assert proxy.status("/feed", User_Agent=agent) == 301
                assert proxy.status("/releases.atom", User_Agent=agent) == 200
            log = tmp_path / f"{proxy.name}.log"
            log.write_bytes(log_of(proxy, tmp_path, len(agents)))
            answer = ask(folder, str(log), "--format", "json")
            report = json.loads(answer.stdout)
            assert report["not_understood"] == 0, proxy.name
            assert totals(report) == {"/releases.atom": expected}, proxy.name
            assert proxy.name != "nginx" or b"127.0.0.1" not in log.read_bytes()


def log_of(proxy: Proxy, folder: Path, polls: int) -> bytes:
    if proxy.name == "nginx":
        log = folder / "nginx/access.log"
        until(lambda: log.read_bytes().count(b"/releases.atom") == polls)
        return log.read_bytes()
    command = [program("varnishncsa"), "-n", f"{folder}/varnishd/work", "-d"]
    until(lambda: subprocess.check_output(command).count(b"/releases.atom") == polls)
    return subprocess.check_output(command)


def tallied(agents: list[str]) -> int:
    """The subscribers that these agents tell of, asked for one feed in this order."""
    newest = {(agent.key, agent.feed_id): agent.subscribers or 0 for agent in map(agent_of, agents)}
    return sum(newest.values())
