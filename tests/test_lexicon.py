"""The lexicon: lines that hold, that open by themselves, and that must not hold, in every language that search knows.

The lines stand in ``lexicon/<language>.tsv``: ``hold``, ``opens`` with its moment, or ``public``, and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from functools import cache
from html import escape
from pathlib import Path

import pytest

from feedsrv import readers
from feedsrv.newsroom import Newsroom
from feedsrv.readers.lexicon import CATEGORIES, LEXICON
from feedsrv.reading import Status, Visibility
from feedsrv.text.folding import fold
from feedsrv.text.languages import LANGUAGE_NAMES
from feedsrv.text.stems import STEMMERS
from tests.test_documents import docx

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CASES = Path(__file__).with_name("lexicon")
LANGUAGES = sorted(path.stem for path in CASES.glob("*.tsv"))
COMMON = {"en", "fr", "de", "es", "it", "pt", "nl"}

HEADLINE = "A crane has moved"
DAY = "1 October 2026"
TEXT = "The crane at the north quay has moved to the south quay, where the ships are larger and the water is deep."
LONG = "\n\n".join([TEXT] * 20)


@dataclass(frozen=True, slots=True)
class Case:
    """A line, what it does, and for one that opens by itself: when."""

    kind: str
    line: str
    opens: datetime | None = None


@cache
def cases(language: str) -> tuple[Case, ...]:
    rows = (row.split("\t") for row in (CASES / f"{language}.tsv").read_text("utf8").splitlines())
    return tuple(
        Case(kind, rest[-1], datetime.fromisoformat(rest[0]).replace(tzinfo=UTC) if rest[1:] else None)
        for kind, *rest in rows
    )


def paragraphs(*texts: str) -> str:
    return "\n\n".join(texts)


def page(*blocks: str) -> str:
    """A page on one line."""
    meta = '<meta name="date" content="2026-10-01">'
    return f"<html><head><title>{HEADLINE}</title>{meta}</head><body>{''.join(blocks)}</body></html>"


def mail(subject: str, *texts: str) -> bytes:
    message = EmailMessage(default.clone(max_line_length=990))  # where it folds, Python 3.11 loses a blank
    message["From"], message["To"], message["Subject"] = "press@example.org", "desk@example.org", subject
    message["Date"] = "Thu, 01 Oct 2026 08:00:00 +0000"
    message.set_content(paragraphs(*texts))
    return bytes(message)


def word(*paragraphs: tuple[str, str]) -> bytes:
    return docx(*((style, escape(text)) for style, text in paragraphs))


def h1(text: str) -> str:
    return f"<h1>{escape(text)}</h1>"


def p(text: str) -> str:
    return f"<p>{escape(text)}</p>"


ONE_IN = 4
"""The first position tries every line, each other one line in so many, not the same: all times all takes minutes."""

Position = Callable[[str], tuple[str, str | bytes]]
"""Puts a line into a file: its name, and what is in it."""

ASKING: Mapping[str, Position] = {
    "above the headline": lambda line: ("a.txt", paragraphs(line, HEADLINE, DAY, TEXT)),
    "above the headline of Markdown": lambda line: ("a.md", paragraphs(line, f"# {HEADLINE}", DAY, TEXT)),
    "below the headline": lambda line: ("a.txt", paragraphs(HEADLINE, line, DAY, TEXT)),
    "below the headline of Markdown": lambda line: ("a.md", paragraphs(f"# {HEADLINE}", DAY, f"**{line}**", TEXT)),
    "at the end of the text": lambda line: ("a.md", paragraphs(f"# {HEADLINE}", DAY, LONG, line)),
    "in a comment": lambda line: ("a.md", f"<!-- {line} -->\n\n" + paragraphs(f"# {HEADLINE}", DAY, TEXT)),
    "as a heading of HTML": lambda line: ("a.html", page(f"<h2>{escape(line)}</h2>", h1(HEADLINE), p(TEXT))),
    "as an item of a list": lambda line: (
        "a.html", page(h1(HEADLINE), f"<ul><li>{escape(line)}</li><li>Quay 3</li></ul>", p(TEXT)),
    ),
    "in a cell of a table": lambda line: (
        "a.html", page(f"<table><tr><td>{escape(line)}</td><td>Quay 3</td></tr></table>", h1(HEADLINE), p(TEXT)),
    ),
    "before a break": lambda line: ("a.html", page(h1(HEADLINE), f"<p>{escape(line)}<br>{DAY}</p>", p(TEXT))),
    "in a mail": lambda line: ("a.eml", mail(HEADLINE, line, TEXT)),
}  # fmt: skip
"""Where every line that asks for it holds."""

BEFORE_A_TITLE: Mapping[str, Position] = {
    "as a prefix of the title": lambda line: (
        "a.md", f'---\ntitle: "{line}: {HEADLINE}"\ndate: 2026-10-01\n---\n\n{TEXT}\n',
    ),
    "as a prefix of the subject": lambda line: ("a.eml", mail(f"{line}: {HEADLINE}", TEXT)),
}  # fmt: skip
"""Where a word holds only if it is not in ``alone``: "Projet : une grue" is a headline about a project."""

WORD: Mapping[str, Position] = {
    "in a Word document": lambda line: (
        "a.docx", word(("Normal", line), ("Title", HEADLINE), ("Normal", DAY), ("Normal", TEXT)),
    )
}  # fmt: skip
"""What is slow to read, and tried with some lines of the languages that releases come in most."""

SPEAKING: Mapping[str, Position] = {
    "as the headline": lambda line: ("a.txt", paragraphs(line, DAY, TEXT)),
    "as the headline of Markdown": lambda line: ("a.md", paragraphs(f"# {line}", DAY, TEXT)),
    "below the headline": lambda line: ("a.txt", paragraphs(HEADLINE, DAY, line, TEXT)),
    "at the end of the text": lambda line: ("a.md", paragraphs(f"# {HEADLINE}", DAY, LONG, line)),
    "as an item of a list": ASKING["as an item of a list"],
    "as the title": lambda line: ("a.md", f'---\ntitle: "{line}"\ndate: 2026-10-01\n---\n\n{TEXT}\n'),
    "as the subject": lambda line: ("a.eml", mail(line, TEXT)),
}  # fmt: skip
"""Where a line that does not ask for it must not hold. (In a comment such a line says nothing to anybody.)"""


def read(position: Position, line: str) -> Visibility:
    source, text = position(line)
    return readers.read(source, text.encode() if isinstance(text, str) else text, Newsroom()).visibility


def wrong(case: Case, visibility: Visibility) -> bool:
    status = visibility.status(NOW)
    if case.kind == "public":
        return status is not Status.PUBLIC
    if case.kind == "hold":
        return status not in {Status.HELD, Status.DRAFT}
    return status is not Status.EMBARGOED or visibility.opens != case.opens


def failures(language: str, kinds: set[str], position: Position, turn: int) -> Iterator[str]:
    for number, case in enumerate(case for case in cases(language) if case.kind in kinds):
        is_its_turn = turn == 0 or number % ONE_IN == turn % ONE_IN
        if is_its_turn and wrong(case, found := read(position, case.line)):
            yield f"{case.kind} {case.opens or ''} {case.line!r} was read as {found.status(NOW)}, opens {found.opens}"


@pytest.mark.parametrize("position", [*ASKING, *BEFORE_A_TITLE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_asks_for_it_holds_wherever_it_stands(language: str, position: str) -> None:
    positions = {**ASKING, **BEFORE_A_TITLE}
    assert not list(failures(language, {"hold", "opens"}, positions[position], list(positions).index(position)))


@pytest.mark.parametrize("position", SPEAKING)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_speaks_of_other_things_holds_nothing(language: str, position: str) -> None:
    assert not list(failures(language, {"public"}, SPEAKING[position], list(SPEAKING).index(position)))


@pytest.mark.parametrize("language", sorted(COMMON))
def test_a_word_document_is_read_alike(language: str) -> None:
    position = WORD["in a Word document"]
    chosen = cases(language)[::5]
    assert not [case for case in chosen if wrong(case, read(position, case.line))]


@pytest.mark.parametrize("language", sorted({*STEMMERS, *LANGUAGE_NAMES}))
def test_every_language_that_search_knows_has_its_words_and_its_lines(language: str) -> None:
    table = LEXICON.languages[language]
    assert table["sure"]
    assert table["hold"]
    assert table["until"]
    kinds = [case.kind for case in cases(language)]
    least = {"hold": 25, "opens": 25, "public": 25} if language in COMMON else {"hold": 6, "opens": 3, "public": 6}
    assert {kind: number for kind, number in least.items() if kinds.count(kind) < number} == {}
    days = [case.opens for case in cases(language) if case.opens]
    assert any(day.hour for day in days)
    assert any(not day.hour for day in days)


def test_every_language_of_the_lexicon_has_lines() -> None:
    assert sorted(LEXICON.languages) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wording_stands_in_one_list(language: str) -> None:
    table = LEXICON.languages[language]
    assert set(table) <= set(CATEGORIES)
    listed = [folded(entry) for name, entries in table.items() if name != "names" for entry in entries]
    assert [entry for entry in listed if listed.count(entry) > 1] == []
    names = [folded(entry) for entry in table.get("names", ())]
    assert len(set(names)) == len(names)


def test_no_word_of_a_frame_holds_in_any_language() -> None:
    asking = {folded(entry) for name in ("sure", "hold", "draft", "alone") for entry in entries(name)}
    assert asking.intersection(folded(entry) for entry in entries("frame")) == set()


def entries(category: str) -> Iterator[str]:
    return (entry for table in LEXICON.languages.values() for entry in table.get(category, ()))


def folded(entry: str) -> str:
    return " ".join(map(fold, entry.replace("'", " ").split()))
