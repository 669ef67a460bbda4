"""Decoding: the bytes of a file -> its text, in the one form that everything after it may rely on.

That form is NFC, has "\\n" line ends, and holds no character that XML 1.0 forbids or that nobody can see.
"""

from __future__ import annotations

import codecs
import re

import webencodings

from feedsrv.readers.problems import Problems
from feedsrv.text.cleaning import clean

_CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})
_MANY = 10_000  # bytes that are no UTF-8: to read one by one would take seconds for a file of nothing else
_MOJIBAKE = re.compile("Ã[¡-º¼-¿]|â€[œ˜™“”¦¢]|Â[£©«®°²³·º½]")  # é, ’ and ° as they come out of it
_LINE_END = re.compile("\r\n?")
_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")  # where there is no other: front matter has to be seen


def decode(data: bytes, problems: Problems, *, is_html: bool = False) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else as an HTML page declares, else by its letters.

    Raises FileUnreadable for what is no text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
        if "\ufffd" in text:
            problems.warn(_line(text, "\ufffd"), "this is not whole UTF-16", "save the file as UTF-8")
    elif len(data) - len(data.translate(None, _CONTROLS)) > max(20, len(data) // 20):
        raise problems.unreadable(0, "this is no text", "save it as a text file, in UTF-8")
    else:
        charset = _declared(data) if is_html else None
        text = _utf8_or(charset, data.removeprefix(codecs.BOM_UTF8), problems)
    text = _LINE_END.sub("\n", text)
    text = clean(text if "\n" in text.strip() else _OTHER_LINE_ENDS.sub("\n", text))
    if garbled := _MOJIBAKE.search(text):
        meant = garbled[0].encode("cp1252", "ignore").decode("utf-8", "ignore")
        what = f"“{garbled[0]}” stands where “{meant}” was meant: another program read UTF-8 as Windows-1252"
        problems.warn(_line(text, garbled[0]), what, "copy the text again from its source")
    return text


_CHARSET = re.compile(
    rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})|encoding=["']([A-Za-z0-9_.:-]{1,40})["']\s*\?>""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 1024  # bytes (HTML, 4.2.5.4)


def _declared(data: bytes) -> webencodings.Encoding | None:
    """The charset that an HTML page declares, by the labels of the Encoding Standard: ISO-8859-1 is Windows-1252."""
    match = _CHARSET.search(data, 0, 4 * _DECLARED_WITHIN)
    found = webencodings.lookup((match[1] or match[2]).decode()) if match else None
    return None if found is None or found.name in {"utf-8", "utf-16le", "utf-16be"} else found


def _utf8_or(charset: webencodings.Encoding | None, data: bytes, problems: Problems) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if charset:
            return str(charset.codec_info.decode(data, "replace")[0])
        line = data.count(b"\n", 0, error.start) + 1
        is_of_a_mac = _is_of_a_mac(data)
        name = "Mac Roman" if is_of_a_mac else "Windows-1252"
        problems.warn(line, f"this is not UTF-8 and was read as {name}", "save the file as UTF-8")
        if is_of_a_mac:
            return data.decode("mac_roman")
        has_much = len(data) - len(data.decode("utf-8", "ignore").encode()) > _MANY
        return data.decode("cp1252", "replace") if has_much else data.decode("utf-8", _WINDOWS)


_USUAL = "éèêëàâäáãåçîïíìôöóòõøœûüúùñæß’“”‘–—«»…"
_MAC, _OF_WINDOWS = (re.compile(b"[%b]" % re.escape(_USUAL.encode(name))) for name in ("mac_roman", "cp1252"))


def _is_of_a_mac(data: bytes) -> bool:
    """Whether there are more usual letters of an old Mac than of Windows, and it is no UTF-8 with a few wrong bytes."""
    whole = data.decode("utf-8", "ignore")
    wrong, right = len(data) - len(whole.encode()), sum(not character.isascii() for character in whole)
    return wrong >= right and len(_MAC.findall(data)) > len(_OF_WINDOWS.findall(data))


def _windows(error: UnicodeError) -> tuple[str, int]:
    """Reads only the bytes that are no UTF-8 as Windows-1252: one wrong byte does not garble all the others."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_WINDOWS = "feedsrv.windows-1252"
codecs.register_error(_WINDOWS, _windows)


def _line(text: str, part: str) -> int:
    return text.count("\n", 0, text.index(part)) + 1
