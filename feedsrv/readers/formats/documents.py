"""Conversion: documents (.docx, .odt, .pdf, .rst) -> HTML, in a child process with limits on time and memory.

The libraries that know these formats are many, large and fed with what strangers made. Whatever happens to them happens
to the child: this process waits for an answer, and never imports them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from cachetools import LRUCache

from feedsrv.readers.document import Conversion
from feedsrv.readers.entries import Entry
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean

CONVERTERS = {".docx": "mammoth", ".odt": "lxml", ".pdf": "pypdf", ".rst": "docutils"}
"""The library that each kind of document needs; those that feedsrv itself does not come with ``feedsrv[documents]``."""
SECONDS = 60
"""How long a conversion may take, however little it computes."""

_MARKUP = re.compile(r"<[^<>]*>")
_PROGRAM = "feedsrv.converting"
_KEEP = "save pictures beside it, under the same name, or write the release as .md"
_REMEDY = "save the text as .md or .txt under the same name; the document is then offered beside it"


@cache
def converter(ending: str) -> str:
    """The name and version of what converts such documents; "" if it is not installed."""
    library = CONVERTERS[ending]
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return ""


CONVERTED: LRUCache[tuple[str, bytes], Conversion | str] = LRUCache(20_000_000, lambda found: len(str(found)))
"""What came of documents lately, by ending and digest: a text, or why there is none. One run may ask several times."""


def convert(ending: str, data: bytes, problems: Problems) -> Conversion:
    """The text of a document. Raises FileUnreadable where there is none, or it takes too much to find it."""
    key = (ending, sha256(data).digest())
    if key not in CONVERTED:
        CONVERTED[key] = _converted(ending, data)
    found = CONVERTED[key]
    if isinstance(found, str):
        raise problems.unreadable(0, found, _REMEDY)
    for what in found.left_out:
        problems.note(0, f"not all of it is shown: {what}", _KEEP)
    return found


def _converted(ending: str, data: bytes) -> Conversion | str:
    """The text of a document, or why there is none."""
    try:
        child = subprocess.run(  # noqa: S603 - our own program, fed through a pipe
            [sys.executable, "-P", "-m", _PROGRAM, ending],  # -P: no module is looked for where the releases may be
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it takes too long to find the text in this document"
    if child.returncode == 0:
        answer = json.loads(child.stdout)
        if not _MARKUP.sub("", answer["html"]).strip():
            return "there is no text in this document, only pictures perhaps"
        entries = (Entry(clean(key), clean(value), line, "field") for key, value, line in answer["entries"])
        return Conversion(answer["html"], ".html", tuple(entries), tuple(map(clean, answer["left_out"])))
    reason = clean(child.stderr.decode("utf8", "replace")).strip().rpartition("\n")[2]
    if child.returncode != 1 or not reason:
        reason = "finding its text takes more time or memory than a release is worth"
    return f"the text of this document cannot be read: {reason[:200]}"
