"""From when to when a release may be seen: the gate.

A file is public when all that speaks of when or whether has been understood, and all of it says yes. What speaks of
it and is not understood holds the file; what does not speak of it never does. Each key, line and place makes a
`Statement`; the strictest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from feedsrv import ids
from feedsrv.problem import Problem, Severity
from feedsrv.readers import dates, held_names, publication
from feedsrv.readers.embargo import Caution
from feedsrv.readers.entries import Entry
from feedsrv.readers.keys import fold
from feedsrv.readers.parts import Found, Manuscript
from feedsrv.readers.statements import Says, Statement, of_date, of_key
from feedsrv.reading import EMBARGO_LINE, Origin, Status, Visibility
from feedsrv.release import Correction
from feedsrv.text.html import as_shown, is_blank, sanitise

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def read(
    manuscript: Manuscript, published: Found[datetime] | None, corrections: tuple[Correction, ...]
) -> tuple[Visibility, Mapping[str, Origin], tuple[Problem, ...]]:
    """When the release may be seen, by the names of `Visibility` what says so, and what is wrong with what is said.

    It never opens before it is published.
    """
    keys = [statement for decision in manuscript.head.decisions() for statement in of_key(decision, manuscript)]
    said = [*keys, *_of_places(manuscript, keys), *_of_words(manuscript, keys)]
    said += [] if published else _of_masthead(manuscript)
    opening = [*_moments(said, Says.OPENS), *([published] if published else [])]
    opens = max(opening, key=lambda found: found.value, default=None)
    closes = min(_moments(said, Says.CLOSES), key=lambda found: found.value, default=None)
    withdrawals = [statement for statement in said if statement.says is Says.WITHDRAWN]
    withdrawn = min(withdrawals, key=lambda one: one.moment or _EVER, default=None)
    barred = next((statement for says in _BARS for statement in said if statement.says is says), None)
    window = Visibility(
        barred=_BARS[barred.says] if barred else None,
        opens=opens.value if opens else None,
        closes=closes.value if closes else None,
        is_withdrawn=withdrawn is not None,
        withdrawn=withdrawn.moment if withdrawn else None,
        withdrawal_ends=withdrawn.ends if withdrawn else None,
        withdrawal_reason=next((as_shown(entry.text) for entry in manuscript.head.find("reason")), ""),
        updates=publication.updates(manuscript, corrections),
    )
    bar = barred.origin if barred else None
    if withdrawn and window.is_withdrawn_unseen:
        bar = bar or Origin(withdrawn.origin.line, f"{withdrawn.words} is before it opens")
    origins = {
        "barred": bar,
        "opens": opens and opens.origin,
        "closes": closes and closes.origin,
        "withdrawn": withdrawn and withdrawn.origin,
    }
    problems = [problem for statement in said for problem in statement.problems]
    problems += [*_contradictions(said, manuscript), *_blanks(manuscript)]
    if withdrawn:
        problems += _of_withdrawal(withdrawn, window, manuscript)
    return window, {name: found for name, found in origins.items() if found}, tuple(problems)


_BARS = {Says.NO_RELEASE: Status.NO_RELEASE, Says.HELD: Status.HELD, Says.DRAFT: Status.DRAFT}
"""What bars a release whatever the moment, the strictest first."""


def _moments(said: Sequence[Statement], says: Says) -> list[Found[datetime]]:
    return [Found(one.moment, one.origin) for one in said if one.says is says and one.moment]


def _of_withdrawal(said: Statement, window: Visibility, manuscript: Manuscript) -> Iterator[Problem]:
    """What is told of a release that is withdrawn on the day on which it opens, or before."""
    if window.barred or not window.opens:
        return
    opens = manuscript.newsroom.clock_time(window.opens)
    if window.is_withdrawn_unseen:
        what = f"{said.words} is before {opens}, when it opens: it is nowhere, and leaves no notice"
        yield manuscript.problem(said.origin.line, what, _SAY_WHEN_WITHDRAWN, Severity.NOTE)
    elif window.withdrawal_ends and window.withdrawal == window.opens:
        what = (
            f"{said.words} names no hour: withdrawn from {opens}, when it opens; its notice is public, its text never"
        )
        yield manuscript.problem(said.origin.line, what, _SAY_WHEN_WITHDRAWN, Severity.NOTE)


def _of_masthead(manuscript: Manuscript) -> Iterator[Statement]:
    """What a line at the top says that is no date of one day: each of its readings, or the year that it names.

    Where there is no date at all, one that is still to be told holds the release.
    """
    masthead = manuscript.masthead
    unclear = masthead.unclear
    if masthead.untold and publication.published(manuscript) is None:
        line, words = masthead.untold
        yield from of_date(Entry("date", words, line.number, "date line"), manuscript)
    lines = [fact.line for fact in masthead.facts if fact.is_ambiguous] + ([unclear] if unclear else [])
    for line in lines:
        entry = Entry("date", line.text, line.number, "date line")
        if dates.readings(line.text, manuscript.newsroom) or dates.period(line.text) or dates.years(line.text):
            yield from (replace(one, problems=()) for one in of_date(entry, manuscript))  # publication tells of it


def _of_places(manuscript: Manuscript, keys: Sequence[Statement]) -> Iterator[Statement]:
    """What the names of the file and of its folders say."""
    path, newsroom = manuscript.path, manuscript.newsroom
    for folder in path.parts[:-1]:
        found = held_names.of_folder(folder, newsroom)
        is_cleared = found and not folder.startswith("_") and _is_cleared(manuscript, is_draft=found.is_draft)
        if found and not is_cleared and not _is_answered(found, manuscript, keys):
            yield _of_caution(found, manuscript)
    stem = ids.stem_of(manuscript.source, newsroom)
    found = held_names.of_file(stem, newsroom)
    if found and not _is_cleared(manuscript, is_draft=found.is_draft) and not _is_answered(found, manuscript, keys):
        yield _of_caution(found, manuscript)
    if not any(True for _ in manuscript.head.find("date")):
        if _is_machinery(path):
            yield Statement(Says.NO_RELEASE, Origin(0, "file name"), words=path.name)
        elif _is_template(manuscript):
            yield Statement(Says.NO_RELEASE, Origin(0, "a template with a loop"), words=path.name)
        elif _says_nothing(manuscript):
            what, remedy = "there is nothing in it to read, and it is no release", "write it, or leave it as it is"
            told = (manuscript.problem(0, what, remedy, Severity.NOTE),)
            yield Statement(Says.NO_RELEASE, Origin(0, what), words=path.name, problems=told)


_LOOP = re.compile(r"\{%-?\s*(?:for|extends|block|paginate)\b|\{\{-?\s*(?:range|define|block)\b")


def _is_template(manuscript: Manuscript) -> bool:
    """Whether pages are made of it: it has a loop, in Markdown nothing else, or Eleventy is to go through a list."""
    document = manuscript.document
    loops = "" if as_shown(document.html) else "\n".join(text for _, text in document.left_out)
    return bool(_LOOP.search(document.html) or _LOOP.search(loops) or any(manuscript.head.find("pagination")))


def _says_nothing(manuscript: Manuscript) -> bool:
    """Whether a file states nothing and shows nothing: it has comments, or definitions for those that include it."""
    is_stated = manuscript.head.stated or manuscript.document.title
    return not is_stated and is_blank(sanitise(manuscript.document.html))


def _is_machinery(path: PurePosixPath) -> bool:
    """Whether a file of this name is a page of a site as generators make it, unless it states a date."""
    is_of_a_site = path.stem.lower() in {"404", "robots", "search", "sitemap"}
    is_frame = "html" in path.suffix.lower() and bool(_OF_A_SAVED_PAGE.fullmatch(path.parent.name))
    return is_of_a_site or is_frame or path.parts[0].lower() in {"pages", "layouts"}


_OF_A_SAVED_PAGE = re.compile(
    r".+(?:_(?:files?|fichiers|dateien|archivos|elementi|bestanden)|-dateien|\.files)", re.IGNORECASE
)
"""The folder in which a browser saves what a page shows, its frames among them."""


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
    where = Origin(passage.number, EMBARGO_LINE if passage.how == "line" and not caution.is_draft else passage.how)
    if caution.lifts:
        return Statement(Says.OPENS, where, caution.lifts.at, said)
    if caution.is_draft:
        problem = manuscript.problem(passage.number, f"{said} says that it is a draft", _SAY_DRAFT, Severity.ERROR)
        is_usual = passage.how.startswith("folder")  # of generators, whose authors need not be told
        return Statement(Says.DRAFT, where, None, said, () if is_usual else (problem,))
    what = f"{said} may be an embargo, and it is not clear until when"
    problem = manuscript.problem(passage.number, what, _SAY_WHETHER, Severity.ERROR)
    return Statement(Says.HELD, Origin(passage.number, what), None, said, (problem,))


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


_SAY_WHETHER = "write embargo: 2018-03-23 10:00 in the front matter, or embargo: none if there is none"


_SAY_WHEN_WITHDRAWN = "write the hour too, as in 2018-03-23 10:00, if it was public before"


_SAY_DRAFT = "take the words away when it is none any more, or write draft: false in the front matter"
