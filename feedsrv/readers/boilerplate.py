"""Boilerplate: where the text of a release ends, and what stands below it in every release.

An end mark ("-30-", "ENDS", "###") ends the text; notes to editors and what is said about the organisation
have headings of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from feedsrv.readers import contacts, furniture
from feedsrv.readers.document import Block, Document, Place
from feedsrv.text.html import words_of

_MARK = re.compile(
    r"""[\W_]++(?:(?i:ends?|fin|fine|ende|fim|einde)|30)[\W_]+ | [\W_]*+(?:ENDS?|FIN|FINE|ENDE|FIM|EINDE|Ends)[\W_]*
    | [\W_]*+(?i:end[ ]of[ ](?:the[ ])?(?:press[ ]|news[ ]|media[ ])?release|fin[ ]du[ ]communiqu[ée]
      |ende[ ]der[ ](?:presse)?mitteilung|fin[ ]del[ ]comunicado|fine[ ](?:del[ ])?comunicato)[\W_]*""",
    re.VERBOSE,
)
_SIGN = re.compile(r"#(?:\s*#){2,}|\*(?:\s*\*){2,}")
_SIGN_AT_END = re.compile(r"(?P<text>.*\S)\s+(?P<sign>#(?:\s?#){2,}|-30-)\s*", re.DOTALL)
_MOST_SIGNS = 2  # more are no ends: they stand between the items of a digest
_ABOUT = re.compile(
    r"""(?i:about[ ]us|who[ ]we[ ]are|à[ ]propos(?:[ ]de[ ]nous)?|qui[ ]sommes[ -]nous|über[ ]uns|wer[ ]wir[ ]sind
      |(?:acerca[ ]de|sobre)[ ]nosotros|quiénes[ ]somos|chi[ ]siamo|sobre[ ]nós|quem[ ]somos|over[ ]ons
      |notes?[ ](?:to|for)[ ](?:the[ ])?editors? | editors['’]?[ ]notes
      |notes?[ ](?:aux|pour[ ]les|à[ ]l['’]attention[ ]des)[ ](?:rédact|journalist|éditeur|média)\w*
      |(?:hinweise?|anmerkung(?:en)?)[ ](?:für|an)[ ](?:die[ ])?(?:redakt|journalist|medien|presse)\w*
      |notas?[ ](?:para|a)[ ](?:los[ ]|la[ ])?(?:editores|redac|periodistas|prensa|medios)\w*
      |not[ae][ ](?:per|ai|alla)[ ](?:i[ ]|la[ ]|le[ ])?(?:redat|redaz|giornalist|stampa|editor)\w*)
    | (?:(?i:about(?:[ ]the)?|über(?:[ ]d(?:ie|as|en))?|(?:acerca[ ]de|sobre)(?:[ ](?:el|la|las|los))?|acerca[ ]del)[ ]
        |(?i:[àa][ ]propos[ ]d)(?:(?i:e[ ]la|es|u|e)[ ]|(?i:e[ ]l)?['’])
        |(?i:informazioni[ ]s)(?i:u(?:lla|i|gli|l)?[ ]|ull['’]))
      (?!(?i:speakers?|presenters?|instructors?|authors?|talk|event|session|training|project|webinar|workshop|meeting
        |program(?:me)?|study|survey|report|data|this|these|our|my)\b)
      (?:[A-ZÀ-ÞŁŚŠŽ]\S*|[0-9]+[A-Za-z&]\S*|[0-9]\S*(?=[ ][A-ZÀ-ÞŁŚŠŽ]))(?:[ ]\S+){0,6}
      (?<!(?<=[a-zß-ÿ]{4})[.!?])""",
    re.VERBOSE,
)
_BOLD = re.compile(r"\s*<(strong|b)>(?P<head>.{1,80}?)</\1>(?P<rest>.*)", re.DOTALL)
_RUN_IN = re.compile(r"(?:<(?:em|i)>)?(?P<head>[^<>:]{4,60}):(?:</(?:em|i)>)?\s")
_RULE = re.compile(r"[-–—_=~]{2,}")
_LONGEST_HEADING = 200
_LONGEST_MARK = 60


class _Kind(Enum):
    TEXT = auto()
    RULE = auto()
    SIGN = auto()
    MARK = auto()
    ABOUT = auto()
    HEADING = auto()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a block; ``level`` is that of a heading, below all others for one that is only bold."""

    place: Place
    kind: _Kind
    level: int
    size: int


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the end marks of a text are, which are shown nowhere, and its boilerplate."""

    marks: frozenset[Place] = frozenset()
    boilerplate: frozenset[Place] = frozenset()


def with_signs_apart(document: Document) -> Document:
    """The document in which an end mark at the end of a paragraph's last line is a line of its own."""
    blocks = tuple(_with_sign_apart(block) for block in document.blocks)
    return document if blocks == document.blocks else replace(document, blocks=blocks)


def _with_sign_apart(block: Block) -> Block:
    if block.tag != "p" or not block.parts[-1].rstrip().endswith(("#", "-30-")):
        return block
    match = _SIGN_AT_END.fullmatch(block.parts[-1])
    return replace(block, parts=(*block.parts[:-1], match["text"], match["sign"])) if match else block


def find(document: Document) -> Ending:
    """The ending of a document."""
    parts = [part for index, block in enumerate(document.blocks) for part in _parts(index, block)]
    kinds = [part.kind for part in parts]
    site = furniture.below(document)
    if kinds.count(_Kind.TEXT) + kinds.count(_Kind.HEADING) == len(kinds):
        return Ending(frozenset(site))
    top = kinds.index(_Kind.TEXT) if _Kind.TEXT in kinds else len(parts)  # nothing above it is an ending
    end = next(_ends(parts, top), len(parts))
    marks = {part.place for part in parts[end:] if part.kind in {_Kind.MARK, _Kind.SIGN}}
    below = {part.place for part in parts[end:]}
    marks = marks.union(_last_rules(parts), site)
    return Ending(frozenset(marks), frozenset(below.union(_sections(parts[top:end])) - marks))


def _ends(parts: Sequence[_Part], top: int) -> Iterator[int]:
    """Where the text ends: at words that say so, else at a sign that has more text above than below."""
    yield from (number for number, part in enumerate(parts) if part.kind is _Kind.MARK and number > top)
    signs = [number for number, part in enumerate(parts) if part.kind is _Kind.SIGN]
    if len(signs) <= _MOST_SIGNS:
        sizes = [part.size for part in parts]
        yield from (number for number in signs if sum(sizes[:number]) > sum(sizes[number:]))


def _sections(parts: Sequence[_Part]) -> Iterator[Place]:
    """What stands below a heading about the organisation, to the next heading that is of another kind."""
    level = 0  # of the heading it stands below, 0 for none
    for part in parts:
        if part.kind is _Kind.ABOUT:
            level = level or part.level
        elif part.kind is _Kind.HEADING and part.level <= level:
            level = 0
        if level:
            yield part.place


def _last_rules(parts: Sequence[_Part]) -> Iterator[Place]:
    """The rules that part the text from its boilerplate, or from nothing."""
    is_last = True
    for part in reversed(parts):
        if part.kind is _Kind.RULE and is_last:
            yield part.place
        elif part.kind is not _Kind.RULE:
            is_last = part.kind is _Kind.ABOUT


def _parts(index: int, block: Block) -> Iterator[_Part]:
    for number, html in enumerate(block.parts):
        kind, level = _kind(block, number, html)
        yield _Part(Place(index, number), kind, level, len(html))


def _kind(block: Block, number: int, html: str) -> tuple[_Kind, int]:
    if not block.tag:
        return (_Kind.RULE if html.startswith("<hr") else _Kind.TEXT), 0
    text = block.texts[number] if len(html) <= (_LONGEST_MARK if number else _LONGEST_HEADING) else ""
    if _SIGN.fullmatch(text) or (block.level and not html.strip("# ")):
        return _Kind.SIGN, 0
    if _RULE.fullmatch(text):
        return _Kind.RULE, 0
    if _MARK.fullmatch(text):
        return _Kind.MARK, 0
    if block.level:
        return (_Kind.ABOUT if _ABOUT.fullmatch(text.strip(" :*_")) else _Kind.HEADING), block.level
    return _kind_of_line(html, text) if number == 0 else (_Kind.TEXT, 0)


_BELOW_ALL = 7


def _kind_of_line(html: str, text: str) -> tuple[_Kind, int]:
    """What the first line of a paragraph is: a heading may be bold, alone on its line, or end in a colon."""
    bold = _BOLD.match(html)
    run_in = bold or _RUN_IN.match(html)
    head = words_of(run_in["head"]) if run_in else text
    if _ABOUT.fullmatch(head.strip(" :*_")):
        return _Kind.ABOUT, _BELOW_ALL
    is_alone = bold and len(bold["rest"]) < _LONGEST_MARK and not words_of(bold["rest"])
    is_heading = is_alone or contacts.is_heading(text)
    return (_Kind.HEADING if is_heading else _Kind.TEXT), _BELOW_ALL
