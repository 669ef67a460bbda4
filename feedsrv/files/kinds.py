"""The kinds of files in the folder, as their names tell: releases, documents, leftovers, and what is not read here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from feedsrv import readers
from feedsrv.files.bundles import is_leftover
from feedsrv.problem import Problem, Severity
from feedsrv.readers.companions import is_companion
from feedsrv.text.media_types import ending

MOST_ATTACHED = 10
"""Documents that a text may name before it is taken for a list of releases."""

_UNDERSCORED_FOLDERS = {"_posts", "_drafts"}  # Jekyll's; whatever else begins with _ is machinery


def not_read(sources: Iterable[str]) -> Iterator[Problem]:
    """What is to be said of files that are not read here, once for each ending."""
    by_ending: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        by_ending[ending(source)].append(source)
    for kind, (first, *others) in sorted(by_ending.items()):
        named = ", ".join((first, *others[: _NAMED - 1])) + (" …" if len(others) >= _NAMED else "")
        count = f"{len(others) + 1} files end" if others else "one file ends"
        how = f"in {kind}, which is not read here" if kind else "in nothing that says what it is, and is not read here"
        yield Problem(first, 0, f"{count} {how}: {named}", UNREAD.get(kind, _INSTALL), kind="not-read")


def unnamed(documents: Iterable[str]) -> Iterator[Problem]:
    """What is to be said of documents that lie in the bundle of a release which does not name them."""
    for document in documents:
        what = "this lies in the folder of a release that does not name it, and is served nowhere"
        remedy = "link to it in the text, or name it under attachments:"
        yield Problem(document, 0, what, remedy, Severity.NOTE, "document-unnamed")


_NAMED = 3
_INSTALL = "pip install feedsrv[documents], or save the text beside it as .md"
_PANDOC = "make Markdown of it, with pandoc for instance"
_WORD = "save it as .odt or .docx, or the text as .md"
UNREAD = {
    **dict.fromkeys((".org", ".rest", ".tex", ".textile", ".typ", ".wiki", ".mediawiki", ".creole"), _PANDOC),
    **dict.fromkeys((".adoc", ".asciidoc", ".asc"), "make Markdown of it, with downdoc for instance"),
    **dict.fromkeys((".ipynb", ".qmd", ".rmd"), "make Markdown of it, with nbconvert or Quarto for instance"),
    **dict.fromkeys((".njk", ".liquid", ".hbs"), "rename it to .md, if there is nothing but text in it"),
    **dict.fromkeys((".mht", ".mhtml", ".php", ".shtml", ".webarchive"), "save the page as .html"),
    **dict.fromkeys((".doc", ".docm", ".dot", ".dotx", ".fodt", ".ott", ".sxw"), _WORD),
    **dict.fromkeys((".abw", ".pages", ".rtf", ".rtfd", ".wpd", ".wps", ".wri"), _WORD),
    **dict.fromkeys((".msg", ".oft", ".emlx"), "save it as .eml"),
    "": "give it the ending of what it is: .md, .txt or .html",
}
"""The endings of texts that could be releases and are not read, and what would read them.

Such a file is never served because it lies beside a release, for nothing knows whether it may be public.
"""


def could_be_a_release(name: str) -> bool:
    """Whether a file of this name, which is not read, is of a kind that releases are written in."""
    is_of_programs = not ending(name) and bool(_OF_PROGRAMS.fullmatch(name.rpartition("/")[2]))
    return ending(name) in UNREAD and is_release_stem(name) and not is_of_programs


_OF_PROGRAMS = re.compile(r"[A-Z0-9_-]{2,}|.*file|gradlew|mvnw")  # LICENSE, CNAME, Makefile


def is_worth_entering(name: str) -> bool:
    """Whether a folder of this name may hold releases, or what belongs to one."""
    return not name.startswith((".", "_")) or name in _UNDERSCORED_FOLDERS


def is_document_name(name: str) -> bool:
    """Whether a file of this name belongs to a release if there is one for it, else may be one."""
    return ending(name) in readers.DOCUMENTS


def attached(named: Iterable[str]) -> set[str]:
    """The documents that go with a text that names these files, also where it is not public yet.

    None where it names so many that it is a list of releases.
    """
    documents = set(filter(is_document_name, named))
    names = {document.rpartition("/")[2] for document in documents}  # one may be looked for in several folders
    return documents if len(names) <= MOST_ATTACHED else set()


def is_worth_noticing(name: str) -> bool:
    """Whether a change to a file or folder of this name can change what is published."""
    return name in _UNDERSCORED_FOLDERS or is_companion(name) or not is_leftover(name)


def is_text_name(path: str) -> bool:
    """Whether a file of this name is taken for a release, whatever else there is in the folder."""
    return is_release_name(path) and not is_document_name(path)


def is_release_name(name: str) -> bool:
    """Whether a file of this name is taken for a release."""
    lowered = name.lower()
    return "." in lowered and lowered[lowered.rfind(".") :] in readers.SUFFIXES and is_release_stem(lowered)


def is_release_stem(path: str) -> bool:
    """Whether a file is not one of those whose names say that they are no releases."""
    return not path.rpartition("/")[2].lower().startswith((".", "_", "~$", "readme"))
