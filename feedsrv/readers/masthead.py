"""The masthead: what stands at the top of a release before its text: what it is, its date, reference, headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from feedsrv.newsroom import Newsroom
from feedsrv.readers import contacts, dates, embargo
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Document, Line, Place
from feedsrv.readers.embargo import LONGEST_LINE

MOST_LINES = 15
"""Further down, a date is not that of the release."""

_GENERIC = re.compile(
    r"""[\W_]*(?:
      (?:press|news|media)[ -]?(?:release|statement|information|notice|communiqu[eé])s?
    | (?:official[ ])?statement | for[ ](?:immediate[ ])?(?:release|publication) | immediate[ ]release
    | communiqu[eé]s?(?:[ ]de[ ]presse)? | (?:pour|à)[ ]diffusion[ ]imm[eé]diate | dossier[ ]de[ ]presse
    | pressemitteilung | presseinformation | pressemeldung | presseaussendung | medienmitteilung
    | zur[ ]sofortigen[ ]ver(?:ö|oe)ffentlichung
    | comunicato(?:[ ]stampa)? | nota[ ]stampa | per[ ](?:la[ ])?pubblicazione[ ]immediata
    | nota[ ](?:de[ ]prensa|informativa) | comunicado(?:[ ]de[ ]prensa)?
    | para[ ](?:su[ ])?(?:publicaci[oó]n|difusi[oó]n)[ ]inmediata
    )(?![^\W_])[\s.:,;|–—-]*""",
    re.IGNORECASE | re.VERBOSE,
)
_LABEL = re.compile(
    r"(?:date(?:\s+(?:of\s+(?:issue|publication)|de\s+publication))?|published|issued|released?|publié|datum|"
    r"veröffentlicht|fecha|data|ref(?:erence)?|réf(?:érence)?|referenz|referencia|riferimento)(?![^\W_])[\s.:]*",
    re.IGNORECASE,
)
_NUMBER_SIGN = re.compile(r"[Nn](?:[°º]|[or]\.?|\.)\s?(?=[0-9A-Z])")
_REFERENCE = re.compile(
    r"(?=.*[A-Z]|[0-9]{3})(?:[A-Z]{1,8}[ \u00a0/-]?){0,3}[0-9]{1,6}(?:[-/\u2010\u2011–][0-9]{1,6}){1,2}"
)
_TWO_YEARS = re.compile(r"(?:.*[^0-9])?(?:19|20)[0-9]{2}[^0-9](?:19|20)?[0-9]{2}")
_DASHES = re.compile("[\u2010\u2011–]")
_SEPARATOR = re.compile(r"\s+[|·•–—-]\s+|\s*\|\s*")
_PLACE_END = re.compile(r"\s*[,(–—]\s*|\s+-\s+")
_PLACE_WORD = re.compile(r"[A-ZÀ-ÞŁŚŠŽ][^\W\d_]*[\w.'’-]*|de|la|le|sur|am|an|der|del|di|in")
_DATELINE_END = re.compile(r"\)?\s*(?:[–—:]|\s-\s|-{2}|\)\s)")


@dataclass(frozen=True, slots=True)
class Fact:
    """What one line of the masthead says.

    A line that says nothing but what it stands on ("Press release") has no parts. ``is_ambiguous``: it is a
    date that can be read in two ways. ``is_embargo``: ``lifts`` is when, None if that cannot be understood.
    """

    line: Line
    date: Moment | None = None
    reference: str = ""
    is_ambiguous: bool = False
    is_embargo: bool = False
    lifts: Moment | None = None


@dataclass(frozen=True, slots=True)
class Masthead:
    """What was found at the top; ``headline`` are its lines, ``dateline`` is the date that opens the text."""

    facts: tuple[Fact, ...] = ()
    headline: tuple[Line, ...] = ()
    dateline: tuple[Line, Moment] | None = None


def read(document: Document, newsroom: Newsroom) -> Masthead:
    """The masthead of a document."""
    lines = tuple(islice(document.lines(), MOST_LINES))
    facts = {fact.line.place: fact for fact in _facts(lines, newsroom)}
    headline = _headline([line for line in lines if line.place not in facts])
    text = (line for line in lines if line.place not in facts and line not in headline and not line.level)
    dateline = next(((line, moment) for line in text if (moment := _dateline(line, newsroom))), None)
    return Masthead(tuple(facts.values()), headline, dateline)


def _headline(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The first heading that no text stands above, with all its lines; else the first line."""
    for line in lines:
        if line.level and not contacts.is_heading(line.text):
            return tuple(other for other in lines if other.place.block == line.place.block)
        if len(line.text) > LONGEST_LINE:
            break
    return tuple(line for line in lines[:1] if line.is_prose)


def _facts(lines: Sequence[Line], newsroom: Newsroom) -> Iterator[Fact]:
    has_text_begun = False
    answers: dict[Place, Fact] = {}  # lines that say until when the embargo lasts that the line above speaks of
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else None
        if fact := _embargo(line, following, newsroom):
            yield fact
            if following and fact.lifts and dates.read(following.text, newsroom) == fact.lifts:
                answers[following.place] = replace(fact, line=following)
        elif line.place in answers:
            yield answers[line.place]
        elif len(line.text) > LONGEST_LINE:
            has_text_begun = True
        elif line.is_prose and not has_text_begun and (fact := _fact(line, newsroom)):
            yield fact


def _embargo(line: Line, following: Line | None, newsroom: Newsroom) -> Fact | None:
    found = embargo.read(line.text, following.text if following else "", newsroom)
    if not found:
        return None
    before = _fact(replace(line, text=found.before), newsroom) or Fact(line)
    return replace(before, line=line, is_embargo=True, lifts=found.lifts)


def _fact(line: Line, newsroom: Newsroom) -> Fact | None:
    """What a line says, as a whole or part by part; None if a part of it says nothing known."""
    for parts in ([line.text], [part for part in _SEPARATOR.split(line.text) if part]):
        known = [fact for part in parts if (fact := _fact_of(part, line, newsroom))]
        if known and len(known) == len(parts):
            date = next((fact.date for fact in known if fact.date), None)
            reference = next((fact.reference for fact in known if fact.reference), "")
            return Fact(line, date, reference, any(fact.is_ambiguous for fact in known))
    return None


def _fact_of(text: str, line: Line, newsroom: Newsroom) -> Fact | None:
    rest, generics = _GENERIC.subn("", text, count=2) if _GENERIC.match(text) else (text, 0)
    rest = _LABEL.sub("", rest, count=1) if _LABEL.match(rest) else rest
    rest = rest.strip(" .,:;*_")
    if generics and not rest:
        return Fact(line)
    if moment := dates.read(rest, newsroom) or _after_place(rest, newsroom):
        return Fact(line, date=moment)
    if reference := _reference(rest):
        return Fact(line, reference=reference)
    if re.fullmatch(r"[0-9./-]+", rest) and dates.is_ambiguous(rest, newsroom):
        return Fact(line, is_ambiguous=True)
    return None


def _reference(text: str) -> str:
    number = _NUMBER_SIGN.sub("", text, count=1) if _NUMBER_SIGN.match(text) else text
    is_number = _REFERENCE.fullmatch(number if number == text else f"N{number}") and not re.fullmatch(
        r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}", number
    )
    return _DASHES.sub("-", number) if is_number and not _TWO_YEARS.fullmatch(number) else ""


def _after_place(text: str, newsroom: Newsroom) -> Moment | None:
    """The date in ``Paris, 23 March 2018``."""
    for end in islice(_PLACE_END.finditer(text), 3):
        if _is_place(text[: end.start()]) and (moment := dates.read(text[end.end() :].rstrip(") "), newsroom)):
            return moment
    return None


def _is_place(text: str) -> bool:
    words = re.findall(r"[^\s,]+", text.strip("( "))
    return 0 < len(words) <= 6 and all(_PLACE_WORD.fullmatch(word) for word in words) and words[0][0].isupper()


def _dateline(line: Line, newsroom: Newsroom) -> Moment | None:
    """The date in ``PARIS, 23 March 2018 – Today ...``."""
    for end in islice(_DATELINE_END.finditer(line.text, 0, LONGEST_LINE), 4):
        start = line.text[: end.start()].lstrip("(")
        if moment := dates.read(start, newsroom) or _after_place(start, newsroom):
            return moment
    return None
