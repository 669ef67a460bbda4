"""Front matter: what a file states of itself at its top, and all other places where a state can hide.

YAML between ``---``, TOML between ``+++``, JSON, a fence that names its format (``---json``), or bare header lines
(Pelican's); below comments and licences, and in several blocks one after another. Every scalar is a string: YAML's own
types would read ``lang: no`` as false and ``ref: 0123`` as 83. What a key means, `feedsrv.readers.keys` alone tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from feedsrv.readers.bare_keys import HEADER, NEAR, outside_front_matter
from feedsrv.readers.entries import Entry, FrontMatter
from feedsrv.readers.keys import decides, fold, key_of
from feedsrv.readers.notations import LARGEST, LOADERS, Invalid, Loader, end_of_json, read_json, read_toml, read_yaml
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean

_MOST_BLOCKS = 5


@dataclass(frozen=True, slots=True)
class _Block:
    """How to load a block, its first line, the line that ends it, None for no end, and where the rest begins."""

    load: Loader
    first: int
    end: int | None
    rest: int = field(default=0)


def read(text: str, problems: Problems) -> FrontMatter:
    """The front matter of a text. Raises FileUnreadable for one that is there and cannot be read."""
    lines = text.split("\n")
    entries: list[Entry] = []
    length = 0
    for number in range(_MOST_BLOCKS):
        start = _past_comments(lines, length)
        block = _block(lines, start, is_first=not number)
        if block is None:
            break
        entries.extend(_loaded(block, start, lines, problems))
        length = block.rest
    if not length and _is_front_matter_of_another_kind(lines, start):
        raise problems.unreadable(start + 1, "this looks like front matter, and is not written as such", _FENCE_IT)
    hidden = tuple(outside_front_matter(lines, length))
    found = FrontMatter((*hidden, *entries), length)
    _warn_of_repetition(found, problems)
    return found


def _loaded(block: _Block, start: int, lines: list[str], problems: Problems) -> Iterator[Entry]:
    if block.end is None:
        raise problems.unreadable(start + 1, "the front matter that begins here does not end", _REMEDY)
    content = "\n".join(lines[block.first : block.end])
    if len(content) > LARGEST:
        raise problems.unreadable(start + 1, f"the front matter has more than {LARGEST:,} characters", "shorten it")
    try:
        for entry in block.load(content):
            yield replace(entry, key=clean(entry.key), line=block.first + 1 + entry.line)
    except Invalid as error:
        line = block.first + 1 + error.line
        raise problems.unreadable(line, f"the front matter cannot be read: {error}", _REMEDY) from error


def _warn_of_repetition(found: FrontMatter, problems: Problems) -> None:
    for first, second in found.twice():
        if not decides(second.key):  # of those that decide, the judgement tells
            what = f"{second.key!r} is stated twice, on line {first.line} as well, and the second is taken"
            problems.warn(second.line, what, "take one of them away")


_REMEDY = "mend this line; until then the file is held back, for it may be a draft"


def _past_comments(lines: list[str], start: int) -> int:
    """The first line that is not blank, nor a comment or a licence above front matter."""
    number = start
    while number < len(lines):
        line = lines[number].strip()
        if line.startswith("<!--") and not line.startswith("<!-- more"):
            ends = (at for at in range(number, min(number + 200, len(lines))) if "-->" in lines[at])
            end = next(ends, None)
            if end is None or lines[end].partition("-->")[2].strip():
                break
            number = end + 1
        elif line and not _ABOVE.match(line):
            break
        else:
            number += 1
    return number if number < len(lines) and _FENCE.match(lines[number]) else _past_blank(lines, start)


def _past_blank(lines: list[str], start: int) -> int:
    return next((number for number in range(start, len(lines)) if lines[number].strip()), start)


_ABOVE = re.compile(r"SPDX-|//|/\*|\*/|\* |%|#!|Copyright\b|©|\(c\) |Licen[cs]ed?\b", re.IGNORECASE)
_FENCE = re.compile(r"(---|\+\+\+|;;;)[ \t]*([A-Za-z]*)[ \t]*$")


def _block(lines: list[str], start: int, *, is_first: bool) -> _Block | None:
    """The block that begins on a line; a second one counts only if there is nothing but keys in it."""
    if start >= len(lines):
        return None
    fence = lines[start].rstrip()
    if match := _FENCE.match(fence):
        end = _end_of_fence(lines, start, match[1])
        if not is_first and not (end and _is_of_keys(lines[start + 1 : end])):
            return None
        if (match[1] == ";;;" and match[2]) or (match[1] != ";;;" or (end and _is_json(lines[start + 1 : end]))):
            return _Block(_loader(match[1], match[2].lower()), start + 1, end, (end or 0) + 1)
        return None
    if not is_first:
        return None
    if re.match(r'\{\s*(?:"|$)', fence):
        end = end_of_json("\n".join(lines[start:])[: 2 * LARGEST], start)
        return _Block(read_json, start, end, end or 0)
    end = next((number for number in range(start, len(lines)) if not lines[number].strip()), len(lines))
    return _Block(_bare, start, end, end) if _are_headers(lines[start:end]) else None


def _end_of_fence(lines: list[str], start: int, mark: str) -> int | None:
    ends = {mark, "..."} if mark == "---" else {mark}
    return next((number for number in range(start + 1, len(lines)) if lines[number].rstrip() in ends), None)


def _loader(mark: str, name: str) -> Loader:
    if name in LOADERS:
        return LOADERS[name]
    if name:
        return _unknown
    return {"---": read_yaml, "+++": read_toml, ";;;": read_json}[mark]


def _unknown(_text: str) -> Iterable[Entry]:
    raise Invalid(-1, "it is written in a language that is not read here; write YAML, TOML or JSON")


def _is_of_keys(lines: list[str]) -> bool:
    """Whether there is nothing but keys in a block: what begins a line is one, or goes on with the line before."""
    starts = [line for line in lines if line.strip() and not line[0].isspace() and line[0] not in "#-]})"]
    return all(HEADER.match(line) for line in starts) and len(starts) < NEAR


def _is_json(lines: list[str]) -> bool:
    return next((line for line in lines if line.strip()), "").lstrip().startswith("{")


_BARE = re.compile(r"([^\W\d_][\w-]{0,40}):(?:\s+(.*)|\s*)")
_CONTINUED = re.compile(r"(?: {4}|\t)\s*(\S.*)")
_PELICAN = frozenset({"slug", "status", "tags", "category", "author", "authors", "modified", "summary", "lang"})


def _are_headers(lines: list[str]) -> bool:
    """Whether lines at the top are Pelican's header lines: a title among them, or two keys that no masthead has.

    One line among them that is neither a header nor the rest of one is a typing error, and `_bare` says so.
    """
    keys = [fold(match[1]) for line in lines if (match := _BARE.fullmatch(line))]
    is_first = bool(lines) and bool(_BARE.fullmatch(lines[0]))
    return is_first and len(keys) > 1 and ("title" in keys or len(_PELICAN.intersection(keys)) > 1)


def _bare(text: str) -> Iterator[Entry]:
    found: list[Entry] = []
    for number, line in enumerate(text.split("\n")):
        if header := _BARE.fullmatch(line):
            found.append(Entry(header[1], (header[2] or "").strip(), number, "header line"))
        elif found and (rest := _CONTINUED.fullmatch(line)):
            found[-1] = replace(found[-1], value=f"{found[-1].text} {rest[1].strip()}".strip())
        else:
            raise Invalid(number, "this line is no header; an empty line ends them")
    return iter(found)


_ODD_FENCE = re.compile(r"[-—–]{2,}|\+{3,}|;{3,}|`{3,}\s*(?:ya?ml|toml|json)", re.IGNORECASE)
_FENCE_BEFORE_TEXT = re.compile(r"\s*(?:-{3}|\+{3}|;{3})\s*[^\W\d_]")
_KEY_IN_LINE = re.compile(r"(?<!\S)[\"']?([^\W\d_][\w-]{0,40})[\"']?\s?[:=](?=[\s\"'\[])")
_FENCE_IT = "put it between two lines of exactly ---, the first of them at the top"


def _is_front_matter_of_another_kind(lines: list[str], start: int) -> bool:
    """Whether a file begins with a mistyped fence above what looks like a key, or with all of it on one line."""
    if start < len(lines) and _FENCE_BEFORE_TEXT.match(lines[start]):
        return sum(key_of(name) is not None for name in _KEY_IN_LINE.findall(lines[start][:LARGEST])) > 1
    if start < len(lines) and _ODD_FENCE.fullmatch(lines[start].strip()):
        following = next((line for line in lines[start + 1 :] if line.strip()), "")
        return bool(HEADER.match(following))
    return False
