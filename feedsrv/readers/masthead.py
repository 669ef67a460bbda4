"""The masthead: what stands at the top of a release before its text: what it is, its date, reference, headline."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from feedsrv.newsroom import Newsroom
from feedsrv.readers import contacts, dates
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Document, Line, Place
from feedsrv.readers.embargo import FULL_LINE, Caution
from feedsrv.readers.phrases import LONGEST_LINE

MOST_LINES = 15
"""Further down, a date is not that of the release."""

_GENERIC = re.compile(
    r"""[\W_]*+(?:
      (?:press|news|media)[ -]?(?:releases?|statements?|information|notices?|communiqu[eé]s?|advisor(?:y|ies)|alert)
    | (?:official[ ])?statement | for[ ](?:immediate[ ])?(?:release|publication) | immediate[ ]release
    | (?:press|news|media)[ -]?room | latest[ ]news | releases | as[ ]prepared[ ]for[ ]delivery
    | communiqu[eé]s?(?:[ ]de[ ]presse)? | (?:pour|à)[ ]diffusion[ ]imm[eé]diate | dossiers?[ ]de[ ]presse
    | information[ ]presse | note[ ]aux[ ]m[ée]dias | avis[ ]aux[ ]m[ée]dias
    | presse-?(?:mitteilung|information|info|meldung|aussendung|erklärung) | medien-?(?:mitteilung|information)
    | zur[ ]sofortigen[ ]ver(?:ö|oe)ffentlichung
    | comunicati?o?(?:[ ]stampa)? | nota[ ]stampa | per[ ](?:la[ ])?pubblicazione[ ]immediata
    | nota[ ](?:de[ ](?:prensa|imprensa)|informativa) | comunicado(?:[ ](?:de|à)[ ](?:prensa|imprensa))?
    | para[ ](?:su[ ])?(?:publicaci[oó]n|difusi[oó]n|publicação|divulgação)[ ](?:inmediata|imediata)
    | persbericht | persmededeling
    )(?![^\W_])[\s.:,;|–—-]*""",
    re.IGNORECASE | re.VERBOSE,
)
_FURNITURE = re.compile(
    r"[\W_]*(?:topics|(?:filter|browse) by|menu|home|(?:latest )?news|latest|site ?map|search|skip to (?:main )?content"
    r"|(?P<office>(?:press|news|media)[ -]?(?:rooms?|offices?|cent(?:er|re)s?|relations)|newsrooms?"
    r"|service (?:de )?presse|relations presse|pressestelle|ufficio stampa|(?:gabinete|oficina) de prensa))[\W_]*",
    re.IGNORECASE,
)
"""What a site or a letterhead has above every headline."""
_OF_A_SITE = re.compile(r".*\b(?:press|news|media)[ ]?(?:rooms?|releases|cent(?:er|re)|office)\W*", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"(?:n[°º]|n[or]?\.?|num(?:ber|éro|mer|ero)|#)?\s?[0-9]{1,6}", re.IGNORECASE)
_PERIODICAL = re.compile(
    r"\b(?:reports?|bulletins?|newsletters?|digest|updates?|reviews?|briefings?|highlights|news|rapports?|lettre|bilan|revue"
    r"|wochenberichte?|berichte?|rundbriefe?|informes?|bolet[íi]n|resumen|rapporti?o?|bollettino|rassegna|boletim)$",
    re.IGNORECASE,
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
_SEPARATOR = re.compile(r"\s+[|·•–—-]\s+|\s*\|\s*|\s+(?:del|du|vom|van|of|dated)\s+")
_PLACE_END = re.compile(r"\s*[,(–—]\s*|\s+-\s+")
_PLACE_WORD = re.compile(r"[A-ZÀ-ÞŁŚŠŽ](?:[^\W\d_]|[.'’-])*|de|la|le|sur|am|an|der|del|di|in")
_ITEM = re.compile(r'<ol(?: start="(?P<number>[0-9]{1,2})")?>\s*<li>[^<]{1,60}</li>\s*</ol>')
_WIRE = re.compile(r"\s*(?:/[^/]{3,30}/|\([A-Z][A-Za-z .-]{1,30}\)?)\s*$")
_BOLD = re.compile(r"\s*<(strong|b)>(?:(?!<\1>).)*</\1>[\s\\]*(?:<br ?/?>\s*)?", re.DOTALL)
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[.!?…][\"'”’»)]*$")
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

    ``headline`` are its lines, which ``is_heading`` tells from the first lines of a text. ``dateline`` is the
    date that opens the text, or ends the headline of a periodical. ``unclear`` is a line that looks like a
    date and is none.
    """

    facts: tuple[Fact, ...] = ()
    headline: tuple[Line, ...] = ()
    is_heading: bool = False
    dateline: tuple[Line, Moment] | None = None
    unclear: Line | None = None


def read(document: Document, contacts: Collection[Place], cautions: Sequence[Caution], newsroom: Newsroom) -> Masthead:
    """The masthead of a document, whose ``contacts`` and ``cautions`` may stand there too."""
    asked = {caution.passage.place: caution for caution in cautions if not caution.rest}
    lines = tuple(islice(document.lines(), MOST_LINES))
    found = (fact for fact in _facts(lines, asked, newsroom) if fact.has_date or fact.line.place not in contacts)
    facts = {fact.line.place: fact for fact in found}
    rest = [line for line in lines if line.place not in facts and line.place not in contacts]
    furniture, rest = _furniture(rest)
    headline, is_heading = _headline(rest)
    letterhead = _letterhead(rest, headline, facts) if document.is_letter and is_heading else ()
    facts |= {line.place: Fact(line) for line in (*furniture, *letterhead, *_repeated(headline, rest))}
    text = [line for line in rest if line not in headline and not line.level]
    dateline = next(((line, moment) for line in text if (moment := _dateline(line, newsroom))), None)
    unclear = next((line for line in text if dates.looks_like_one(line.text)), None)
    return Masthead(tuple(facts.values()), headline, is_heading, dateline or _dated(headline, newsroom), unclear)


def _furniture(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines of the site or the letterhead that stand above the headline, and the others."""
    end = 0
    for number, line in enumerate(lines[:_MOST_FURNITURE]):
        match = _FURNITURE.fullmatch(line.text) if not line.level else None
        is_of_site = number == end and _OF_A_SITE.fullmatch(line.text) and _is_name(line.text)
        is_letterhead = match and match["office"] and line.place.block == lines[end].place.block
        if (match and number == end) or is_of_site or is_letterhead:
            end = number + 1
        elif len(line.text) > _LONGEST_FURNITURE:
            break
    is_alone = end == 1 and not _FURNITURE.fullmatch(lines[0].text)  # then it may be the headline itself
    is_above = end < len(lines) and (not is_alone or bool(lines[end].level) or len(lines[end].text) <= LONGEST_LINE)
    return (list(lines[:end]), list(lines[end:])) if is_above else ([], list(lines))


def _letterhead(lines: Sequence[Line], headline: Sequence[Line], facts: Collection[Place]) -> Iterator[Line]:
    """The lines of a letter above the headline that are short, and above another that says when, or what it is.

    What stands directly above the headline may belong to it.
    """
    last = max((place for place in facts if place < headline[0].place), default=Place(-1, 0))
    return (line for line in lines if line.place < last and line.is_prose and len(line.text) <= _LONGEST_FURNITURE)


_MOST_FURNITURE = 4  # lines
_LONGEST_FURNITURE = 80  # characters


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_FURNITURE and not any(word[0].islower() for word in text.split())


def _repeated(headline: Sequence[Line], lines: Sequence[Line]) -> Iterator[Line]:
    """The first line below the headline, if it says the same once more."""
    said = " ".join(line.text for line in headline).casefold()
    for line in islice((line for line in lines if line not in headline), 1):
        if line.is_prose and line.text.casefold() == said:
            yield line


def _headline(lines: Sequence[Line]) -> tuple[tuple[Line, ...], bool]:
    """The first heading that no text stands above, with all its lines; else the first lines that are one."""
    above = lines[: next((number for number, line in enumerate(lines) if len(line.text) > LONGEST_LINE), len(lines))]
    has_title = any(line.level == 1 for line in above)
    for number, line in enumerate(lines):
        is_bold = number == 0 and not has_title and _is_bold(line)
        if (line.level or is_bold) and not contacts.is_heading(line.text):
            following = (other for other in lines[number:] if other.place.block == line.place.block)
            return tuple(other for other in following if line.level or _is_bold(other)), True
        if len(line.text) > LONGEST_LINE:
            break
    return (tuple(_wrapped(lines)) if lines and lines[0].is_prose else ()), False


def _is_bold(line: Line) -> bool:
    return line.is_prose and bool(_BOLD.fullmatch(line.html))


def _wrapped(lines: Sequence[Line]) -> Iterator[Line]:
    """The first line, and those that go on with it."""
    block = [line for line in lines if line.place.block == lines[0].place.block]
    width = max(len(line.text) for line in block)
    yield block[0]
    for line, following in pairwise(block):
        if not _goes_on(line.text, following.text, width):
            return
        yield following


def _goes_on(text: str, following: str, width: int) -> bool:
    """Whether a line is shouted as the one before, or goes on in small letters, or for want of room."""
    if _SENTENCE.search(text) or text.isupper():
        return text.isupper() and following.isupper()
    next_word = following.partition(" ")[0]
    is_full = len(text) >= FULL_LINE and len(text) + 1 + len(next_word) > width
    return is_full or following[:1].islower()


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
    rest, generics = _GENERIC.subn("", text, count=2) if _GENERIC.match(text) else (text, 0)
    rest = _LABEL.sub("", rest, count=1) if _LABEL.match(rest) else rest
    rest = rest.strip(" .,:;*_")
    if generics and (not rest or _BARE_NUMBER.fullmatch(rest)):
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
    if not _DIGIT.search(line.text, 0, LONGEST_LINE):
        return None
    for end in islice(_DATELINE_END.finditer(line.text, 0, LONGEST_LINE), 4):
        start = _WIRE.sub("", line.text[: end.start()]).lstrip("(")
        if moment := dates.read(start, newsroom) or _after_place(start, newsroom):
            return moment
    return None
