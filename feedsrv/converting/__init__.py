"""Converting: a document that is no text -> the HTML of its text, in a child process of its own.

::

    word, word_parts, word_styles  .docx, with mammoth; made ready for it; what its styles say
    open_document, styles          .odt, with lxml; what its styles say
    packages, pictures             what both are: archives of XML, which may be bombs; the pictures in them
    portable, page, paragraphs     .pdf, with pypdf; the lines of a page; what belongs together of them
    restructured                   .rst, with docutils
    layout                         what the size and the place of words say: headlines and letterheads
    thumbnail                      a picture, small, with Pillow

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
    ``pictures`` are the names of its members that the HTML shows; there they are addresses, quoted. ``created`` is when
    it was made, by its own word, as ISO 8601 has it, or "".
    """

    html: str
    entries: tuple[tuple[str, str, int], ...] = ()
    left_out: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    created: str = ""
