"""Companions: the files beside a release that state something of it, and what they state.

Side-car files of the same stem; what the index of a folder passes on to the files below it (Hugo's ``cascade``, Zola's
sections); Eleventy's data of a folder or a file; the ``defaults`` of Jekyll's configuration. None of them is a release,
and none is served.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from feedsrv.readers import bare_keys, front_matter
from feedsrv.readers.decoding import decode
from feedsrv.readers.effects import Effect
from feedsrv.readers.entries import Entry, FrontMatter, Value
from feedsrv.readers.keys import decides, fold
from feedsrv.readers.parts import FORMATS
from feedsrv.readers.problems import Problems

SIDE_CARS = (".meta", ".yaml", ".yml", ".toml", ".json")
"""The endings of side-car files, in small letters."""

_INDEX = re.compile(rf"_index(?:\.[a-z-]{{2,7}})?(?:{'|'.join(map(re.escape, FORMATS))})", re.IGNORECASE)
_CONFIGURATION = re.compile(r"_config\.ya?ml", re.IGNORECASE)
_ELEVENTY = re.compile(r"(.+)\.11tydata\.(json|c?js|mjs)", re.IGNORECASE)


def is_companion(name: str) -> bool:
    """Whether a file of this name can be one, as far as names tell."""
    is_side_car = name[name.rfind(".", 1) :].lower() in SIDE_CARS
    return is_side_car or bool(_INDEX.fullmatch(name) or _ELEVENTY.fullmatch(name))


def of(source: str, candidates: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The paths of the companions of a release, among the candidates, which are given by the folder they lie in."""
    place = PurePosixPath(source)
    here = place.parent.as_posix()
    own = {place.stem, place.name}
    for path in candidates.get(here, ()):
        name = PurePosixPath(path)
        if (name.suffix.lower() in SIDE_CARS and name.stem in own and path != source) or (
            (match := _ELEVENTY.fullmatch(name.name)) and match[1] in own
        ):
            yield path
    for parent in place.parents:
        for path in candidates.get(parent.as_posix(), ()):
            if path != source and is_of_folder(PurePosixPath(path), parent.name):
                yield path


def is_of_folder(path: PurePosixPath, folder: str) -> bool:
    """Whether a companion states something of all below the folder of this name that it lies in."""
    match = _ELEVENTY.fullmatch(path.name)
    return bool(_INDEX.fullmatch(path.name) or _CONFIGURATION.fullmatch(path.name)) or (
        path.stem == folder and path.suffix.lower() == ".json" if not match else match[1] == folder
    )


def usual_names(sources: Iterable[str], folder: str) -> Iterator[str]:
    """The names that companions of these names of releases have, and those of a folder, as they are usually written."""
    endings = (*SIDE_CARS, ".11tydata.json", ".11tydata.js", ".11tydata.cjs", ".11tydata.mjs")
    for source in sources:
        yield from (own + ending for own in {PurePosixPath(source).stem, source} for ending in endings)
    yield from ("_index.md", "_index.html", "_config.yml", "_config.yaml", "index.md", "index.html", f"{folder}.json")
    yield from (f"{folder}{ending}" for ending in endings[len(SIDE_CARS) :])


def read(source: str, beside: Mapping[str, bytes], problems: Problems) -> tuple[Entry, ...]:
    """What the companions of a release state of it. Raises FileUnreadable where one cannot be read."""
    return tuple(entry for path, data in sorted(beside.items()) for entry in _stated(source, path, data, problems))


def _stated(source: str, path: str, data: bytes, problems: Problems) -> Iterator[Entry]:
    name = PurePosixPath(path).name
    text = decode(data, Problems(path))
    if _INDEX.fullmatch(name):
        yield from _passed_on(source, path, text, problems)
    elif _CONFIGURATION.fullmatch(name):
        yield from _of_defaults(source, path, text, problems)
    else:
        entries = _of_data(path, text, problems)
        is_own = not is_of_folder(PurePosixPath(path), PurePosixPath(path).parent.name)
        yield from (entry if is_own or not decides(entry.key) else _of_folder(entry) for entry in entries)


def _of_data(path: str, text: str, problems: Problems) -> Iterable[Entry]:
    """What a side-car file or Eleventy's data state; a table of other data, in which nothing decides, nothing."""
    name = PurePosixPath(path).name
    if (match := _ELEVENTY.fullmatch(name)) and match[2].lower() != "json":
        return bare_keys.of_code(name, text)
    entries = bare_keys.of_side_car(path, text, problems)
    is_data = name.lower().endswith(".json") and not any(FrontMatter(entries).decisions())
    return () if is_data else entries


def _passed_on(source: str, path: str, text: str, problems: Problems) -> Iterator[Entry]:
    """What the index of a section says of the files below it: its cascade, and that it is not public itself."""
    where = PurePosixPath(path).as_posix()
    own = []
    for entry in front_matter.read(text, problems).stated:
        if fold(entry.key) == "cascade":
            for table in entry.value if isinstance(entry.value, tuple) else (entry.value,):
                if isinstance(table, Mapping) and _is_meant(source, table):
                    yield replace(entry, value=table, where=where)
        else:
            own.append(entry)
    for decision in FrontMatter(tuple(own)).decisions():
        is_no = decision.is_shown is False and decision.effect in _SHOWING and not decision.is_machinery
        if is_no or (decision.effect in _HOLDING and not decision.is_shown):
            yield _of_folder(replace(decision.entry, where=where))


_SHOWING = frozenset({Effect.SHOWS, Effect.STATUS, Effect.DATE, Effect.GOES})
"""What "no" under such a key says of a section, it says of its files; its dates are those of its own page."""
_HOLDING = frozenset({Effect.HIDES, Effect.OPENS})


def _of_folder(entry: Entry) -> Entry:
    """What is stated of all files of a folder: it may hold one of them, and overrules nothing that this one says."""
    return replace(entry, key="config", value={entry.key: entry.value}, table="")


def _of_defaults(source: str, path: str, text: str, problems: Problems) -> Iterator[Entry]:
    """What Jekyll's configuration beside or above a file takes it to state where it does not state it itself."""
    within = PurePosixPath(source).relative_to(PurePosixPath(path).parent)
    for entry in bare_keys.of_side_car(path, text, problems) if "defaults:" in text else ():
        for default in entry.value if fold(entry.key) == "defaults" and isinstance(entry.value, tuple) else ():
            table = default if isinstance(default, Mapping) else {}
            if isinstance(table.get("values"), Mapping) and _is_in_scope(within, table.get("scope", "")):
                yield replace(entry, key="config", value=table["values"])


def _is_in_scope(within: PurePosixPath, scope: Value) -> bool:
    """Whether defaults are about a file: they may name the folder that it lies in, a pattern, and a kind of files."""
    stated = scope if isinstance(scope, Mapping) else {}
    path, kind = str(stated.get("path", "")).strip("/"), str(stated.get("type", ""))
    here = within.as_posix()
    is_of_kind = not kind or (f"_{kind}" in within.parts) or (kind == "pages" and not here.startswith("_"))
    return is_of_kind and (not path or here == path or here.startswith(f"{path}/") or fnmatch(here, path))


def _is_meant(source: str, table: Mapping[str, Value]) -> bool:
    """Whether a cascade is about a file: it may name the paths it is about."""
    target = next((value for key, value in table.items() if fold(key) == "target"), None)
    path = target.get("path") if isinstance(target, Mapping) else None
    if not isinstance(path, str):
        return True
    whole = f"/{PurePosixPath(source).with_suffix('').as_posix()}"
    return fnmatch(whole, path) or fnmatch(whole, path.replace("{", "").replace("}", ""))
