"""From when to when a release may be seen, as its file says. What cannot be understood holds it back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from feedsrv import ids
from feedsrv.readers import caution, embargo, publication
from feedsrv.readers.front_matter import Entry
from feedsrv.readers.parts import Found, Manuscript, origin
from feedsrv.reading import Origin, Status, Visibility
from feedsrv.text.html import as_shown

_PUBLIC = frozenset({"final", "live", "public", "publish", "published", "released"})
_NOT_PUBLIC = frozenset({"draft", "hidden", "pending", "private", "review", "skip", "trash", "unpublished"})
_DRAFT_FOLDERS = frozenset({"_drafts", "drafts", "draft", "brouillons"})
_DRAFT_KEYS = ("draft", "isdraft", "brouillon")
_EMBARGO_KEYS = ("embargo", "embargoed", "embargoeduntil", "embargountil")
_OPENING_KEYS = (
    *("releasedate", "publishat", "publishon", "publicationdate", "datepublication", "datedepublication"),
    *("golive", "notbefore", "availablefrom", "holduntil", "scheduled"),
)
_FOR_RELEASE = re.compile(r"\b(?:for|to be|hold)\b.{0,12}\b(?:releas|publi|use\b|broadcast)", re.IGNORECASE)
_EMBARGO_IN_TITLE = re.compile(r"\W*(?:under embargo|sous embargo|embargoed|embargo until)\b", re.IGNORECASE)


def read(manuscript: Manuscript, published: Found[datetime] | None) -> tuple[Visibility, Mapping[str, Origin]]:
    """When the release of this manuscript may be seen, and by the names of `Visibility` what says so.

    It never opens before it is published.
    """
    judgement = _Judgement(manuscript)
    opening = [*judgement.openings(), *([published] if published else [])]
    opens = max(opening, key=lambda moment: moment.value, default=None)
    closes = min(judgement.closings(), key=lambda moment: moment.value, default=None)
    withdrawn = judgement.withdrawal()
    drafts = list(judgement.drafts())
    bars = {Status.HELD: judgement.held, Status.DRAFT: drafts[0] if drafts else None}
    barred = next((Found(status, bar) for status, bar in bars.items() if bar), None)
    found = {"barred": barred, "opens": opens, "closes": closes, "withdrawn": withdrawn}
    return Visibility(
        barred=barred.value if barred else None,
        opens=opens.value if opens else None,
        closes=closes.value if closes else None,
        is_withdrawn=withdrawn is not None,
        withdrawn=withdrawn.value if withdrawn else None,
        withdrawal_reason=next((as_shown(entry.text) for entry in manuscript.head.find("reason")), ""),
    ), {name: part.origin for name, part in found.items() if part}


class _Judgement:
    """Asks one question after another; ``held`` is what first could not be understood."""

    def __init__(self, manuscript: Manuscript) -> None:
        self._manuscript = manuscript
        self._head = manuscript.head
        self.held: Origin | None = None

    def openings(self) -> Iterator[Found[datetime]]:
        yield from self._moments("publishdate", *_EMBARGO_KEYS, *self._keys_with("embargo"), *_OPENING_KEYS)
        for entry in self._head.find("date", "published", "pubdate", "released"):
            yield from (Found(moment, origin(entry)) for moment in publication.readings(entry, self._manuscript))
        understood = set()
        for fact in self._manuscript.masthead.facts:
            if fact.lifts and not fact.lifts.weekday_disagrees:
                understood.add(fact.line.number)
                yield Found(fact.lifts.at, Origin(fact.line.number, _EMBARGO_LINE))
            elif fact.is_embargo:
                understood.add(fact.line.number)
                self._hold(fact.line.number, "there is an embargo, and it is not clear until when", _WRITE_AN_EMBARGO)
            elif fact.date and _FOR_RELEASE.search(fact.line.text):
                understood.add(fact.line.number)
                yield Found(fact.date.at, Origin(fact.line.number, "date of release"))
        yield from self._cautions(understood)

    def _cautions(self, understood: set[int]) -> Iterator[Found[datetime]]:
        """Hold for lines that ask for it, unless the front matter says what holds or that nothing does.

        A line far down that says exactly until when is taken at its word.
        """
        if any(True for _ in self._head.find(*_EMBARGO_KEYS)):
            return
        for number, line in self._manuscript.cautions:
            if number in understood:
                continue
            found = embargo.read(line, "", self._manuscript.newsroom)
            if found and not found.before and found.lifts and not found.lifts.weekday_disagrees:
                yield Found(found.lifts.at, Origin(number, _EMBARGO_LINE))
            else:
                self._hold(number, f"“{line}” may be an embargo, and it is not clear until when", _SAY_WHETHER)
        for entry in self._head.find("title", "headline"):
            if _EMBARGO_IN_TITLE.match(entry.text):
                self._hold(entry.line, "the title speaks of an embargo", _SAY_WHETHER)
        for entry in self._head.blank(*_EMBARGO_KEYS):
            self._manuscript.complaints.note(
                entry.line, f"{entry.key} is empty, and was read as no embargo", "write its end, or delete the line"
            )

    def _keys_with(self, word: str) -> list[str]:
        return [key for key in self._head.entries if word in key and key not in _EMBARGO_KEYS]

    def closings(self) -> Iterator[Found[datetime]]:
        return self._moments("expirydate", "unpublishdate", "expires")

    def _moments(self, *keys: str) -> Iterator[Found[datetime]]:
        for entry in self._head.find(*keys):
            moment = publication.read(entry, self._manuscript)
            if moment and not moment.weekday_disagrees:
                yield Found(moment.at, origin(entry))
            elif entry.truth is not False:
                self._hold(entry.line, f"{entry} is no date", publication.remedy(entry.text, self._manuscript))

    def withdrawal(self) -> Found[datetime | None] | None:
        """That it is withdrawn, and when if that is said."""
        for entry in self._head.find("withdrawn"):
            if moment := publication.read(entry, self._manuscript):
                return Found(moment.at, origin(entry))
            if entry.truth is None:
                self._hold(entry.line, f"{entry} is no date", publication.remedy(entry.text, self._manuscript))
            elif entry.truth:
                self._manuscript.complaints.warn(
                    entry.line, "it is withdrawn, and not said when", publication.WRITE_A_DATE
                )
                return Found(None, origin(entry))
        return None

    def drafts(self) -> Iterator[Origin]:
        """All that makes it a draft."""
        find = self._head.find
        statements = [
            *((entry, self._truth(entry)) for entry in find(*_DRAFT_KEYS)),
            *((entry, entry.truth is False) for entry in find("publish", "public", "visible")),
            *((entry, bool(entry.truth)) for entry in find("private", "hidden", "unpublished", "unlisted")),
            *((entry, self._is_unpublished(entry)) for entry in find("published")),
            *((entry, self._is_not_public(entry)) for entry in find("status")),
        ]
        yield from (origin(entry) for entry, is_draft in statements if is_draft)
        for folder in self._manuscript.path.parts[:-1]:
            if folder.lower() in _DRAFT_FOLDERS:
                yield Origin(0, f"folder {folder}/")
        stem = ids.stem_of(self._manuscript.source, self._manuscript.newsroom)
        if caution.is_name_of_a_draft(stem) and not any(True for _ in find(*_DRAFT_KEYS)):
            self._hold(0, "its name says that it is a draft", "rename it, or write draft: false in the front matter")

    def _truth(self, entry: Entry) -> bool:
        if entry.truth is None:
            self._hold(entry.line, f"{entry} is neither yes nor no", "write true or false")
        return bool(entry.truth)

    def _is_unpublished(self, entry: Entry) -> bool:
        if publication.read(entry, self._manuscript):
            return False
        if entry.truth is None:
            self._hold(entry.line, f"{entry} is neither a date nor yes or no", publication.WRITE_A_DATE)
        return entry.truth is False

    def _is_not_public(self, entry: Entry) -> bool:
        status = entry.text.lower()
        if status not in _PUBLIC | _NOT_PUBLIC:
            self._hold(entry.line, f"{entry} is no known status", "write draft or published")
        return status in _NOT_PUBLIC

    def _hold(self, line: int, what: str, remedy: str) -> None:
        self.held = self.held or Origin(line, what)
        self._manuscript.complaints.hold(line, what, remedy)


_EMBARGO_LINE = "embargo line"
_WRITE_AN_EMBARGO = "write EMBARGOED UNTIL 2018-03-23 10:00, or embargo: 2018-03-23 10:00 in the front matter"
_SAY_WHETHER = "write embargo: 2018-03-23 10:00 in the front matter, or embargo: none if there is none"
