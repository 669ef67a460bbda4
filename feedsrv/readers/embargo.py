"""Embargoes: which lines of a file ask for the release to wait, in the words of the lexicon, and until when.

It reads the blocks and broken lines of the document that was made of the file, never the lines of its source, so that a
Word document, a mail and HTML on one line are read alike. What a category of the lexicon means is said in its head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedsrv.newsroom import Newsroom
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Place
from feedsrv.readers.entries import state, truth
from feedsrv.readers.moments import begins_like_a_moment, read_moment, read_with_rest, speaks_of_moments
from feedsrv.readers.phrases import LONGEST_LINE, Line, Match, is_shouted, may_begin_with_an_entry

NEAR_TOP, NEAR_END = 15, 10
"""Lines with text at the top and at the end, in which a line of its own counts that is not unmistakable."""


FULL_LINE = 50
"""Characters; a shorter line was not broken for want of room, so the next one is a line of its own."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that may ask for it: a line of the document, a comment, a title.

    ``how`` is what it is, for people. ``is_near``: near the top or the end. ``is_own``: it was not broken off the line
    before for want of room. ``is_block``: nothing else is in its block.
    """

    text: str
    number: int
    how: str
    place: Place | None = None
    is_near: bool = True
    is_own: bool = True
    is_block: bool = True


@dataclass(frozen=True, slots=True)
class Caution:
    """What a passage asks for: to wait until ``lifts``, or for nobody knows how long where that is None.

    ``is_draft``: it says not "later" but "not yet". ``is_bare``: it says nothing of when, so another may. ``before``
    and ``rest`` are what the passage says besides.
    """

    passage: Passage
    lifts: Moment | None = None
    is_draft: bool = False
    is_bare: bool = False
    before: str = ""
    rest: str = ""


def cautions(passages: Sequence[Passage], newsroom: Newsroom) -> tuple[Caution, ...]:
    """What asks for the release to be held, in the order of the passages."""
    found: list[Caution] = []
    for passage, following in pairwise((*passages, None)):
        if passage:
            found.extend(_cautions(passage, following.text if following else "", newsroom))
    return tuple(found)


_HOLDING = ("hold", "dated", "immediate", "draft")
_BEFORE_MOMENT = ("until", "around", "clock", "frame")
_BETWEEN = (*_BEFORE_MOMENT, *_HOLDING)
_ASKING = ("sure", "alone", *_HOLDING)
"""A line without an entry of these asks for nothing."""
_EMBARGO = ("sure", "hold")


def denies(text: str) -> bool:
    """Whether a line says that there is no embargo, and nothing else: "Embargo: none", "No embargo"."""
    line = Line(text) if len(text) <= LONGEST_LINE else None
    if line is None or not line.may_have(_EMBARGO):
        return False
    for start in range(min(2, len(line.tokens))):
        if (found := line.entry(start, _EMBARGO)) and found.is_of_embargo:
            is_all = found.end == len(line.tokens) or (
                start == 0 and truth(line.behind(found.end).strip(_ENDS)) is False
            )
            return is_all and _says_no(line, found.end)
    return False


def _cautions(passage: Passage, following: str, newsroom: Newsroom) -> Iterator[Caution]:
    """All that a passage asks for: an embargo that is over does not speak for a draft behind it."""
    if not (passage.is_near or may_begin_with_an_entry(passage.text)):
        return
    line = Line(passage.text if passage.is_near else passage.text[:LONGEST_LINE])  # only its beginning counts
    if not line.may_have(_ASKING):
        return
    found = next((found for at in line.framed(0) if (found := line.entry(at, ("sure",)))), None)
    is_own = passage.is_own or line.text.isupper()
    first = None
    if found and (is_own or _is_all_of_it(line, found)):
        first = _until(passage, line, 0, found, following, newsroom)
        yield from _one(first)
    if not (passage.is_near and is_own):
        return
    if passage.is_block and (alone := line.entry(0, ("alone",))) and alone.end == len(line.tokens):
        yield Caution(passage, is_draft=True)
    start = _behind(line, first) if first else 0
    while start < len(line.tokens):
        caution = _of_segment(passage, line, start, following, newsroom)
        if first and (alone := line.entry(start, ("alone",))) and line.ends_at(alone.end):
            caution = Caution(passage, is_draft=True)
        yield from _one(caution)
        first = first or caution
        start = _behind(line, caution) if caution else line.next_segment(start)
    if first is None and len(line.text) <= LONGEST_LINE:
        yield from _one(_shouted(passage, line) or _within(passage, line, newsroom))


def _behind(line: Line, caution: Caution) -> int:
    """The first word of what a line says behind a caution; a release that is held is not held more by it."""
    if caution.lifts is None or not caution.rest:
        return len(line.tokens)
    start = line.text.rfind(caution.rest)
    return next((number for number, token in enumerate(line.tokens) if token.start >= start), len(line.tokens))


def _one(caution: Caution | None) -> Iterator[Caution]:
    if caution:
        yield caution


def _shouted(passage: Passage, line: Line) -> Caution | None:
    """What stands in capitals before or behind a headline that does not: "DRAFT The museum opens"."""
    if line.text.isupper():
        return None
    for start in (0, *range(max(1, len(line.tokens) - 4), len(line.tokens))):
        found = line.entry(start, ("hold", "draft"))
        if found and (start == 0 or found.end == len(line.tokens)) and is_shouted(line.between(start, found.end)):
            rest = line.behind(found.end) if start == 0 else ""
            return Caution(passage, None, found.is_of_draft, is_bare=found.is_of_embargo, rest=rest)
    return None


def _within(passage: Passage, line: Line, newsroom: Newsroom) -> Caution | None:
    """What a sentence says that is a block by itself and ends with the moment: "The results are embargoed until …"."""
    if not passage.is_block:
        return None
    for start in range(1, len(line.tokens)):
        if (found := line.entry(start, ("sure",))) and begins_like_a_moment(line.behind(found.end)):
            moment, rest = read_with_rest(line.behind(found.end), newsroom)
            if moment and not rest:
                return Caution(passage, moment)
            if not moment and len(line.tokens) - found.end <= _LONGEST_MOMENT:
                return Caution(passage)
    return None


_LONGEST_MOMENT = 8  # words


def _is_all_of_it(line: Line, found: Match) -> bool:
    """Whether a line that goes on with the one before is nothing but an embargo: prose says more."""
    end = line.skip(found.end, _BETWEEN)
    return end >= len(line.tokens) or begins_like_a_moment(line.behind(end))


def _of_segment(passage: Passage, line: Line, start: int, following: str, newsroom: Newsroom) -> Caution | None:
    """What a segment asks for that says nothing else: words of a frame or a moment, an entry, and when."""
    at, framed = start, set(line.framed(start))
    while at < len(line.tokens):
        found = line.entry(at, ("sure", *_HOLDING)) or line.entry_behind_moment(at, _HOLDING)
        if found and _is_denied(line, found):
            return Caution(passage)
        if found and ((at in framed and found.category == "sure") or _counts(line, start, found)):
            return _until(passage, line, start, found, following, newsroom)
        if frame := line.entry(at, _BEFORE_MOMENT):
            at = frame.end
        elif line.is_of_moment(at):
            at += 1
        else:
            return None
    return None


def _counts(line: Line, start: int, found: Match) -> bool:
    """Whether an entry stands by itself, or says when; one of ``draft`` also in brackets at the end."""
    end = line.skip(found.end, _BETWEEN)
    if found.gap:
        return begins_like_a_moment(line.behind(line.skip(found.gap[0], _BEFORE_MOMENT)))
    is_dated = begins_like_a_moment(line.behind(end)) or begins_like_a_moment(line.behind(found.end))
    is_ended = any(map(line.ends_at, range(found.end, end + 1)))
    match found.category:
        case "sure" | "hold":
            return is_dated or is_ended
        case "draft":
            is_first = start == 0 and (is_ended or bool(_VERSION.fullmatch(line.behind(found.end))))
            is_last = found.end == len(line.tokens) and line.text[: line.tokens[start].start].rstrip().endswith(
                ("(", "[")
            )
            return is_dated or is_first or is_last
        case _:
            return is_dated


def _is_denied(line: Line, found: Match) -> bool:
    """Whether what a label names is answered with "no", or with a word for what is not public."""
    answer = line.behind(found.end).strip(_ENDS)
    is_no = truth(answer) is False or state(answer) is False
    return found.category == "dated" and line.is_label(found.end) and is_no


def _until(
    passage: Passage, line: Line, start: int, found: Match, following: str, newsroom: Newsroom
) -> Caution | None:
    """The caution with its moment, if that can be read: within the entry, behind it, before it, or on the next line."""
    before = line.before(start).strip(" |–—-:") if start else ""
    end = line.skip(found.end, _BEFORE_MOMENT if found.category == "draft" else _BETWEEN)
    if found.is_of_embargo and _says_no(line, end):
        return None
    if found.gap:
        inside = Line(line.between(*found.gap))
        return Caution(passage, read_moment(inside.behind(inside.skip(0, _BEFORE_MOMENT)), newsroom), before=before)
    has_end = found.category != "draft" and (
        found.category != "hold" or found.is_of_embargo or _has_until(line, found.end, end)
    )
    for behind in (line.behind(found.end), line.behind(end)):
        moment, rest = read_with_rest(behind, newsroom)
        if moment:  # "NOT FOR PUBLICATION, 24 November 2026" is of that day, and does not end on it
            is_end = has_end or (found.category == "hold" and (line.is_label(found.end) or not moment.is_day_only))
            return Caution(passage, moment if is_end else None, found.is_of_draft, before=before, rest=rest)
    if end < len(line.tokens):
        return _undated(passage, line.behind(end), found, before, is_apart=line.ends_at(end))
    is_open = bool(line.entry(end - 1, ("until", "around"))) or line.text.rstrip(" *_").endswith(":")
    lifts = read_moment(line.before(found.end - len(found.words)), newsroom) if has_end else None
    if is_open and not found.is_of_draft:
        lifts = lifts or read_moment(following, newsroom)
    if found.category == "immediate" and not lifts:
        return None
    is_bare = found.is_of_embargo and not is_open and not speaks_of_moments(line.text)
    return Caution(passage, lifts, found.is_of_draft, is_bare=is_bare, before=before)


def _says_no(line: Line, end: int) -> bool:
    """Whether a line says that there is none: "Embargo: none"."""
    return truth(line.behind(end).strip(_ENDS)) is False or line.tokens[0].word in _NO_EMBARGO


_ENDS = " .!*_"
_NO_EMBARGO = frozenset({"no", "kein", "keine", "aucun", "sin", "nessun", "sem", "geen", "ingen"})
_VERSION = re.compile(r"(?:v|ver|version|nr|no|#)?\W*[0-9]{1,2}(?:\.[0-9]+)*\W*", re.IGNORECASE)


def _has_until(line: Line, start: int, end: int) -> bool:
    """Whether a word that leads to an end stands between two words: "until", "before"."""
    return any(line.entry(number, ("until",)) for number in range(start, end)) or bool(
        start and line.entry(start - 1, ("until",))
    )


def _undated(passage: Passage, behind: str, found: Match, before: str, *, is_apart: bool) -> Caution | None:
    """The caution of an entry behind which something else than a moment that is understood stands."""
    if found.category == "immediate":
        return None
    is_dated = begins_like_a_moment(behind)
    rest = behind.strip() if is_apart and not is_dated and not speaks_of_moments(behind) else ""
    is_bare = bool(rest) and found.is_of_embargo
    return Caution(passage, None, found.is_of_draft, is_bare=is_bare, before=before, rest=rest)
