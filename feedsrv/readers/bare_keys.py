"""Bare keys: what a file states of itself outside front matter: in comments, in fields of other formats, beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from feedsrv.readers.effects import Effect
from feedsrv.readers.entries import Decision, Entry, state, truth
from feedsrv.readers.keys import decides, effect_of
from feedsrv.readers.notations import LOADERS, Invalid
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean

NEAR = 30  # lines at the top in which a state may be said outside front matter
HEADER = re.compile(r"""\s*["'{]*([^\W\d_][\w -]{0,40}?)["']?\s*[:=](?:\s*\S|\s*$)""")
_SIGNED = re.compile(r"\s*(?:\.\. |#\+|:(?=[\w -]+:))(?P<key>[^\W\d_][\w -]{0,40}?):+(?:\s+(?P<value>.*)|\s*)$")
_UNSIGNED = re.compile(r"\s*(?P<key>[^\W\d_A-Z][\w-]{0,40}|[A-Za-z][a-z]+(?:[A-Z][a-z]+)+)\s?:\s+(?P<value>\S.*)$")
_LABELLED = re.compile(r"\s*(?P<key>[^\W\d_a-z][\w-]{0,40})\s?:\s+(?P<value>\S.*)$")
_COMMENT = re.compile(
    r"<!--(.*?)(?:-->|\Z)|\{#(?![\w:.-]+\})(.*?)(?:#\}|\Z)|\{/\*(.*?)(?:\*/\}|\Z)|\{%-?\s*comment\s*-?%\}(.*?)\{%"
    r"|^\[(?://|comment|_)\]:\s*(?:#|<>)\s*[(\"'](.*?)[)\"']\s*$",
    re.DOTALL | re.MULTILINE,
)
_OPENINGS = ("<!--", "{#", "{/*", "{%", "]:")
"""One of these is in each comment."""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the comments in a text, with their numbers from 1."""
    if not any(map(text.__contains__, _OPENINGS)):
        return
    for match in _COMMENT.finditer(text):
        inner = next((group for group in match.groups() if group is not None), "")
        first = text.count("\n", 0, match.start()) + 1
        yield from ((first + number, line.strip()) for number, line in enumerate(inner.split("\n")) if line.strip())


def outside_front_matter(lines: list[str], length: int) -> Iterator[Entry]:
    """What decides and stands at the top, but in no block: in comments, in the fields of other formats, bare.

    Of bare lines only those are keys that are spelled as programs spell them, or that say plainly "not public": a line
    "Status: the bridge is open" is a line of the text.
    """
    top = lines[: length + NEAR]
    for number, line in comments("\n".join(top)):
        for pattern in (_SIGNED, _UNSIGNED, _LABELLED):
            if (match := pattern.match(line)) and decides(match["key"]):
                yield Entry(match["key"], clean(match["value"] or "").strip(), number, "comment")
                break
    for number, line in enumerate(top[length:], length + 1):
        if match := _SIGNED.match(line):
            if decides(match["key"]):
                yield Entry(match["key"], clean(match["value"] or "").strip(), number, "field")
        elif ((match := _UNSIGNED.match(line)) and decides(match["key"])) or (
            (match := _LABELLED.match(line)) and _is_plain(match["key"], match["value"])
        ):
            yield Entry(match["key"], clean(match["value"]).strip(" \"'"), number, "bare line")
        elif len(line) > _LONGEST_LABEL:
            return


_LONGEST_LABEL = 150


def is_spelled_as_a_key(line: str) -> bool:
    """Whether a line is a key as programs spell them, in a comment one that was taken out of use."""
    return bool(_UNSIGNED.match(line))


def is_idle_field(line: str) -> bool:
    """Whether a line is a field of another format that decides, and says no or nothing: its words say no more."""
    return _is_idle(_SIGNED.match(line))


def is_idle_comment(line: str, *, is_last: bool) -> bool:
    """The same of a line of a comment; the value of a key without one may stand on the next line."""
    key, colon, value = line.partition(":")
    if colon and not value.strip() and is_last:
        return decides(key.strip(" .#+:"))
    return is_idle_field(line) or any(_is_idle(pattern.match(line)) for pattern in (_UNSIGNED, _LABELLED))


def _is_idle(match: re.Match[str] | None) -> bool:
    if not match or not decides(match["key"]):
        return False
    return not match["value"] or truth(match["value"].strip()) is False


def of_line(text: str, number: int) -> Entry | None:
    """What a line of the text states as a label with a word or two, whatever its markup: "**Status:** Draft (v2)"."""
    match = _LABELLED.match(text)
    if not match or not _is_plain(match["key"], match["value"]):
        return None
    first = re.split(r"[\s(,;–—-]", match["value"], maxsplit=1)[0]
    return Entry(match["key"], first if state(match["value"]) is None else match["value"], number, "line")


def _is_plain(key: str, value: str) -> bool:
    """Whether a labelled line says in a word or two that the release is not public, or is.

    Of a date of publication no more than "no" is looked for: all others are dates of the masthead.
    """
    decisive = effect_of(key)
    if not decisive:
        return False
    is_no = Decision(Entry(key, value, 0), decisive.effect).is_shown is False
    if decisive.effect in {Effect.HIDES, Effect.SHOWS, Effect.STATUS}:
        return is_no or len(value.split()) <= _MOST_WORDS
    return is_no and decisive.effect in {Effect.DATE, Effect.GOES}


_MOST_WORDS = 2


def of_side_car(name: str, text: str, problems: Problems) -> tuple[Entry, ...]:
    """What a file beside a release states of it: ``x.meta``, ``x.yaml``, ``x.toml`` or ``x.json`` beside ``x.md``.

    Raises FileUnreadable for one that cannot be read, and speaks of what decides.
    """
    ending = name.rpartition(".")[2].lower()
    where = f"{name.rpartition('/')[2]}"
    try:
        if ending == "meta":
            signed = (_SIGNED.match(line) or _BARE_META.match(line) for line in text.split("\n"))
            found = [
                Entry(match["key"], clean(match["value"] or "").strip(), number, where)
                for number, match in enumerate(signed, 1)
                if match
            ]
        else:
            found = [replace(entry, line=entry.line + 1, where=where) for entry in LOADERS[ending](text)]
    except Invalid as error:
        raise problems.unreadable(
            0, f"{where}, line {error.line + 1}, cannot be read: {error}", _MEND_SIDE_CAR
        ) from error
    return tuple(found)


def of_code(name: str, text: str) -> Iterator[Entry]:
    """A program is not run. Where it speaks of what decides, that is not understood, and holds."""
    for number, line in enumerate(text.split("\n"), 1):
        for match in re.finditer(r"""["']?([A-Za-z_][\w-]*)["']?\s*:\s*([^,}]*)""", line):
            if decides(match[1]):
                yield Entry(match[1], match[2].strip(" \"'") or "?", number, name)


_BARE_META = re.compile(r"(?P<key>[^\W\d_][\w -]{0,40}?)\s*[:=](?:\s+(?P<value>.*)|\s*)$")
_MEND_SIDE_CAR = "mend it, or take it away; until then the release is held back"
