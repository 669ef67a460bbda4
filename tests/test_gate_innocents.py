"""Innocents: files that only sound as if they asked to wait. A person would publish every one of them, and so it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from feedsrv import readers
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Severity
from feedsrv.reading import Status
from tests.conftest import NOW, MakeNewsroom
from tests.test_documents import docx

TEXT = "The ferry to the islands sails every hour from Monday, and bicycles travel free of charge."

KEYS = """
state: CA
state: published
state: New South Wales
stage: Glastonbury, main stage
stage: 3
concept: a car without a wheel
live: true
live: false
live: https://video.example.org/harbour
schedule: [{day: Friday, doors: "19:00"}, {day: Saturday, doors: "18:00"}]
schedule: every Tuesday and Thursday
schedule:\\n  - time: "10:00"\\n    what: Opening\\n  - time: "11:30"\\n    what: Coffee
event:\\n  status: sold out\\n  starts: 2099-05-02\\n  public: false
venue: {state: TX, private: true}
tour: {live: true, release: 2099-01-01}
author: {name: J. Draft, status: retired, public: no}
showPublishDate: false
showDate: false
hide_status: true
hideDraftBanner: true
displayEmbargo: false
showDraftWatermark: false
disable_schedule: true
enableLiveChat: false
format_release: long
printPublished: no
publisher: Draft House
publishedBy: Hidden Valley Press
published_in: The Hold, a magazine
publisherName: Embargo Books
publishResources: false
publication: Journal of Drafts
publicationType: report
releaseNumber: 2099-05
release-no: 2099
releaseType: draft law
releaseNotes: none
releaseName: Private Eye
releaseVersion: 3.0-draft
release_location: London
liveBlog: https://example.org/live
liveUrl: pending
stateCode: NO
stageName: Hidden
stakeholders: private
shareholders: no
threshold: 2099
household: draft
delivery: 2099-05-02
livelihood: pending
olive: draft
estate: private
statement: not for publication
interstate: closed
backstage: private
conceptual: draft
privateer: yes
publicity: no
public_health: false
publicTransport: closed
publicRelations: no
public_contact: Jane Doe
republic: no
drafting: committee
reviewer: draft
embargo:
embargo: ""
embargo: none
embargo: no
embargo: false
embargo: 2024-03-20
embargoed: false
embargoedUntil: ~
sperrfrist: keine
draft: false
draft: no
draft: "0"
draft:
isDraft: off
private: false
hidden: no
unlisted: false
status: published
status: Final
status: public
status:
visibility: public
visibility: world
workflow_state: published
post_status: publish
publish: true
published: true
published: 2024-03-20T08:00:00Z
isPublished: 1
publishDate: 2024-03-20
publish_on: 2024-03-20 08:00
goLive: 2024-03-20
expires: never
expires: 2099-12-31
expiryDate:
unpublish_at: 2099-12-31
withdrawn: false
withdrawn:
headless: false
render: true
build: {render: always, list: local, publishResources: true}
permalink: /2024/ferry/
sitemap: {priority: 0.5, exclude: false}
robots: noindex
seo: {title: The ferry, noindex: true}
comments: false
toc: true
type: draft
layout: private
category: hidden gems
tags: [draft, embargo, private, hold, unpublished]
keywords: embargo, sanctions, draft law
image: draft.png
weight: 10
series: Private views
"""
"""Lines of front matter, "\\n" where one goes on."""

PROSE = """
The council said on Wednesday that the arms embargo stays in place until 31 December 2099.
End the timber embargo
An embargo on fish from the bay ends in 2099.
A new edition of the guide is to be released this weekend
The film is to be released on 1 December 2099.
The draft of the harbour plan can be read in the town hall until 2099.
Draft beer and cider are served in the hold of the ship.
The NFL draft comes to the harbour.
Le musée aide ceux qui veulent donner du temps et de l'argent au\\nprojet.
L'embargo sur le café a pris fin en 2019.
Das Projekt beginnt im Mai 2099, der Entwurf liegt aus.
El embargo de la vivienda se levantó el lunes.
La bozza del piano si legge in municipio.
Publication of the annual report is a tradition here.
For release notes, see the annex.
The software is on hold until the vendor answers.
Hold the line, said the captain.
Private foundations may apply until 1 December 2099.
Our confidential helpline is open day and night.
Scheduled flights return in April 2099.
Status: the bridge is open.
Not for profit organisations can apply.
Read the output with `psql <dump` on the server.
Two is < three, and a > b.
Unpublished poems of the harbour poet are read on Friday.
Version 2.0 was released on 1 March 2024, and 3.0-draft comes in 2099.
Contact: Ida Embargo, press officer
The withdrawn banknotes are exchanged until 2099.
Tickets expire on 31 December 2099.
"""
"""Lines of a text."""

MASTHEADS = """
For immediate release
FOR IMMEDIATE RELEASE
For immediate release – Thursday
FOR IMMEDIATE RELEASE: 20 March 2024
For Immediate Release | March 20, 2024
Press release No. 2099-05
Release number: 2099-05
News release 24/031
Release date: 20 March 2024
Released on 20 March 2024
Published 20 March 2024
Communiqué de presse – pour diffusion immédiate
Zur sofortigen Veröffentlichung
Para publicación inmediata
Per diffusione immediata
Voor onmiddellijke publicatie
Embargo lifted: 20 March 2024
Embargo: none
EMBARGO 20 March 2024, 10:00
"""

COMMENTS = """
draft: true
status: draft
embargo: 2099-05-02
published: false
set draft to true to hide this page
"""
"""Lines of YAML that are comments."""


def lines(block: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in block.strip().split("\n")]


def page(body: str, *meta: str) -> str:
    head = '<meta name="date" content="2024-03-23">' + "".join(meta)
    return f"<html><head><title>The ferry sails</title>{head}</head><body><h1>The ferry sails</h1>{body}</body></html>"


def with_keys(line: str) -> Iterator[tuple[str, str]]:
    yield "a.md", f"---\ntitle: The ferry sails\ndate: 2024-03-23\n{line}\n---\n\n{TEXT}\n"
    if "\n" not in line:
        yield "a.md", f"---\ntitle: The ferry sails\n{line}\ndate: 2024-03-23\n---\n\n{TEXT}\n"
        yield "a.md", f"+++yaml\ntitle: The ferry sails\ndate: 2024-03-23\n{line}\n+++\n\n{TEXT}\n"
    indented = line.replace("\n", "\n  ")
    if not line.startswith("build"):
        yield "a.md", f"---\ntitle: The ferry sails\ndate: 2024-03-23\nparams:\n  {indented}\n---\n\n{TEXT}\n"


def with_prose(line: str) -> Iterator[tuple[str, str | bytes]]:
    yield "a.txt", f"The ferry sails\n\n23 March 2024\n\n{TEXT}\n{line}\n\n{TEXT}\n"
    yield "a.md", f"---\ntitle: The ferry sails\ndate: 2024-03-23\n---\n\n{TEXT}\n\n{TEXT} {line}\n"
    yield "a.html", page(f"<p>{TEXT}</p><p>{TEXT} {line.replace('<', '&lt;')} {TEXT}</p>")
    yield "a.docx", docx(("Title", "The ferry sails"), ("", "23 March 2024"), ("", f"{TEXT} {escaped(line)}"))


def escaped(line: str) -> str:
    return line.replace("<", "&lt;").replace("\n", " ")


def with_masthead(line: str) -> Iterator[tuple[str, str | bytes]]:
    yield "a.txt", f"{line}\n\nThe ferry sails\n\n23 March 2024\n\n{TEXT}\n"
    yield "a.md", f"{line}\n\n# The ferry sails\n\n23 March 2024\n\n{TEXT}\n"
    yield "a.md", f"---\ntitle: The ferry sails\ndate: 2024-03-23\n---\n\n**{line}**\n\n{TEXT}\n"
    yield "a.html", page(f"<p>{line}</p><p>{TEXT}</p>")
    yield "a.docx", docx(("", line), ("Title", "The ferry sails"), ("", "23 March 2024"), ("", TEXT))


def with_comment(line: str) -> Iterator[tuple[str, str]]:
    yield "a.md", f"---\ntitle: The ferry sails\ndate: 2024-03-23\n# {line}\n---\n\n{TEXT}\n"
    yield "a.md", f"---\ntitle: The ferry sails\n#{line}\ndate: 2024-03-23\n---\n\n{TEXT}\n"
    yield "a.md", f'+++\ntitle = "The ferry sails"\n# {line}\ndate = 2024-03-23\n+++\n\n{TEXT}\n'


FRONT = "---\ntitle: The ferry\ndate: 2024-03-23\n---\n\n"
WHOLE: Mapping[str, tuple[str, str]] = {
    "a list of editions on a page": (
        "a.html", page("<ul><li><a href='#1'>New edition to be released this weekend</a></li></ul>" + f"<p>{TEXT}</p>"),
    ),
    "a link to a draft, wrapped": (
        "a.html", page(f'<p>We have published a new <a href="x">\ndraft</a> of the policy.</p><p>{TEXT}</p>'),
    ),
    "a project, wrapped in HTML": ("a.html", page("<p>Le port aide ceux qui donnent de l'argent au\nprojet.</p>")),
    "an embargo in a headline": (
        "a.txt", f"Harbour board: End the timber embargo\n\nApril 2, 2009\n\n{TEXT}\n",
    ),
    "a thousand words behind a less-than sign": (
        "a.md", "---\ntitle: The ferry\ndate: 2024-03-23\n---\n\nUse `psql <dump` here.\n\n" + f"{TEXT} " * 150 + "\n",
    ),
    "a table of releases": (
        "a.md",
        f"{FRONT}| release | status | date |\n|---|---|---|\n| 3.0 | planned | 2 May 2099 |\n"
        f"| 2.0 | released | 1 May 2024 |\n\n{TEXT}\n",
    ),
    "a programme with a schedule": (
        "a.md",
        f"{FRONT}{TEXT}\n\nSchedule:\n\n- 10:00: Opening\n- 11:00: Private view\n- 12:00: Live music\n"
        "- 18:00: Release of balloons\n",
    ),
    "a template's comments": (
        "a.md",
        "<!-- embargo: -->\n<!-- draft: -->\n<!-- Copyright the harbour -->\n\n# The ferry\n\n23 March 2024\n\n"
        f"{TEXT}\n",
    ),
    "a header of Pelican": ("a.md", f"Title: The ferry\nDate: 2024-03-23\nStatus: published\n\n{TEXT}\n"),
    "fields of Nikola": ("a.txt", f".. title: The ferry\n.. date: 2024-03-23\n.. status: published\n\n{TEXT}\n"),
    "neutral <meta>": (
        "a.html",
        page(
            f"<p>{TEXT}</p>",
            '<meta name="robots" content="noindex"><meta name="generator" content="Draft 3">',
            '<meta property="og:type" content="article"><meta name="publisher" content="Hidden Press">',
            '<meta name="geo.region" content="US-CA"><meta property="article:section" content="Private">',
        ),
    ),
    "a name about a draft": ("nfl-draft-2018.md", f"---\ntitle: Who goes first\ndate: 2018-04-26\n---\n\n{TEXT}\n"),
    "a name about an embargo": ("end-the-embargo-now.txt", f"End the embargo now\n\n23 March 2024\n\n{TEXT}\n"),
    "a folder of projects": ("projets/ferry.md", f"---\ntitle: The ferry\ndate: 2024-03-23\n---\n\n{TEXT}\n"),
}  # fmt: skip

FILES: Mapping[str, list[tuple[str, str | bytes]]] = {
    **{f"the key “{line}”": list(with_keys(line)) for line in lines(KEYS)},
    **{f"the prose “{line}”": list(with_prose(line)) for line in lines(PROSE)},
    **{f"the masthead “{line}”": list(with_masthead(line)) for line in lines(MASTHEADS)},
    **{f"the comment “{line}”": list(with_comment(line)) for line in lines(COMMENTS)},
    **{name: [file] for name, file in WHOLE.items()},
}


def why_not(source: str, content: str | bytes) -> str:
    """What keeps a file from being public, "" for nothing."""
    data = content if isinstance(content, bytes) else content.encode()
    reading = readers.read(source, data, Newsroom())
    status = reading.visibility.status(NOW)
    errors = [problem.what for problem in reading.problems if problem.severity is Severity.ERROR]
    return "" if status is Status.PUBLIC else f"{source}: {status}: {errors}"


@pytest.mark.parametrize("name", FILES)
def test_what_only_sounds_like_it_holds_no_release(name: str) -> None:
    held = [why for source, content in FILES[name] if (why := why_not(source, content))]
    assert not held, "\n".join(held)


def test_all_of_them_are_in_the_newsroom(make_newsroom: MakeNewsroom) -> None:
    sources = {
        f"{number}-{turn}/{source}": content
        for number, files in enumerate(FILES.values())
        for turn, (source, content) in enumerate(files)
    }
    assert make_newsroom().publish(sources).added == len(sources)
