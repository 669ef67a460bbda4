"""The masthead: what stands at the top of a release before its text: what it is, its date, reference, headline."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, pairwise

from feedsrv.newsroom import Newsroom
from feedsrv.readers import dates, headlines
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Document, Line, Place
from feedsrv.readers.embargo import Caution, denies
from feedsrv.readers.furniture import addressed
from feedsrv.readers.lexicon import LEXICON
from feedsrv.readers.phrases import LONGEST_LINE
from feedsrv.text.folding import strip_accents

MOST_LINES = 15
"""Further down, a date is not that of the release."""

_BARE_NUMBER = re.compile(r"(?:n[°º]|n[or]?\.?|num(?:ber|éro|mer|ero)|#)?\s?[0-9]{1,6}", re.IGNORECASE)
_NUMBER_OF_A_YEAR = re.compile(r"(?:n[°º]|n[or]?\.?|#)?\s?([0-9]{2}[-/][0-9]{1,4})", re.IGNORECASE)
_PERIODICAL = re.compile(
    r"\b(?:reports?|bulletins?|newsletters?|digest|updates?|reviews?|briefings?|highlights|news|rapports?|lettre|bilan|revue"
    r"|wochenberichte?|berichte?|rundbriefe?|informes?|bolet[íi]n|resumen|rapporti?o?|bollettino|rassegna|boletim)$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:date(?:\s+(?:of\s+(?:issue|publication)|de\s+publication))?|published|issued|posted|released?|publiée?|"
    r"mise?\s+en\s+ligne|datum|veröffentlicht|erschienen|fecha|publicad[oa]|data|pubblicat[oa]|gepubliceerd|publicerad|ref(?:erence)?|réf(?:érence)?|referenz|referencia|riferimento)(?![^\W_])[\s.:]*",
    re.IGNORECASE,
)
_BY = re.compile(r"\s+(?:by|par|von|vom|por|pela|pelo|da|dal|dalla|di|door|av|af)\s+\D{3,80}")
"""Who published it, behind the day on which they did."""
_NUMBER_SIGN = re.compile(r"[Nn](?:[°º]|[or]\.?|\.)\s?(?=[0-9A-Z])")
_REFERENCE = re.compile(
    r"(?=.*[A-Z]|[0-9]{3})(?:[A-Z]{1,8}[ \u00a0/-]?){0,3}[0-9]{1,6}(?:[-/\u2010\u2011–][0-9]{1,6}){1,2}"
)
_TWO_YEARS = re.compile(r"(?:.*[^0-9])?(?:19|20)[0-9]{2}[^0-9](?:19|20)?[0-9]{2}")
_DASHES = re.compile("[\u2010\u2011–]")
_SEPARATOR = re.compile(r"\s+[|·•–—-]\s+|\s*\|\s*|\s+(?:del|du|vom|van|of|dated)\s+")
_PLACE_END = re.compile(r"\s*[,(–—]\s*|\s+-\s+")
_PLACE_WORD = re.compile(r"[A-ZÀ-ÞŁŚŠŽ](?:[^\W\d_]|[.'’-])*|de|la|le|sur|am|an|der|del|di|in")
_ITEM = re.compile(r'<ol(?: start="(?P<number>[0-9]{1,2})")?>\s*<li>[^<]{1,60}</li>\s*</ol>')
_WIRE = re.compile(r"\s*(?:/[^/]{3,30}/|\([A-Z][A-Za-z .-]{1,30}\)?)\s*$")
_DIGIT = re.compile(r"\d")
_DATELINE_END = re.compile(r"\)?\s*(?:[–—:]|\s-\s|-{2}|\)\s|\.-|\.\s)")


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

    @property
    def has_date(self) -> bool:
        """Whether it says when, however unclearly."""
        return bool(self.date or self.is_ambiguous or self.is_embargo)


@dataclass(frozen=True, slots=True)
class Masthead:
    """What was found at the top.

    ``headline`` are its lines, without what the first only begins with; ``is_heading`` tells them from the first lines
    of a text. ``dateline`` is the date that opens the headline or the text, or ends the headline of a periodical.
    ``unclear`` is a line that looks like a date and is none; ``untold`` one that says its date is still to be told, and
    the words in which it does ("Date: TBC").
    """

    facts: tuple[Fact, ...] = ()
    headline: tuple[Line, ...] = ()
    is_heading: bool = False
    dateline: tuple[Line, Moment] | None = None
    unclear: Line | None = None
    untold: tuple[Line, str] | None = None


def read(document: Document, contacts: Collection[Place], cautions: Sequence[Caution], newsroom: Newsroom) -> Masthead:
    """The masthead of a document, whose ``contacts`` and ``cautions`` may stand there too."""
    asked = {caution.passage.place: caution for caution in cautions if not caution.rest}
    lines = tuple(islice(document.lines(), MOST_LINES))
    found = (fact for fact in _facts(lines, asked, newsroom) if fact.has_date or fact.line.place not in contacts)
    facts = {fact.line.place: fact for fact in found}
    addressing = [line for line in addressed(lines) if line.place not in facts]
    facts |= {line.place: Fact(line) for line in addressing}
    rest = [line for line in lines if line.place not in facts and line.place not in contacts]
    furniture, rest = headlines.furniture(rest)
    headline, is_heading = headlines.headline([line for line in headlines.without_names(lines) if line in rest])
    letterhead = headlines.letterhead(rest, headline, facts) if document.is_letter and is_heading else ()
    facts |= {line.place: Fact(line) for line in (*furniture, *letterhead, *headlines.repeated(headline, rest))}
    text = [line for line in rest if line not in headline and not line.level]
    dateline = next(((line, moment) for line in text if (moment := _dateline(line, newsroom))), None)
    unclear = next((line for line in text if dates.looks_like_one(line.text)), None)
    untold = next(((line, words) for line in text if (words := _untold(line))), None)
    headline, numbered = _numbered(headline, newsroom)
    facts |= {fact.line.place: fact for fact in numbered}
    bare, opening = headlines.opened(headline, newsroom)
    if not opening or not any(fact.date and fact.date.at != opening.at for fact in facts.values()):
        headline = bare  # else its date is what it is about
    dated = (bare[0], opening) if opening else dateline or _dated(headline, newsroom)
    return Masthead(tuple(facts.values()), headline, is_heading, dated, unclear, untold)


def _facts(lines: Sequence[Line], cautions: Mapping[Place | None, Caution], newsroom: Newsroom) -> Iterator[Fact]:
    has_text_begun = has_headline = False
    answers: dict[Place, Fact] = {}  # lines that say until when the embargo lasts that the line above speaks of
    for line, following in pairwise((*lines, None)):
        if line is None:
            return
        if caution := cautions.get(line.place):
            before = _fact(replace(line, text=caution.before), newsroom) or Fact(line)
            fact = replace(before, line=line, is_embargo=True, lifts=caution.lifts)
            yield fact
            if following and fact.lifts and dates.read(following.text, newsroom) == fact.lifts:
                answers[following.place] = replace(fact, line=following)
        elif line.place in answers:
            yield answers[line.place]
        elif len(line.text) > LONGEST_LINE and not line.level:
            has_text_begun = has_headline or has_text_begun
            has_headline = True
        elif not has_text_begun and (found := _fact(_as_written(line), newsroom)):
            yield found
        else:
            has_headline = True


def _as_written(line: Line) -> Line:
    """``24. März 2018`` is the 24th item of a list to Markdown."""
    item = None if line.is_prose else _ITEM.fullmatch(line.html.strip())
    return replace(line, text=f"{item['number'] or 1}. {line.text}", is_prose=True) if item else line


def fact_of(line: Line, newsroom: Newsroom) -> Fact | None:
    """What a line that stands elsewhere, such as at the head of each page, would say in a masthead."""
    return _fact(line, newsroom)


def _fact(line: Line, newsroom: Newsroom) -> Fact | None:
    """What a line says, as a whole or part by part; None if a part of it says nothing known."""
    if not line.is_prose:
        return None
    for parts in ([line.text], [part for part in _SEPARATOR.split(line.text) if part]):
        known = [fact for part in parts if (fact := _fact_of(part, line, newsroom))]
        if known and len(known) == len(parts):
            date = next((fact.date for fact in known if fact.date), None)
            reference = next((fact.reference for fact in known if fact.reference), "")
            return Fact(line, date, reference, any(fact.is_ambiguous for fact in known))
    return None


def _fact_of(text: str, line: Line, newsroom: Newsroom) -> Fact | None:
    if denies(text):
        return Fact(line)
    rest, generics = headlines.without_generic(text)
    label = _LABEL.match(rest)
    rest = (rest[label.end() :] if label else rest).strip(" .,:;*_")
    if generics and (not rest or _BARE_NUMBER.fullmatch(rest)):
        return Fact(line)
    own = _BY.sub("", rest, count=1) if label and _BY.search(rest) else rest
    if moment := dates.read(own, newsroom) or _after_place(rest, newsroom):
        return Fact(line, date=moment)
    numbered = _NUMBER_OF_A_YEAR.fullmatch(rest) if generics else None
    if reference := _reference(rest) or (numbered[1] if numbered else ""):
        return Fact(line, reference=reference)
    if re.fullmatch(r"[0-9./-]+", rest) and dates.is_ambiguous(rest, newsroom):
        return Fact(line, is_ambiguous=True)
    return None


def _untold(line: Line) -> str:
    """What a line says in place of a date, where nobody knows it yet; "" for any other."""
    if not (label := _LABEL.match(line.text)):
        return ""
    words = line.text[label.end() :].strip(" .,:;*_()[]")
    return words if strip_accents(words.lower()) in _in_place_of_dates() else ""


@cache
def _in_place_of_dates() -> frozenset[str]:
    return frozenset(LEXICON.words("relative"))


def _reference(text: str) -> str:
    number = _NUMBER_SIGN.sub("", text, count=1) if _NUMBER_SIGN.match(text) else text
    is_number = _REFERENCE.fullmatch(number if number == text else f"N{number}") and not re.fullmatch(
        r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}|[0-9]{3}[/-][0-9]{3}-[0-9]{4}", number
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
    is_named = 0 < len(words) <= 6 and all(_PLACE_WORD.fullmatch(word) for word in words) and words[0][0].isupper()
    return is_named and not _PERIODICAL.search(text)


def _numbered(headline: tuple[Line, ...], newsroom: Newsroom) -> tuple[tuple[Line, ...], list[Fact]]:
    """The headline without the number that it begins with, as in ``Press release 12/2024: The museum opens``."""
    for line in headline[:1]:
        before, rest = headlines.parted(line.text)
        fact = _fact(replace(line, text=before, is_prose=True), newsroom) if _DIGIT.search(before) else None
        if fact and not fact.has_date:
            return (replace(line, text=rest, shown=rest), *headline[1:]), [replace(fact, line=line)]
    return headline, []


def _dated(headline: Sequence[Line], newsroom: Newsroom) -> tuple[Line, Moment] | None:
    """The date in ``Weekly report, 12 May 2018``."""
    for line in headline[-1:]:
        for end in islice(_PLACE_END.finditer(line.text), 3):
            moment = dates.read(line.text[end.end() :].rstrip(") "), newsroom)
            if moment and _PERIODICAL.search(line.text[: end.start()]):
                return line, moment
    return None


def _dateline(line: Line, newsroom: Newsroom) -> Moment | None:
    """The date in ``PARIS, 23 March 2018 – Today ...``."""
    if not (digit := _DIGIT.search(line.text, 0, LONGEST_LINE)):
        return None
    for end in islice(_DATELINE_END.finditer(line.text, 0, LONGEST_LINE), 4):
        if end.start() <= digit.start():
            continue
        start = _WIRE.sub("", line.text[: end.start()]).lstrip("(")
        if moment := dates.read(start, newsroom) or _after_place(start, newsroom):
            return moment
    return None
