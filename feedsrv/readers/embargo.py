"""Embargoes: which lines of a file ask for the release to wait, in the words of the lexicon, and until when.

It reads the blocks and broken lines of the document that was made of the file, never the lines of its source, so that a
Word document, a mail and HTML on one line are read alike. What a category of the lexicon means is said in its head.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from feedsrv.newsroom import Newsroom
from feedsrv.readers import dates
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Place
from feedsrv.readers.lexicon import CATEGORIES, LEXICON
from feedsrv.text.analysis import MARKS, UNDIVIDED, strip_accents
from feedsrv.text.dates import ALL, names

NEAR_TOP, NEAR_END = 15, 10
"""Lines with text at the top and at the end, in which a line of its own counts that is not unmistakable."""
LONGEST_LINE = 150
"""Characters; what is longer is the text of the release."""

FULL_LINE = 50
"""Characters; a shorter line was not broken for want of room, so the next one is a line of its own."""

_LONGEST_GAP = 14  # words between the two halves of an entry, as in "nicht vor … veröffentlichen"
_LONGEST_READ = 400  # characters of a passage that are looked at


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
    line = _Line(stem.replace("_", " "))
    if first := line.entry(0, ("names",)):
        end = line.tokens[first.end - 1].end
        moment = _moment(line.text[end:], newsroom)
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
    line = _Line(name.replace("_", " "))
    if found := line.entry(0, ("names",)):
        rest = line.text[line.tokens[found.end - 1].end :]
        moment = _moment(rest, newsroom)
        if moment or not re.search(r"\w", rest):
            return Caution(Passage(name, 0, f"folder {name}/"), moment, found.is_of_draft, is_bare=True)
    return None


def _is_apart(word: str, rest: str) -> bool:
    return not rest or _is_shouted(word) or bool(re.match(r"\s+-\s|\s+–\s|\.|\s*\(|__", rest))


def _is_shouted(word: str) -> bool:
    return word.upper() == word != word.lower()


# --- words ------------------------------------------------------------------------------------------------------------


class _Token(NamedTuple):
    word: str
    start: int
    end: int


class _Match(NamedTuple):
    """An entry that was found: its category, its words, where it ends, and where the place of its moment is."""

    category: str
    words: tuple[str, ...]
    end: int
    gap: tuple[int, int] | None = None

    @property
    def is_of_draft(self) -> bool:
        return self.words in _entries()["draft"] or self.words in _entries()["alone"]


_CUT = re.compile(rf"[{UNDIVIDED}]|(?<=[0-9])[년월일시분]|[0-9]+|(?:(?![{UNDIVIDED}0-9_])[\w{MARKS}])+")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:([ .\-_·*])[^\W\d_])(?:\1[^\W\d_]){2,}(?![^\W_])")
_LOOK_ALIKES = str.maketrans(
    "АВЕЗКМНОРСТУХаеорсухіјѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανι", "ABE3KMHOPCTYXaeopcyxijsdqwABEZHIKMNOPTYXoavi"
)
_LATIN, _ALIKE = re.compile(r"[A-Za-z]"), re.compile(r"[\u0370-\u03ff\u0400-\u052f]")


def _shown(text: str) -> str:
    """The text as it is seen: entities read, full-width letters narrow, nothing invisible, spaced letters joined."""
    text = text[:_LONGEST_READ]
    if not text.isascii() or "&" in text:
        text = unicodedata.normalize("NFKC", unescape(unescape(text)))
        text = "".join(str(int(c)) if c.isdecimal() else c for c in text if unicodedata.category(c) != "Cf")
    return _SPACED.sub(lambda letters: re.sub(r"[\W_]", "", letters[0]), text)


@cache
def _fold(word: str) -> str:
    if _ALIKE.search(word) and _LATIN.search(word):
        word = word.translate(_LOOK_ALIKES)
    return strip_accents(word.casefold())


def _words(text: str) -> tuple[str, ...]:
    return tuple(_fold(match[0]) for match in _CUT.finditer(unicodedata.normalize("NFC", text)))


@cache
def _entries() -> Mapping[str, frozenset[tuple[str, ...]]]:
    """The entries of each category in all languages, as their words; "…" is the place of a moment."""
    return {
        category: frozenset(tuple(_with_gap(entry)) for entry in LEXICON.words(category)) for category in CATEGORIES
    }


def _with_gap(entry: str) -> Iterator[str]:
    for number, half in enumerate(entry.split("…")):
        yield from (("…",) if number else ())
        yield from (word + "*" * (half[at : at + 1] == "*") for word, at in _words_and_ends(half))


def _words_and_ends(text: str) -> Iterator[tuple[str, int]]:
    return ((_fold(match[0]), match.end()) for match in _CUT.finditer(unicodedata.normalize("NFC", text)))


@cache
def _by_first_word() -> Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]:
    """The entries by their first word, the longest first; if that may end in any way, by three letters of it."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for category, entries in _entries().items():
        for words in entries:
            first = "".join(words[:2]) if words[0] == "…" else words[0]
            found.setdefault(first[:3] + "*" if first.endswith("*") else first, []).append((category, words))
    return {first: sorted(entries, key=lambda entry: -len(entry[1])) for first, entries in found.items()}


class _Line:
    """A passage cut into words."""

    def __init__(self, text: str) -> None:
        self.text = _shown(text)
        self.tokens = [_Token(_fold(match[0]), *match.span()) for match in _CUT.finditer(self.text)]

    def entry(self, start: int, categories: Sequence[str]) -> _Match | None:
        """The longest entry of these categories that begins with a word."""
        if start >= len(self.tokens):
            return None
        first = self.tokens[start].word
        listed = _by_first_word()
        for category, words in (*listed.get(first, ()), *listed.get(f"{first[:3]}*", ())):
            if category in categories and (found := self._follows(category, words, start)):
                return found
        return None

    def entry_behind_moment(self, start: int, categories: Sequence[str]) -> _Match | None:
        """The entry behind the moment that begins with a word, where people say the moment first ("… まで公開禁止")."""
        if not _is_moment_like(self.behind(start)):
            return None
        for second in range(start + 1, min(start + _LONGEST_GAP, len(self.tokens))):
            for category, words in _by_first_word().get(f"…{self.tokens[second].word}", ()):
                if category in categories and (end := self._end_of(words[1:], second)) is not None:
                    return _Match(category, words, end, (start, second))
        return None

    def _follows(self, category: str, words: tuple[str, ...], start: int) -> _Match | None:
        if "…" in words:
            at = words.index("…")
            first = self._end_of(words[:at], start)
            ends = range(first + 1, min(first + _LONGEST_GAP, len(self.tokens))) if first is not None else ()
            for second in ends:
                if first is not None and (end := self._end_of(words[at + 1 :], second)) is not None:
                    return _Match(category, words, end, (first, second))
            return None
        found = self._end_of(words, start)
        return _Match(category, words, found) if found is not None else None

    def _end_of(self, words: tuple[str, ...], start: int) -> int | None:
        there = self.tokens[start : start + len(words)]
        if len(there) < len(words):
            return None
        is_there = all(
            token.word.startswith(word[:-1]) if word.endswith("*") else token.word == word
            for word, token in zip(words, there, strict=True)
        )
        return start + len(words) if is_there else None

    def skip(self, start: int, categories: Sequence[str]) -> int:
        """The first word behind entries of these categories."""
        while found := self.entry(start, categories):
            start = found.end
        return start

    def framed(self, start: int) -> Iterator[int]:
        """The words that nothing stands before but words of a frame."""
        yield start
        while found := self.entry(start, ("frame",)):
            start = found.end
            yield start

    def ends_at(self, number: int) -> bool:
        """Whether a segment ends before a word: with the line, or with a mark that parts what is said."""
        if number >= len(self.tokens):
            return True
        return bool(number and _PARTS.search(self.text[self.tokens[number - 1].end : self.tokens[number].start]))

    def behind(self, number: int) -> str:
        """The text from a word on."""
        return self.text[self.tokens[number].start :] if number < len(self.tokens) else ""

    def before(self, number: int) -> str:
        return self.text[: self.tokens[number].start]


_PARTS = re.compile(r"[:;|•·–—/()\[\]!?]|\s-+\s|[.…]\s|\*{2,}|\s-$|^-\s")


# --- moments ----------------------------------------------------------------------------------------------------------


@cache
def _moment_like() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What begins as a moment does, however unclear; and what in the rest of a line may be a part of one."""
    known = names(ALL)
    month = "|".join(sorted(map(re.escape, known.months), key=len, reverse=True))
    weekday = "|".join(sorted((re.escape(name) for name in known.weekdays if len(name) > 3), key=len, reverse=True))
    words = "|".join(map(re.escape, (*LEXICON.words("relative"), *LEXICON.words("noon"), *LEXICON.words("midnight"))))
    mark = "|".join(sorted(map(re.escape, LEXICON.words("clock")), key=len, reverse=True))
    hour = rf"[0-9]{{1,2}}(?:\s?[:.h時시]\s?[0-9]{{2}}(?![0-9])|\s?(?:[ap]\.?m\b|(?:{mark})(?!\w)|[時시点點]))"
    day = (
        rf"[0-9]{{1,4}}\s?[./年년-]\s?[0-9]{{1,2}}(?![0-9])|[0-9]{{1,2}}[^\W\d_]{{0,3}}[.°]?\s*(?:(?:of|de|d)\W\s*)?(?:{month})(?!\w)"
        rf"|(?:{month})(?!\w)\.?,?\s*(?:of\s+|de\s+)?[0-9]|(?:19|20)[0-9]{{2}}(?![0-9])"
    )
    start = re.compile(
        rf"\W*(?:{hour}|{day}|(?:{weekday})(?!\w)|(?:{words})(?:(?!\w)|(?<=[{UNDIVIDED}])))", re.IGNORECASE
    )
    return start, re.compile(rf"(?<!\w)(?:{hour}|{day}|(?:{words})(?!\w)|time\b|[A-Z]{{3,4}}T\b)", re.IGNORECASE)


def _is_moment_like(text: str) -> bool:
    return bool(_moment_like()[0].match(strip_accents(text)))


def _moment(text: str, newsroom: Newsroom) -> Moment | None:
    """The moment that a text is; None if its weekday is another."""
    moment = dates.read(text.strip(" \t.,;:!*_–—|()[]-"), newsroom)
    return None if moment and moment.weekday_disagrees else moment


def _moment_and_rest(text: str, newsroom: Newsroom) -> tuple[Moment | None, str]:
    """The moment with which a text begins, and what follows it, which has nothing to do with moments."""
    ends = [len(text), *(match.start() for match in reversed(list(_PARTS.finditer(text))))]
    for end in ends:
        if moment := _moment(text[:end], newsroom):
            rest = text[end:].strip(" \t.,;:!*_–—|()[]-")
            return (None, "") if _moment_like()[1].search(strip_accents(rest)) else (moment, rest)
    return None, ""


# --- passages ---------------------------------------------------------------------------------------------------------

_HOLDING = ("hold", "dated", "immediate", "draft")
_BEFORE_MOMENT = ("until", "around", "clock", "frame")
_BETWEEN = (*_BEFORE_MOMENT, *_HOLDING)


def _caution(passage: Passage, following: str, newsroom: Newsroom) -> Caution | None:
    line = _Line(passage.text)
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


def _is_all_of_it(line: _Line, found: _Match) -> bool:
    """Whether a line that goes on with the one before is nothing but an embargo: prose says more."""
    end = line.skip(found.end, _BETWEEN)
    return end >= len(line.tokens) or _is_moment_like(line.behind(end))


def _of_segment(passage: Passage, line: _Line, start: int, following: str, newsroom: Newsroom) -> Caution | None:
    """What a segment asks for that says nothing else: words of a frame or a moment, an entry, and when."""
    at, framed = start, set(line.framed(start))
    while at < len(line.tokens):
        found = line.entry(at, ("sure", *_HOLDING)) or line.entry_behind_moment(at, _HOLDING)
        if found and ((at in framed and found.category == "sure") or _counts(line, start, found)):
            return _until(passage, line, start, found, following, newsroom)
        if frame := line.entry(at, _BEFORE_MOMENT):
            at = frame.end
        elif _is_part_of_moment(line.tokens[at].word):
            at += 1
        else:
            return None
    return None


def _counts(line: _Line, start: int, found: _Match) -> bool:
    """Whether an entry stands by itself, or says when; one of ``draft`` also in brackets at the end."""
    end = line.skip(found.end, _BETWEEN)
    if found.gap:
        return _is_moment_like(line.behind(line.skip(found.gap[0], _BEFORE_MOMENT)))
    is_dated = _is_moment_like(line.behind(end)) or _is_moment_like(line.behind(found.end))
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


@cache
def _parts_of_moments() -> frozenset[str]:
    known = names(ALL)
    words = (
        word
        for category in ("clock", "noon", "midnight")
        for entry in LEXICON.words(category)
        for word in _words(entry)
    )
    return frozenset({*known.months, *known.weekdays, *words})


def _is_part_of_moment(word: str) -> bool:
    return word.isdecimal() or word in _parts_of_moments()


def _until(
    passage: Passage, line: _Line, start: int, found: _Match, following: str, newsroom: Newsroom
) -> Caution | None:
    """The caution with its moment, if that can be read: behind the entry, within it, before it, or on the next line."""
    before = line.before(start).strip(" |–—-:") if start else ""
    is_draft = found.category in {"draft", "alone"}
    if found.gap:
        first, second = found.gap
        inside = line.text[line.tokens[first].start : line.tokens[second - 1].end]
        return Caution(passage, _moment(_without_between(inside), newsroom), before=before)
    end = line.skip(found.end, _BETWEEN)
    for behind in (line.behind(found.end), line.behind(end)):
        moment, rest = _moment_and_rest(behind, newsroom)
        if moment:
            return Caution(passage, moment, before=before, rest=rest)
    if end >= len(line.tokens):
        ahead = _moment(line.text[: line.tokens[found.end - len(found.words)].start], newsroom)
        is_open = bool(line.entry(end - 1, ("until", "around"))) or line.text.rstrip(" *_").endswith(":")
        lifts = ahead or (_moment(following, newsroom) if is_open and not is_draft else None)
        is_bare = not is_open and not _moment_like()[1].search(strip_accents(line.text))
        caution = Caution(passage, lifts, is_draft, is_bare=is_bare, before=before)
        return None if found.category == "immediate" and not lifts else caution
    if found.category == "immediate":
        return None
    is_apart = line.ends_at(end) and not _is_moment_like(line.behind(end))
    rest = (
        line.behind(end).strip() if is_apart and not _moment_like()[1].search(strip_accents(line.behind(end))) else ""
    )
    is_dated = _is_moment_like(line.behind(end))
    return Caution(passage, None, is_draft and not is_dated, is_bare=bool(rest), before=before, rest=rest)


def _without_between(text: str) -> str:
    line = _Line(text)
    return line.behind(line.skip(0, _BEFORE_MOMENT))
