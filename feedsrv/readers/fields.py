"""The fields of a release, each from the first of its sources that has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape, unescape
from itertools import islice

from feedsrv import ids
from feedsrv.problem import Problem, Severity
from feedsrv.readers import contacts, dates, letters
from feedsrv.readers import language as languages
from feedsrv.readers.document import Document, Line
from feedsrv.readers.entries import Value, texts
from feedsrv.readers.formats import markdown
from feedsrv.readers.keys import fold
from feedsrv.readers.parts import NOWHERE, Found, Manuscript, origin
from feedsrv.reading import Mention, Origin
from feedsrv.release import Contact, Correction
from feedsrv.text import uris
from feedsrv.text.cleaning import clean
from feedsrv.text.html import as_shown, decoded, framed, one_line, shorten

LONGEST_TITLE = 300
LONGEST_SUMMARY = 300
LONGEST_STATED_SUMMARY = 1000
LONGEST_MARKED = 2000
LONGEST_REFERENCE = 100
LONGEST_FIRST_LINE = 200
"""Characters. Of a first line that is longer, the title is the beginning, and it stays in the text."""

_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)")
_MARKED = re.compile(
    r"(?<![\w*_`])([*_]{1,3}|`)(?=[^\s*_`]).*?(?<=[^\s*_`])\1(?![\w*_`])|\[[^\]]+\]\([^)]*\)", re.DOTALL
)


def title(manuscript: Manuscript) -> Found[str]:
    """Its title, on one line: stated, the headline, the title of the page, the name of the file."""
    headline = manuscript.masthead.headline
    text = _decoded(" ".join(line.shown for line in headline))
    places = frozenset(line.place for line in headline)
    is_heading = manuscript.masthead.is_heading
    for entry in manuscript.head.find("title"):
        if stated := _stated_title(entry.text):
            is_repeated = is_heading and one_line(text).casefold() == one_line(stated).casefold()
            return Found(shorten(stated, LONGEST_TITLE), origin(entry), places if is_repeated else frozenset())
    page = _UNTITLED.sub("", _decoded(manuscript.document.title))
    if page and not (is_heading and headline[0].level == 1):
        return Found(shorten(page, LONGEST_TITLE), Origin(0, "title of the page"))
    if is_heading:
        return Found(shorten(text, LONGEST_TITLE), Origin(headline[0].number, "heading"), places)
    if headline and len(text) > LONGEST_FIRST_LINE:
        problem = manuscript.problem(headline[0].number, "there is no headline", "write one, alone on the first line")
        origin_ = Origin(headline[0].number, "beginning of the text")
        return Found(shorten(text, LONGEST_FIRST_LINE // 2), origin_, problems=(problem,))
    if headline:
        return Found(text, Origin(headline[0].number, "first line"), places)
    problem = manuscript.problem(0, "there is no title", "write a heading, or a title in the front matter")
    stem = one_line(re.sub(r"[-_]+", " ", clean(ids.stem_of(manuscript.source, manuscript.newsroom))))
    return Found(shorten(stem or "—", LONGEST_TITLE), Origin(0, "file name"), problems=(problem,))


_UNTITLED = re.compile(
    r"(?:\W*(?:untitled|no title|page title|title|new page|new document|web ?page|document|index|home ?page|sans titre"
    r"|nouvelle page|unbenannt(?:es)?|ohne titel|neue seite|sin título|nueva página|senza titolo|nuova pagina"
    r"|sem título|nova página|naamloos|microsoft word)(?:\W+(?:document|page|dokument|seite|documento|página|pagina))?"
    r"(?:\W*[0-9]{1,3})?(?:\.\w{2,5})?\W*|microsoft word - .*)\Z",
    re.IGNORECASE,
)
"""What programs call a page that nobody has given a title."""


def _stated_title(text: str) -> str:
    """Without the marks of Markdown where they can be nothing else; what looks like a tag is meant as text."""
    return as_shown(markdown.inline(text, has_html=False) if _is_marked(text) else escape(unescape(text)))


def _stated_text(text: str) -> str:
    """Without the marks of Markdown, and without tags."""
    return as_shown(markdown.inline(text, has_html=True) if _is_marked(text) else unescape(text))


def _is_marked(text: str) -> bool:
    return len(text) <= LONGEST_MARKED and bool(_MARKED.search(text))


def _decoded(text: str) -> str:
    """A title whose entities were encoded twice, or stand in plain text."""
    plain = decoded(text)
    return text if plain == text else as_shown(escape(plain))


def reference(manuscript: Manuscript) -> Found[str]:
    """Its reference number as written, or nothing."""
    problems: list[Problem] = []
    named = (entry for entry in manuscript.head.find("id") if not uris.is_no_reference(entry.text))
    for entry in (*manuscript.head.find("reference"), *named):
        stated = one_line(entry.text)
        if re.search(r"[^\W_]", stated) and len(stated) <= LONGEST_REFERENCE:
            return Found(stated, origin(entry), problems=tuple(problems))
        problems.append(manuscript.problem(entry.line, f"{entry.key} is no reference", "write it as one short text"))
    for fact in manuscript.masthead.facts:
        if fact.reference:
            where = Origin(fact.line.number, "reference line")
            return Found(fact.reference, where, frozenset({fact.line.place}), tuple(problems))
    return Found("", NOWHERE, problems=tuple(problems))


def guid(manuscript: Manuscript) -> Found[str]:
    """The permanent id by which feeds know it, as it states one: an absolute URI; or nothing."""
    problems: list[Problem] = []
    for entry in manuscript.head.find("guid"):
        if uris.is_absolute(entry.text):
            return Found(entry.text, origin(entry))
        what = f"{entry} is no absolute URI, and not the id in feeds"
        problems.append(manuscript.problem(entry.line, what, "write one like https://example.org/1, or leave it out"))
    for entry in manuscript.head.find("id"):
        if uris.is_no_reference(entry.text):
            return Found(entry.text, origin(entry), problems=tuple(problems))
    return Found("", NOWHERE, problems=tuple(problems))


def slug(manuscript: Manuscript) -> Found[str]:
    """The slug it states, or nothing."""
    for entry in manuscript.head.find("slug"):
        if ids.slug(entry.text):
            return Found(entry.text, origin(entry))
        problem = manuscript.problem(entry.line, "the slug has no letter and no digit", "write one, or leave it out")
        return Found("", NOWHERE, problems=(problem,))
    return Found("", NOWHERE)


def language(manuscript: Manuscript, reference: str, text: str) -> tuple[Found[str], str]:
    """The tag of its language, and that of the one its id may end in: what its letters tell, ids do not know."""
    problems: list[Problem] = []
    newsroom = manuscript.newsroom
    for entry in manuscript.head.find("language"):
        if stated := languages.stated(entry.text, newsroom):
            return Found(stated, origin(entry), problems=tuple(problems)), stated
        problems.append(manuscript.problem(entry.line, f"{entry.key} is no language", 'write a tag like "en" or "fr"'))
    told = languages.told(manuscript.source, reference, text, newsroom)
    spoken = letters.told(text, told.words, told.language, newsroom) if told.words else told.language
    where = told.origin if spoken == told.language else Origin(0, "its letters")
    return Found(spoken, where, problems=tuple(problems)), told.language


def summary(manuscript: Manuscript, document: Document, text: str) -> Found[str]:
    """A plain text on one line: stated, what stands above ``<!--more-->``, the first sentences of the text."""
    for entry in manuscript.head.find("summary"):
        if stated := _stated_text(entry.text):
            return Found(shorten(stated, LONGEST_STATED_SUMMARY), origin(entry))
    above, *below = _MORE.split(document.html, maxsplit=1)
    if below and (stated := as_shown(above)):
        return Found(shorten(stated, LONGEST_STATED_SUMMARY), Origin(0, "text above <!--more-->"))
    paragraphs = (line.shown for line in document.lines() if line.is_prose and not line.level and not _is_mute(line))
    return Found(_first_sentences(" ".join(islice(paragraphs, 20)) or text), Origin(0, "first sentences"))


def _is_mute(line: Line) -> bool:
    """Whether a line shows something and says nothing: a player, whose link is called by its file, or an address."""
    return bool(_PLAYER.match(line.html)) or uris.is_of_the_web(line.text)


_PLAYER = re.compile(r"\s*<(?:audio|embed|iframe|object|video)\b", re.IGNORECASE)


def _first_sentences(text: str) -> str:
    text = text[: 10 * LONGEST_SUMMARY].replace("\n", " ")
    if len(text) <= LONGEST_SUMMARY:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, LONGEST_SUMMARY + 1)]
    return text[: ends[-1]] if ends and ends[-1] > LONGEST_SUMMARY // 3 else shorten(text, LONGEST_SUMMARY)


def is_noindex(manuscript: Manuscript) -> Found[bool]:
    """Whether it asks search engines to leave it out; who sets that may have saved the page of a site in the making."""
    for entry in manuscript.head.find("robots"):
        words = set(re.findall(r"\w+", " ".join(texts(entry.value)).lower()))
        if not words.isdisjoint({"noindex", "none"}) or (entry.truth and fold(entry.key) == "noindex"):
            what = f"{entry}: search engines are asked to leave it out, and it is public all the same"
            problem = manuscript.problem(entry.line, what, "take it away if it is not meant", Severity.NOTE)
            return Found(True, origin(entry), problems=(replace(problem, kind="noindex"),))
    return Found(False, NOWHERE)


def files(manuscript: Manuscript) -> tuple[Mention, ...]:
    """The files that it names outside its text; an item may be a table with the address under one of a few keys."""
    return tuple(
        Mention(address, entry.line, entry.key.lower() != "attachments", *_told(item))
        for entry in manuscript.head.find("attachments")
        for item in (entry.value if isinstance(entry.value, tuple) else (entry.value,))
        for address in islice(_addresses(item), 1)
    )


def _addresses(item: Value) -> Iterator[str]:
    if not isinstance(item, Mapping):
        return texts(item)
    stated = {fold(key): value for key, value in item.items()}
    return (address for key in ("file", "src", "path", "url") for address in texts(stated.get(key, "")))


def _told(item: Value) -> Iterator[str]:
    """What a table says of the file that it names: title, description, caption, credit; each a text on one line."""
    stated = {fold(key): value for key, value in item.items()} if isinstance(item, Mapping) else {}
    for spellings in (("title", "name"), ("alt", "description"), ("caption",), ("credit", "copyright")):
        text = next((value for key in spellings if isinstance(value := stated.get(key), str) and value), "")
        yield shorten(_stated_text(text), LONGEST_STATED_SUMMARY)


def corrections(manuscript: Manuscript) -> Found[tuple[Correction, ...]]:
    """The corrections it states, in its order."""
    made: list[Correction] = []
    problems: list[Problem] = []
    found = NOWHERE
    for entry in manuscript.head.find("corrections"):
        found = origin(entry)
        for item in entry.value if isinstance(entry.value, tuple) else (entry.value,):
            stated = {fold(key): value for key, value in item.items()} if isinstance(item, Mapping) else {}
            day, text = stated.get("date"), stated.get("text")
            moment = dates.read(day, manuscript.newsroom) if isinstance(day, str) else None
            if moment and isinstance(text, str):
                made.append(Correction(moment.at, as_shown(text)))
            else:
                problems.append(manuscript.problem(entry.line, "a correction has no date or no text", "write both"))
    return Found(tuple(made), found, problems=tuple(problems))


def people(manuscript: Manuscript) -> Found[tuple[Contact, ...]]:
    """Who answers the press: as stated, else as the contacts section has it."""
    problems: list[Problem] = []
    for entry in manuscript.head.find("contacts"):
        if stated := contacts.stated(entry.value):
            return Found(stated, origin(entry), problems=tuple(problems))
        what = "the contacts cannot be read"
        problems.append(manuscript.problem(entry.line, what, "write a list of name, role, phone, email"))
    if section := manuscript.contacts:
        for number, address in section.hidden:
            what = f"“{address}” is no mail address"
            problems.append(manuscript.problem(number, what, "write it with @ and dots"))
        places = section.places if section.is_whole else frozenset()
        return Found(section.contacts, Origin(section.line, "contacts section"), places, tuple(problems))
    return Found((), NOWHERE, problems=tuple(problems))


def left_out(manuscript: Manuscript) -> Iterator[Problem]:
    """What of its text is not shown as it was meant: what its generator alone makes, told once with the first of it.

    And what lies on other hosts, and would tell these who reads the release.
    """
    if hosts := framed(manuscript.document.html):
        what = (
            f"a frame, film or player is a link here, for {', '.join(hosts[:_MOST_HOSTS])} would learn who reads this"
        )
        remedy = "put the film beside the release if it is to be played"
        yield replace(manuscript.problem(0, what, remedy, Severity.NOTE), kind="frame")
    parts = manuscript.document.left_out
    if not parts:
        return
    line, first = parts[0]
    others = f", and {len(parts) - 1} more" if len(parts) > 1 else ""
    what = f"“{shorten(one_line(first), LONGEST_REFERENCE)}”{others}: what a generator makes of this is not shown"
    yield replace(manuscript.problem(line, what, "write what it stands for"), kind="template")


_MOST_HOSTS = 3
