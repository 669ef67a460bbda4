"""Cases of the gate, through a folder, an index and the web: where generators and people let a state hide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client

from tests.conftest import MakeNewsroom, release

SECRET = "Zanzibar"
TEXT = f"The harbour of {SECRET} buys a second crane.\n"
NEWSROOM = 'title = "Harbour"\ntimezone = "Europe/Paris"\n'

Files = Mapping[str, str | bytes]


def front(lines: str, fence: str = "---", closing: str = "") -> str:
    return f"{fence}\n{lines}\n{closing or fence[:3]}\n\n{TEXT}"


def keys(lines: str) -> str:
    return front(f"title: Crane\ndate: 2024-03-23\n{lines}")


def dated(date: str) -> str:
    return front(f"title: Crane\ndate: {date}")


def open_to_all(web: Client) -> set[str]:
    return {item["_feedsrv"]["release"] for item in web.get("/releases.json").get_json()["items"]}


HIDING: Mapping[str, Files] = {
    "fences that name their format": {
        "a-json.md": front('{"title": "Crane", "date": "2024-03-23", "draft": true}', "---json"),
        "a-toml.md": front('title = "Crane"\ndate = 2024-03-23\ndraft = true', "---toml"),
        "a-yaml.md": front("title: Crane\ndraft: yes", "---yaml"),
        "a-script.md": front('{ title: "Crane", draft: true }', "---js"),
        "plus-toml.md": front('title = "Crane"\ndraft = true', "+++toml"),
        "plus-yaml.md": front("title: Crane\ndraft: true", "+++yaml"),
        "semicolons.md": front('{"title": "Crane", "draft": true}', ";;;"),
    },
    "what stands above a fence": {
        "licence.md": f"<!-- SPDX-License-Identifier: CC0-1.0 -->\n{keys('draft: true')}",
        "comment.md": f"<!-- made by the press office -->\n\n{keys('embargo: 2099-05-02')}",
        "many-lines.md": f"<!--\n  Harbour authority\n  all rights reserved\n-->\n{keys('private: true')}",
        "blank.md": f"\n\n{keys('status: draft')}",
    },
    "second blocks": {
        "second.md": f"---\nlayout: post\n---\n{keys('draft: true')}",
        "second-apart.md": f"---\nlayout: post\n---\n\n{keys('draft: true')}",
        "empty-first.md": f"---\n---\n{keys('embargo: 2099-05-02')}",
    },
    "comments and fields": {
        "comment.md": f"<!-- draft: true -->\n\n# Crane\n\n23 March 2024\n\n{TEXT}",
        "words.md": f"<!-- EMBARGOED UNTIL 2 May 2099 -->\n\n# Crane\n\n23 March 2024\n\n{TEXT}",
        "nikola.md": f"<!--\n.. title: Crane\n.. date: 2024-03-23 10:00:00 UTC+01:00\n.. status: draft\n-->\n\n{TEXT}",
        "nikola-later.md": f"<!--\n.. title: Crane\n.. date: 2099-05-02 10:00:00 UTC+01:00\n-->\n\n{TEXT}",
        "nikola-text.txt": f".. title: Crane\n.. date: 2024-03-23\n.. status: private\n\n{TEXT}",
        "org.md": f"#+TITLE: Crane\n#+DATE: 2099-05-02\n\n{TEXT}",
        "bare.md": f"private: true\n\n# Crane\n\n23 March 2024\n\n{TEXT}",
        "pelican.md": f"Title: Crane\nDate: 2024-03-23\nStatus: draft\n\n{TEXT}",
    },
    "files beside": {
        "one/a-meta.md": f"# Crane\n\n23 March 2024\n\n{TEXT}",
        "one/a-meta.meta": ".. title: Crane\n.. date: 2099-05-02 10:00\n",
        "two/a-yaml.md": release("Crane", body=TEXT),
        "two/a-yaml.yaml": "draft: true\n",
        "three/a-json.md": release("Crane", body=TEXT),
        "three/a-json.json": '{"params": {"embargo": "2099-05-02"}}',
        "four/_index.md": "---\ntitle: Four\ncascade:\n  draft: true\n---\n",
        "four/deeper/section.md": release("Crane", body=TEXT),
        "five/_index.md": '+++\ntitle = "Five"\ndraft = true\n+++\n',
        "five/zola.md": release("Crane", body=TEXT),
        "six/six.json": '{"draft": true}',
        "six/eleventy.md": release("Crane", body=TEXT),
        "seven/seven.11tydata.js": "module.exports = { eleventyComputed: { permalink: false }, draft: true };\n",
        "seven/code.md": release("Crane", body=TEXT),
        "eight/_config.yml": "title: Cranes\ndefaults:\n- scope: {path: _posts/inside}\n  values: {published: false}\n",
        "eight/_posts/inside/2024-03-23-jekyll.md": f"---\ntitle: Crane\n---\n{TEXT}",
    },
    "words of other programs for a draft": {
        "wordpress.md": keys("post_status: draft"),
        "ghost.md": keys("visibility: private"),
        "strapi.md": keys("publishedAt: 2099-05-02"),
        "contentful.md": keys("published_at: 2099-05-02"),
        "next.md": keys("published_date: 2099-05-02"),
        "nuxt.md": keys("isPublished: false"),
        "sanity.md": keys("workflow_state: draft"),
        "directus.md": keys("state: draft"),
        "members.md": keys("visibility: draft"),
        "twice.md": keys("private: true\nprivate: false"),
        "nested.md": keys("params:\n  private: true"),
        "hexo.md": keys("encrypted: true"),
    },
    "pages of a site": {
        "404.html": "---\npermalink: /404.html\n---\n<h1>404</h1><p>Not found.</p>",
        "eleventy.md": keys("permalink: false"),
        "collections.md": keys("eleventyExcludeFromCollections: true"),
        "lists.html": "---\npagination:\n  data: collections\n---\n<h1>{{ tag }}</h1>",
        "posts.md": "---\nlayout: home\n---\n{% for post in site.posts %}{{ post.title }}{% endfor %}",
        "harbour_files/frame.html": f"<title>Crane</title><p>{TEXT}</p>",
        "headless/index.md": keys("headless: true"),
        "hugo.md": keys("build:\n  render: never\n  list: never"),
        "listed.md": keys("build:\n  list: never"),
        "index.html": "---\nlayout: home\n---\n{% for post in site.posts %}{{ post.title }}{% endfor %}",
        "pages/about.md": f"Title: About\n\n{TEXT}",
        "zola.md": front('title = "Crane"\ndate = 2024-03-23\nrender = false', "+++"),
    },
    "dates that are not understood or not yet": {
        "zone.md": dated("2099-05-02 10:00 Europe/Paris"),
        "created.md": "---\ntitle: Crane\ndate:\n  created: 2099-05-02\n---\n" + TEXT,
        "month.md": dated("2099-05"),
        "year.md": dated("2099"),
        "words.md": dated("May 2099"),
        "polish.md": dated("2 maja 2099"),
        "danish.md": dated("2. maj 2099"),
        "japanese.md": dated("2099年5月2日"),
        "russian.md": dated("2 мая 2099 г."),
        "midnight.md": dated("2099-05-02 24:00"),
        "eastern.md": dated("2099-05-02 10:00 ET"),
        "typing-error.md": dated("2099-05-0 2"),
        "two-digits.md": dated("02/05/99"),
        "to-be-announced.md": dated("TBA"),
        "weekday.md": dated("next Wednesday"),
        "seconds.md": dated("4081449600"),
    },
    "names": {
        "_drafts/a.md": release("Crane", body=TEXT),
        "drafts/b.md": release("Crane", body=TEXT),
        "brouillons/c.md": release("Crane", body=TEXT),
        "embargoed/d.md": release("Crane", body=TEXT),
        "EMBARGO - e.md": release("Crane", body=TEXT),
        "EMBARGO_2099-12-01_f.md": release("Crane", body=TEXT),
        "DRAFT g.md": release("Crane", body=TEXT),
    },
    "texts in a bundle that is not public": {
        "draft/index.md": keys("draft: true"),
        "draft/annex.md": f"# Annex\n\n{TEXT}",
        "draft/plan.pdf": f"%PDF-1.4 {SECRET}",
        "later/index.md": dated("2099-05-02"),
        "later/questions.txt": f"Questions\n\n{TEXT}",
        "later/table.html": f"<h1>Costs</h1><p>{TEXT}</p>",
    },
    "formats that are not read, beside a page that is public": {
        "kit/index.md": "---\ntitle: Kit\ndate: 2024-03-23\n---\n\nA kit for the press.\n",
        "kit/secret.rst": f"Crane\n#####\n\n:date: 2099-03-23\n:status: draft\n\n{TEXT}",
        "kit/secret.adoc": f"= Crane\n:draft: true\n\n{TEXT}",
        "kit/secret.mdx": keys("draft: true"),
        "kit/secret.odt": f"PK {TEXT}",
        "kit/secret.org": f"#+TITLE: Crane\n#+DATE: 2099-05-02\n\n{TEXT}",
        "kit/secret.tex": f"% draft\n{TEXT}",
    },
}
"""Folders in which everything that says "Zanzibar" is held."""


@pytest.mark.parametrize("name", HIDING)
def test_a_state_is_found_wherever_it_hides(make_newsroom: MakeNewsroom, name: str) -> None:
    web = make_newsroom({"newsroom.toml": NEWSROOM, **HIDING[name]}).client()
    assert open_to_all(web) == ({"kit"} if "kit/index.md" in HIDING[name] else set())
    assert web.get(f"/search.json?q={SECRET}").get_json()["items"] == []
    stems = {path.rpartition("/")[2].rpartition(".")[0] for path in HIDING[name]}
    folders = {path.partition("/")[0] for path in HIDING[name] if "/" in path}
    for release_id in (stems | folders) - {"kit", "newsroom"}:
        assert web.get(f"/releases/{release_id}").status_code == 404, release_id
    for path in HIDING[name]:
        assert SECRET.encode() not in web.get(f"/releases/{path}", follow_redirects=True).data, path


def test_a_bundle_that_is_public_keeps_its_files_and_shows_no_text_of_it_as_a_release(
    make_newsroom: MakeNewsroom,
) -> None:
    files: Files = {
        "kit/index.md": "---\ntitle: Kit\ndate: 2024-03-23\n---\n\nA kit, with a [life](life.md).\n",
        "kit/life.md": "---\ntitle: A life\n---\n\nBorn in a harbour.\n",
        "kit/other.md": "---\ntitle: Another\n---\n\nBorn in a lighthouse.\n",
        "kit/photo.jpg": b"\xff\xd8\xff\xe0",
        "kit/plan.pdf": b"%PDF-1.4\n%%EOF\n",
    }
    web = make_newsroom(files).client()
    assert open_to_all(web) == {"kit"}
    for name in ("photo.jpg", "plan.pdf"):
        with web.get(f"/releases/kit/{name}") as answer:
            assert answer.data == files[f"kit/{name}"]
    assert b"lighthouse" not in web.get("/releases/kit/other.md").data


DATES = {
    "iana": ("2024-05-02 10:00 Europe/Paris", "2024-05-02T08:00:00+00:00"),
    "german": ("02.05.2024", "2024-05-01T22:00:00+00:00"),
    "polish": ("2 maja 2024", "2024-05-01T22:00:00+00:00"),
    "danish": ("2. maj 2024", "2024-05-01T22:00:00+00:00"),
    "japanese": ("2024年5月2日", "2024-05-01T22:00:00+00:00"),
    "russian": ("2 мая 2024 г.", "2024-05-01T22:00:00+00:00"),
    "month": ("2024-05", None),
    "year": ("2024", None),
    "season": ("spring of 2024", None),
}
"""Dates as people state them, and the moment of publication, None where the release is public and undated."""


def test_a_date_in_the_past_is_read_or_leaves_the_release_public_and_undated(make_newsroom: MakeNewsroom) -> None:
    files = {f"d-{name}.md": front(f"title: Day {name}\ndate: {stated}") for name, (stated, _) in DATES.items()}
    web = make_newsroom({"newsroom.toml": NEWSROOM, **files}).client()
    items = web.get("/releases.json").get_json()["items"]
    found = {item["_feedsrv"]["release"]: in_utc(item.get("date_published")) for item in items}
    assert found == {f"d-{name}": moment for name, (_, moment) in DATES.items()}


def in_utc(stated: str | None) -> str | None:
    return stated and datetime.fromisoformat(stated).astimezone(UTC).isoformat()
