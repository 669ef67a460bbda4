"""Importing: whoever leaves another system loses no text, shows nothing new, and is seen by nobody twice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedsrv.cli import main
from feedsrv.publishing.schedule import schedule
from tests.conftest import MakeNewsroom, Newsroom
from tests.exports import HEAD, SITE, Post, atom, export, item, rss
from tests.feed_readers import READERS, FeedReader, Shown
from tests.running import run, running

UPLOADS = f"{SITE}/wp-content/uploads/2024/03"
FUTURE = 24 * 365 * 100
BOMB = "".join(f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in zip("abcdefghi", "bcdefghij", strict=True))


@pytest.fixture
def old(make_newsroom: MakeNewsroom) -> Callable[..., Newsroom]:
    """Makes a newsroom of an export, or of any other file."""

    def make(saved: str | bytes, *options: str) -> Newsroom:
        newsroom = make_newsroom()
        carry(newsroom, saved, *options)
        newsroom.publish(force=True)
        return newsroom

    return make


def carry(newsroom: Newsroom, saved: str | bytes, *options: str) -> Result:
    """Import what was saved; asserts nothing."""
    file = newsroom.root / "saved"
    file.write_bytes(saved if isinstance(saved, bytes) else saved.encode())
    return CliRunner().invoke(main, ["import", str(file), str(newsroom.releases), *options])


def files(newsroom: Newsroom) -> dict[str, bytes]:
    found = (path for path in newsroom.releases.rglob("*") if path.is_file())
    return {path.relative_to(newsroom.releases).as_posix(): path.read_bytes() for path in found}


def body(newsroom: Newsroom, release_id: str = "post-1") -> str:
    return newsroom.snapshot().get(release_id).body


class TestWhatIsCarriedOver:
    def test_a_post_is_a_release_with_its_date_topics_id_and_former_addresses(
        self, old: Callable[..., Newsroom]
    ) -> None:
        topics = (
            ("category", "harbour", "Harbour"),
            ("post_tag", "rd", "Ferries & tides"),
            ("post_format", "x", "Aside"),
            ("language", "fr", "Français"),
        )
        post = Post(
            1, "A <em>new</em> quay &amp; more: #1", topics=topics, excerpt="In short.", meta=(("_wp_old_slug", "old"),)
        )
        newsroom = old(export([post]))
        (name,) = files(newsroom)
        release = newsroom.snapshot().get("post-1-fr")
        assert (name, release.title, release.summary) == ("2024/post-1.html", "A new quay & more: #1", "In short.")
        assert release.published == post.at
        assert b"date: 2024-03-01 11:00:00+02:00\n" in files(newsroom)[name]
        assert (release.guid, release.language) == (f"{SITE}/?p=1", "fr")
        assert set(release.topic_ids) == {"harbour", "ferries-tides"}
        assert release.aliases == ("/2024/03/post-1/", "/?p=1", "/2024/03/old/")

    @pytest.mark.parametrize(
        ("content", "shown"),
        [
            ("One\ntwo\n\nThree", "<p>One<br>\ntwo</p>\n<p>Three</p>"),
            ("One\r\n\r\n<ul>\n<li>a</li>\n\n<li>b</li>\n</ul>", "<p>One</p>\n<ul>\n<li>a</li>\n\n<li>b</li>\n</ul>"),
            ("<pre>a\n\n b</pre>", "<pre>a\n\n b</pre>"),
            ("<!-- wp:paragraph -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->", "<p>One\ntwo</p>"),
            ("He said so [sic] in [Berlin].", "<p>He said so [sic] in [Berlin].</p>"),
            ('[box style="x"]Inside[/box] [map id="3"]', "<p>Inside</p>"),
            ("[youtube https://video.example/1]", '<p><a href="https://video.example/1">https://video.example/1</a></p>'),
            ("https://video.example/1", '<p><a href="https://video.example/1">https://video.example/1</a></p>'),
            ("<aside>A box</aside> <article>Within</article> after", "A box"),
            ("<aside>A box</aside> <article>Within</article> after", "Within"),
            ("<aside>A box</aside> <article>Within</article> after", "after"),
            (f'<a href="{SITE}/2024/03/post-2/#x">two</a>', '"/2024/03/post-2/#x"'),
            (f'<a href="{SITE}/about/">about</a>', f'"{SITE}/about/"'),
            (f'<a href="{SITE.replace("//", "//www.")}/?p=2">two</a>', '"/?p=2"'),
        ],
    )  # fmt: skip
    def test_a_text_is_whole_and_nothing_is_left_of_the_editor(
        self, old: Callable[..., Newsroom], content: str, shown: str
    ) -> None:
        # A release names another: whoever reads links may lead it there.
        newsroom = old(export([Post(1, content=content), Post(2)]))
        assert shown in (newsroom.releases / "2024/post-1.html").read_text("utf8") or shown in body(newsroom)
        assert "[box" not in body(newsroom)

    def test_pictures_and_files_are_named_and_found_once_they_are_copied(self, old: Callable[..., Newsroom]) -> None:
        content = (
            f'[caption width="300"]<img src="{UPLOADS}/quay.png" alt="The quay" /> In <b>March</b>[/caption]\n\n'
            f'[gallery ids="8"] <a href="{UPLOADS}/plan.pdf">The plan</a>'
        )
        posts = [
            Post(1, content=content, meta=(("_thumbnail_id", "7"),)),
            Post(7, kind="attachment", status="inherit", attached=f"{UPLOADS}/lead.png"),
            Post(8, kind="attachment", status="inherit", attached=f"{UPLOADS}/big boat.png"),
        ]
        newsroom = old(export(posts))
        told = dict(line.split("\t") for line in carry(newsroom, export(posts)).stdout.splitlines())
        names = {name: name.removeprefix(UPLOADS) for name in told.values()}
        assert set(names.values()) == {"/lead.png", "/quay.png", "/big boat.png", "/plan.pdf"}
        newsroom.publish(dict.fromkeys(told, b"\x89PNG\r\n\x1a\n"))
        release = newsroom.snapshot().get("post-1")
        assert {file.name for file in release.attachments} == {"lead.png", "quay.png", "big-boat.png", "plan.pdf"}
        assert release.picture == "lead.png"
        assert "<figcaption>In <b>March</b></figcaption>" in release.body.replace("> ", ">")

    def test_a_gallery_that_names_no_pictures_has_all_of_its_post(self, old: Callable[..., Newsroom]) -> None:
        posts = [Post(1, content="[gallery columns=2]"), Post(2, content="One")]
        posts += [Post(7, kind="attachment", status="inherit", attached=f"{UPLOADS}/a.png", parent=1)]
        assert (
            f'<img src="../{UPLOADS.removeprefix(f"{SITE}/")}/a.png" alt="">'
            in files(old(export(posts)))["2024/post-1.html"].decode()
        )

    def test_other_types_than_posts_are_left_out_unless_they_are_named(self, old: Callable[..., Newsroom]) -> None:
        posts = [Post(1), Post(2, kind="press_release"), Post(3, kind="shop_order"), Post(4, kind="page")]
        assert old(export(posts)).ids() == ["post-1"]
        assert old(export(posts), "--type", "press_release").ids() == ["post-2"]

    def test_what_is_not_carried_over_is_told(self, make_newsroom: MakeNewsroom) -> None:
        content = '[map id="3"] <img src="https://cdn.example/x.png" alt="x"> <!-- wp:latest-posts /-->'
        told = carry(make_newsroom(), export([Post(1, content=content, comments=2), Post(2, kind="page")])).stderr
        for part in (
            "2 × comment",
            "1 × shortcode [map]",
            "1 × picture or file from elsewhere",
            "1 × block latest-posts",
        ):
            assert part in told
        assert "1 × post of the type page" in told


class TestWhatIsNotPublic:
    @pytest.mark.parametrize(
        "post",
        [
            *(Post(1, status=status) for status in ("draft", "pending", "private", "trash", "auto-draft", "inherit")),
            Post(1, status="future"),
            Post(1, status="Publish"),
            Post(1, status=""),
            Post(1, password="1234"),
            Post(1, password=" "),
            Post(1, content="For all. [members_only]For some.[/members_only]"),
            Post(1, content='<!-- wp:group {"metadata":{"blockVisibility":false}} -->x'),
            *(
                Post(1, meta=((key, "1"),))
                for key in ("_members_access_role", "_expiration-date", "_wpmem_block", "rcp_user_level")
            ),
        ],
        ids=str,
    )
    def test_is_a_draft(self, old: Callable[..., Newsroom], post: Post) -> None:
        newsroom = old(export([post]))
        assert (newsroom.ids(), len(files(newsroom))) == ([], 1)
        (entry,) = schedule(newsroom.catalogue, newsroom.now, iter).entries
        assert entry.event == "draft"

    def test_what_holds_nothing_back_is_public(self, old: Callable[..., Newsroom]) -> None:
        feed = RSS_2.replace("</item>", "<public>true</public><status>published</status></item>")
        assert old(feed).ids() == ["first"]
        keys = (
            "_wpmem_block",
            "_jetpack_memberships_contains_paid_content",
            "_edit_last",
            "_jetpack_newsletter_access",
        )
        newsroom = old(export([Post(1, meta=tuple(zip(keys, ("0", "", "1", "everybody"), strict=True)))]))
        assert newsroom.ids() == ["post-1"]

    @pytest.mark.parametrize(
        ("saved", "before", "more"),
        [
            ("rss", "</item>", "<status>draft</status></item>"),
            ("rss", "</item>", '<p:embargoDate xmlns:p="urn:prism">2099-01-01</p:embargoDate></item>'),
            ("rss", "</item>", "<expires>2099-01-01</expires></item>"),
            ("rss", "</item>", "<public>false</public></item>"),
            ("json", '"tags"', '"public": false, "tags"'),
            ("json", '"tags"', '"draft": true, "tags"'),
            ("json", '"tags"', '"_press": {"embargo": "2099-01-01"}, "tags"'),
        ],
    )
    def test_what_an_extension_of_a_feed_may_hold_is_held(
        self, old: Callable[..., Newsroom], saved: str, before: str, more: str
    ) -> None:
        feed = {"rss": RSS_2, "json": JSON_FEED}[saved]
        assert old(feed.replace(before, more)).ids() == []

    @pytest.mark.parametrize(
        "post",
        [
            Post(1, status="future", hours=FUTURE, content="[members_only]x[/members_only]"),
            Post(1, status="future", hours=FUTURE, meta=(("_members_access_role", "editor"),)),
        ],
        ids=str,
    )
    def test_what_is_scheduled_for_some_is_a_draft(self, old: Callable[..., Newsroom], post: Post) -> None:
        newsroom = old(export([post]))
        assert [entry.event for entry in schedule(newsroom.catalogue, newsroom.now, iter).entries] == ["draft"]

    def test_what_is_scheduled_is_embargoed(self, old: Callable[..., Newsroom]) -> None:
        post = Post(1, status="future", hours=FUTURE)
        newsroom = old(export([post]))
        (entry,) = schedule(newsroom.catalogue, newsroom.now, iter).entries
        assert (newsroom.ids(), entry.event, entry.at) == ([], "opens", post.at)

    @pytest.mark.parametrize(
        ("whole", "broken"),
        [
            ("<wp:status><![CDATA[publish]]></wp:status>", ""),
            ("</wp:status>", "</wp:status><wp:status>private</wp:status>"),
            ("wp:status", "other:status xmlns:other='urn:x'"),
        ],
        ids=["no status", "two", "of another namespace"],
    )
    def test_a_post_that_does_not_clearly_say_that_it_is_public_is_a_draft(
        self, old: Callable[..., Newsroom], whole: str, broken: str
    ) -> None:
        saved = (
            export([Post(1)]).replace(whole, broken).replace("</other:status xmlns:other='urn:x'>", "</other:status>")
        )
        assert saved != export([Post(1)])
        expected = ["post-1"] if "other" in broken else []  # it says the same in another namespace
        assert old(saved).ids() == expected

    def test_a_draft_of_atom_is_one(self, old: Callable[..., Newsroom]) -> None:
        control = '<app:control xmlns:app="http://www.w3.org/2007/app"><app:draft>yes</app:draft></app:control>'
        assert old(ATOM).ids() == ["first"]
        assert old(ATOM.replace("</entry>", f"{control}</entry>")).ids() == []


class TestAgain:
    POSTS = (Post(1), Post(2, status="draft"), Post(3, slug="post-1"))

    def test_a_second_run_changes_nothing(self, old: Callable[..., Newsroom]) -> None:
        newsroom = old(export(self.POSTS))
        before = files(newsroom)
        assert sorted(before) == ["2024/post-1-2.html", "2024/post-1.html", "2024/post-2.html"]
        assert "3 there already" in carry(newsroom, export(self.POSTS)).stderr
        assert files(newsroom) == before

    def test_what_was_edited_or_moved_is_left_as_it_is(self, old: Callable[..., Newsroom]) -> None:
        newsroom = old(export(self.POSTS))
        first = newsroom.releases / "2024/post-1.html"
        first.write_text(first.read_text("utf8") + "<p>And more.</p>", "utf8")
        (newsroom.releases / "2024/post-2.html").rename(newsroom.releases / "elsewhere.html")
        before = files(newsroom)
        told = carry(newsroom, export(reversed(self.POSTS))).stderr
        assert "1 there and not the same, and left as they are\n" in told
        assert "post-1.html" in told
        assert files(newsroom) == before

    def test_another_post_of_that_name_has_a_file_of_its_own(self, old: Callable[..., Newsroom]) -> None:
        newsroom = old(export([Post(1)]))
        carry(newsroom, export([Post(9, slug="post-1")]))
        assert sorted(files(newsroom)) == ["2024/post-1-2.html", "2024/post-1.html"]


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Dunmore</title>
<link rel="self" href="https://press.dunmore.example/feed/atom/"/><link href="https://press.dunmore.example/"/>
<entry><id>tag:dunmore.example,2024:1</id><title type="html">A &lt;b&gt;first&lt;/b&gt;</title>
<link href="https://press.dunmore.example/news/first"/><published>2024-03-01T09:00:00Z</published>
<updated>2024-03-02T09:00:00Z</updated><category term="harbour"/>
<content type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>One <x:em>two</x:em></x:p></x:div></content>
</entry></feed>"""
RSS_1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://press.dunmore.example/feed/rdf">
<link>https://press.dunmore.example/</link></channel><item rdf:about="tag:dunmore.example,2024:1"><title>A first</title>
<link>https://press.dunmore.example/news/first</link><description>&lt;p&gt;One &lt;em&gt;two&lt;/em&gt;&lt;/p&gt;
</description><dc:date>2024-03-01T09:00:00Z</dc:date><dc:subject>harbour</dc:subject></item></rdf:RDF>"""
RSS_2 = """

<rss version="2.0"><channel><link>https://press.dunmore.example</link><item><title>A first</title>
<guid isPermaLink="false">tag:dunmore.example,2024:1</guid><link>https://press.dunmore.example/news/first</link>
<description>&lt;p&gt;One &lt;em&gt;two&lt;/em&gt;&lt;/p&gt;</description><category>harbour</category>
<pubDate>Fri, 01 Mar 2024 09:00:00 GMT</pubDate></item></channel></rss>"""
JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1",
    "home_page_url": "https://press.dunmore.example/",
    "items": [{
        "id": "tag:dunmore.example,2024:1",
        "url": "https://press.dunmore.example/news/first",
        "title": "A first",
        "content_html": "<p>One <em>two</em></p>",
        "date_published": "2024-03-01T09:00:00Z",
        "tags": ["harbour"],
    }],
})  # fmt: skip


@pytest.mark.parametrize("saved", [ATOM, RSS_1, RSS_2, JSON_FEED], ids=["Atom", "RSS 1.0", "RSS 2.0", "JSON"])
def test_a_feed_that_was_saved_is_carried_over(old: Callable[..., Newsroom], saved: str) -> None:
    release = old(saved).snapshot().get("first")
    assert (release.title, release.guid) == ("A first", "tag:dunmore.example,2024:1")
    assert release.body == "<p>One <em>two</em></p>"
    assert (release.published, release.aliases) == (Post(1).at, ("/news/first",))
    assert release.topic_ids == ("harbour",)


def in_rss(text: str, link: str = "<link>/news/first</link>") -> str:
    """A feed that has the text of its item in full beside a description, and addresses that count from somewhere."""
    encoded = f'<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/"><![CDATA[{text}]]></c:encoded>'
    return RSS_2.replace("</item>", f"{encoded}</item>").replace(
        "<link>https://press.dunmore.example/news/first</link>", link
    )


@pytest.mark.parametrize(
    ("saved", "shown"),
    [
        (in_rss('<img src="/img/quay.png">'), '<img src="../img/quay.png">'),
        (in_rss('<img src="img/quay.png">'), '<img src="../news/img/quay.png">'),
        (in_rss('<a href="second?x=1">b</a>'), '<a href="https://press.dunmore.example/news/second?x=1">b</a>'),
        (in_rss('<a href="first#part">b</a>'), '<a href="/news/first#part">b</a>'),
        (in_rss('<a href="#x">c</a>'), '<a href="#x">c</a>'),
        (in_rss('<a href="mailto:a@b.example">b</a>'), '<a href="mailto:a@b.example">b</a>'),
        (in_rss("&lt;p&gt;One&lt;/p&gt;"), "\n<p>One</p>\n"),
        (in_rss("<p>Write &lt;p&gt;.</p>"), "<p>Write &lt;p&gt;.</p>"),
        (in_rss("<p>One</p>", ""), "guid: tag:dunmore.example,2024:1"),
        (ATOM.replace("<x:p>One", '<x:p><x:img src="quay.png"/>One').replace("<content", '<content xml:base="/img/"'),
         '<img src="../img/quay.png">'),
        (ATOM.replace('href="https://press.dunmore.example/news/first"', 'href="news/first"'), "- /news/first\n"),
        (JSON_FEED.replace("https://press.dunmore.example/news/first", "/news/first"), "- /news/first\n"),
        (JSON_FEED.replace("<p>One", "<img src='/img/quay.png'><p>One"), '<img src="../img/quay.png">'),
        (RSS_2.replace(' isPermaLink="false">tag:dunmore.example,2024:1', ">https://press.dunmore.example/a/first")
         .replace("<link>https://press.dunmore.example/news/first</link>", ""), "- /a/first\n"),
        (RSS_2.replace("</item>", '<m:content xmlns:m="http://search.yahoo.com/mrss/" url="/img/quay.png"/></item>'),
         "- ../img/quay.png\n"),
    ],
)  # fmt: skip
def test_addresses_count_from_where_their_feed_has_them_count(
    make_newsroom: MakeNewsroom, saved: str, shown: str
) -> None:
    newsroom = make_newsroom()
    carry(newsroom, saved)
    (written,) = files(newsroom).values()
    assert shown in written.decode()


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("saved", "said"),
        [
            ("", "it is no WordPress export"),
            ("<!doctype html><title>x</title>", "it is no WordPress export"),
            ("<html><body/></html>", "it is no WordPress export"),
            ('{"items": 3}', "it is no JSON feed"),
            ('{"items":' + "[" * 100_000, "it is no JSON"),
            (f'<!DOCTYPE rss [<!ENTITY a "lol">{BOMB}]><rss><channel/></rss>', "it declares entities"),
            (f'<!DOCTYPE rss [<!ENTITY a "{"l" * 10_000}">{BOMB}]><rss x="&j;"><channel/></rss>', "amplification"),
            ('<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><a>&a;</a></rss>', "it declares entities"),
            (HEAD + "<item>" + "<a>" * 1_000, "Excessive depth"),
            (HEAD + "<item>" + "<a/>" * 600_000, "500,000 elements"),
            (HEAD + "<item>" + f"<a>{'x' * 1_000}</a>" * 21_000, "20,000,000 bytes"),
        ],
        ids=["empty", "HTML", "XHTML", "JSON", "deep JSON", "bomb", "bomb in attributes", "a file", "deep", "many",
             "large"],
    )  # fmt: skip
    def test_is_refused_with_a_reason(self, make_newsroom: MakeNewsroom, saved: str, said: str) -> None:
        newsroom = make_newsroom()
        result = carry(newsroom, saved)
        assert result.exit_code == 1
        assert said in result.stderr
        assert "Traceback" not in result.output
        assert files(newsroom) == {}

    def test_of_one_that_is_cut_short_all_is_read_to_there(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom()
        saved = export([Post(number) for number in range(1, 100)])
        result = carry(newsroom, saved[: saved.index("<wp:status>", saved.index("?p=42"))])
        assert result.exit_code == 1
        assert "it is read to line" in result.stderr
        assert len(files(newsroom)) == 41

    def test_bytes_that_xml_forbids_do_no_harm(self, old: Callable[..., Newsroom]) -> None:
        newsroom = old(b" \n" + export([Post(1, content="One \x0b\x01two")]).encode().replace(b"two", b"two \xff"))
        assert body(newsroom) == "<p>One two \ufffd</p>"

    @pytest.mark.parametrize(
        "slug", ["../../../evil", "/evil", "..", "", "README", "index", "a\nb", "%2e%2e%2fx", "x" * 999]
    )
    def test_no_name_leaves_the_folder_or_hides_a_release(self, old: Callable[..., Newsroom], slug: str) -> None:
        newsroom = old(export([Post(1, slug=slug)]))
        (name,) = files(newsroom)
        assert name.startswith("2024/")
        assert len(newsroom.ids()) == 1
        assert {path.name for path in newsroom.root.iterdir()} <= {"index", "releases", "saved"}

    @pytest.mark.parametrize("path", ["../../x.png", "%2e%2e/x.png", "newsroom.toml", "2024/post-2.html", "a%0Ab.png"])
    def test_no_file_is_copied_to_where_it_does_harm(self, make_newsroom: MakeNewsroom, path: str) -> None:
        assert carry(make_newsroom(), export([Post(1, content=f'<img src="{SITE}/{path}">')])).stdout == ""

    @pytest.mark.parametrize(
        "piece",
        [
            "<pre", "[caption]<img ", "[a ", '<a href="//', "https://a ", "<!-- wp:a ", "\n ", "[", " src= ",
            "[members",
        ],
    )  # fmt: skip
    def test_no_text_takes_for_ever(self, make_newsroom: MakeNewsroom, piece: str) -> None:
        """Where a step took the square of the text, this would not end in an hour."""
        assert carry(make_newsroom(), export([Post(1, content=piece * 100_000)])).exit_code == 0


MEASURE = """
import resource, sys
from click.testing import CliRunner
from feedsrv.cli import main
result = CliRunner().invoke(main, ["import", *sys.argv[1:]])
assert not result.exit_code, result.output
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def megabytes(tmp_path: Path, posts: Iterable[Post]) -> int:
    """What importing these takes at most."""
    file = tmp_path / "export.xml"
    with file.open("w", encoding="utf8") as stream:
        stream.write(HEAD)
        stream.writelines(map(item, posts))
        stream.write("</channel></rss>")
    command = [sys.executable, "-c", MEASURE, str(file), str(tmp_path / "releases")]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout)


@pytest.mark.slow
def test_a_large_export_takes_little_more_memory_than_a_small_one(tmp_path: Path) -> None:
    few = megabytes(tmp_path, [Post(1)])
    many = megabytes(tmp_path, (Post(number, content="Words. " * 30_000, comments=50) for number in range(200)))
    assert many < few + 25


OLD_FEEDS = {"rss": rss, "atom": atom}
TITLES = [f"Release {number}" for number in range(1, 201)]
SUBSCRIPTIONS = [(name, form) for name, (_, formats) in READERS.items() for form in formats if form in OLD_FEEDS]


class Site(BaseHTTPRequestHandler):
    """The site that is left: its feeds, with an ETag."""

    posts: Sequence[Post] = ()

    def do_GET(self) -> None:
        document = OLD_FEEDS[self.path.rpartition(".")[2]](self.posts).encode()
        self.send_response(304 if self.headers["If-None-Match"] else 200)
        self.send_header("ETag", '"1"')
        self.end_headers()
        if not self.headers["If-None-Match"]:
            self.wfile.write(document)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[list[Shown], list[Shown]]]:
    """What each feed reader shows, by itself and its format, before the site is left, and from its address after."""
    folder = tmp_path_factory.mktemp("moved")
    posts = [Post(number, title, f"Words of {title}.", hours=20 * number) for number, title in enumerate(TITLES, 1)]
    posts += [Post(201, "A draft", status="draft"), Post(202, "For some", password="x", hours=4020)]
    subscribers: dict[tuple[str, str], FeedReader] = {}
    before = {}
    with ThreadingHTTPServer(("localhost", 0), type("Old", (Site,), {"posts": posts})) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        address = f"http://localhost:{site.server_port}/releases"
        for name, form in SUBSCRIPTIONS:
            home = folder / f"{name} {form}"
            home.mkdir()
            with suppress(pytest.skip.Exception):
                subscribers[name, form] = READERS[name][0](home)
                subscribers[name, form].poll(f"{address}.{form}")
                before[name, form] = subscribers[name, form].entries()
        site.shutdown()
    (folder / "export.xml").write_text(export(posts), "utf8")
    imported = run("import", str(folder / "export.xml"), str(folder / "releases"), releases=folder, index=folder)
    assert imported.returncode == 0, imported.stderr
    with running(folder / "releases", folder / "index", PORT=str(site.server_port)):
        for (_, form), reader in subscribers.items():
            reader.poll(f"{address}.{form}")
    return {subscription: (before[subscription], reader.entries()) for subscription, reader in subscribers.items()}


@pytest.mark.slow
@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=" ".join)
def test_no_subscriber_sees_a_release_twice(
    moved: dict[tuple[str, str], tuple[list[Shown], list[Shown]]], subscription: tuple[str, str]
) -> None:
    if subscription not in moved:
        pytest.skip("it is not installed")
    before, after = moved[subscription]
    titles = sorted(entry.title for entry in after)
    assert len(before) == 10
    assert {(entry.id, entry.title) for entry in before} <= {(entry.id, entry.title) for entry in after}
    assert titles == sorted(TITLES if subscription[0] == "a follower of archives" else TITLES[-50:])
