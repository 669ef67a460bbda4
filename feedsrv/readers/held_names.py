"""What the name of a file or a folder says of when its releases may be seen, in the words of the lexicon."""

from __future__ import annotations

import re

from feedsrv.newsroom import Newsroom
from feedsrv.readers.dates import Moment
from feedsrv.readers.embargo import Caution, Passage
from feedsrv.readers.moments import read_moment
from feedsrv.readers.phrases import Line, is_shouted

_IN_NAMES = ("names", "sure", "hold")
_IN_FOLDERS = (*_IN_NAMES, "draft", "alone")
_DATE_IN_NAME = re.compile(r"\W*([0-9]{4}[.-][0-9]{2}[.-][0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4})(?![0-9])")


def of_file(stem: str, newsroom: Newsroom) -> Caution | None:
    """What the name of a file asks for: in front, in capitals, apart from the rest, or with a moment behind it.

    ``nfl-draft-2018`` is what a release is about.
    """
    line = Line(_blanks(stem))
    if not line.may_have(_IN_NAMES):
        return None
    is_all_capitals = is_shouted(stem)
    for start in range(_past_number(line), len(line.tokens)):
        if not (found := line.entry(start, _IN_NAMES)):
            continue
        behind = line.behind(found.end)
        is_first, is_last = start == _past_number(line), found.end == len(line.tokens)
        is_loud = is_shouted(line.between(start, found.end)) and (is_first or not is_all_capitals)
        is_alone = is_first and (is_last or _is_apart(behind, stem))
        is_marked = is_last and bool(re.search(r"(?:\.|\s-\s+|\()\W*$", line.before(start)))
        moment = _moment_in_front(line.behind(line.skip(found.end, ("until",))), newsroom)
        if moment or is_loud or is_alone or is_marked:
            return Caution(Passage(stem, 0, "file name"), moment, found.is_of_draft, is_bare=not found.is_of_draft)
    return None


def of_folder(name: str, newsroom: Newsroom) -> Caution | None:
    """What the name of a folder asks for: as a whole, but for numbers, or with a moment behind it."""
    line = Line(_blanks(name))
    if not line.may_have(_IN_FOLDERS) or not (found := line.entry(_past_number(line), _IN_FOLDERS)):
        return None
    behind = line.behind(line.skip(found.end, ("until", "frame")))
    moment = _moment_in_front(behind, newsroom)
    if moment or not re.search(r"[^\W\d_]", behind):
        is_draft = found.is_of_draft
        return Caution(Passage(name, 0, f"folder {name}/"), moment, is_draft, is_bare=not is_draft)
    return None


def _blanks(name: str) -> str:
    """A name with blanks where people who avoid them write others, but for the hyphens of a date."""
    return re.sub(r"_|(?<![0-9])-|-(?![0-9])", " ", name)


def _past_number(line: Line) -> int:
    """The first word behind numbers, dates and a reference."""
    at = 0
    while at < len(line.tokens):
        following = line.tokens[at + 1] if at + 1 < len(line.tokens) else None
        is_reference = following and following.word.isdecimal() and following.start == line.tokens[at].end
        if not (line.tokens[at].word.isdecimal() or is_reference):
            return at
        at += 1
    return at


def _moment_in_front(text: str, newsroom: Newsroom) -> Moment | None:
    date = _DATE_IN_NAME.match(text)
    return read_moment(date[1], newsroom) if date else read_moment(text, newsroom)


def _is_apart(behind: str, stem: str) -> bool:
    """Whether what follows a word in a name is parted from it by more than a blank, a hyphen or an underscore."""
    rest = stem[len(stem) - len(behind) :]
    before = stem[: len(stem) - len(rest)]
    return bool(re.search(r"(?:\s-\s|\s–\s|\.|\(|__)\W*$", before))
