"""PDF -> HTML, with pypdf: headings by their size, paragraphs, tables and notes by their place."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from html import escape
from typing import Any

from feedsrv.converting import Converted, Unreadable
from feedsrv.converting.layout import Sized, larger
from feedsrv.converting.page import Line, lines
from feedsrv.converting.paragraphs import BULLET, Block, Paragraphs, is_table, most, row
from feedsrv.converting.pictures import told

MOST_PAGES = 500

_EDGE = 2
"""Lines at the top and at the bottom of a page that may head or foot it; one where a page has few."""
_FEW_LINES = 8
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:.{0,100}\W)?(?:page|seite|p[áa]gina|pagina|strona|sida)\s*\d+(?:\W.{0,20})?|[–—-]?\s*\d{1,3}\s*[–—-]?",
    re.IGNORECASE,
)
_LARGER, _SMALLER = 1.1, 0.92
_APART = 3.0
"""From what foots a page up to its text, in sizes of letters."""


def convert(data: bytes) -> Converted:
    """The HTML of a PDF, with what heads and foots its pages beside it. Raises Unreadable."""
    import pypdf

    document = pypdf.PdfReader(io.BytesIO(data))
    if document.is_encrypted and not document.decrypt(""):
        raise Unreadable("it is locked with a password")
    if len(document.pages) > MOST_PAGES:
        raise Unreadable(f"it has more than {MOST_PAGES} pages")
    pages = [lines(page) for page in document.pages]
    around = _around(pages) | {id(line) for page in pages for line in _beside(page)}
    text = [line for page in pages for line in page if id(line) not in around]
    beside = dict.fromkeys(line.text for page in pages for line in page if id(line) in around)
    shown = "".join(f"<p>{escape(line)}</p>" for line in beside)
    html = f"<article>{_html(text)}</article><aside>{shown}</aside>"
    return Converted(html, left_out=told([""] * len(_pictures(document))), created=_created(document))


def _created(document: Any) -> str:
    """When a document says that it was made, "" where that cannot be understood."""
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        return str(document.metadata.creation_date.isoformat())
    return ""


def _pictures(document: Any) -> set[object]:
    """The pictures of the pages of a document, but for those that all of several have: they are of a letterhead."""
    counted = Counter[object]()
    for number, page in enumerate(document.pages):
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            named = page["/Resources"]["/XObject"]
            pictures = [name for name in named if named[name]["/Subtype"] == "/Image"]
            counted.update({getattr(named.raw_get(name), "idnum", (number, name)) for name in pictures})
    return {one for one, count in counted.items() if count < max(len(document.pages), 2)}


def _beside(page: Sequence[Line]) -> Iterator[Line]:
    """The lines that head or foot a page by their place alone.

    What is written last and stands above all before it, and what stands below all else, in small letters and apart.
    """
    sized = most(page)
    text = [line for line in page if line.size > sized * _SMALLER]
    lowest = min((line.y for line in text), default=0.0)
    noted = frozenset[str]().union(*(line.raised for line in page))
    highest = page[0].y if page else 0.0
    for line in page:
        is_foot = line.size <= sized * _SMALLER and line.y < lowest - _APART * sized
        if (line.y > highest + sized or is_foot) and not _is_note(line.text, noted):
            yield line
        highest = max(highest, line.y)


def _is_note(text: str, noted: Set[str]) -> bool:
    """Whether a line begins with the sign of a note."""
    return re.split(r"[\s.)]", text, maxsplit=1)[0] in noted


def _around(pages: Sequence[Sequence[Line]]) -> set[int]:
    """The lines that head or foot pages: those at the edge of several, whatever their numbers, and numbers of pages."""
    edges = [{id(line): line for line in _edge(page)} for page in pages]
    seen = Counter(name for edge in edges for name in {_alike(line) for line in edge.values()})
    often = {name for name, count in seen.items() if count > 1 and count * 2 >= len(pages)}
    return {
        key
        for page, edge in zip(pages, edges, strict=True)
        for key, line in edge.items()
        if _alike(line) in often or (line is page[-1] and len(page) > 1 and _PAGE_NUMBER.fullmatch(line.text))
    }


def _edge(page: Sequence[Line]) -> Sequence[Line]:
    count = _EDGE if len(page) > _FEW_LINES else 1
    return [line for line in (*page[:count], *page[-count:]) if _SPEAKS.search(line.text)]


_SPEAKS = re.compile(r"[^\W\d_]|^\W*\d+\W*$")  # a row of numbers at the end of a page is one of a table


def _alike(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("0", line.text), round(line.y / 4)


def _html(text: Sequence[Line]) -> str:
    """The blocks of the text, its notes last. Above the text, each line stands alone."""
    found = Paragraphs(text)
    words = [found.joined(block) for block in found.blocks]
    sized = [
        Sized("" if is_table(block) else joined, block[0].size, all(line.is_bold for line in block))
        for joined, block in zip(words, found.blocks, strict=True)
    ]
    first = larger(sized)
    begins = next((index for index, one in enumerate(sized) if one.is_text), len(sized)) if first is None else first
    body = most(text)
    noted = frozenset[str]().union(*(line.raised for line in text))
    shown: list[str] = []
    notes: list[str] = []
    for index, block in enumerate(found.blocks):
        if is_table(block) and index < begins:
            shown += (f"<p>{escape(' '.join(text for _, text in line.cells))}</p>" for line in block)
        elif is_table(block):
            shown.append(_table(block))
        elif index == first:
            shown.append(f"<h1>{words[index]}</h1>")
        elif index < begins:
            shown.append(_paragraph(block, found.listed(block)))
        elif block[0].size < body * _SMALLER and _is_note(block[0].text, noted):
            notes.append(f"<p>{words[index]}</p>")
        elif block[0].size > body * _LARGER and not sized[index].is_text:
            shown.append(f"<h2>{words[index]}</h2>")
        else:
            shown.append(_paragraph(block, words[index]))
    return "".join((*shown, *notes)).replace("</ul><ul>", "")


def _table(block: Block) -> str:
    rows = []
    for number, line in enumerate(block):
        tag = "th" if number == 0 and line.is_bold else "td"
        rows.append("".join(f"<{tag}>{escape(text)}</{tag}>" for text in row(line, block[0])))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _paragraph(block: Block, words: str) -> str:
    if match := BULLET.match(words):
        return f"<ul><li>{words[match.end() :]}</li></ul>"
    return f"<p><strong>{words}</strong></p>" if all(line.is_bold for line in block) else f"<p>{words}</p>"
