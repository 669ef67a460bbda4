"""Attachments and page bundles, from the folder to the reader."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from werkzeug.test import TestResponse

from feedsrv.publishing.check import check
from feedsrv.web import create_app
from feedsrv.web.context import snapshot
from feedsrv.web.files import attachment
from tests.conftest import NOW, MakeNewsroom, Newsroom, release

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
PLAN = b"%PDF-1.4 a plan\n" * 100
BUNDLE = {
    "quay/index.md": release("A new quay", body="![The quay](photos/quay.png)\n\nSee [the plan](plan.pdf#page=2)."),
    "quay/photos/quay.png": PICTURE,
    "quay/plan.pdf": PLAN,
    "quay/figures.xlsx": b"figures",
}


def names(newsroom: Newsroom, release_id: str) -> list[str]:
    return [item.name for item in newsroom.snapshot().get(release_id).attachments]


def get(newsroom: Newsroom, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """The answer, read to its end: then the file is closed."""
    return newsroom.client().open(path, method=method, headers=headers, buffered=True)


def version(data: bytes) -> str:
    """What the address of a file on a page says of its content."""
    return f"?v={sha256(data).hexdigest()[:8]}"


def status(newsroom: Newsroom, path: str) -> int:
    return get(newsroom, path).status_code


def problems(newsroom: Newsroom) -> list[str]:
    return [f"{p.severity} {p}" for p in check(newsroom.catalogue, newsroom.index, NOW, [], iter).problems]


class TestBelonging:
    def test_all_files_of_a_bundle_belong_to_its_release(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({**BUNDLE, "quay/index.fr.md": release("Un quai", lang="fr")})
        assert sorted(names(newsroom, "quay")) == ["figures.xlsx", "plan.pdf", "quay.png"]
        assert sorted(names(newsroom, "quay-fr")) == ["figures.xlsx", "plan.pdf", "quay.png"]

    def test_files_of_the_same_stem_belong_to_a_release_in_its_language_or_in_all(
        self, make_newsroom: MakeNewsroom
    ) -> None:
        newsroom = make_newsroom({
            "x.md": release(), "x.fr.md": release("Un titre", lang="fr"), "x.pdf": PLAN, "x.fr.pdf": b"fr",
            "x-large.pdf": b"of nobody",
        })  # fmt: skip
        assert names(newsroom, "x") == ["x.pdf"]
        assert sorted(names(newsroom, "x-fr")) == ["x.fr.pdf", "x.pdf"]

    def test_a_release_may_name_files_anywhere_in_the_folder(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({
            "2026/x.md": release(attachments="[../common/a.pdf, {file: b.zip}]", image="/uploads/c.png"),
            "common/a.pdf": b"a", "2026/b.zip": b"b", "uploads/c.png": PICTURE,
        })  # fmt: skip
        assert names(newsroom, "x") == ["a.pdf", "b.zip", "c.png"]
        assert newsroom.snapshot().get("x").picture == "c.png"

    @pytest.mark.parametrize(
        ("address", "file"),
        [
            ("/images/a.png", "site/content/images/a.png"),
            ("{static}/images/a.png", "site/content/images/a.png"),
            ("/images/a.png", "static/images/a.png"),
            ("/a.png", "site/public/a.png"),
            ("/a.png", "static/a.png"),
        ],
    )
    def test_an_address_counts_from_the_folder_from_which_its_generator_has_it_count(
        self, make_newsroom: MakeNewsroom, address: str, file: str
    ) -> None:
        newsroom = make_newsroom({"site/content/posts/x.md": release(body=f"![A quay]({address})")})
        newsroom.publish({file: PICTURE})
        assert names(newsroom, "x") == ["a.png"]
        newsroom.publish({address.removeprefix("{static}").lstrip("/"): PLAN})
        assert get(newsroom, "/releases/x/a.png").data == PLAN, "what it says in so many words goes before"

    @pytest.mark.parametrize("address", ["/a.png", "a.png", "static/../secret.pdf", "/secret.pdf"])
    def test_no_file_is_looked_for_that_nobody_names(self, make_newsroom: MakeNewsroom, address: str) -> None:
        newsroom = make_newsroom({
            "site/content/posts/x.md": release(body=f"![A quay]({address})"), "site/content/a.png": PICTURE,
            "site/content/secret.pdf": PLAN, "site/content/secret.md": release(draft="true"),
        })  # fmt: skip
        assert names(newsroom, "x") == []

    def test_a_document_in_a_bundle_that_nobody_names_is_told(self, make_newsroom: MakeNewsroom) -> None:
        bundle = {"quay/index.md": release("A quay", body="[Named](b.odt)"), "quay/index.docx": b"x"}
        newsroom = make_newsroom({**bundle, "quay/a.docx": b"x", "quay/b.odt": b"x", "quay/c.doc": b"x"})
        told = [problem for problem in problems(newsroom) if "served nowhere" in problem]
        assert [problem.partition(": ")[0] for problem in told] == ["note quay/a.docx", "note quay/c.doc"]

    def test_a_document_that_is_a_release_itself_lies_with_none(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"a.md": release(), "b.docx": b"x", "c.odt": b"x"})
        assert not [problem for problem in problems(newsroom) if "served nowhere" in problem]

    def test_a_folder_with_other_releases_is_no_bundle(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({
            "2026/index.md": release("The year"), "2026/secret.md": release(date="2027-01-01"), "2026/secret.pdf": PLAN,
            "2026/photos/secret.png": PICTURE,
        })  # fmt: skip
        assert names(newsroom, "2026") == []

    def test_what_is_hidden_left_over_or_a_release_belongs_to_nobody(self, make_newsroom: MakeNewsroom) -> None:
        left = [
            ".hidden",
            "_machinery.pdf",
            "plan.pdf~",
            "plan.pdf.part",
            ".plan.pdf.swp",
            "~$plan.docx",
            "x/.git/config",
        ]
        body = "[a](.hidden) [b](../newsroom.toml) [c](../other.md) [d](../../../etc/passwd) [e](_machinery.pdf)"
        newsroom = make_newsroom({
            **{f"quay/{name}": b"x" for name in left}, "quay/index.md": release(body=body), "newsroom.toml": "",
            "other.md": release(draft="true"), "README.md": "x",
        })  # fmt: skip
        assert names(newsroom, "quay") == []

    def test_two_files_of_one_name_are_both_there(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({
            "quay/index.md": release(body="![One](a/p.png) ![Two](b/P.png)"),
            "quay/a/p.png": b"1", "quay/b/P.png": b"2",
        })  # fmt: skip
        assert [get(newsroom, f"/releases/quay/{name}").data for name in ("p.png", "b-P.png")] == [b"1", b"2"]

    @pytest.mark.parametrize(
        ("hostile", "served"),
        [
            ("Plan général (2).pdf", "plan-general-2.pdf"),
            ('a"b\n<script>.png', "a-b-script.png"),
            ("файл.pdf", "fayl.pdf"),
            ("%2e%2e", "2e-2e"),
            ("no ending", "no-ending"),
            ("a.b c", "a-b-c"),
        ],
    )
    def test_names_are_made_safe(self, make_newsroom: MakeNewsroom, hostile: str, served: str) -> None:
        named = release(attachments=json.dumps([quote(hostile)]))
        newsroom = make_newsroom({"quay/index.md": named, f"quay/{hostile}": b"x"})
        assert names(newsroom, "quay") == [served]
        assert status(newsroom, f"/releases/quay/{served}") == 200

    def test_links_and_pipes_are_reported_and_not_followed(self, make_newsroom: MakeNewsroom, tmp_path: Path) -> None:
        newsroom = make_newsroom({"quay/index.md": release()})
        (tmp_path / "secret").write_text("Zanzibar")
        (newsroom.releases / "quay/out.pdf").symlink_to(tmp_path / "secret")
        (newsroom.releases / "quay/folder").symlink_to(tmp_path)
        os.mkfifo(newsroom.releases / "quay/pipe.pdf")
        newsroom.publish()
        assert names(newsroom, "quay") == []
        assert problems(newsroom) == [
            "error quay/out.pdf: this is a link, and links are not followed; put the file itself here",
            "error quay/pipe.pdf: this is not a file; take it away",
        ]

    def test_a_file_that_is_too_large_costs_itself_only(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(BUNDLE)
        with (newsroom.releases / "quay/huge.mp4").open("wb") as file:
            file.truncate(100_000_001)
        newsroom.publish()
        assert "huge.mp4" not in names(newsroom, "quay")
        assert any("quay/huge.mp4: this has more than 100,000,000 bytes" in problem for problem in problems(newsroom))

    def test_a_release_has_at_most_200_files(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"q/index.md": release(), **{f"q/{n:03}.csv": str(n) for n in range(201)}})
        assert names(newsroom, "q") == [f"{n:03}.csv" for n in range(200)]
        assert any("more than 200 files, and 1 of them" in problem for problem in problems(newsroom))

    def test_what_is_named_and_not_there_is_reported_with_its_line(self, make_newsroom: MakeNewsroom) -> None:
        body = "A [plan](gone.pdf), [a page](/about), [another's](https://example.org/gone.pdf)."
        body += "\n\n![A *great* quay](/uploads/quay.png)"
        newsroom = make_newsroom({"x.md": release(image="/img/x.png", body=body)})
        assert problems(newsroom) == [
            "note x.md:4: there is no file img/x.png in the folder of releases; put it there, or change its address",
            "note x.md:7: a link leads to gone.pdf, and there is no such file; put it there, or change its address",
            "note x.md:7: a link leads to /about, which is none of the releases, and is left as it is",
            "warning x.md:9: the picture /uploads/quay.png is not there, and its description is shown instead; "
            "put it there, or change its address",
        ]
        page = get(newsroom, "/releases/x").text
        assert "<p>A great quay</p>" in page
        assert "<img" not in page

    def test_a_file_that_is_there_in_other_capitals_is_named(self, make_newsroom: MakeNewsroom) -> None:
        files = {"Our quay.jpg": PICTURE, "plan.XLSX": b"x"}
        newsroom = make_newsroom({"x.md": release(body="![A quay](<Our Quay.JPG>) [Plan](plan.xlsx)"), **files})
        there = "there is {}: write its capitals as they are"
        assert [problem.partition(": ")[2] for problem in problems(newsroom)] == [
            "the picture Our Quay.JPG is not there, and its description is shown instead; "
            f"{there.format('Our quay.jpg')}",
            f"a link leads to plan.xlsx, and there is no such file; {there.format('plan.XLSX')}",
        ]


class TestPublishing:
    @pytest.mark.parametrize(
        "fields", [{"draft": "true"}, {"embargo": "2027-01-01"}, {"expires": "2026-02-01"}, {"withdrawn": "2026-03-01"}]
    )
    def test_the_files_of_what_is_not_public_are_nowhere(
        self, make_newsroom: MakeNewsroom, fields: dict[str, str]
    ) -> None:
        newsroom = make_newsroom(BUNDLE)
        assert status(newsroom, "/releases/quay/plan.pdf") == 200
        newsroom.publish({"quay/index.md": release("A new quay", **fields)}, rebuild=True)
        newsroom.publish({"other.md": release()})
        newsroom.publish({"other.md": release("Another")})
        assert status(newsroom, "/releases/quay/plan.pdf") in {404, 410}
        index = newsroom.settings.index
        assert not [path for path in index.rglob("*") if path.is_file() and path.read_bytes() in {PLAN, PICTURE}]

    def test_files_appear_when_the_embargo_ends(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({**BUNDLE, "quay/index.md": release(embargo="2026-11-01T12:30:00Z")})
        assert status(newsroom, "/releases/quay/plan.pdf") == 404
        newsroom.now = NOW.replace(minute=30)
        newsroom.publish()
        assert get(newsroom, "/releases/quay/plan.pdf").data == PLAN

    def test_a_replaced_file_is_a_changed_release_of_the_same_date(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(BUNDLE)
        before = newsroom.snapshot().get("quay").updated
        assert newsroom.publish({"quay/plan.pdf": b"another plan"}).changed == 1
        assert get(newsroom, "/releases/quay/plan.pdf").data == b"another plan"
        assert newsroom.snapshot().get("quay").updated == before

    def test_a_file_that_is_removed_or_comes_later_is_noticed(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"x.md": release(body="![A quay](img/quay.png)")})
        newsroom.publish({"img/quay.png": PICTURE})
        assert get(newsroom, "/releases/x/quay.png").data == PICTURE
        newsroom.remove("img/quay.png")
        newsroom.publish()
        assert status(newsroom, "/releases/x/quay.png") == 404
        newsroom.publish({"other.md": release()})
        assert not list(newsroom.settings.index.rglob(f"current/files/{sha256(PICTURE).hexdigest()}"))

    def test_nothing_changed_is_no_new_generation_and_a_rebuild_has_the_same_bytes(
        self, make_newsroom: MakeNewsroom
    ) -> None:
        newsroom = make_newsroom(BUNDLE)
        before = newsroom.snapshot().generation
        newsroom.publish()
        assert newsroom.snapshot().generation == before
        paths = ["/releases/quay", "/releases/quay/plan.pdf", "/releases.atom", "/releases.json"]
        first = [(a.data, a.headers["ETag"]) for a in (get(newsroom, path) for path in paths)]
        newsroom.publish(rebuild=True)
        assert [(a.data, a.headers["ETag"]) for a in (get(newsroom, path) for path in paths)] == first

    def test_other_releases_keep_their_files_when_one_changes(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({**BUNDLE, "x.md": release(attachments="quay/plan.pdf")})
        newsroom.publish({"quay/plan.pdf": b"new", "y.md": release(), "newsroom.toml": '[topics.t]\nmatch = ["quay"]'})
        newsroom.remove("x.md")
        newsroom.publish()
        assert get(newsroom, "/releases/quay/plan.pdf").data == b"new"
        assert get(newsroom, "/releases/quay/quay.png").data == PICTURE


class TestServing:
    def test_a_file_is_sent_whole_or_in_part_with_its_type_and_a_strong_tag(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(BUNDLE)
        whole = get(newsroom, "/releases/quay/plan.pdf")
        assert whole.data == PLAN
        assert whole.headers["Content-Type"] == "application/pdf"
        assert whole.headers["ETag"] == f'"{sha256(PLAN).hexdigest()}"'
        assert whole.headers["Content-Length"] == str(len(PLAN))
        assert whole.headers["X-Content-Type-Options"] == "nosniff"
        assert "Last-Modified" not in whole.headers
        part = get(newsroom, "/releases/quay/plan.pdf", Range="bytes=5-7")
        assert (part.status_code, part.data) == (206, PLAN[5:8])
        assert get(newsroom, "/releases/quay/plan.pdf", Range="bytes=999999-").status_code == 416
        held = get(newsroom, "/releases/quay/plan.pdf", **{"If-None-Match": whole.headers["ETag"]})
        assert (held.status_code, held.data) == (304, b"")
        head = get(newsroom, "/releases/quay/plan.pdf", "HEAD")
        assert (head.data, head.headers["Content-Length"]) == (b"", str(len(PLAN)))

    def test_what_a_browser_cannot_show_is_downloaded_and_nothing_runs(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(
            {
                **BUNDLE,
                "quay/index.md": release(attachments="[a.xhtml]"),
                "quay/logo.svg": "<svg><script>alert(1)</script></svg>",
                "quay/a.xhtml": "x",
            }
        )
        found = {name: get(newsroom, f"/releases/quay/{name}").headers for name in names(newsroom, "quay")}
        downloaded = {name for name, headers in found.items() if "Content-Disposition" in headers}
        assert downloaded == {"figures.xlsx", "a.xhtml"}
        assert found["a.xhtml"]["Content-Disposition"] == 'attachment; filename="a.xhtml"'
        assert found["a.xhtml"]["Content-Type"] == "application/octet-stream"
        assert found["logo.svg"]["Content-Security-Policy"] == "sandbox; default-src 'none'"

    @pytest.mark.parametrize(
        "path",
        ["nothing.pdf", "..", "../quay/index.md", "%2e%2e", "%2e%2e%2findex.md", "index.md", "%2fetc%2fpasswd",
         "photos/quay.png", "plan.pdf/", "PLAN.PDF", "%00"],
    )  # fmt: skip
    def test_nothing_else_is_served(self, make_newsroom: MakeNewsroom, path: str) -> None:
        assert status(make_newsroom(BUNDLE), f"/releases/quay/{path}") in {308, 400, 404}

    def test_files_move_with_their_release(self, make_newsroom: MakeNewsroom) -> None:
        moved = release("A new quay", aliases="[former, /2026/03/quay/]")
        newsroom = make_newsroom({"quay/index.md": moved, "quay/a plan.pdf": PLAN})
        for path in ("/releases/former/a-plan.pdf", "/2026/03/quay/a-plan.pdf"):
            answer = get(newsroom, path)
            assert (answer.status_code, answer.headers["Location"]) == (301, "/releases/quay/a-plan.pdf")
        assert [status(newsroom, path) for path in ("/releases/former/other.pdf", "/releases/former/x/a-plan.pdf")] == [
            404,
            404,
        ]
        newsroom.publish({"quay/index.md": release("A new quay", status="withdrawn", aliases="[former]")})
        assert status(newsroom, "/releases/former/a-plan.pdf") == 404

    def test_a_file_is_sent_although_the_generation_that_was_asked_has_gone(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({**BUNDLE, "a.md": release("A"), "b.md": release("B")})
        application = create_app(newsroom.index, newsroom.settings)
        with application.test_request_context("/", base_url=newsroom.settings.base_url):
            held = snapshot().generation
            for name in ("a.md", "b.md"):
                newsroom.remove(name)
                newsroom.publish()
            assert not (newsroom.settings.index / held).exists()
            answer = attachment("quay", "plan.pdf")
            assert answer.status_code == 200
            answer.close()

    def test_the_files_of_no_release_are_nowhere(self, make_newsroom: MakeNewsroom) -> None:
        answer = make_newsroom(BUNDLE).client().get("/releases/other/plan.pdf")
        assert (answer.status_code, "There is no such release." in answer.text) == (404, True)

    def test_the_page_shows_pictures_and_offers_the_rest(self, make_newsroom: MakeNewsroom) -> None:
        page = make_newsroom(BUNDLE).client().get("/releases/quay").text
        picture = f"https://press.example.org/releases/quay/quay.png{version(PICTURE)}"
        assert f'<img src="{picture}" alt="The quay" loading="lazy">' in page
        assert '<a href="https://press.example.org/releases/quay/plan.pdf#page=2">the plan</a>' in page
        downloads = page.partition("Downloads")[2].partition("</section>")[0]
        assert downloads.count("<li>") == 2
        assert 'href="/releases/quay/plan.pdf"' in downloads
        assert "PDF, 2 kB" in downloads

    def test_a_picture_on_a_page_is_kept_for_long_by_browsers_and_for_a_minute_by_caches(
        self, make_newsroom: MakeNewsroom
    ) -> None:
        newsroom = make_newsroom(BUNDLE)
        path, usual = "/releases/quay/quay.png", "public, max-age=60, stale-if-error=86400"
        current = path + version(PICTURE)
        lasting = "public, max-age=31536000, s-maxage=60, stale-if-error=86400, immutable"
        for address in (current, path, f"{path}?v=00000000", f"{path}?v="):
            answer = get(newsroom, address)
            assert (answer.status_code, answer.data) == (200, PICTURE)
            assert answer.headers["Cache-Control"] == (lasting if address == current else usual)
            again = get(newsroom, address, **{"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.headers["Cache-Control"]) == (304, answer.headers["Cache-Control"])
        feeds = [get(newsroom, f"/releases.{kind}").text for kind in ("atom", "rss", "json")]
        assert not any("?v=" in feed for feed in feeds), "what readers compare is another only where a text is"
        newsroom.publish({"quay/photos/quay.png": PICTURE + b"more"})
        assert get(newsroom, current).headers["Cache-Control"] == usual
        assert current not in get(newsroom, "/releases/quay").text
        newsroom.publish({"quay/index.md": release("A new quay", withdrawn="2026-02-01")})
        assert get(newsroom, current).status_code == 410

    def test_a_film_has_a_player_on_the_page_and_a_link_in_feeds(self, make_newsroom: MakeNewsroom) -> None:
        film = '<video src="film.mp4" poster="photos/quay.png"><track src="film.vtt"></video>'
        body = f'{film}\n\n<audio src="gone.mp3"></audio>'
        files = {"quay/film.mp4": b"film", "quay/film.vtt": b"WEBVTT", "quay/photos/quay.png": PICTURE}
        newsroom = make_newsroom({"quay/index.md": release("A new quay", body=body), **files})
        base = "https://press.example.org/releases/quay/"
        link = f'<a href="{base}film.mp4">film.mp4</a>'
        assert (
            f'<video controls="" preload="metadata" poster="{base}quay.png{version(PICTURE)}">'
            f'<source src="{base}film.mp4{version(b"film")}">'
            f'<track src="{base}film.vtt{version(b"WEBVTT")}">{link}</video>'
        ) in get(newsroom, "/releases/quay").text
        assert "note quay/index.md:8: a link leads to gone.mp3, and there is no such file" in problems(newsroom)[0]
        (item,) = json.loads(get(newsroom, "/releases.json").data)["items"]
        assert item["content_html"].startswith(f"<p>{link}</p>\n<p>gone.mp3</p>")
        assert f"{base}film.mp4" in [file["url"] for file in item["attachments"]]

    def test_a_picture_that_is_not_in_the_text_stands_above_it(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom({"x.md": release(image="a.png"), "a.png": PICTURE})
        page = get(newsroom, "/releases/x").text
        assert f'<img src="/releases/x/a.png{version(PICTURE)}" alt="" loading="lazy">' in page
        assert "Downloads" not in page

    def test_what_a_release_says_of_its_files_is_shown(self, make_newsroom: MakeNewsroom) -> None:
        image = '{src: a.png, alt: "The <b>quay</b> & pier", caption: "At *dawn*", credit: Ann Example}'
        files = {"x.md": release(image=image, attachments="[{file: b.pdf, title: The plan}]"), "a.png": PICTURE}
        newsroom = make_newsroom({**files, "b.pdf": PLAN})
        page = get(newsroom, "/releases/x").text
        assert f'<img src="/releases/x/a.png{version(PICTURE)}" alt="The quay &amp; pier" loading="lazy">' in page
        assert '<figcaption>At dawn <small>Ann Example</small> <a class="get" href="/releases/x/a.png"' in page
        assert "<bdi>The plan</bdi>" in page
        (item,) = json.loads(get(newsroom, "/releases.json").data)["items"]
        assert 'alt="The quay &amp; pier" loading="lazy"><figcaption>' in item["content_html"]
        assert [file["title"] for file in item["attachments"] if "b.pdf" in file["url"]] == ["The plan"]
        assert problems(newsroom) == []

    def test_pictures_without_a_description_are_named(self, make_newsroom: MakeNewsroom) -> None:
        body = "![](b.png) ![Quay](c.png)"
        files = {"a.png": PICTURE, "b.png": b"b", "c.png": b"c"}
        newsroom = make_newsroom({"x.md": release(image="a.png", body=body), **files})
        assert "note x.md: 2 of its pictures have no description: b.png, a.png" in problems(newsroom)[0]

    @pytest.mark.parametrize("address", ["caf\u00e9.png", "cafe\u0301.png", "caf%C3%A9.png", "cafe%CC%81.png"])
    def test_a_name_is_found_however_its_accents_are_spelled(self, make_newsroom: MakeNewsroom, address: str) -> None:
        newsroom = make_newsroom({"x.md": release(body=f"![A caf\u00e9]({address})"), "cafe\u0301.png": PICTURE})
        assert names(newsroom, "x") == ["cafe.png"]
        assert get(newsroom, "/releases/x/cafe.png").data == PICTURE

    def test_feeds_enclose_what_the_text_does_not_show(self, make_newsroom: MakeNewsroom) -> None:
        client = make_newsroom(BUNDLE).client()
        base = "https://press.example.org/releases/quay/"
        for ending, expected in (("atom", ["figures.xlsx", "plan.pdf"]), ("rss", ["figures.xlsx"])):
            (entry,) = feedparser.parse(client.get(f"/releases.{ending}").data).entries
            assert [enclosure.href for enclosure in entry.enclosures] == [base + name for name in expected]
        (item,) = json.loads(client.get("/releases.json").data)["items"]
        assert item["image"] == f"{base}quay.png"
        assert item["attachments"][1] == {
            "url": f"{base}plan.pdf", "mime_type": "application/pdf", "size_in_bytes": len(PLAN), "title": "plan.pdf",
        }  # fmt: skip


def test_files_of_a_release_that_search_engines_are_to_leave_out_ask_so_too(make_newsroom: MakeNewsroom) -> None:
    files = {f"{name}/plan.pdf": "%PDF-1.4 a plan" for name in ("quiet", "loud")}
    client = make_newsroom(
        {**files, "quiet/index.md": release("Quiet", noindex="true"), "loud/index.md": release("Loud")}
    ).client()
    for method in ("GET", "HEAD"):
        with client.open("/releases/quiet/plan.pdf", method=method) as answer:
            assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (200, "noindex")
        with client.open("/releases/loud/plan.pdf", method=method) as answer:
            assert (answer.status_code, "X-Robots-Tag" in answer.headers) == (200, False)
