"""Converting: a document that is no text -> the HTML of its text, in a child process of its own.

::

    word                          .docx, with mammoth
    open_document, styles         .odt, with lxml; what its styles say
    packages                      what both are: archives of XML, which may be bombs
    portable, page, paragraphs    .pdf, with pypdf; the lines of a page; what belongs together of them
    restructured                  .rst, with docutils
    layout                        what the size and the place of words say: headlines and letterheads

``python -m feedsrv.converting .docx`` is the child. A module here imports its library where it is used: the child has
set its limits by then.
"""

from __future__ import annotations

from dataclasses import dataclass


class Unreadable(Exception):
    """The text of a document cannot be found; the message says why."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The HTML of a document.

    ``entries`` are what it states of itself: key, value, line. ``left_out`` says what of it is not in the HTML.
    """

    html: str
    entries: tuple[tuple[str, str, int], ...] = ()
    left_out: tuple[str, ...] = ()


def pictures(descriptions: list[str]) -> tuple[str, ...]:
    """What is said of the pictures of a document, which are left out: how many, and the first of their descriptions."""
    if not descriptions:
        return ()
    named = ", ".join(dict.fromkeys(filter(None, descriptions)))[:200]
    count = "a picture" if len(descriptions) == 1 else f"{len(descriptions)} pictures"
    return (f"{count} within it{f' ({named})' if named else ''}",)
