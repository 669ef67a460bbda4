"""The matrix of the gate: each key that decides × each place × each format × each kind of value.

What is right is computed here, from what is promised (`PASSES`), and never by the product. A cell that the promise
leaves open (what does ``draft: 2024-03-20`` say?) is in ``OPEN`` and only has to be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import pytest

from feedsrv import readers
from feedsrv.errors import FileUnreadable
from feedsrv.newsroom import Newsroom
from feedsrv.readers import parts
from feedsrv.readers.keys import KEYS, fold
from feedsrv.reading import Status
from tests.conftest import NOW, MakeNewsroom

# --- what is promised ---

KEYS_OF: Mapping[str, str] = {
    "date": "date publishDate pubDate published released publishedAt published_date publishedOn published-time "
    "datePublished publicationDate publication_time date-of-publication datePublication date_de_publication issued "
    "dateIssued post_date datum fecha publie publicado publicada veroffentlicht pubblicato gepubliceerd опубликовано",
    "waits": "embargo embargoed embargoUntil embargoedUntil sperrfrist sperre gesperrt_bis hold holdUntil scheduled "
    "on_hold holdForRelease эмбарго",
    "waits for": "embargo_date notBefore availableFrom scheduledFor scheduledAt embargoLifts embargo-ends "
    "embargoLiftDate",
    "goes": "goLive releaseDate publishAt publish-on releaseAt release_on goLiveAt go-live-date",
    "ends": "expiryDate unpublish_date expires expiry expirationDate expiresOn expires-at unpublishAt unpublish_on "
    "publish_down unpublish unpublishDateTime expireAt expirationTime isExpired",
    "hides": "draft isDraft brouillon entwurf borrador bozza rascunho utkast luonnos szkic taslak черновик 下書き "
    "private hidden unpublished unlisted confidential headless excludeFromCollections "
    "eleventyExcludeFromCollections draftMode is-private isHidden "
    "page_unlisted isConfidential noPublish doNotPublish not_visible notForRelease isBrouillon notPublic non_public "
    "withheld isHeld suspended page_blocked disabled inactive offline is-deleted removed trashed spiked taken_down "
    "archived unapproved unreleased unfinished incomplete wip in_progress inReview needs-review pending "
    "awaitingApproval internal internal_only staffOnly password protected restricted secret not_for_publication "
    "doNotDistribute dontPublish ignored skip gesperrt gelöscht zurückgehalten zurueckgehalten vertraulich privat "
    "intern bloqué suspendu confidentiel interne en_attente à_valider bloqueado confidencial privado bloccato "
    "sospeso riservato vertrouwelijk notReady not_approved",
    "shows": "publish public visible approved publishable enabled active freigabe freigegeben approuve valide "
    "aprobado aprobada approvato approvata aprovado aprovada goedgekeurd ready isReady for_publication isPublished "
    "isVisible is_public makePublic visibilityLevel visibility toBePublished readyForRelease publishFlag isReleased",
    "shows from": "publishFrom publish_after publishTime release-time releaseDateTime releasedAt publishScheduledAt "
    "publicFrom",
    "renders": "render routable",
    "builds": "permalink",
    "status": "status post_status workflowState workflow publicationStatus content-status releaseStatus",
    "weak status": "state stage editorialState review_stage articleState approval classification sign-off",
    "weak opening": "live liveFrom live_at schedule",
    "weak draft": "concept",
    "withdraws": "withdrawn retracted rescinded revoked killed withdrawn_at retractedOn withdrawalDate isRetracted "
    "zurückgezogen zurueckgezogen retiré retirada ritirato ingetrokken",
    "innocent": "approvedBy released_by publisher publishedBy published_in publisherName publishResources "
    "publication publicationType publicationTitle releaseNumber release-no releaseType releaseNotes releaseName "
    "releaseVersion releaseUrl liveBlog liveUrl livestream stateCode stageName stakeholders threshold delivery "
    "household olive alive estate restatement backstage conceptual privateer internal_id deletedScenes "
    "password_hint archives readiness blocked_roads suspended_ceiling incompleteness updated lastmod "
    "showPublishDate displayStatus publicHealth public_contact republic",
}
"""Every key, by what it says."""

PASSES: Mapping[str, str] = {
    "date": "past year oldwords yes public",
    "waits": "past year no",
    "waits for": "past year",
    "goes": "past year",
    "ends": "future month no",
    "hides": "no",
    "shows": "past year yes public",
    "shows from": "past year yes",
    "renders": "yes",
    "builds": "past future month year words oldwords unclear yes public hidden",
    "status": "public",
    "weak status": "past year words oldwords public",
    "weak opening": "past year words oldwords public",
    "weak draft": "past year words oldwords",
    "withdraws": "future no",
    "innocent": "past future month year words oldwords unclear yes no public hidden",
}
"""Which kinds of value leave a release public, by what the key says. One that is empty always does."""

OPEN: Mapping[str, str] = {
    "waits": "public",
    "waits for": "no public",
    "goes": "yes public",
    "ends": "public",
    "hides": "past year public",
    "renders": "past year words oldwords public hidden",
    "shows from": "public",
    "status": "past year yes",
    "weak status": "unclear yes no",
    "weak opening": "unclear yes no",
    "weak draft": "past year unclear yes no public",
    "withdraws": "month public",
}
"""Which kinds say nothing about which anything is promised."""

VALUES: Mapping[str, tuple[str | int | bool | None, ...]] = {
    "past": ("2024-03-20", "2024-03-20 10:00", "20 March 2024", "2024-03-20T10:00:00+02:00"),
    "future": ("2099-05-02", "2099-05-02 10:00", "2 May 2099", "2099-05-02T10:00:00+02:00"),
    "month": ("2099-05", "May 2099", "2099"),
    "year": (2019, "2019", "2019-05"),
    "words": ("when the minister agrees", "TBA", "ask the press office"),
    "oldwords": ("autumn of 2019", "2019-05-0 2"),
    "unclear": ("2099-05-02 10:00 ET", "2 or 3 May 2099", "early in 2099"),
    "empty": (None, "", "  "),
    "yes": (True, "yes", "true"),
    "no": (False, "no", "false"),
    "public": ("published", "public"),
    "hidden": ("draft", "pending", "in review", "unpublished"),
}
"""The kinds of value, each with spellings that take turns."""

SAYS = {key: says for says, keys in KEYS_OF.items() for key in keys.split()}


def is_public(key: str, kind: str) -> bool | None:
    """Whether a release with this key and value is public by what is promised; None where nothing is."""
    says = SAYS[key]
    return None if kind in OPEN.get(says, "").split() else kind == "empty" or kind in PASSES[says].split()


def test_the_matrix_has_every_key_that_decides() -> None:
    known = {fold(key) for key in SAYS} | {"build.list"}  # which can stand in ``build`` alone
    assert not [spelling for key in KEYS if key.effect for spelling in key.spellings if spelling not in known]


# --- files that state something ---

Value = str | int | bool | None
Statement = tuple[str, Value]
TEXT = "The crane at the north quay has moved to the south quay, where the water is deep.\n"
TITLE = "A crane has moved"
DATE = ("date", "2024-03-23")


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what lies beside it."""

    source: str
    text: str
    beside: Mapping[str, str]


def scalar(value: Value) -> str:
    """A value as YAML and header lines have it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def yaml(statements: Sequence[Statement], table: str = "") -> str:
    indent = "  " if table else ""
    lines = [f"{indent}{key}: {scalar(value)}".rstrip() for key, value in statements]
    return "\n".join([f"{table}:", *lines] if table else lines)


def toml(statements: Sequence[Statement], table: str = "") -> str:
    lines = []
    for key, value in statements:
        is_date = isinstance(value, str) and value[:4].isdigit() and len(value) in {10, 25}
        written = value if is_date else json.dumps("" if value is None else value)
        lines.append(f"{json.dumps(key)} = {written}")
    return "\n".join([f"[{table}]", *lines] if table else lines)


def json_(statements: Sequence[Statement], table: str = "") -> str:
    members = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in statements)
    return f'"{table}": {{{members}}}' if table else members


@dataclass(frozen=True, slots=True)
class Format:
    """Writes a file from what stands at the top of it (title and date among it), and what stands in a table of it."""

    write: Callable[[Sequence[Statement], Sequence[Statement], str], Case]
    has_tables: bool = True
    repeats: bool = True


def fenced(opening: str, closing: str, write: Callable[..., str]) -> Format:
    def case(top: Sequence[Statement], below: Sequence[Statement], table: str) -> Case:
        parts = [write(top), write(below, table)] if table else [write(top)]
        inner = "{" + ", ".join(parts) + "}" if write is json_ else "\n".join(parts)
        return Case("a.md", f"{opening}\n{inner}\n{closing}\n\n{TEXT}", {})

    return Format(case, repeats=write is not toml)


def bare_json(top: Sequence[Statement], below: Sequence[Statement], table: str) -> Case:
    parts = [json_(top), json_(below, table)] if table else [json_(top)]
    return Case("a.md", "{" + ",\n".join(parts) + "}\n\n" + TEXT, {})


def header_lines(source: str, prefix: str = "") -> Format:
    def case(top: Sequence[Statement], _: Sequence[Statement], __: str) -> Case:
        lines = [f"{prefix}{key}: {scalar(value)}".rstrip() for key, value in top]
        return Case(source, "\n".join([*lines, "", TEXT]), {})

    return Format(case, has_tables=False)


def meta(top: Sequence[Statement], _: Sequence[Statement], __: str) -> Case:
    tags = "\n".join(f'<meta name="{key}" content="{scalar(value)}">' for key, value in top if key != "title")
    page = f"<html><head><title>{TITLE}</title>\n{tags}\n</head><body><h1>{TITLE}</h1><p>{TEXT}</p></body></html>"
    return Case("a.html", page, {})


def split(top: Sequence[Statement]) -> tuple[Sequence[Statement], Sequence[Statement]]:
    """Title and date, and all else."""
    own = [statement for statement in top if statement[0] == "title" or statement == DATE]
    return own, [statement for statement in top if statement not in own]


def comments(opening: str, prefix: str, closing: str) -> Format:
    def case(top: Sequence[Statement], _: Sequence[Statement], __: str) -> Case:
        own, others = split(top)
        lines = "\n".join(f"{prefix}{key}: {scalar(value)}".rstrip() for key, value in others)
        date = "23 March 2024\n\n" if DATE in own else ""
        return Case("a.md", f"{opening}{lines}{closing}\n\n# {TITLE}\n\n{date}{TEXT}", {})

    return Format(case, has_tables=False)


def second_block(top: Sequence[Statement], below: Sequence[Statement], table: str) -> Case:
    own, others = split(top)
    second = "\n".join(filter(None, [yaml(others), yaml(below, table) if table else ""]))
    return Case("a.md", f"---\n{yaml(own)}\n---\n---\n{second}\n---\n\n{TEXT}", {})


def beside(name: str, write: Callable[[Sequence[Statement], Sequence[Statement], str], str]) -> Format:
    def case(top: Sequence[Statement], below: Sequence[Statement], table: str) -> Case:
        own, others = split(top)
        return Case("f/a.md", f"---\n{yaml(own)}\n---\n\n{TEXT}", {f"f/{name}": write(others, below, table)})

    return Format(case, has_tables=not name.endswith(".meta"))


def yaml_file(top: Sequence[Statement], below: Sequence[Statement], table: str) -> str:
    return "\n".join(filter(None, [yaml(top), yaml(below, table) if table else ""])) + "\n"


def json_file(top: Sequence[Statement], below: Sequence[Statement], table: str) -> str:
    return "{" + ", ".join(filter(None, [json_(top), json_(below, table) if table else ""])) + "}"


def meta_file(top: Sequence[Statement], _: Sequence[Statement], __: str) -> str:
    return "".join(f".. {key}: {scalar(value)}\n" for key, value in top)


def cascade(top: Sequence[Statement], below: Sequence[Statement], table: str) -> str:
    lines = yaml_file(top, below, table).splitlines()
    return "---\ntitle: Cranes\ncascade:\n" + "".join(f"  {line}\n" for line in lines if line) + "---\n"


FORMATS: Mapping[str, Format] = {
    "YAML": fenced("---", "---", yaml),
    "TOML": fenced("+++", "+++", toml),
    "JSON": Format(bare_json),
    "---json": fenced("---json", "---", json_),
    "---toml": fenced("---toml", "---", toml),
    "+++yaml": fenced("+++yaml", "+++", yaml),
    "header lines of Markdown": header_lines("a.md"),
    "header lines of a text": header_lines("a.txt"),
    "lines of Nikola": header_lines("a.txt", ".. "),
    "lines of org": header_lines("a.md", "#+"),
    "<meta>": Format(meta, has_tables=False),
    "comments": comments("<!-- ", "", " -->"),
    "comments of Nikola": comments("<!--\n", ".. ", "\n-->"),
    "second block": Format(second_block),
    "side-car .yaml": beside("a.yaml", yaml_file),
    "side-car .json": beside("a.json", json_file),
    "side-car .meta": beside("a.meta", meta_file),
    "cascade": beside("_index.md", cascade),
}

# --- how they are nested ---


@dataclass(frozen=True, slots=True)
class Cell:
    """A file, what it states, in which kind of value, and whether it should be public, None where nothing is said."""

    case: Case
    key: str
    kind: str
    what: str
    should_be_public: bool | None


TABLES = ("params", "extra", "build", "seo")

WHOLE = {"YAML", "header lines of a text", "comments"}
"""Where each key is tried with each kind of value: a notation, lines that people read too, and comments.

Elsewhere they take turns, for what a key says does not depend on how it is written: each key has some kinds in each
format, at the top and in a table, and whatever keys say (see `KEYS_OF`) is tried with each kind in each.
"""
TURNS = 5
"""No spelling of a kind comes with the same keys only, for kinds have two, three or four of them."""


def is_in_whole(form: Format) -> bool:
    """Whether each key is tried with each kind of value in a format."""
    return form in (FORMATS[name] for name in WHOLE)


def has_turn(form: Format, key: str, turn: int) -> bool:
    """Whether a key is tried in a format with the kind whose turn it is."""
    has_few = len(KEYS_OF[SAYS[key]].split()) < TURNS
    return has_few or turn % TURNS == 0 or is_in_whole(form)


def turn(kind: str, number: int) -> Value:
    return VALUES[kind][number % len(VALUES[kind])]


def own(key: str) -> list[Statement]:
    """What else the file states: a date only where the key is no other ``date``."""
    return [("title", TITLE)] if key == "date" else [("title", TITLE), DATE]


def at_the_top(form: Format, start: int, *, is_whole: bool = False) -> Iterator[Cell]:
    """Each key with each kind of value, or with those whose turn it is."""
    for (number, key), (turns, kind) in product(enumerate(SAYS, start), enumerate(VALUES)):
        if is_whole or has_turn(form, key, number + turns):
            value = turn(kind, number)
            case = form.write([*own(key), (key, value)], [], "")
            yield Cell(case, key, kind, f"{key}: {value!r}", is_public(key, kind))


def in_a_table(form: Format, start: int, table: str, *, is_whole: bool = False) -> Iterator[Cell]:
    """Each key with each kind of value in one of the tables, or with those whose turn it is."""
    kinds = list(enumerate(VALUES, TABLES.index(table)))
    for (number, key), (turns, kind) in product(enumerate(SAYS, start), kinds):
        if not (number + turns) % len(TABLES) and (is_whole or has_turn(form, key, number + turns)):
            value = turn(kind, number)
            case = form.write(own(key), [(key, value)], table)
            yield Cell(case, key, kind, f"{table}.{key}: {value!r}", is_public(key, kind))


def twice(form: Format, start: int) -> Iterator[Cell]:
    """Each key with a value that passes and one that holds, in both orders; the second may stand in a table."""
    many = (0, 5) if is_in_whole(form) else (0,)
    for number, key in enumerate(SAYS, start):
        passing = [kind for kind in VALUES if kind != "empty" and is_public(key, kind)]
        pairs = list(product(passing, [kind for kind in VALUES if is_public(key, kind) is False]))
        for passes, holds in {pairs[(number + turns) % len(pairs)] for turns in many} if pairs else ():
            for first, second in ((passes, holds), (holds, passes)):
                values = turn(first, number), turn(second, number)
                what = f"{key}: {values[0]!r} and {values[1]!r}"
                yield Cell(both(form, key, values, number), key, holds, what, should_be_public=False)


def both(form: Format, key: str, values: Sequence[Value], number: int) -> Case:
    first, second = ((key, value) for value in values)
    if form.has_tables and (number % 2 or not form.repeats):
        return form.write([*own(key), first], [second], TABLES[number % len(TABLES)])
    return form.write([*own(key), first, second], [], "")


ONCE: Mapping[str, Callable[..., Iterator[Cell]]] = {
    "at the top": at_the_top,
    **{f"in {table}": partial(in_a_table, table=table) for table in TABLES},
}
NESTINGS: Mapping[str, Callable[[Format, int], Iterator[Cell]]] = {
    **ONCE,
    "twice": twice,
    **{f"all {nesting}": partial(once, is_whole=True) for nesting, once in ONCE.items()},
}
EVERYWHERE = [
    (name, nesting)
    for (name, form), nesting in product(FORMATS.items(), NESTINGS)
    if form.has_tables or "in" not in nesting.split()
]
IN_TURNS = [(form, nesting) for form, nesting in EVERYWHERE if not nesting.startswith("all ")]


READ_AS_WORDS = {"lines of Nikola", "lines of org", "comments", "comments of Nikola"}
"""Formats whose lines are also read as what they say to people: "publication: 2019-05" may be an embargo there."""


def is_promised(name: str, cell: Cell) -> bool:
    """Whether anything is promised of a cell in a format."""
    if cell.should_be_public is None or (name == "<meta>" and cell.key == "permalink"):
        return False
    is_said = cell.kind in {"year", "oldwords", "hidden"} or cell.key == "publication"
    return not (name in READ_AS_WORDS and cell.should_be_public and is_said)


def cells(name: str, nesting: str) -> Iterator[Cell]:
    """The cells of which something is promised; the spellings of values go on where the last format ended."""
    every = NESTINGS[nesting](FORMATS[name], list(FORMATS).index(name))
    return (cell for cell in every if is_promised(name, cell))


def is_read_as_public(case: Case) -> bool:
    files = {path: text.encode() for path, text in case.beside.items()}
    try:
        reading = readers.read(case.source, case.text.encode(), Newsroom(), files)
    except FileUnreadable:
        return False
    return reading.visibility.status(NOW) is Status.PUBLIC


def wrong_readings(form: str, nesting: str) -> list[str]:
    return [
        f"{'public' if is_public else 'held'}: {cell.what}"
        for cell in cells(form, nesting)
        if (is_public := is_read_as_public(cell.case)) is not cell.should_be_public
    ]


@pytest.mark.parametrize(("form", "nesting"), IN_TURNS)
def test_what_a_file_says_is_heard(form: str, nesting: str) -> None:
    wrong = wrong_readings(form, nesting)
    assert not wrong, f"{len(wrong)} readings are not as promised:\n" + "\n".join(wrong)


@pytest.mark.bench
@pytest.mark.parametrize(("form", "nesting"), [pair for pair in EVERYWHERE if pair not in IN_TURNS])
def test_what_is_heard_does_not_depend_on_whose_turn_it_is(form: str, nesting: str) -> None:
    assert wrong_readings(form, nesting) == []


OF_A_SITE = {"headless", "excludeFromCollections", "eleventyExcludeFromCollections"}
NO_WORD = {*OF_A_SITE, "holdForRelease"}


@pytest.mark.parametrize("key", ["state", "access", "status", "date"])
def test_a_word_that_hides_as_a_key_hides_as_a_value(key: str) -> None:
    """``withheld: yes`` and ``state: withheld`` say the same, also where a value that says nothing is public."""
    words = [word for says in ("hides", "waits", "withdraws") for word in KEYS_OF[says].split()]
    remarks = ("", " (v2)", ", with legal", " 3")
    values = [f"{word}{remarks[number % 4]}" for number, word in enumerate(words) if word not in NO_WORD]
    values += ["hold for release", "embargoed until Friday", "sous embargo jusqu'à vendredi"]
    own_form = FORMATS["YAML"].write
    assert not [value for value in values if is_read_as_public(own_form([("title", TITLE), (key, value)], [], ""))]


def of_a_folder() -> Iterator[Case]:
    """Files in a folder of which something is said: that it is hidden, or that it is not, which is no answer."""
    for says, value in (("hides", "true"), ("shows", "false"), ("status", "draft"), ("waits", "2099-05-02")):
        for key in (key for key in KEYS_OF[says].split() if key not in OF_A_SITE):
            yield Case("f/a.md", TEXT, {"f/_index.md": f"---\ntitle: Cranes\n{key}: {value}\n---\n"})
    for ending in parts.FORMATS:
        yield Case("f/a.md", TEXT, {f"f/_index{ending}": "---\ndraft: true\n---\n"})
    for name, text in {
        "_index.md": "---\ndraft: no\n---\n",
        "f.json": '{"draft": 0}',
        "f.11tydata.js": "draft: 0",
    }.items():
        yield Case("f/DRAFT - cranes.md", TEXT, {f"f/{name}": text})


def test_what_is_said_of_a_folder_holds_its_files_and_clears_none() -> None:
    assert is_read_as_public(Case("f/a.md", TEXT, {"f/_index.md": "---\ntitle: Cranes\ndraft: no\n---\n"}))
    assert not [case for case in of_a_folder() if is_read_as_public(case)]


# --- through the front door ---

ONE_IN = 83
"""Of the cells, as many go through a folder, an index and the web as these make a few hundred."""


def in_a_folder(cell: Cell, release: str) -> dict[str, str]:
    """The files of a cell, whose release has an id of its own."""
    files = {cell.case.source: cell.case.text, **cell.case.beside}
    renamed = {path.replace("f/", f"{release}/").replace("a.", f"{release}."): text for path, text in files.items()}
    assert len(renamed) == len(files)
    return renamed


def test_the_web_shows_what_is_said_to_be_public_and_nothing_else(make_newsroom: MakeNewsroom) -> None:
    every = [cell for form, nesting in IN_TURNS for cell in cells(form, nesting)]
    sample = {f"c{number}": cell for number, cell in enumerate(every[::ONE_IN])}
    files: dict[str, str] = {}
    for release, cell in sample.items():
        files |= in_a_folder(cell, release)
    web = make_newsroom(files).client()
    should_be_public = {release for release, cell in sample.items() if cell.should_be_public}
    assert 100 < len(should_be_public) < 200 < len(sample) - 100
    wrong = [
        f"{cell.case.source}: {cell.what}"
        for release, cell in sample.items()
        if (web.get(f"/releases/{release}").status_code == 200) is not (release in should_be_public)
    ]
    assert not wrong, "\n".join(wrong)
    listed = web.get("/releases.json?limit=200").get_json()["items"]
    assert {item["_feedsrv"]["release"] for item in listed} == should_be_public
