"""Embargoes: which lines of a file ask for the release to wait, in the words of the lexicon, and until when.

It reads the blocks and broken lines of the document that was made of the file, never the lines of its source, so that a
Word document, a mail and HTML on one line are read alike. What a category of the lexicon means is said in its head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedsrv.newsroom import Newsroom
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Place
from feedsrv.readers.entries import truth
from feedsrv.readers.moments import begins_like_a_moment, read_moment, read_with_rest, speaks_of_moments
from feedsrv.readers.phrases import Line, Match

NEAR_TOP, NEAR_END = 15, 10
"""Lines with text at the top and at the end, in which a line of its own counts that is not unmistakable."""

LONGEST_LINE = 150
"""Characters; what is longer is the text of the release."""

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
    found = []
    for passage, following in pairwise((*passages, None)):
        if passage and (caution := _caution(passage, following.text if following else "", newsroom)):
            found.append(caution)
    return tuple(found)


def of_file_name(stem: str, newsroom: Newsroom) -> Caution | None:
    """What the name of a file asks for, which begins or ends so: in capitals, apart from the rest, or with a moment.

    ``nfl-draft-2018`` is what a release is about.
    """
    line = Line(stem.replace("_", " "))
    if first := line.entry(0, ("names",)):
        end = line.tokens[first.end - 1].end
        moment = read_moment(line.text[end:], newsroom)
        if moment or _is_apart(line.text[:end], stem[end:]):
            return Caution(Passage(stem, 0, "file name"), moment, first.is_of_draft, is_bare=True)
    for start in range(max(len(line.tokens) - 2, 1), len(line.tokens)):
        last = line.entry(start, ("names",))
        if last and last.end == len(line.tokens):
            word = line.text[line.tokens[start].start :]
            if _is_shouted(word) or re.search(r"(?:\.|\s-\s+|\()$", line.text[: line.tokens[start].start]):
                return Caution(Passage(stem, 0, "file name"), None, last.is_of_draft, is_bare=True)
    return None


def of_folder_name(name: str, newsroom: Newsroom) -> Caution | None:
    """What the name of a folder asks for: as a whole, or with a moment behind it."""
    line = Line(name.replace("_", " "))
    if found := line.entry(0, ("names",)):
        rest = line.text[line.tokens[found.end - 1].end :]
        moment = read_moment(rest, newsroom)
        if moment or not re.search(r"\w", rest):
            return Caution(Passage(name, 0, f"folder {name}/"), moment, found.is_of_draft, is_bare=True)
    return None


def _is_apart(word: str, rest: str) -> bool:
    return not rest or _is_shouted(word) or bool(re.match(r"\s+-\s|\s+–\s|\.|\s*\(|__", rest))


def _is_shouted(word: str) -> bool:
    return word.upper() == word != word.lower()


_HOLDING = ("hold", "dated", "immediate", "draft")
_BEFORE_MOMENT = ("until", "around", "clock", "frame")
_BETWEEN = (*_BEFORE_MOMENT, *_HOLDING)


def _caution(passage: Passage, following: str, newsroom: Newsroom) -> Caution | None:
    line = Line(passage.text if passage.is_near else passage.text[:LONGEST_LINE])  # only its beginning counts
    if not line.tokens:
        return None
    found = next((found for at in line.framed(0) if (found := line.entry(at, ("sure",)))), None)
    if found and (passage.is_own or _is_all_of_it(line, found)):
        return _until(passage, line, 0, found, following, newsroom)
    if not (passage.is_near and passage.is_own):
        return None
    if passage.is_block and (found := line.entry(0, ("alone",))) and found.end == len(line.tokens):
        return Caution(passage, is_draft=True)
    is_text = len(line.text) > LONGEST_LINE
    starts = [0, *(number for number in range(1, len(line.tokens)) if line.ends_at(number) and not is_text)]
    for start in starts:
        if caution := _of_segment(passage, line, start, following, newsroom):
            return caution
    return None


def _is_all_of_it(line: Line, found: Match) -> bool:
    """Whether a line that goes on with the one before is nothing but an embargo: prose says more."""
    end = line.skip(found.end, _BETWEEN)
    return end >= len(line.tokens) or begins_like_a_moment(line.behind(end))


def _of_segment(passage: Passage, line: Line, start: int, following: str, newsroom: Newsroom) -> Caution | None:
    """What a segment asks for that says nothing else: words of a frame or a moment, an entry, and when."""
    at, framed = start, set(line.framed(start))
    while at < len(line.tokens):
        found = line.entry(at, ("sure", *_HOLDING)) or line.entry_behind_moment(at, _HOLDING)
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
            is_first = start == 0 and is_ended
            is_last = found.end == len(line.tokens) and line.text[: line.tokens[start].start].rstrip().endswith(
                ("(", "[")
            )
            return is_dated or is_first or is_last
        case _:
            return is_dated


def _until(
    passage: Passage, line: Line, start: int, found: Match, following: str, newsroom: Newsroom
) -> Caution | None:
    """The caution with its moment, if that can be read: within the entry, behind it, before it, or on the next line."""
    before = line.before(start).strip(" |–—-:") if start else ""
    end = line.skip(found.end, _BETWEEN)
    if found.gap:
        inside = Line(line.between(*found.gap))
        return Caution(passage, read_moment(inside.behind(inside.skip(0, _BEFORE_MOMENT)), newsroom), before=before)
    for behind in (line.behind(found.end), line.behind(end)):
        moment, rest = read_with_rest(behind, newsroom)
        if moment:
            return Caution(passage, moment, before=before, rest=rest)
    if end < len(line.tokens):
        return _undated(passage, line.behind(end), found, before, is_apart=line.ends_at(end))
    is_open = bool(line.entry(end - 1, ("until", "around"))) or line.text.rstrip(" *_").endswith(":")
    lifts = read_moment(line.before(found.end - len(found.words)), newsroom)
    if is_open and not found.is_of_draft:
        lifts = lifts or read_moment(following, newsroom)
    if found.category == "immediate" and not lifts:
        return None
    is_bare = not is_open and not speaks_of_moments(line.text)
    return Caution(passage, lifts, found.is_of_draft, is_bare=is_bare, before=before)


def _undated(passage: Passage, behind: str, found: Match, before: str, *, is_apart: bool) -> Caution | None:
    """The caution of an entry behind which something else than a moment that is understood stands."""
    if found.category == "immediate" or (is_apart and truth(behind.strip(" .*_")) is False):
        return None
    is_dated = begins_like_a_moment(behind)
    rest = behind.strip() if is_apart and not is_dated and not speaks_of_moments(behind) else ""
    return Caution(passage, None, found.is_of_draft and not is_dated, is_bare=bool(rest), before=before, rest=rest)
