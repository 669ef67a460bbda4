"""Converting: a document that is no text -> the HTML of its text, in a child process of its own.

::

    __main__                      python -m feedsrv.converting .docx: the child, and the limits that it sets itself
    word                          .docx, with mammoth
    open_document, styles         .odt, with lxml; what its styles say
    packages                      what both are: archives of XML, which may be bombs
    portable, page, paragraphs    .pdf, with pypdf; the lines of a page; what belongs together of them
    layout                        what the size and the place of words say: headlines and letterheads

A module here imports its library where it is used: the child has set its limits by then.
"""

from __future__ import annotations


class Unreadable(Exception):
    """The text of a document cannot be found; the message says why."""
