"""Notations: YAML, TOML and JSON as entries, every scalar a string, and nothing that costs more than its length."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any, TypeAlias

import yaml

from feedsrv.readers.entries import DEEPEST, Entry, Value
from feedsrv.text.cleaning import clean

LARGEST = 65_536
"""Characters of front matter that are read."""

_MOST_DOTS = 500  # in a line of TOML: keys with dots are tables within each other, and take the square of their number


class Invalid(Exception):
    """``line`` counts from 0, within the block."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


Loader: TypeAlias = "Callable[[str], Iterable[Entry]]"  # the lines of its entries count from 0


def end_of_json(text: str, start: int) -> int | None:
    """The line behind the object that a text begins with; its first line has the number ``start``. None: no end."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return start + text.count("\n", 0, end) + 1


def read_yaml(text: str) -> Iterator[Entry]:
    """The entries of a YAML mapping; a key may be stated twice. Raises Invalid."""
    try:
        _refuse_tricks(text)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        what = _IN_PLAIN_WORDS.get(error.problem or "", error.problem or "no YAML")
        is_open = error.context in _OPENED and error.context_mark
        mark = error.context_mark if is_open else error.problem_mark
        raise Invalid(mark.line if mark else 0, what) from error
    except yaml.YAMLError as error:
        raise Invalid(0, "this is no YAML") from error
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise Invalid(0, "there are no keys with values")
    for key, value in root.value:
        yield Entry(str(key.value), _of_node(value), key.start_mark.line)


_OPENED = {"while scanning a quoted scalar", "while parsing a flow sequence", "while parsing a flow mapping"}
"""What begins on one line and should have ended on another."""
_STARRED = "a value begins with *: put it in quotation marks"
_UNSAID = "a key is indented unlike those above it, or something stands behind a quotation mark that ends a value"
_IN_PLAIN_WORDS = {
    "mapping values are not allowed in this context": "a text with a colon and a blank in it stands without quotation "
    'marks (write title: "The museum: a new wing"), or the line above lacks its colon',
    "found character that cannot start any token": "a value begins with a sign that YAML keeps for itself (@, `, %, a "
    "tab): put the value in quotation marks, and blanks in the place of tabs",
    "found a tab character that violates indentation": "a tab stands in front of the line: write blanks",
    "found unexpected end of stream": "a quotation mark is opened and not closed",
    "found undefined alias": _STARRED,
    "did not find expected alphabetic or numeric character": _STARRED,
    "could not find expected ':'": "a line above is no key with a colon and a value",
    "did not find expected key": _UNSAID,
    "did not find expected <document start>": _UNSAID,
    "did not find expected ',' or ']'": "a list that begins with [ does not end with ], or lacks a comma",
    "did not find expected ',' or '}'": "what begins with { does not end with }, or lacks a comma",
}
"""What libyaml says of the mistakes that people make, for those who have never heard of YAML."""


def _refuse_tricks(text: str) -> None:
    """Aliases make a few lines into billions of values, nesting exhausts the stack: neither has a use here."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        line = event.start_mark.line if event.start_mark else 0
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Invalid(line, "values are nested too deep")
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise Invalid(line, "there are anchors (&) or aliases (*); quote a text that begins so")


def _of_node(node: yaml.Node) -> Value:
    if isinstance(node, yaml.MappingNode):
        return _mapping((str(key.value), _of_node(value)) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return tuple(_of_node(item) for item in node.value)
    is_null = isinstance(node, yaml.ScalarNode) and not node.style and node.value in {"null", "Null", "NULL", "~"}
    return "" if is_null else clean(node.value).strip()


def read_toml(text: str) -> Iterable[Entry]:
    """The entries of a TOML document. Raises Invalid."""
    if max(line.count(".") for line in text.split("\n")) > _MOST_DOTS:
        raise Invalid(0, "values are nested too deep")
    try:
        return list(_of_native(tomllib.loads(text), text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise Invalid(int(line[1]) - 1 if line else 0, f"this is no TOML: {error}") from error
    except RecursionError as error:
        raise Invalid(0, "values are nested too deep") from error
    except ValueError as error:  # a number of thousands of digits
        raise Invalid(0, f"this is no TOML: {error}") from error


def read_json(text: str) -> Iterable[Entry]:
    """The entries of a JSON object; a key may be stated twice. Raises Invalid."""
    try:
        return list(_of_native(json.loads(text, object_pairs_hook=_Pairs), text))
    except RecursionError as error:
        raise Invalid(0, "values are nested too deep") from error
    except ValueError as error:
        raise Invalid(0, f"this is no JSON, or something follows the last brace on its line: {error}") from error


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
        raise Invalid(0, "there are no keys with values")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n")):
        if start := _KEY.match(line):
            lines.setdefault(start[1], number)
    for key, value in table.items() if isinstance(table, Mapping) else table:
        yield Entry(key, _native(value, 0), lines.get(key, 0))


def _native(value: Any, depth: int) -> Value:
    if depth > DEEPEST:
        raise Invalid(0, "values are nested too deep")
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


LOADERS: Mapping[str, Loader] = {"yaml": read_yaml, "yml": read_yaml, "toml": read_toml, "json": read_json}
