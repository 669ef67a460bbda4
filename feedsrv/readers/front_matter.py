"""Front matter: what a file states of itself in a block at its top.

YAML between ``---``, TOML between ``+++``, a JSON object, or bare header lines (Pelican's). Every scalar is a
string: YAML's own types would read ``lang: no`` as false and ``ref: 0123`` as 83. Keys are compared in small
letters, without hyphens and underscores; those under ``params`` count where the top does not state them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any, TypeAlias

import yaml

from feedsrv.readers.problems import Complaints
from feedsrv.text.cleaning import clean

LARGEST = 65_536
"""Characters of front matter that are read."""
DEEPEST = 20
"""Lists and tables within each other."""
_MOST_DOTS = 500  # in a line of TOML: keys with dots are tables within each other, and take the square of their number

Value: TypeAlias = "str | tuple[Value, ...] | Mapping[str, Value]"

_YES = frozenset({"true", "yes", "on", "y", "1"})
_NO = frozenset({"false", "no", "off", "n", "0", "none", "never"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A key as it is written, its value, its line in the file, and what it stands in there."""

    key: str
    value: Value
    line: int
    where: str = "front matter"

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
class FrontMatter:
    """The entries that say something, by folded key, and those that are ``empty``.

    ``length`` is the number of lines to its end, 0: there is none.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    length: int = 0
    empty: Mapping[str, Entry] = field(default_factory=dict)

    def find(self, *keys: str) -> Iterator[Entry]:
        """The entries of these keys, in the order of the keys."""
        return (self.entries[key] for key in keys if key in self.entries)

    def blank(self, *keys: str) -> Iterator[Entry]:
        """The entries of these keys that say nothing."""
        return (self.empty[key] for key in keys if key in self.empty)


_DECISIVE = frozenset(
    {"draft", "published", "status", "params", "date", "publishdate", "pubdate", "released", "withdrawn"}
    | {"embargo", "embargoed", "embargoeduntil", "embargountil", "expirydate", "unpublishdate", "expires"}
)
"""Keys that decide when a release may be seen: one stated in two ways holds the file."""


class _Invalid(Exception):
    """``line`` counts from 0, within the block."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


_Loader: TypeAlias = "Callable[[str], Iterable[Entry]]"  # the lines of its entries count from 0


def read(text: str, complaints: Complaints) -> FrontMatter:
    """The front matter of a text. Raises FileUnreadable for one that is there and cannot be read."""
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    block = _block(lines, start)
    if block is None:
        if _is_front_matter_of_another_kind(lines, start):
            raise complaints.unreadable(
                start + 1, "this looks like front matter, and is not written as such", _FENCE_IT
            )
        return FrontMatter()
    load, first, end = block
    if end is None:
        raise complaints.unreadable(start + 1, "the front matter that begins here does not end", _REMEDY)
    content = "\n".join(lines[first:end])
    if len(content) > LARGEST:
        raise complaints.unreadable(start + 1, f"the front matter has more than {LARGEST:,} characters", "shorten it")
    try:
        entries = _merged(load(content), lambda entry: complaints.warn(first + 1 + entry.line, *_twice(entry)))
    except _Invalid as error:
        raise complaints.unreadable(
            first + 1 + error.line, f"the front matter cannot be read: {error}", _REMEDY
        ) from error
    in_file = {key: replace(entry, line=first + 1 + entry.line) for key, entry in entries.items()}
    said = {key: entry for key, entry in in_file.items() if entry.value}
    return FrontMatter(said, end + (first > start), {key: in_file[key] for key in in_file.keys() - said.keys()})


_REMEDY = "mend this line; until then the file is held back, for it may be a draft"


def _block(lines: list[str], start: int) -> tuple[_Loader, int, int | None] | None:
    """How to load the block that begins on a line, its first line, and the line that ends it, or None for no end."""
    fence = lines[start].rstrip()
    if fence in _FENCES:
        load, ends = _FENCES[fence]
        numbers = range(start + 1, len(lines))
        return load, start + 1, next((number for number in numbers if lines[number].rstrip() in ends), None)
    if re.match(r'\{\s*(?:"|$)', fence):
        return _json, start, _end_of_json("\n".join(lines[start:])[: 2 * LARGEST], start)
    end = next((number for number in range(start, len(lines)) if not lines[number].strip()), len(lines))
    return (_bare, start, end) if _are_headers(lines[start:end]) else None


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
_HEADER = re.compile(r"""\s*["{]*([^\W\d_][\w -]{0,30}?)"?\s*[:=]\s*\S""")
_TELLING = frozenset({"draft", "status", "published", "expires", "expirydate", "publishdate", "withdrawn"})
_FENCE_IT = "put it between two lines of exactly ---, the first of them at the top"


def _is_front_matter_of_another_kind(lines: list[str], start: int) -> bool:
    """Whether a file begins with a mistyped fence, or with bare header lines that say whether it is public."""
    if _ODD_FENCE.fullmatch(lines[start].strip()):
        following = next((line for line in lines[start + 1 :] if line.strip()), "")
        return bool(_HEADER.match(following))
    for line in lines[start : start + 30]:
        header = _HEADER.match(line)
        if not header:
            return False
        if fold(header[1]) in _TELLING:
            return True
    return False


def _end_of_json(text: str, start: int) -> int | None:
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return start + text.count("\n", 0, end) + 1


def fold(key: str) -> str:
    """A key as keys are compared: ``Redirect_From`` is ``redirectfrom``."""
    return re.sub(r"[\s_-]", "", key).lower()


def merged(stated: Iterable[Entry], complaints: Complaints) -> Mapping[str, Entry]:
    """What is stated elsewhere than in front matter, by folded key.

    Raises FileUnreadable where a key that decides who may see the release is stated in two ways.
    """
    try:
        return _merged(stated, lambda entry: complaints.warn(entry.line, *_twice(entry)))
    except _Invalid as error:
        raise complaints.unreadable(error.line, str(error), _REMEDY) from error


def _twice(entry: Entry) -> tuple[str, str]:
    return f"{entry.key!r} is stated twice, and the second is taken", "take one of them away"


def _merged(stated: Iterable[Entry], warn: Callable[[Entry], None]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for entry in (replace(entry, key=clean(entry.key)) for entry in stated):
        key = fold(entry.key)
        if key in entries and entries[key].value != entry.value:
            if key in _DECISIVE:
                raise _Invalid(entry.line, f"{entry.key!r} is stated twice")
            warn(entry)
        entries[key] = entry
    params = entries.get("params")
    if params and isinstance(params.value, Mapping):
        for name, value in params.value.items():
            if fold(name) in _DECISIVE and fold(name) in entries and entries[fold(name)].value != value:
                raise _Invalid(params.line, f"{name!r} is stated twice, once under params")
            entries.setdefault(fold(clean(name)), Entry(clean(name), value, params.line))
    return entries


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
        return {str(key.value): _of_node(value) for key, value in node.value}
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
        return list(_of_native(json.loads(text), text))
    except ValueError as error:
        raise _Invalid(0, f"this is no JSON, or something follows the last brace on its line: {error}") from error


_KEY = re.compile(r"""[\s{\["',]*+([^"'=:.\]]*[^\s"'=:.\]])["'\]]*\s*(?:[=:]|$)""")


def _of_native(table: Mapping[str, Any], text: str) -> Iterator[Entry]:
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n")):
        if start := _KEY.match(line):
            lines.setdefault(start[1], number)
    for key, value in table.items():
        yield Entry(key, _native(value, 0), lines.get(key, 0))


def _native(value: Any, depth: int) -> Value:
    if depth > DEEPEST:
        raise _Invalid(0, "values are nested too deep")
    if isinstance(value, Mapping):
        return {str(key): _native(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_native(item, depth + 1) for item in value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else clean(str(value)).strip()


_FENCES: Mapping[str, tuple[_Loader, frozenset[str]]] = {
    "---": (_yaml, frozenset({"---", "..."})),
    "+++": (_toml, frozenset({"+++"})),
}
