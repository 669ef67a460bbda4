"""From when to when a release may be seen: the gate.

A file is public when all that speaks of when or whether has been understood, and all of it says yes. What speaks of
it and is not understood holds the file; what does not speak of it never does. Each key, line and place makes a
`Statement`; the strictest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import PurePosixPath

from feedsrv import ids
from feedsrv.newsroom import FILE_NAME as NEWSROOM_FILE
from feedsrv.problem import Problem, Severity
from feedsrv.readers import dates, embargo
from feedsrv.readers.embargo import Caution
from feedsrv.readers.entries import Decision, Entry
from feedsrv.readers.keys import Effect, fold
from feedsrv.readers.parts import Found, Manuscript, origin
from feedsrv.reading import Origin, Status, Visibility
from feedsrv.text.analysis import strip_accents
from feedsrv.text.html import as_shown

_PUBLIC = frozenset({
    "active", "always", "approved", "approvedforrelease", "complete", "completed", "current", "done", "enligne",
    "final",
    "finished", "forimmediaterelease", "freigegeben", "gepubliceerd", "immediate", "immediately", "issued",
    "listed", "live", "now", "ok", "online", "open", "pubblicato", "public", "publicada", "publicado", "publie",
    "publiee", "publish", "published", "ready", "release", "released", "veroffentlicht", "visible", "world",
})  # fmt: skip
_NOT_PUBLIC = frozenset({
    "archived", "borrador", "bozza", "brouillon", "companyconfidential", "concept", "confidential",
    "deleted", "disabled", "draft", "drafted", "embargo", "embargoed", "entwurf", "expired", "future", "hidden",
    "hold", "idea", "inactive", "inprogress", "inreview", "intern", "internal", "members", "notpublished",
    "offline", "onhold", "password", "paused", "pending", "personal", "private", "rascunho", "rejected", "review",
    "scheduled", "secret", "skip", "staff", "todo", "trash", "unlisted", "unpublished", "unreleased", "wip",
    "withdrawn",
})  # fmt: skip


_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Says(StrEnum):
    """What a statement says of the release."""

    PUBLIC = "public"
    OPENS = "opens"
    CLOSES = "closes"
    DRAFT = "draft"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    NO_RELEASE = "no release"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one key, line or place says, the ``moment`` of it if it has one, and what is wrong with it.

    ``words``: how it is told to people who have to choose between two.
    """

    says: Says
    origin: Origin
    moment: datetime | None = None
    words: str = ""
    problems: tuple[Problem, ...] = ()


def read(
    manuscript: Manuscript, published: Found[datetime] | None
) -> tuple[Visibility, Mapping[str, Origin], tuple[Problem, ...]]:
    """When the release may be seen, by the names of `Visibility` what says so, and what is wrong with what is said.

    It never opens before it is published.
    """
    keys = [statement for decision in manuscript.head.decisions() for statement in _of_key(decision, manuscript)]
    said = [*keys, *_of_places(manuscript, keys), *_of_words(manuscript, keys)]
    said += [] if published else _of_masthead(manuscript)
    opening = [*_moments(said, Says.OPENS), *([published] if published else [])]
    opens = max(opening, key=lambda found: found.value, default=None)
    closes = min(_moments(said, Says.CLOSES), key=lambda found: found.value, default=None)
    withdrawals = [statement for statement in said if statement.says is Says.WITHDRAWN]
    withdrawn = min(withdrawals, key=lambda one: one.moment or _EVER, default=None)
    barred = next((statement for says in _BARS for statement in said if statement.says is says), None)
    origins = {
        "barred": barred and barred.origin,
        "opens": opens and opens.origin,
        "closes": closes and closes.origin,
        "withdrawn": withdrawn and withdrawn.origin,
    }
    window = Visibility(
        barred=_BARS[barred.says] if barred else None,
        opens=opens.value if opens else None,
        closes=closes.value if closes else None,
        is_withdrawn=withdrawn is not None,
        withdrawn=withdrawn.moment if withdrawn else None,
        withdrawal_reason=next((as_shown(entry.text) for entry in manuscript.head.find("reason")), ""),
    )
    problems = [problem for statement in said for problem in statement.problems]
    problems += [*_contradictions(said, manuscript), *_blanks(manuscript)]
    return window, {name: found for name, found in origins.items() if found}, tuple(problems)


_BARS = {Says.NO_RELEASE: Status.NO_RELEASE, Says.HELD: Status.HELD, Says.DRAFT: Status.DRAFT}
"""What bars a release whatever the moment, the strictest first."""


def _moments(said: Sequence[Statement], says: Says) -> list[Found[datetime]]:
    return [Found(one.moment, one.origin) for one in said if one.says is says and one.moment]


# --- keys -------------------------------------------------------------------------------------------------------------


def _of_key(decision: Decision, manuscript: Manuscript) -> Iterator[Statement]:
    """What an entry says that decides."""
    judge = {
        Effect.DATE: _of_date,
        Effect.OPENS: _of_embargo,
        Effect.GOES: _of_opening,
        Effect.CLOSES: _of_expiry,
        Effect.HIDES: _of_hiding,
        Effect.SHOWS: _of_showing,
        Effect.STATUS: _of_status,
        Effect.BUILDS: _of_building,
        Effect.WITHDRAWS: _of_withdrawal,
    }[decision.effect]
    entry = decision.entry
    if decision.is_weak and _word_of(entry) is None and not _is_when(entry, manuscript):
        return
    found = list(judge(entry, manuscript))
    if decision.is_machinery and any(one.says in {Says.DRAFT, Says.HELD} for one in found):
        yield Statement(Says.NO_RELEASE, origin(entry), words=str(entry))
        return
    yield from found


def _is_when(entry: Entry, manuscript: Manuscript) -> bool:
    return bool(dates.readings(entry.text, manuscript.newsroom) or dates.period(entry.text))


def _word_of(entry: Entry) -> bool | None:
    """Whether a value is a word that says public, True, or not public, False; None for any other."""
    word = re.sub(r"[\W_]+", "", strip_accents(entry.text.lower()))
    return True if word in _PUBLIC else False if word in _NOT_PUBLIC else None


def _of_date(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """A date of publication: public from then. Only where it can mean but the past is one public that is none."""
    if found := list(_at(entry, manuscript)):
        yield from found
    elif entry.truth is not None or _word_of(entry) is not None:
        yield from _of_showing(entry, manuscript)
    elif years := dates.years(entry.text):
        what = f"{entry} is no date: held while a year it names is not over, and undated"
        problem = manuscript.problem(entry.line, what, remedy(entry.text, manuscript))
        after = max(years) + 1
        if after >= dates.YEARS.stop:
            yield _held(entry, "is no date", manuscript)
        else:
            first = manuscript.newsroom.midnight(date(max(after, dates.YEARS.start), 1, 1))
            yield Statement(Says.OPENS, origin(entry), first, str(entry), (problem,))
    else:
        yield _held(entry, "is no date", manuscript)


def _at(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The moment, or each that it may mean; of a month or a year alone its first day."""
    for moment in dates.readings(entry.text, manuscript.newsroom):
        yield Statement(Says.OPENS, origin(entry), moment.at, str(entry))
    if period := dates.period(entry.text) if not dates.readings(entry.text, manuscript.newsroom) else None:
        what = f"{entry} names no day: public from the first on, and undated"
        problem = manuscript.problem(entry.line, what, WRITE_A_DATE)
        yield Statement(Says.OPENS, origin(entry), manuscript.newsroom.midnight(period.first), str(entry), (problem,))


def _of_embargo(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The end of an embargo. "No" says that there is none; what is not understood always holds."""
    if entry.truth is False:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
        return
    moments = dates.readings(entry.text, manuscript.newsroom)
    period = None if moments else dates.period(entry.text)
    if moments and not any(moment.weekday_disagrees for moment in moments):
        yield from (Statement(Says.OPENS, origin(entry), moment.at, str(entry)) for moment in moments)
    elif period and period.next.year in dates.YEARS:
        what = f"{entry} names no day: held until it is over"
        problem = manuscript.problem(entry.line, what, WRITE_A_DATE)
        yield Statement(Says.OPENS, origin(entry), manuscript.newsroom.midnight(period.next), str(entry), (problem,))
    elif moments:
        yield _held(entry, "has a weekday that is not that of its date", manuscript, "correct one of them")
    else:
        how = f"{remedy(entry.text, manuscript)}; or embargo: none if there is none"
        yield _held(entry, "is no date", manuscript, how)


def _of_opening(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    """The moment of publication. "No" says that there will be none."""
    if entry.truth is False:
        yield Statement(Says.DRAFT, origin(entry), words=str(entry))
    else:
        yield from _of_embargo(entry, manuscript)


def _of_expiry(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    moments = dates.readings(entry.text, manuscript.newsroom)
    period = None if moments else dates.period(entry.text)
    if entry.truth is False:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
    elif moments and not any(moment.weekday_disagrees for moment in moments):
        yield Statement(Says.CLOSES, origin(entry), min(moment.at for moment in moments), str(entry))
    elif period:
        yield Statement(Says.CLOSES, origin(entry), manuscript.newsroom.midnight(period.first), str(entry))
    else:
        yield _held(entry, "is no date", manuscript)


def _of_hiding(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    word = _word_of(entry)
    if entry.truth is False or word is True:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
    elif entry.truth or word is False:
        yield Statement(Says.DRAFT, origin(entry), words=str(entry))
    else:
        yield _held(entry, "is neither yes nor no", manuscript, "write true or false")


def _of_showing(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    word = _word_of(entry)
    if entry.truth or word is True:
        yield Statement(Says.PUBLIC, origin(entry), words=str(entry))
    elif entry.truth is False or word is False:
        yield Statement(Says.DRAFT, origin(entry), words=str(entry))
    elif found := list(_at(entry, manuscript)):
        yield from found
    else:
        yield _held(entry, "is neither a date nor yes or no", manuscript)


def _of_status(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    word = _word_of(entry)
    if word is not None:
        yield Statement(Says.PUBLIC if word else Says.DRAFT, origin(entry), words=str(entry))
    elif found := list(_at(entry, manuscript)):
        yield from found
    else:
        yield _held(entry, "is no known status", manuscript, "write draft or published")


def _of_building(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    if entry.truth is False:
        yield Statement(Says.NO_RELEASE, origin(entry), words=str(entry))


def _of_withdrawal(entry: Entry, manuscript: Manuscript) -> Iterator[Statement]:
    if moment := dates.read(entry.text, manuscript.newsroom):
        yield Statement(Says.WITHDRAWN, origin(entry), moment.at, str(entry))
    elif entry.truth is None:
        yield _held(entry, "is no date", manuscript)
    elif entry.truth:
        problem = manuscript.problem(entry.line, "it is withdrawn, and not said when", WRITE_A_DATE)
        yield Statement(Says.WITHDRAWN, origin(entry), None, str(entry), (problem,))


def _held(entry: Entry, why: str, manuscript: Manuscript, how: str = "") -> Statement:
    """What is not understood, with the two ways out: to say it so that it is, or that there is nothing to wait for."""
    ways = how or f"{remedy(entry.text, manuscript)}; or delete the line if it says nothing"
    what = f"{entry} {why}, and may hold the release"
    problem = manuscript.problem(entry.line, what, ways, Severity.ERROR)
    return Statement(Says.HELD, Origin(entry.line, what), words=str(entry), problems=(problem,))


def _of_masthead(manuscript: Manuscript) -> Iterator[Statement]:
    """What a line at the top says that is no date of one day: each of its readings, or the year that it names."""
    unclear = manuscript.masthead.unclear
    lines = [fact.line for fact in manuscript.masthead.facts if fact.is_ambiguous] + ([unclear] if unclear else [])
    for line in lines:
        entry = Entry("date", line.text, line.number, "date line")
        if dates.readings(line.text, manuscript.newsroom) or dates.period(line.text) or dates.years(line.text):
            yield from (replace(one, problems=()) for one in _of_date(entry, manuscript))  # publication tells of it


# --- places -----------------------------------------------------------------------------------------------------------


def _of_places(manuscript: Manuscript, keys: Sequence[Statement]) -> Iterator[Statement]:
    """What the names of the file and of its folders say."""
    path, newsroom = manuscript.path, manuscript.newsroom
    for folder in path.parts[:-1]:
        found = embargo.of_folder_name(folder, newsroom)
        is_cleared = found and not folder.startswith("_") and _is_cleared(manuscript, is_draft=found.is_draft)
        if found and not is_cleared and not _is_answered(found, manuscript, keys):
            yield _of_caution(found, manuscript)
    stem = ids.stem_of(manuscript.source, newsroom)
    found = embargo.of_file_name(stem, newsroom)
    if found and not _is_cleared(manuscript, is_draft=found.is_draft) and not _is_answered(found, manuscript, keys):
        yield _of_caution(found, manuscript)
    if not any(True for _ in manuscript.head.find("date")):
        if _is_machinery(path):
            yield Statement(Says.NO_RELEASE, Origin(0, "file name"), words=path.name)
        elif _LOOP.search(manuscript.document.html):
            yield Statement(Says.NO_RELEASE, Origin(0, "a template with a loop"), words=path.name)


_LOOP = re.compile(r"\{%-?\s*(?:for|extends|block|paginate)\b|\{\{-?\s*(?:range|define|block)\b")


def _is_machinery(path: PurePosixPath) -> bool:
    """Whether a file of this name is a page of a site as generators make it, unless it states a date."""
    return path.stem.lower() in {"404", "robots", "search", "sitemap"} or path.parts[0].lower() in {"pages", "layouts"}


# --- words ------------------------------------------------------------------------------------------------------------


def _of_words(manuscript: Manuscript, keys: Sequence[Statement]) -> Iterator[Statement]:
    """What lines ask for; a key that says until when answers those that do not."""
    for caution in manuscript.cautions:
        if not (_is_cleared(manuscript, is_draft=caution.is_draft) or _is_answered(caution, manuscript, keys)):
            yield _of_caution(caution, manuscript)


def _is_answered(caution: Caution, manuscript: Manuscript, keys: Sequence[Statement]) -> bool:
    """Whether something else says it better: a key, or a line where these words themselves do not say until when."""
    if caution.is_draft:
        return any(one.says is Says.DRAFT for one in keys)
    if caution.lifts:
        return False
    has_key = any(one.says is Says.OPENS and _is_embargo(one) for one in keys)
    return caution.is_bare and (has_key or any(other.lifts for other in manuscript.cautions))


def _is_embargo(statement: Statement) -> bool:
    return "embargo" in fold(statement.words) or "sperrfrist" in fold(statement.words)


def _is_cleared(manuscript: Manuscript, *, is_draft: bool) -> bool:
    """Whether ``embargo: none`` overrules words, or ``draft: false`` those that speak of a draft."""
    find = manuscript.head.find
    if any(entry.truth is False and fold(entry.key).startswith("embargo") for entry in find("embargo")):
        return True
    return is_draft and any(entry.truth is False for entry in find("draft"))


def _of_caution(caution: Caution, manuscript: Manuscript) -> Statement:
    passage = caution.passage
    said = f"“{passage.text[:100]}”"
    where = Origin(passage.number, "embargo line" if passage.how == "line" and not caution.is_draft else passage.how)
    if caution.lifts:
        return Statement(Says.OPENS, where, caution.lifts.at, said)
    if caution.is_draft:
        problem = manuscript.problem(passage.number, f"{said} says that it is a draft", _SAY_DRAFT, Severity.ERROR)
        is_usual = passage.how.startswith("folder")  # of generators, whose authors need not be told
        return Statement(Says.DRAFT, where, None, said, () if is_usual else (problem,))
    what = f"{said} may be an embargo, and it is not clear until when"
    problem = manuscript.problem(passage.number, what, _SAY_WHETHER, Severity.ERROR)
    return Statement(Says.HELD, Origin(passage.number, what), None, said, (problem,))


# --- contradictions ---------------------------------------------------------------------------------------------------


def _contradictions(said: Sequence[Statement], manuscript: Manuscript) -> Iterator[Problem]:
    """What is said twice, in two ways: the stricter counts, and both places are named."""
    barring = next((one for one in said if one.says is Says.DRAFT and one.origin.line), None)
    showing = next((one for one in said if one.says is Says.PUBLIC and not _is_embargo(one)), None)
    if barring and showing and barring.words != showing.words:
        yield _both(barring, showing, manuscript)
    for says, is_stricter in ((Says.OPENS, max), (Says.CLOSES, min)):
        moments = [one for one in said if one.says is says and (says is Says.CLOSES or _is_about_embargo(one))]
        if len({one.moment for one in moments}) > 1:
            stricter = is_stricter(moments, key=lambda one: one.moment or _NEVER)
            other = next(one for one in moments if one.moment != stricter.moment)
            yield _both(stricter, other, manuscript)


def _is_about_embargo(one: Statement) -> bool:
    return _is_embargo(one) or one.words.startswith("“")


def _both(stricter: Statement, other: Statement, manuscript: Manuscript) -> Problem:
    where = f" on line {other.origin.line}" if other.origin.line else ""
    what = f"{stricter.words} contradicts {other.words}{where}, and counts, for it is the stricter"
    return manuscript.problem(stricter.origin.line, what, "take one of the two away")


def _blanks(manuscript: Manuscript) -> Iterator[Problem]:
    for entry in manuscript.head.blank("embargo"):
        what = f"{entry.key} is empty, and was read as no embargo"
        yield manuscript.problem(entry.line, what, "write its end, or delete the line", Severity.NOTE)


WRITE_A_DATE = "write it like 2018-03-23 or 2018-03-23 10:00"
_SAY_WHETHER = "write embargo: 2018-03-23 10:00 in the front matter, or embargo: none if there is none"
_SAY_DRAFT = "take the words away when it is none any more, or write draft: false in the front matter"


def remedy(text: str, manuscript: Manuscript) -> str:
    """How to mend a date."""
    if dates.is_ambiguous(text, manuscript.newsroom):
        return f"{WRITE_A_DATE}, or set day_first in {NEWSROOM_FILE}"
    return WRITE_A_DATE
