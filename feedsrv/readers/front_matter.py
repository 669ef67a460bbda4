"""Front matter: what a file states of itself at its top, and all other places where a state can hide.

YAML between ``---``, TOML between ``+++``, JSON, a fence that names its format (``---json``), or bare header lines
(Pelican's); below comments and licences, and in several blocks one after another. Every scalar is a string: YAML's own
types would read ``lang: no`` as false and ``ref: 0123`` as 83. What a key means, `feedsrv.readers.keys` alone tells.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import cached_property
from typing import Any, TypeAlias

import yaml

from feedsrv.readers.keys import BY_NAME, TABLES, Effect, decides, effect_of, fold
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean

LARGEST = 65_536
"""Characters of front matter that are read."""
DEEPEST = 20
"""Lists and tables within each other."""
_MOST_DOTS = 500  # in a line of TOML: keys with dots are tables within each other, and take the square of their number
_MOST_BLOCKS = 5
_NEAR = 30  # lines at the top in which a state may be said outside front matter

Value: TypeAlias = "str | tuple[Value, ...] | Mapping[str, Value]"

_YES = frozenset({"true", "yes", "on", "y", "1", "oui", "vrai", "ja", "wahr", "si", "sí", "sim"})
_NO = frozenset({
    "false", "no", "off", "n", "0", "-1", "none", "never", "non", "faux", "aucun", "nein", "falsch", "kein", "keine",
    "ninguno", "ninguna", "nessuno", "nenhum", "não", "nao", "nee", "geen",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A key as it is written, its value, its line in the file, what it stands in, and in which ``table`` of that."""

    key: str
    value: Value
    line: int
    where: str = "front matter"
    table: str = ""

    @property
    def text(self) -> str:
        """The value if it is a scalar, else nothing."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def truth(self) -> bool | None:
        """The value as yes or no; None if it is neither."""
        text = self.text.lower()
        return text in _YES if text in _YES | _NO else None

    def __str__(self) -> str:
        return f"{self.key}: {self.text or '...'}"


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry that decides when, or whether, the release may be seen, and how; see `feedsrv.readers.keys.Sound`."""

    entry: Entry
    effect: Effect
    is_weak: bool = False
    is_machinery: bool = False


@dataclass(frozen=True)
class FrontMatter:
    """All that a file states of itself: the entries at the top of its blocks, in their order.

    ``length`` is the number of lines to the end of the blocks, 0: there are none.
    """

    stated: tuple[Entry, ...] = ()
    length: int = 0

    @cached_property
    def _by_key(self) -> Mapping[str, Entry]:
        """The entry that counts of each key: the last, or what stands in a table where the top does not say it."""
        found: dict[str, Entry] = {}
        for entry in self._flat:
            if entry.value and (
                not entry.table or (entry.table in {"params", "extra"} and fold(entry.key) not in found)
            ):
                found[fold(entry.key)] = entry
        return found

    @cached_property
    def _flat(self) -> tuple[Entry, ...]:
        """The entries at the top first, then those within the tables whose keys count like them."""
        return (*self.stated, *(inner for entry in self.stated for inner in _within(entry)))

    def find(self, name: str) -> Iterator[Entry]:
        """The entries that mean this, a row of the table of keys, in the order of its spellings."""
        return (self._by_key[key] for key in BY_NAME[name].spellings if key in self._by_key)

    def blank(self, name: str) -> Iterator[Entry]:
        """The entries that could mean this, and say nothing."""
        return (entry for entry in self._flat if not entry.value and fold(entry.key) in BY_NAME[name].spellings)

    def decisions(self) -> Iterator[Decision]:
        """All that decides, wherever it stands: nothing here is overruled by another entry of the same key."""
        for entry in self._flat:
            is_table = isinstance(entry.value, Mapping) and fold(entry.key) in TABLES
            if entry.value and not is_table and (how := effect_of(entry.key, entry.table)):
                yield from (Decision(leaf, how.effect, how.is_weak, how.is_machinery) for leaf in _leaves(entry))

    def twice(self) -> Iterator[tuple[Entry, Entry]]:
        """The entries at the top whose key another one states too, with another value, and that one."""
        first: dict[str, Entry] = {}
        for entry in self.stated:
            other = first.setdefault(fold(entry.key), entry)
            if other.value != entry.value and other.value and entry.value:
                yield other, entry

    def with_entries(self, *more: Entry) -> FrontMatter:
        """This, and what is stated elsewhere, which what is stated here goes before."""
        here = {fold(entry.key) for entry in self.stated}
        elsewhere = (entry for entry in more if fold(entry.key) not in here or decides(entry.key))
        return FrontMatter((*elsewhere, *self.stated), self.length)


def _within(entry: Entry, depth: int = 0) -> Iterator[Entry]:
    """The entries of a table that counts, and of the tables in it."""
    if fold(entry.key) not in TABLES or depth > DEEPEST:
        return
    for table in entry.value if isinstance(entry.value, tuple) else (entry.value,):
        if isinstance(table, Mapping):
            for key, value in table.items():
                inner = Entry(clean(key), value, entry.line, entry.where, fold(entry.key))
                yield inner
                yield from _within(inner, depth + 1)


def _leaves(entry: Entry) -> Iterator[Entry]:
    """The scalars in the value of an entry, each as an entry of its own."""
    if isinstance(entry.value, str):
        yield entry
    elif isinstance(entry.value, tuple):
        for item in entry.value:
            yield from _leaves(replace(entry, value=item))
    else:
        for key, value in entry.value.items():
            yield from _leaves(replace(entry, key=f"{entry.key}.{key}", value=value))


class _Invalid(Exception):
    """``line`` counts from 0, within the block."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


_Loader: TypeAlias = "Callable[[str], Iterable[Entry]]"  # the lines of its entries count from 0


@dataclass(frozen=True, slots=True)
class _Block:
    """How to load a block, its first line, the line that ends it, None for no end, and where the rest begins."""

    load: _Loader
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
    hidden = tuple(_beside_front_matter(lines, length))
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
    except _Invalid as error:
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
        end = _end_of_json("\n".join(lines[start:])[: 2 * LARGEST], start)
        return _Block(_json, start, end, end or 0)
    end = next((number for number in range(start, len(lines)) if not lines[number].strip()), len(lines))
    return _Block(_bare, start, end, end) if _are_headers(lines[start:end]) else None


def _end_of_fence(lines: list[str], start: int, mark: str) -> int | None:
    ends = {mark, "..."} if mark == "---" else {mark}
    return next((number for number in range(start + 1, len(lines)) if lines[number].rstrip() in ends), None)


def _loader(mark: str, name: str) -> _Loader:
    if name in _LOADERS:
        return _LOADERS[name]
    if name:
        return _unknown
    return {"---": _yaml, "+++": _toml, ";;;": _json}[mark]


def _unknown(_text: str) -> Iterable[Entry]:
    raise _Invalid(-1, "it is written in a language that is not read here; write YAML, TOML or JSON")


def _is_of_keys(lines: list[str]) -> bool:
    """Whether there is nothing but keys in a block: what begins a line is one, or goes on with the line before."""
    starts = [line for line in lines if line.strip() and not line[0].isspace() and line[0] not in "#-]})"]
    return all(_HEADER.match(line) for line in starts) and len(starts) < _NEAR


def _is_json(lines: list[str]) -> bool:
    return next((line for line in lines if line.strip()), "").lstrip().startswith("{")


_BARE = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,40}):(?:\s+(.*)|\s*)")
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
            raise _Invalid(number, "this line is no header; an empty line ends them")
    return iter(found)


_ODD_FENCE = re.compile(r"[-—–]{2,}|\+{3,}|;{3,}|`{3,}\s*(?:ya?ml|toml|json)", re.IGNORECASE)
_HEADER = re.compile(r"""\s*["'{]*([^\W\d_][\w -]{0,40}?)["']?\s*[:=](?:\s*\S|\s*$)""")
_FENCE_IT = "put it between two lines of exactly ---, the first of them at the top"


def _is_front_matter_of_another_kind(lines: list[str], start: int) -> bool:
    """Whether a file begins with a mistyped fence above what looks like a key."""
    if start < len(lines) and _ODD_FENCE.fullmatch(lines[start].strip()):
        following = next((line for line in lines[start + 1 :] if line.strip()), "")
        return bool(_HEADER.match(following))
    return False


_SIGNED = re.compile(r"\s*(?:\.\. |#\+|:(?=[\w -]+:))(?P<key>[A-Za-z][\w -]{0,40}?):+(?:\s+(?P<value>.*)|\s*)$")
_UNSIGNED = re.compile(r"\s*(?P<key>[a-z][\w-]{0,40}|[A-Za-z][a-z]+(?:[A-Z][a-z]+)+)\s?:\s+(?P<value>\S.*)$")
_LABELLED = re.compile(r"\s*(?P<key>[A-Z][\w-]{0,40})\s?:\s+(?P<value>\S.*)$")
_COMMENT = re.compile(
    r"<!--(.*?)(?:-->|\Z)|\{#(.*?)#\}|\{/\*(.*?)\*/\}|\{%-?\s*comment\s*-?%\}(.*?)\{%"
    r"|^\[(?://|comment|_)\]:\s*(?:#|<>)\s*[(\"'](.*?)[)\"']\s*$",
    re.DOTALL | re.MULTILINE,
)


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the comments in a text, with their numbers from 1."""
    for match in _COMMENT.finditer(text):
        inner = next((group for group in match.groups() if group is not None), "")
        first = text.count("\n", 0, match.start()) + 1
        yield from ((first + number, line.strip()) for number, line in enumerate(inner.split("\n")) if line.strip())


def _beside_front_matter(lines: list[str], length: int) -> Iterator[Entry]:
    """What decides and stands at the top, but in no block: in comments, in the fields of other formats, bare.

    Of bare lines only those are keys that are spelled as programs spell them, or that say plainly "not public": a line
    "Status: the bridge is open" is a line of the text.
    """
    top = lines[: length + _NEAR]
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


def _is_plain(key: str, value: str) -> bool:
    """Whether a labelled line says in one word that the release is not public, or is."""
    effect = effect_of(key)
    is_about_it = effect is not None and effect.effect in {Effect.HIDES, Effect.SHOWS, Effect.STATUS}
    return is_about_it and len(value.split()) == 1


def _end_of_json(text: str, start: int) -> int | None:
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return start + text.count("\n", 0, end) + 1


def _yaml(text: str) -> Iterator[Entry]:
    try:
        _refuse_tricks(text)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _Invalid(error.problem_mark.line if error.problem_mark else 0, error.problem or "no YAML") from error
    except yaml.YAMLError as error:
        raise _Invalid(0, "this is no YAML") from error
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise _Invalid(0, "there are no keys with values")
    for key, value in root.value:
        yield Entry(str(key.value), _of_node(value), key.start_mark.line)


def _refuse_tricks(text: str) -> None:
    """Aliases make a few lines into billions of values, nesting exhausts the stack: neither has a use here."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        line = event.start_mark.line if event.start_mark else 0
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _Invalid(line, "values are nested too deep")
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise _Invalid(line, "there are anchors (&) or aliases (*); quote a text that begins so")


def _of_node(node: yaml.Node) -> Value:
    if isinstance(node, yaml.MappingNode):
        return _mapping((str(key.value), _of_node(value)) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_of_node(item) for item in node.value)
    is_null = isinstance(node, yaml.ScalarNode) and not node.style and node.value in {"null", "Null", "NULL", "~"}
    return "" if is_null else clean(node.value).strip()


def _toml(text: str) -> Iterable[Entry]:
    if max(line.count(".") for line in text.split("\n")) > _MOST_DOTS:
        raise _Invalid(0, "values are nested too deep")
    try:
        return list(_of_native(tomllib.loads(text), text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise _Invalid(int(line[1]) - 1 if line else 0, f"this is no TOML: {error}") from error
    except RecursionError as error:
        raise _Invalid(0, "values are nested too deep") from error
    except ValueError as error:  # a number of thousands of digits
        raise _Invalid(0, f"this is no TOML: {error}") from error


def _json(text: str) -> Iterable[Entry]:
    try:
        return list(_of_native(json.loads(text, object_pairs_hook=_Pairs), text))
    except RecursionError as error:
        raise _Invalid(0, "values are nested too deep") from error
    except ValueError as error:
        raise _Invalid(0, f"this is no JSON, or something follows the last brace on its line: {error}") from error


_KEY = re.compile(r"""[\s{\["',]*+([^"'=:.\]]*[^\s"'=:.\]])["'\]]*\s*(?:[=:]|$)""")


class _Pairs(list[tuple[str, Any]]):
    """A table of JSON with all its pairs: a key may be stated twice."""


def _mapping(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, Value]:
    """A table; the values of a key that is stated twice are a list."""
    found: dict[str, Value] = {}
    for key, value in pairs:
        found[key] = (found[key], value) if key in found and found[key] != value else value
    return found


def _of_native(table: Mapping[str, Any] | _Pairs, text: str) -> Iterator[Entry]:
    if not isinstance(table, Mapping | _Pairs):
        raise _Invalid(0, "there are no keys with values")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n")):
        if start := _KEY.match(line):
            lines.setdefault(start[1], number)
    for key, value in table.items() if isinstance(table, Mapping) else table:
        yield Entry(key, _native(value, 0), lines.get(key, 0))


def _native(value: Any, depth: int) -> Value:
    if depth > DEEPEST:
        raise _Invalid(0, "values are nested too deep")
    if isinstance(value, Mapping | _Pairs):
        pairs = value.items() if isinstance(value, Mapping) else value
        return _mapping((str(key), _native(item, depth + 1)) for key, item in pairs)
    if isinstance(value, list):
        return tuple(_native(item, depth + 1) for item in value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else clean(str(value)).strip()


_LOADERS: Mapping[str, _Loader] = {"yaml": _yaml, "yml": _yaml, "toml": _toml, "json": _json}


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
            found = [replace(entry, line=entry.line + 1, where=where) for entry in _LOADERS[ending](text)]
    except _Invalid as error:
        raise problems.unreadable(
            0, f"{where}, line {error.line + 1}, cannot be read: {error}", _MEND_SIDE_CAR
        ) from error
    return tuple(found)


_BARE_META = re.compile(r"(?P<key>[A-Za-z][\w -]{0,40}?)\s*[:=](?:\s+(?P<value>.*)|\s*)$")
_MEND_SIDE_CAR = "mend it, or take it away; until then the release is held back"
