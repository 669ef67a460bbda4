"""Mail (.eml) -> the text of a release, and what the letter's head states of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import EmailPolicy
from itertools import islice
from typing import Any, cast

from feedsrv.readers.document import Conversion
from feedsrv.readers.entries import Entry
from feedsrv.readers.keys import of_header
from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean
from feedsrv.text.html import one_line

MOST_PARTS = 200
"""Parts of a letter that are looked at; a bomb is made of millions."""

MOST_DASHES = 10_000
"""Lines that begin as those between parts do."""
LONGEST_HEADER = 1_000
"""Characters of a header that are read: its grammar costs the square of them, and gigabytes."""
MOST_OF_A_HEADER = 20

_KINDS = re.compile(rb"^content-type\s*:", re.IGNORECASE | re.MULTILINE)
_REPLY = re.compile(r"(?:\s*(?:re|fwd?|tr|wg|aw|rif|rv)\s*:)+\s*", re.IGNORECASE)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)


class _Policy(EmailPolicy):
    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:LONGEST_HEADER])


def convert(data: bytes, problems: Problems) -> Conversion:
    """The text of a letter: its plain part, else its HTML. Raises FileUnreadable for a letter without either."""
    if len(_KINDS.findall(data)) > MOST_PARTS or data.count(b"\n--") > MOST_DASHES:
        raise problems.unreadable(0, f"this mail has more than {MOST_PARTS} parts", "save the release as a text file")
    data = _ATTACHED.sub(_cut, data)
    if len(data) > _LARGEST_TEXT:
        raise problems.unreadable(0, "its text has more characters than a release can have", "shorten it")
    try:
        letter = cast("EmailMessage", BytesParser(EmailMessage, policy=_Policy()).parsebytes(data))
        parts = list(islice(_own_parts(letter), MOST_PARTS))
        entries = tuple(_stated(letter, data))
        texts = {kind: text for kind in ("html", "plain") if (text := _text_of(parts, kind))}
    except (MessageError, ValueError, LookupError, RecursionError, AttributeError, IndexError) as error:
        raise problems.unreadable(0, f"this is no mail that can be read: {error}", "save it again as .eml") from error
    if not texts:
        raise problems.unreadable(0, "this mail has no text", "save the release as a text file")
    if attached := [name for part in parts if (name := _attached(part))]:
        problems.note(0, f"what is attached to the mail is left out: {', '.join(attached[:20])}", _SAVE_BESIDE)
    if "plain" in texts:
        return Conversion(_SIGNATURE.split(texts["plain"], maxsplit=1)[0], ".txt", entries)
    return Conversion(texts["html"], ".html", entries)


_LARGEST_TEXT = 15_000_000
"""Bytes of a letter without what is attached to it: Python's parser takes ten times as much memory."""
_ATTACHED = re.compile(rb"[A-Za-z0-9+/\r\n]{40000,}+=*")
"""A file as letters carry it. The end of the head above it is within it."""
_TEXT = re.compile(rb"content-type:\s*[\"']?(?:text|message|multipart)/", re.IGNORECASE)
_HEAD = 2_000


def _cut(match: re.Match[bytes]) -> bytes:
    """The beginning of what is attached, for nothing but its name is read; all of it where it is a text."""
    head = match.string[max(match.start() - _HEAD, 0) : match.start() + 100].rpartition(b"\n--")[2]
    is_file = b"content-type:" in head.lower() and not _TEXT.search(head)
    return match[0][:1000] + b"\r\n" if is_file else match[0]


def _own_parts(part: MIMEPart) -> Iterator[MIMEPart]:
    """The part and those within it, but nothing of another letter that is attached."""
    yield part
    if part.get_content_maintype() == "multipart" and not part.is_attachment():
        for inner in part.iter_parts():
            yield from _own_parts(inner)


def _attached(part: MIMEPart) -> str:
    """The name of an attachment; that of its kind for a letter, which may have none."""
    is_letter = part.get_content_maintype() == "message"
    return clean(part.get_filename() or (part.get_content_type() if is_letter else ""))


def _stated(letter: EmailMessage, data: bytes) -> Iterator[Entry]:
    """What the head of a letter states, by the table of keys; of a header that stands twice the first comes last."""
    for header, number in Counter(map(str.lower, letter)).items():
        if not (key := of_header(header)):
            continue
        if number > MOST_OF_A_HEADER:
            raise ValueError(f"it has more than {MOST_OF_A_HEADER} headers {header.title()}")
        for stated in reversed(letter.get_all(header, ())):
            value = one_line(clean(str(stated)))
            if key == "title":
                value = _REPLY.sub("", value, count=1) if _REPLY.match(value) else value
            if value:
                moment = getattr(stated, "datetime", None) if key == "date" else None
                where = f"mail: {header.title()}"
                yield Entry(key, moment.isoformat() if moment else value, _line_of(header, data), where)


def _line_of(header: str, data: bytes) -> int:
    match = re.search(rb"^" + header.encode() + rb":", data[:65_536], re.IGNORECASE | re.MULTILINE)
    return data.count(b"\n", 0, match.start()) + 1 if match else 0


def _text_of(parts: list[MIMEPart], kind: str) -> str:
    """All the parts of one kind that are no attachments, one after another."""
    found = []
    for part in parts:
        if part.get_content_type() == f"text/{kind}" and not part.is_attachment():
            data = part.get_payload(decode=True)
            found.append(_decoded(data if isinstance(data, bytes) else b"", part.get_content_charset() or "utf-8"))
    return "\n\n".join(text for text in found if text.strip()).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, charset: str) -> str:
    for name in (_READ_AS.get(charset, charset), "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")


_READ_AS = dict.fromkeys(("iso-8859-1", "latin-1", "us-ascii", "ascii"), "cp1252") | {"punycode": "utf-8"}
"""Programs say Latin-1 and mean Windows-1252, as browsers know; Python's decoder of Punycode takes for ever."""
_SAVE_BESIDE = "save it beside this file, under the same name"
