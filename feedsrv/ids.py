"""The ids of releases: what a file claims, and who keeps it where two claim the same.

An id is part of an address and of every feed entry. Changing anything here makes other releases of those
that people have subscribed to: it is never done.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath
from urllib.parse import unquote, unquote_plus

from anyascii import anyascii

from feedsrv.newsroom import Newsroom
from feedsrv.text.references import reference_key

LONGEST_SLUG = 80

_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
_NUMBER_SIGN = re.compile(r"^\s*(?:[Nn][°ºo]\.?|№|[Nn]r\.?)\s*(?=\d)")
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_WELL_KNOWN = re.compile(
    "ar|da|de|el|en|es|fa|fi|fr|he|hu|it|ja|nl|no|pl|pt|ro|ru|sv|zh"
)  # "ca" or "id" are others, too
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3}))*")  # fr, pt-br, fr_CA, zh-Hans
_REFERENCE_PREFIX = re.compile(r"[A-Za-z]+")


def slug(text: str) -> str:
    """The text as a slug: ASCII small letters, digits and hyphens, at most 80 characters, cut at a word.

    Empty for a text that has no letter and no digit.
    """
    return _cut(_SEPARATORS.sub("-", anyascii(text.replace("'", "").replace("’", ""))).strip("-").lower())


def _cut(slugged: str) -> str:
    if len(slugged) <= LONGEST_SLUG:
        return slugged
    head = slugged[: LONGEST_SLUG + 1].rpartition("-")[0]
    return head or slugged[:LONGEST_SLUG]


def claim(source: str, language: str, newsroom: Newsroom, *, reference: str = "", own_slug: str = "") -> str:
    """The id that a file claims: its reference made safe for a path, else its slug, else its stem.

    A file of a bundle goes by its folder's name. A release that is not in the newsroom's first language
    ends in its language, unless its reference tells it.
    """
    if base := _cut(_SEPARATORS.sub("-", anyascii(_NUMBER_SIGN.sub("", reference))).strip("-")):
        prefix = _REFERENCE_PREFIX.match(reference)
        if prefix and newsroom.reference_languages.get(prefix[0].upper()) == language:
            return base
    else:
        stem = stem_of(source, newsroom)
        base = (
            slug(own_slug) or slug(stem) or f"release-{sha256(stem.encode('utf8', 'surrogateescape')).hexdigest()[:8]}"
        )
    return base if language == newsroom.language else f"{base}-{language.lower()}"


def key(name: str) -> str:
    """An id in the form in which ids are compared, that of references: PR-1-2026 and pr1-2026 are one."""
    return reference_key(name)


def former_address(address: str) -> str:
    """A former address in the form in which they are compared: ``/Old/caf%C3%A9/index.html`` is ``/old/café``.

    What stands behind ``?`` is part of it, for it names the page where that is made by a program.
    """
    path, mark, query = address.partition("?")
    whole = _INDEX_PAGE.sub("", unquote(path)).rstrip("/") or "/"
    return f"{whole.casefold()}{mark}{unquote_plus(query)}"


def namesakes(name: str, languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The keys of the ids that a release may have which somebody looks for by this name, the likeliest first.

    That is another spelling, or what its file claimed while the newsroom's first language was another: with its
    language or without. With each goes the language that the release then has, "" for any.
    """
    if wanted := key(name):
        yield wanted, ""
    for language in languages:
        if (bare := wanted.removesuffix(f"-{key(language)}")) != wanted:
            yield bare, language
    yield from ((f"{wanted}-{key(language)}", language) for language in languages if wanted)


def stem_of(source: str, newsroom: Newsroom) -> str:
    """The name of a file without its ending and language; that of its folder for the index file of a bundle."""
    path = PurePosixPath(source)
    stem, _, tag = path.stem.rpartition(".")
    if not stem or not language_in_name(tag, newsroom):
        stem = path.stem
    return path.parent.name if stem.lower() == "index" and path.parent.name else stem


def language_in_name(part: str, newsroom: Newsroom) -> str:
    """The language that a part of a name tells ("fr", "pt-BR"), as the newsroom writes it; "" for none.

    It is one of the newsroom's, or any well-known one where it states none.
    """
    if not (match := _LANGUAGE.fullmatch(part)):
        return ""
    primary = match[1].lower()
    return newsroom.own_language(part) if newsroom.languages else primary if _WELL_KNOWN.fullmatch(primary) else ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A file's claim to an id; ``day`` is that of its publication, in the newsroom's time zone."""

    source: str
    id: str
    day: date | None
    order: tuple[float, str]  # moment of publication, then path: the first keeps the id

    @property
    def dated(self) -> str:
        """The id that it has instead if it has to yield, and nobody has that one."""
        return f"{self.id}-{self.day.isoformat()}" if self.day else f"{self.id}-2"


class Claimants:
    """Who claims what, while claims come and go; ``key_of`` is what the claims of rivals have in common."""

    def __init__(self, key_of: Callable[[str], str] = key) -> None:
        self._key_of = key_of
        self._keys: dict[str, str] = {}  # by source
        self._groups = defaultdict[str, dict[str, Claim]](dict)  # by key, then by source

    def __contains__(self, each: str) -> bool:
        return each in self._groups

    def of(self, each: str) -> list[Claim]:
        """The claims with this key, that which comes first in front."""
        return sorted(self._groups.get(each, {}).values(), key=lambda claimed: claimed.order)

    def sources(self, each: str) -> Set[str]:
        """Who claims what has this key."""
        return self._groups.get(each, {}).keys()

    def change(self, claims: Mapping[str, Claim | None]) -> set[str]:
        """Let these sources claim what they claim now, None: nothing. Returns the keys that this has to do with."""
        touched: set[str] = set()
        for source, claimed in claims.items():
            if (before := self._keys.pop(source, None)) is not None:
                del self._groups[before][source]
                touched.add(before)
            if claimed:
                self._keys[source] = each = self._key_of(claimed.id)
                self._groups[each][source] = claimed
                touched.add(each)
        for each in touched:
            if not self._groups[each]:
                del self._groups[each]
        return touched


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of claims came to: the ``sources`` whose id is another than before, and the ``keys`` of rivals."""

    sources: set[str]
    keys: set[str]


class Holders:
    """Who has which id, while claims come and go: whatever came in which order, the same.

    Of several files that claim one id, however they spell it, the one published first keeps it, then the first
    by path; the others carry their day, and a number where that is taken too.
    """

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        """The id of each source."""
        self.claimants = Claimants()
        self.crowded: set[str] = set()
        """The keys that several claim."""
        self._contested: set[str] = set()  # those that who had to yield has got, or has not
        self._yielding: dict[str, str] = {}  # those who had to, by what they have got

    def change(self, claims: Mapping[str, Claim | None]) -> Change:
        """Let these sources claim what they claim now, None: nothing."""
        was = {source: self.given.pop(source, "") for source in claims}
        touched = self.claimants.change(claims)
        is_contest = not touched.isdisjoint(self.crowded) or not touched.isdisjoint(self._contested)
        self.crowded -= touched
        for each in touched:
            group = self.claimants.of(each)
            if len(group) > 1:
                self.crowded.add(each)
                is_contest = True
            elif group:
                self._give(group[0], was)
        if is_contest:
            self._settle(touched, was)
            touched |= self.crowded
        return Change({source for source, before in was.items() if self.given.get(source, "") != before}, touched)

    def holder(self, release_id: str) -> str:
        """The source that has this very id; "" where none has."""
        claiming = (claimed.source for claimed in self.claimants.of(key(release_id)))
        holder = next((source for source in claiming if self.given[source] == release_id), "")
        return holder or self._yielding.get(release_id, "")

    def _settle(self, touched: set[str], was: dict[str, str]) -> None:
        """Give an id to each who has to yield: one that nobody claims, and no other got before."""
        self._contested, self._yielding, losers, taken = set(), {}, [], set[str]()
        for each in self.crowded | touched:
            if group := self.claimants.of(each):
                self._give(group[0], was)
                losers.extend(group[1:])
        for loser in sorted(losers, key=lambda claimed: (claimed.order, claimed.id)):
            for candidate in _candidates(loser):
                self._contested.add(each := key(candidate))
                if each not in self.claimants and each not in taken:
                    taken.add(each)
                    self._give(loser, was, candidate)
                    self._yielding[candidate] = loser.source
                    break

    def _give(self, claimed: Claim, was: dict[str, str], new: str = "") -> None:
        was.setdefault(claimed.source, self.given.get(claimed.source, ""))
        self.given[claimed.source] = new or claimed.id


def assign(claims: Iterable[Claim]) -> dict[str, str]:
    """The id that each source is given, see `Holders`."""
    holders = Holders()
    holders.change({claimed.source: claimed for claimed in claims})
    return holders.given


def _candidates(loser: Claim) -> Iterable[str]:
    yield loser.dated
    base = loser.dated if loser.day else loser.id
    for number in count(2 if loser.day else 3):
        yield f"{base}-{number}"
