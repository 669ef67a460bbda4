"""From when to when a release may be seen, as its file says. What cannot be understood holds it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from feedsrv.readers import moments
from feedsrv.readers.front_matter import Entry
from feedsrv.readers.manuscript import Manuscript
from feedsrv.readers.markup import words_of
from feedsrv.reading import Standing, Visibility

_PUBLIC = frozenset({"final", "live", "public", "publish", "published", "released"})
_NOT_PUBLIC = frozenset({"draft", "hidden", "pending", "private", "review", "skip", "trash", "unpublished"})
_DRAFT_FOLDERS = frozenset({"_drafts", "drafts", "draft", "brouillons"})
_EMBARGO_KEYS = ("embargo", "embargoed", "embargoeduntil", "embargountil")
_OPENING_KEYS = (
    *("releasedate", "publishat", "publishon", "publicationdate", "datepublication", "datedepublication"),
    *("golive", "notbefore", "availablefrom", "holduntil", "scheduled"),
)
_FOR_RELEASE = re.compile(r"\b(?:for|to be|hold)\b.{0,12}\b(?:releas|publi|use\b|broadcast)", re.IGNORECASE)
_EMBARGO_IN_TITLE = re.compile(r"\W*(?:under embargo|sous embargo|embargoed|embargo until)\b", re.IGNORECASE)


def read(manuscript: Manuscript, published: datetime | None) -> Visibility:
    """When the release of this manuscript may be seen; it never opens before it is published."""
    judgement = _Judgement(manuscript)
    opening = [*judgement.openings(), *([published] if published else [])]
    closing = list(judgement.closings())
    is_withdrawn, withdrawn = judgement.withdrawal()
    is_draft = judgement.is_draft()
    return Visibility(
        barred=Standing.HELD if judgement.is_held else Standing.DRAFT if is_draft else None,
        opens=max(opening, default=None),
        closes=min(closing, default=None),
        is_withdrawn=is_withdrawn,
        withdrawn=withdrawn,
        withdrawal_reason=next((words_of(entry.text) for entry in manuscript.head.find("reason")), ""),
    )


class _Judgement:
    """Asks one question after another; ``is_held`` if an answer could not be understood."""

    def __init__(self, manuscript: Manuscript) -> None:
        self._manuscript = manuscript
        self._head = manuscript.head
        self.is_held = False

    def openings(self) -> Iterator[datetime]:
        yield from self._moments("publishdate", *_EMBARGO_KEYS, *self._keys_with("embargo"), *_OPENING_KEYS)
        for entry in self._head.find("date", "published", "pubdate", "released"):
            yield from moments.readings(entry, self._manuscript)
        understood = set()
        for fact in self._manuscript.masthead.facts:
            if fact.lifts and not fact.lifts.weekday_disagrees:
                understood.add(fact.line.number)
                yield fact.lifts.at
            elif fact.is_embargo:
                understood.add(fact.line.number)
                self._hold(fact.line.number, "there is an embargo, and it is not clear until when", _WRITE_AN_EMBARGO)
            elif fact.date and _FOR_RELEASE.search(fact.line.text):
                understood.add(fact.line.number)
                yield fact.date.at
        self._heed_cautions(understood)

    def _heed_cautions(self, understood: set[int]) -> None:
        """Hold for lines that ask for it, unless the front matter says what holds or that nothing does."""
        if any(True for _ in self._head.find(*_EMBARGO_KEYS)):
            return
        for number, line in self._manuscript.cautions:
            if number not in understood:
                self._hold(number, f"“{line}” may be an embargo, and it is not clear until when", _SAY_WHETHER)
        for entry in self._head.find("title", "headline"):
            if _EMBARGO_IN_TITLE.match(entry.text):
                self._hold(entry.line, "the title speaks of an embargo", _SAY_WHETHER)

    def _keys_with(self, word: str) -> list[str]:
        return [key for key in self._head.entries if word in key and key not in _EMBARGO_KEYS]

    def closings(self) -> Iterator[datetime]:
        return self._moments("expirydate", "unpublishdate", "expires")

    def _moments(self, *keys: str) -> Iterator[datetime]:
        for entry in self._head.find(*keys):
            moment = moments.read(entry, self._manuscript)
            if moment and not moment.weekday_disagrees:
                yield moment.at
            elif entry.truth is not False:
                self._hold(entry.line, f"{entry} is no date", moments.remedy(entry.text, self._manuscript))

    def withdrawal(self) -> tuple[bool, datetime | None]:
        """Whether it is withdrawn, and when."""
        for entry in self._head.find("withdrawn"):
            if moment := moments.read(entry, self._manuscript):
                return True, moment.at
            if entry.truth is None:
                self._hold(entry.line, f"{entry} is no date", moments.remedy(entry.text, self._manuscript))
            elif entry.truth:
                self._manuscript.complaints.warn(entry.line, "it is withdrawn, and not said when", moments.WRITE_A_DATE)
                return True, None
        return False, None

    def is_draft(self) -> bool:
        return any(
            [
                *(self._truth(entry) for entry in self._head.find("draft", "isdraft", "brouillon")),
                *(entry.truth is False for entry in self._head.find("publish", "public", "visible")),
                *(bool(entry.truth) for entry in self._head.find("private", "hidden", "unpublished", "unlisted")),
                *(self._is_unpublished(entry) for entry in self._head.find("published")),
                *(self._is_not_public(entry) for entry in self._head.find("status")),
                not _DRAFT_FOLDERS.isdisjoint(map(str.lower, self._manuscript.path.parts[:-1])),
            ]
        )

    def _truth(self, entry: Entry) -> bool:
        if entry.truth is None:
            self._hold(entry.line, f"{entry} is neither yes nor no", "write true or false")
        return bool(entry.truth)

    def _is_unpublished(self, entry: Entry) -> bool:
        if moments.read(entry, self._manuscript):
            return False
        if entry.truth is None:
            self._hold(entry.line, f"{entry} is neither a date nor yes or no", moments.WRITE_A_DATE)
        return entry.truth is False

    def _is_not_public(self, entry: Entry) -> bool:
        status = entry.text.lower()
        if status not in _PUBLIC | _NOT_PUBLIC:
            self._hold(entry.line, f"{entry} is no known status", "write draft or published")
        return status in _NOT_PUBLIC

    def _hold(self, line: int, what: str, remedy: str) -> None:
        self.is_held = True
        self._manuscript.complaints.hold(line, what, remedy)


_WRITE_AN_EMBARGO = "write EMBARGOED UNTIL 2018-03-23 10:00, or embargo: 2018-03-23 10:00 in the front matter"
_SAY_WHETHER = "write embargo: 2018-03-23 10:00 in the front matter, or embargo: none if there is none"
