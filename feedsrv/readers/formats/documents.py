"""Conversion: documents (.docx, .odt, .pdf, .rst) -> HTML, in a child process with limits on time and memory.

The libraries that know these formats are many, large and fed with what strangers made. Whatever happens to them happens
to the child: this process waits for an answer, and never imports them.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from cachetools import LRUCache

from feedsrv.readers.document import Conversion
from feedsrv.readers.entries import Entry
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean
from feedsrv.text.media_types import ending

CONVERTERS = {".docx": "mammoth", ".odt": "lxml", ".pdf": "pypdf", ".rst": "docutils"}
"""The library that each kind of document needs; those that feedsrv itself does not come with ``feedsrv[documents]``."""
SECONDS = 60
"""How long a conversion may take, however little it computes."""

_MARKUP = re.compile(r"<[^<>]*>")
_PROGRAM = "feedsrv.converting"
_TOLD_TO_END = {-signal.SIGINT, -signal.SIGTERM}
_KEEP = "put pictures in as PNG or JPEG, cut before that, or write the release as .md"
_REMEDY = "save the text as .md or .txt under the same name; the document is then offered beside it"


@cache
def converter(ending: str) -> str:
    """The name and version of what converts such documents; "" if it is not installed."""
    library = CONVERTERS[ending]
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return ""


Key = tuple[str, bytes]
"""By what is remembered what came of a document: its ending and its digest."""
Found = Conversion | str
"""What comes of a document: its text, or why there is none."""
Convert = Callable[[str, bytes], Found]
"""What is asked for the text of a document, of this source and with these bytes. May raise ConversionPending."""


_ROOM = 20_000_000  # characters
CONVERTED: LRUCache[Key, Found] = LRUCache(_ROOM, lambda found: min(len(str(found)), _ROOM))
"""What came of documents lately. One run may ask several times."""


def key(source: str, data: bytes) -> Key:
    """The key of a document."""
    return ending(source), sha256(data).digest()


def converted(source: str, data: bytes) -> Found:
    """What comes of a document; whoever asks waits for it."""
    if (name := key(source, data)) not in CONVERTED:
        CONVERTED[name] = found_in(name[0], data)
    return CONVERTED[name]


def saying_nothing(_source: str, _data: bytes) -> Found:
    """Any document, as if its text said nothing: then all that is said of it is said beside its text."""
    return Conversion("<p>-</p>", ".html", ())


def convert(source: str, data: bytes, problems: Problems, by: Convert) -> Conversion:
    """The text of a document. Raises FileUnreadable where there is none, or it takes too much to find it."""
    found = by(source, data)
    if isinstance(found, str):
        raise problems.unreadable(0, found, _REMEDY)
    for what in found.left_out:
        problems.note(0, f"not all of it is shown: {what}", _KEEP)
    return found


def found_in(ending: str, data: bytes, children: set[subprocess.Popen[bytes]] | None = None) -> Found:
    """What comes of a document that is converted now; its child is among the ``children`` as long as it lives.

    Raises OSError where there can be no child, or it was told to end: that says nothing of the document.
    """
    try:
        return _answer(*answered(ending, data, SECONDS, children))
    except TimeoutError:
        return "it takes too long to find the text in this document"


def answered(
    wanted: str, data: bytes, seconds: float, children: set[subprocess.Popen[bytes]] | None = None
) -> tuple[int, bytes, bytes]:
    """What `feedsrv.converting` makes of a file: its exit code, and what it wrote, for us and for people.

    Raises TimeoutError where that takes longer; other OSErrors as `found_in`.
    """
    children = set() if children is None else children
    with subprocess.Popen(  # noqa: S603 - our own program, fed through a pipe
        [sys.executable, "-P", "-m", _PROGRAM, wanted],  # -P: no module is looked for where the releases may be
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        children.add(child)
        try:
            output, errors = child.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            child.kill()
            raise TimeoutError from error
        except BaseException:
            child.kill()
            raise
        finally:
            children.discard(child)
    if child.returncode in _TOLD_TO_END:
        raise InterruptedError(f"{_PROGRAM} was told to end")
    return child.returncode, output, errors


def _answer(code: int, output: bytes, errors: bytes) -> Found:
    """What the child says with its exit code, on standard output and on standard error."""
    if code == 0:
        try:
            answer = json.loads(output)
        except ValueError:
            return "the text of this document cannot be read: what was found is none"
        if not _MARKUP.sub("", answer["html"]).strip():
            return "there is no text in this document, only pictures perhaps"
        entries = (Entry(clean(key), clean(value), line, "field") for key, value, line in answer["entries"])
        left_out, shown = (tuple(map(clean, answer[name])) for name in ("left_out", "pictures"))
        return Conversion(answer["html"], ".html", tuple(entries), left_out, shown, clean(answer["created"]))
    reason = clean(errors.decode("utf8", "replace")).strip().rpartition("\n")[2]
    if code != 1 or not reason:
        reason = "finding its text takes more time or memory than a release is worth"
    return f"the text of this document cannot be read: {reason[:200]}"
