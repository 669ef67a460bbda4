"""Conversion: documents (.docx, .pdf) -> text, in a child process that may take so much time and memory and no more.

The libraries that know these formats are many, large and fed with what strangers made. Whatever happens to them happens
to the child: this process waits for an answer, and never imports them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from feedsrv.readers.document import Conversion
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean

CONVERTERS = {".docx": "mammoth", ".pdf": "pypdf"}
"""The library that each kind of document needs; they come with ``feedsrv[documents]``."""
SECONDS = 60
"""How long a conversion may take, however little it computes."""

_MARKUP = re.compile(r"<[^<>]*>")
_TEXT_ENDINGS = {".docx": ".html", ".pdf": ".txt"}
_PROGRAM = str(Path(__file__).with_name("converter.py"))
_REMEDY = "save the text as .md or .txt under the same name; the document is then offered beside it"


@cache
def converter(ending: str) -> str:
    """The name and version of what converts such documents; "" if it is not installed."""
    library = CONVERTERS[ending]
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return ""


def convert(ending: str, data: bytes, problems: Problems) -> Conversion:
    """The text of a document. Raises FileUnreadable where there is none, or it takes too much to find it."""
    try:
        child = subprocess.run(  # noqa: S603 - our own program, fed through a pipe
            [sys.executable, "-P", _PROGRAM, ending],  # -P: no module is looked for where the releases may be
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise problems.unreadable(0, "it takes too long to find the text in this document", _REMEDY) from error
    text = child.stdout.decode("utf8", "replace")
    if child.returncode == 0 and _MARKUP.sub("", text).strip():
        return Conversion(text, _TEXT_ENDINGS[ending], ())
    reason = clean(child.stderr.decode("utf8", "replace")).strip().rpartition("\n")[2]
    if child.returncode == 0:
        raise problems.unreadable(0, "there is no text in this document, only pictures perhaps", _REMEDY)
    if child.returncode != 1 or not reason:
        reason = "finding its text takes more time or memory than a release is worth"
    raise problems.unreadable(0, f"the text of this document cannot be read: {reason[:200]}", _REMEDY)
