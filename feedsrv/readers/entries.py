"""Entries: what a file states of itself, key by key, wherever it stands, and which of it decides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from feedsrv.readers.effects import Effect
from feedsrv.readers.keys import BY_NAME, TABLES, decides, effect_of, fold
from feedsrv.text.cleaning import clean
from feedsrv.text.folding import strip_accents

DEEPEST = 20
"""Lists and tables within each other."""


Value: TypeAlias = "str | tuple[Value, ...] | Mapping[str, Value]"

_YES = frozenset({"true", "yes", "on", "y", "1", "oui", "vrai", "ja", "wahr", "si", "sí", "sim"})
_NO = frozenset({
    "false", "no", "off", "n", "0", "-1", "none", "never", "non", "faux", "aucun", "nein", "falsch", "kein", "keine",
    "ninguno", "ninguna", "n/a", "na", "nil", "-", "--", "ingen", "brak",
    "nessuno", "nenhum", "não", "nao", "nee", "geen",
})  # fmt: skip

_PUBLIC = frozenset({
    "active", "always", "approved", "approvedforrelease", "complete", "completed", "current", "done", "enligne",
    "featured", "final", "finished", "forimmediaterelease", "freigegeben", "gepubliceerd", "immediate", "immediately",
    "issued", "listed", "live", "now", "ok", "online", "open", "pubblicato", "public", "publicada", "publicado",
    "publie", "publiee", "publish", "published", "ready", "release", "released", "veroffentlicht", "visible", "world",
})  # fmt: skip
_NOT_PUBLIC = frozenset({
    "companyconfidential", "drafted", "future", "idea", "members", "notforrelease", "notyet", "personal", "rejected",
    "review", "staff", "todo", "trash",
})  # fmt: skip
"""What a value says of a release, and no key that is called so."""
_HIDING = frozenset({Effect.HIDES, Effect.OPENS, Effect.CLOSES, Effect.WITHDRAWS})
_REMARK = re.compile(r"\s*[(\[,;–—/]|\s-\s|[\s_-]v?[0-9]")
"""Where what is said of a state begins: "Draft (v2)", "draft, with legal", "Draft 3"."""

_LIKE_THE_TOP = frozenset({"params", "extra", "taxonomies"})
"""Tables of Hugo and Zola in which any key may stand."""


def truth(text: str) -> bool | None:
    """A text as yes or no; None if it is neither."""
    word = text.lower()
    return word in _YES if word in _YES | _NO else None


def state(text: str) -> bool | None:
    """A text as a word that says public, True, or not public, False; None for any other.

    A word that hides what has it for a key, hides it as a value, too: ``withheld: yes``, ``status: withheld``.
    """
    if _word(text) in _PUBLIC:
        return True
    return False if _hides(_word(text)) or _hides(_word(_REMARK.split(text, maxsplit=1)[0])) else None


def _word(text: str) -> str:
    return re.sub(r"[\W_]+", "", strip_accents(text.lower()))


def _hides(word: str) -> bool:
    as_key = effect_of(word)
    return word in _NOT_PUBLIC or (as_key is not None and as_key.effect in _HIDING)


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
        return truth(self.text)

    @property
    def state(self) -> bool | None:
        """The value as a word that says public, or not public; None if it is neither."""
        return state(self.text)

    def __str__(self) -> str:
        return f"{self.key}: {self.text or '...'}"


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry that decides when, or whether, the release may be seen, and how; see `feedsrv.readers.effects.Sound`."""

    entry: Entry
    effect: Effect
    is_weak: bool = False
    is_machinery: bool = False

    @property
    def is_shown(self) -> bool | None:
        """What a word says of the release under a key that hides or shows it; None if that is neither yes nor no."""
        truth = self.entry.truth
        if truth is None:
            return self.entry.state
        return not truth if self.effect in {Effect.HIDES, Effect.OPENS} else truth


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
            if entry.value and (not entry.table or (entry.table in _LIKE_THE_TOP and fold(entry.key) not in found)):
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


def texts(value: Value) -> Iterator[str]:
    """The texts in a value that is one, or a list of them."""
    items = value if isinstance(value, tuple) else (value,)
    return (item for item in items if isinstance(item, str) and item)
