"""feedsrv preview: the newsroom before it is public, for one person on one machine, over real HTTP."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from feedsrv.files.catalogue import Catalogue
from feedsrv.locales.message import Moment
from feedsrv.publishing.preview import Previewer
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app
from tests.conftest import release
from tests.running import PATIENCE, environment, free_port, run, running, until

pytestmark = pytest.mark.slow

BANNER = '<aside class="preview"'
REASON = re.compile(r'<p class="reason">(.*?)</p>')
FILES = {
    "newsroom.toml": 'title = "Harbour Trust"\ntimezone = "Europe/Paris"\n[topics.port]\n',
    "public.md": release("The public one", body="A comet.", topics="[port]"),
    "wing.md": release("The new wing", "2099-12-01", embargo="2099-12-01 10:00", topics="[port, wings]"),
    "ferry/index.md": release("The ferry", draft="true", body="See ![a map](map.png) and [a plan](plan.pdf)."),
    "ferry/map.png": "a map",
    "ferry/plan.pdf": "a plan",
    "loans.md": release("Loans", embargo="maybe"),
    "party.md": release("The party", expires="2026-02-01"),
    "mistake.md": release("The mistake", withdrawn="2026-10-01", reason="It was wrong."),
    "slip.md": release("The slip", draft="true", withdrawn="2026-10-01"),
    "broken.md": "---\ntitle: [broken\n---\n\nA secret.\n",
}


@dataclass
class Answer:
    """An answer as it comes over the wire."""

    status: int
    headers: HTTPMessage
    body: str


@dataclass
class Preview:
    """A running preview; ``url`` is the address that it printed, ``folder`` where it keeps what it writes."""

    process: subprocess.Popen[str]
    url: str
    folder: Path

    @property
    def origin(self) -> str:
        return f"http://{urlsplit(self.url).netloc}"

    def get(self, address: str = "", **headers: str) -> Answer:
        """The answer at an address, relative to that of the preview; redirects are not followed."""
        parts = urlsplit(urljoin(self.url, address))
        connection = HTTPConnection(parts.netloc, timeout=PATIENCE)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf8", "replace"))
        finally:
            connection.close()

    def reason(self, release_id: str) -> str:
        """What the page of a release says that holds it."""
        found = REASON.search(self.get(f"releases/{release_id}").body)
        return said(found[1]) if found else ""


def said(reason: str) -> str:
    """A reason without its marks."""
    return unescape(re.sub("<[^>]*>", "", reason))


@contextmanager
def previewing(releases: Path, index: Path, *arguments: str, **others: str) -> Iterator[Preview]:
    """Run feedsrv preview for as long as the block lasts."""
    folder = index.parent / "temporary"
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "feedsrv", "preview", *arguments],
        env=environment(releases, index, TMPDIR=str(folder), **others),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield Preview(process, process.stdout.readline().strip(), folder)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


def written(root: Path, files: dict[str, str] | None = None) -> Path:
    """A folder of releases."""
    for name, text in (FILES if files is None else files).items():
        path = root / "releases" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
    return root / "releases"


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """All that is below a folder, with its times and bytes."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in root.rglob("*")
    }


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of `FILES`, with settings that are meant for the public service, and a hub that nobody may call."""
    root = tmp_path_factory.mktemp("newsroom")
    with socket.create_server(("127.0.0.1", 0)) as hub:
        address = f"http://127.0.0.1:{hub.getsockname()[1]}/hub"
        public = {"FEEDSRV_BASE_URL": "https://press.example.org", "FEEDSRV_HUB": address}
        with previewing(written(root), root / "index", **public) as running_preview:
            yield running_preview
        hub.settimeout(0)
        with pytest.raises(BlockingIOError):
            hub.accept()


@pytest.fixture(scope="module")
def answers(preview: Preview) -> dict[str, Answer]:
    """Every answer that links lead to from the front page, and some that they do not, by address."""
    others = ("nowhere", "nowhere.json", "feed", "topics/", "releases?page=0", "sitemap.xml", "robots.txt")
    waiting = [urljoin(preview.url, address) for address in ("", "releases/mistake", "health/ready", *others)]
    found: dict[str, Answer] = {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        found[address] = answer = preview.get(address)
        if answer.headers.get_content_type() == "text/html":
            links = (unescape(link) for link in re.findall(r'(?:href|src|action)="([^"#]*)', answer.body))
            waiting += [link for link in (urljoin(address, link) for link in links) if link.startswith(preview.origin)]
    return found


def pages(answers: dict[str, Answer]) -> dict[str, str]:
    return {at: answer.body for at, answer in answers.items() if answer.headers.get_content_type() == "text/html"}


def test_every_page_says_that_it_is_a_preview(preview: Preview, answers: dict[str, Answer]) -> None:
    found = pages(answers)
    assert {address.removeprefix(preview.url).partition("?")[0] for address in found} >= {
        *("", "releases", "releases/public", "releases/wing", "releases/ferry", "releases/mistake", "unpublished"),
        *("topics", "topics/port", "topics/wings", "years", "years/2026", "years/2099", "feeds", "search", "nowhere"),
    }
    assert [address for address, body in found.items() if BANNER not in body] == []
    assert all(re.search("<title>Preview: ", body) for body in found.values())


def test_feeds_say_in_their_titles_that_they_are_a_preview(preview: Preview) -> None:
    for address in ("releases.atom", "topics/port.rss", "feeds.opml", "search.atom?q=comet"):
        assert re.search("<title[^>]*>Preview: ", preview.get(address).body), address
    assert '"title":"Preview: ' in preview.get("releases.json").body.replace('": "', '":"')
    assert "<LongName>Preview: Harbour Trust" in preview.get("opensearch.xml").body


def test_a_release_says_what_holds_it_on_its_page_and_in_lists(preview: Preview) -> None:
    reasons = {
        "public": "",
        "wing": "Held until 1 December 2099 10:00",
        "ferry": "A draft",
        "loans": "It cannot be told whether it is public: embargo: maybe is no date, and may hold the release",
        "party": "Expired on 2 February 2026 00:00",
    }
    assert {release_id: preview.reason(release_id) for release_id in reasons} == reasons
    told = sorted(reason for reason in reasons.values() if reason)
    for address in ("", "releases", "unpublished"):
        listed = [said(reason) for reason in REASON.findall(preview.get(address).body)]
        assert sorted(set(listed) & set(told)) == told, address
    assert "Held until" in preview.get("search?q=wing").body


def test_a_french_preview_says_in_french_what_holds_a_release_and_marks_what_it_quotes(tmp_path: Path) -> None:
    releases, index = written(tmp_path), WhooshIndex(tmp_path / "index")
    (releases / "newsroom.toml").write_text('languages = ["fr", "en"]\n', "utf8")
    (releases / "broken.md").write_bytes(b"---\ntitle: [\n---\nText\n")
    previewer = Previewer(Catalogue(releases), index, lambda: datetime.now(UTC), None)
    previewer.publish()
    preview = replace(previewer.current(), moment=Moment(datetime(2099, 12, 2, 9, 5, tzinfo=UTC)), trouble="so")
    client = create_app(index, Settings(index=tmp_path / "index"), preview=preview).test_client()
    told = unescape(client.get("/unpublished").text)
    for reason in ("Retenu jusqu’au 1 décembre 2099 10:00", "Brouillon", "Expiré le 2 février 2026 00:00"):
        assert f'<p class="reason">{reason}</p>' in told
    cause = '<bdi lang="en" dir="ltr">embargo: maybe is no date, and may hold the release</bdi>'
    assert f"Impossible de savoir s’il est public\u00a0: {cause}" in told
    (found,) = re.findall(r"broken\.md.*?<p class=.reason.>(.*?)</p>\s*<p>(.*?)</p>", told, re.DOTALL)
    assert [part.startswith('<bdi lang="en" dir="ltr">') for part in found] == [True, True]
    assert "<span>2 décembre 2099 09:05</span>" in told
    assert '<bdi lang="en" dir="ltr">so</bdi></p>' in told


def test_what_is_withdrawn_is_not_in_it(preview: Preview) -> None:
    assert preview.get("releases/mistake").status == 410
    assert preview.get("releases/slip").status == 404
    assert "The slip" not in preview.get("releases").body


def test_files_that_cannot_be_shown_are_listed_with_what_is_wrong(preview: Preview) -> None:
    body = preview.get("unpublished").body
    assert "broken.md:2" in body
    assert "the front matter cannot be read" in body
    assert "slip.md" in body
    assert "A secret" not in body
    assert "6 not public</a>" in preview.get("").body


def test_only_its_own_path_answers(preview: Preview) -> None:
    path = urlsplit(preview.url).path
    assert re.fullmatch(r"/preview-[0-9a-f]{32}/", path)
    assert preview.get(path.rstrip("/")).status == 200
    for other in (
        "/",
        "/releases",
        "/health/live",
        "/favicon.ico",
        path[:-2],
        path[:-1] + "0",
        "/preview-/",
        "/x" + path,
    ):
        answer = preview.get(other)
        assert (answer.status, answer.body, answer.headers["Cache-Control"]) == (404, "", "no-store"), other


def test_only_this_machine_is_answered(preview: Preview) -> None:
    port = urlsplit(preview.url).port
    assert preview.get(Host=f"localhost:{port}").status == 200
    for host in ("localhost", "evil.example", f"evil.example:{port}", "press.example.org", f"127.0.0.1:{port}0"):
        answer = preview.get(Host=host)
        assert (answer.status, answer.body) == (404, ""), host
    sockets = Path("/proc/net/tcp")
    if sockets.exists():
        fields = [line.split() for line in sockets.read_text().splitlines()[1:]]
        listening = [local for _, local, _, state, *_ in fields if state == "0A" and local.endswith(f":{port:04X}")]
        assert listening == [f"0100007F:{port:04X}"]


def test_nobody_keeps_a_copy_and_nobody_else_may_read_it(answers: dict[str, Answer]) -> None:
    assert {answer.status for answer in answers.values()} >= {200, 301, 308, 400, 404, 410}
    types = {answer.headers.get_content_type() for answer in answers.values()}
    assert types >= {"text/css", "image/png", "application/pdf", "application/atom+xml", "application/problem+json"}
    for address, answer in answers.items():
        headers = answer.headers
        assert headers.get_all("Cache-Control") == ["no-store"], address
        assert headers.get_all("X-Robots-Tag") == ["noindex"], address
        assert headers.get_all("Referrer-Policy") == ["no-referrer"], address
        assert not [name for name in headers if name.lower().startswith("access-control")], address


def test_its_links_lead_to_itself_and_no_feed_names_the_hub(preview: Preview, answers: dict[str, Answer]) -> None:
    assert not [address for address in answers if not address.startswith(preview.url)]
    for address, answer in answers.items():
        told = f"{answer.headers} {answer.body}"
        assert "press.example.org" not in told, address
        assert "/hub" not in told, address
        for link in re.findall(r"https?://(?:127\.0\.0\.1|localhost)[^\s\"'<>&]*", told):
            assert link.startswith(preview.url.rstrip("/")), address


def test_its_index_is_its_own_and_nobody_else_can_look_into_it(preview: Preview) -> None:
    (folder,) = preview.folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "current").is_symlink()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_when_it_is_told_to_end_its_index_is_gone_and_it_has_written_nothing_else(
    ending: signal.Signals, tmp_path: Path
) -> None:
    releases, index = written(tmp_path), tmp_path / "index"
    assert run("index", releases=releases, index=index).returncode == 0
    before = tree(releases), tree(index)
    with previewing(releases, index) as preview:
        assert preview.reason("wing") == "Held until 1 December 2099 10:00"
        preview.process.send_signal(ending)
        assert preview.process.wait(PATIENCE) == 0
        assert list(preview.folder.iterdir()) == []
    assert (tree(releases), tree(index)) == before


def test_it_is_told_to_end_where_an_exception_would_be_lost(tmp_path: Path) -> None:
    """In a destructor, as in what is called back while a module is imported."""
    script = """
import os, signal, time
from contextlib import ExitStack
from feedsrv.cli.preview import _own_folder

class Destructor:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)

with ExitStack() as at_the_end:
    _own_folder(at_the_end)
    Destructor()
    time.sleep(300)
"""
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, timeout=PATIENCE, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_one_left_goes_when_the_next_begins(tmp_path: Path) -> None:
    releases, index = written(tmp_path), tmp_path / "index"
    with previewing(releases, index) as killed:
        killed.process.kill()
        killed.process.wait()
        (left,) = killed.folder.iterdir()
    assert not index.exists()
    with previewing(releases, index) as first, previewing(releases, index) as second:
        assert not left.exists()
        assert [preview.get("releases/wing").status for preview in (first, second)] == [200, 200]
        assert len(list(second.folder.iterdir())) == 2


def test_the_public_service_beside_it_shows_nothing_of_it(tmp_path: Path) -> None:
    releases, index = written(tmp_path), tmp_path / "index"
    with running(releases, index) as newsroom, previewing(releases, index) as preview:
        assert preview.get("releases/wing").status == 200
        for path in ("/releases/wing", "/releases/ferry/map.png", "/unpublished", urlsplit(preview.url).path):
            assert newsroom.get(path)[0] == 404, path
        for path in ("/", "/releases", "/releases.atom", "/search.json?q=wing"):
            status, body = newsroom.get(path)
            assert (status, b"preview" in body.lower(), b"The new wing" in body) == (200, False, False), path


def test_it_follows_what_is_edited(tmp_path: Path) -> None:
    releases = written(tmp_path)
    with previewing(releases, tmp_path / "index") as preview:
        (releases / "wing.md").write_text(release("The new wing", "2099-12-01", embargo="2099-12-02 10:00"), "utf8")
        until(lambda: preview.reason("wing") == "Held until 2 December 2099 10:00")
        (releases / "wing.md").write_text(release("The new wing"), "utf8")
        until(lambda: preview.reason("wing") == "")
        (releases / "broken.md").write_text(release("Mended", draft="true"), "utf8")
        until(lambda: preview.reason("broken") == "A draft")
        assert "broken.md:2" not in preview.get("unpublished").body
        (releases / "loans.md").unlink()
        until(lambda: preview.get("releases/loans").status == 404)
        (releases / "newsroom.toml").write_text("nonsense = 1\n", "utf8")
        until(lambda: "nonsense" in preview.get("releases").body)
        assert "Harbour Trust" in preview.get("releases").body
        (releases / "newsroom.toml").write_text('title = "The Trust"\n', "utf8")
        until(lambda: "nonsense" not in preview.get("releases").body)
        assert "The Trust" in preview.get("releases").body


def test_most_of_the_folder_may_go(tmp_path: Path) -> None:
    releases = written(tmp_path, {f"{number}.md": release(f"Number {number}") for number in range(12)})
    with previewing(releases, tmp_path / "index") as preview:
        assert preview.get("releases/3").status == 200
        for number in range(1, 12):
            (releases / f"{number}.md").unlink()
        until(lambda: preview.get("releases/3").status == 404)
        assert preview.get("releases/0").status == 200


@pytest.mark.parametrize("moment", ["1 December 2099, 10:00", "2099-12-01T09:00:00Z"])
def test_at_a_moment_it_holds_what_is_public_then(moment: str, tmp_path: Path) -> None:
    releases = written(tmp_path)
    with previewing(releases, tmp_path / "index", "--at", moment) as preview:
        assert preview.reason("wing") == "Held until 1 December 2099 10:00"
        assert preview.reason("public") == ""
        assert [preview.get(f"releases/{name}").status for name in ("ferry", "loans", "party")] == [404] * 3
        assert "<span>1 December 2099 10:00</span>" in preview.get("").body
        told = preview.get("unpublished").body
        for file, reason in (
            ("ferry/index.md:4", "A draft"),
            ("loans.md:4", "It cannot be told"),
            ("party.md", "Expired"),
        ):
            assert re.search(rf"{file}.*?{reason}", told, re.DOTALL), file


def test_a_minute_before_an_embargo_ends_it_is_not_there_yet(tmp_path: Path) -> None:
    releases = written(tmp_path)
    with previewing(releases, tmp_path / "index", "--at", "2099-12-01 09:59") as preview:
        assert preview.get("releases/wing").status == 404
        assert "Held until 1 December 2099 10:00" in preview.get("unpublished").body


def test_a_day_or_a_month_is_its_first_moment(tmp_path: Path) -> None:
    releases = written(tmp_path)
    with previewing(releases, tmp_path / "index", "--at", "December 2099") as preview:
        assert "<span>1 December 2099 00:00</span>" in preview.get("").body


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    releases, index = written(tmp_path), tmp_path / "index"
    never = run("preview", "--at", "soon", releases=releases, index=index)
    assert (never.returncode, "--at soon" in never.stderr) == (2, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = run("preview", "--port", port, releases=releases, index=index)
        assert (busy.returncode, f"port {port}" in busy.stderr) == (2, True)
    nothing = run("preview", releases=tmp_path / "nowhere", index=index)
    assert (nothing.returncode, "FEEDSRV_RELEASES" in nothing.stderr) == (1, True)


def test_it_listens_where_it_is_told_and_prints_its_address_alone(tmp_path: Path) -> None:
    port = free_port()
    with previewing(written(tmp_path), tmp_path / "index", "--port", str(port)) as preview:
        assert preview.url.startswith(f"http://127.0.0.1:{port}/preview-")
        assert preview.get().status == 200
