"""The ids of releases: what a file claims, and who keeps it where two claim the same.

An id is part of an address and of every feed entry. Changing anything here makes other releases of those
that people have subscribed to: it is never done.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath

from anyascii import anyascii

from feedsrv.newsroom import Newsroom
from feedsrv.text.references import reference_key

LONGEST_SLUG = 80

_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
_NUMBER_SIGN = re.compile(r"^\s*(?:[Nn][°ºo]\.?|№|[Nn]r\.?)\s*(?=\d)")
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
    def key(self) -> str:
        """What the claims of rivals have in common."""
        return key(self.id)


class Holders:
    """Who has which id, while claims come and go: whatever came in which order, the same.

    Of several files that claim one id, however they spell it, the one published first keeps it, then the first
    by path; the others carry their day, and a number where that is taken too.
    """

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        """The id of each source."""
        self.contests = 0
        """How often it was settled anew who has to yield."""
        self.yielding: set[str] = set()
        """The sources that have another id than they claim."""
        self._claims: dict[str, Claim] = {}
        self._rivals = defaultdict[str, dict[str, Claim]](dict)  # by the key of the id, then by source
        self._crowded: set[str] = set()  # the ids that several claim
        self._contested: set[str] = set()  # those that who had to yield has got, or has not

    def change(self, claims: Mapping[str, Claim | None]) -> set[str]:
        """Let these sources claim what they claim now, None: nothing. Returns those whose id is another than before."""
        touched: set[str] = set()
        was = {source: self.given.pop(source, "") for source in claims}
        for source, claimed in claims.items():
            touched.update(self._take_back(source))
            if claimed:
                self._claims[source] = claimed
                self._rivals[each := claimed.key][source] = claimed
                touched.add(each)
        is_contest = not touched.isdisjoint(self._crowded) or not touched.isdisjoint(self._contested)
        self._crowded -= touched
        for each in touched:
            if len(self._rivals[each]) > 1:
                self._crowded.add(each)
                is_contest = True
            elif not self._rivals[each]:
                del self._rivals[each]
            else:
                self._give(next(iter(self._rivals[each].values())), was)
        if is_contest:
            self._settle(touched, was)
        return {source for source, before in was.items() if self.given.get(source, "") != before}

    def first(self, claim: str) -> str | None:
        """The source that keeps an id that is claimed, None where none claims it."""
        group = self._rivals.get(key(claim), {}).values()
        return min(group, key=lambda claimed: claimed.order).source if group else None

    def _take_back(self, source: str) -> Iterator[str]:
        if before := self._claims.pop(source, None):
            del self._rivals[each := before.key][source]
            yield each

    def _settle(self, touched: set[str], was: dict[str, str]) -> None:
        """Give an id to each who has to yield: one that nobody claims, and no other got before."""
        self.contests += 1
        self._contested, losers, taken = set(), [], set[str]()
        for each in self._crowded | touched:
            if group := sorted(self._rivals.get(each, {}).values(), key=lambda claimed: claimed.order):
                self._give(group[0], was)
                losers.extend(group[1:])
        self.yielding = {loser.source for loser in losers}
        for loser in sorted(losers, key=lambda claimed: (claimed.order, claimed.id)):
            for candidate in _candidates(loser):
                self._contested.add(each := key(candidate))
                if each not in self._rivals and each not in taken:
                    taken.add(each)
                    self._give(loser, was, candidate)
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
    dated = f"{loser.id}-{loser.day.isoformat()}" if loser.day else loser.id
    if loser.day:
        yield dated
    for number in count(2):
        yield f"{dated}-{number}"
