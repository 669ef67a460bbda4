"""The converter: ``python converter.py .docx`` turns the document on standard input into its text.

It runs as a child of its own with limits that it sets itself before it looks at the document. What it cannot read
it says in one line on standard error, with exit code 1; whatever else ends it is a document that asks for too much.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import zipfile
from collections import Counter
from collections.abc import Callable

SECONDS = 20
"""Of CPU."""
MEMORY = 1024**3
"""Bytes of address space."""
LARGEST_UNPACKED = 100_000_000
"""Bytes of all members of a .docx together."""
MOST_MEMBERS = 5_000
LONGEST_TEXT = 5_000_000
"""Characters."""
MOST_PAGES = 500

_TITLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p.subtitle:fresh"


class _Unreadable(Exception):
    pass


def main(ending: str) -> int:
    """Convert standard input to standard output; the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        text = _CONVERSIONS[ending](data)
    except (MemoryError, RecursionError):
        return 2
    except Exception as error:  # noqa: BLE001 - a child of its own, which foreign libraries may end as they like
        print(f"{error or type(error).__name__}", file=sys.stderr)  # noqa: T201 - how it answers
        return 1
    sys.stdout.buffer.write(text[:LONGEST_TEXT].encode("utf8", "replace"))
    return 0


def _docx(data: bytes) -> str:
    """The HTML of a Word document: its headings, paragraphs, lists and tables, without pictures."""
    import mammoth

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
            raise _Unreadable("it unpacks to more than a release can be")
    nothing = mammoth.images.img_element(lambda _: {})
    return str(mammoth.convert_to_html(io.BytesIO(data), convert_image=nothing, style_map=_TITLES).value)


def _pdf(data: bytes) -> str:
    """The text of a PDF, without the lines that head or foot most of its pages."""
    import pypdf

    document = pypdf.PdfReader(io.BytesIO(data))
    if document.is_encrypted and not document.decrypt(""):
        raise _Unreadable("it is locked with a password")
    if len(document.pages) > MOST_PAGES:
        raise _Unreadable(f"it has more than {MOST_PAGES} pages")
    pages = [page.extract_text().strip().split("\n") for page in document.pages]
    edges = Counter(line.strip() for page in pages for line in {*page[:1], *page[-1:]} if len(pages) > 2)
    repeated = {line for line, count in edges.items() if count > len(pages) // 2}
    return "\n\n".join("\n".join(line for line in page if line.strip() not in repeated) for page in pages)


_CONVERSIONS: dict[str, Callable[[bytes], str]] = {".docx": _docx, ".pdf": _pdf}

if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # at once: what anybody would do at the exit could only spoil the answer
