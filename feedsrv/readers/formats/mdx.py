"""MDX (Markdown with programs and components in it) -> a document."""

from __future__ import annotations

import re
from dataclasses import replace

from feedsrv.readers.companions import of_code
from feedsrv.readers.document import Document
from feedsrv.readers.formats import markdown

_LONGEST = 5_000
_FOREIGN = re.compile(
    rf"""^[ ]{{0,3}}(?P<fence>`{{3,}}|~{{3,}}).*?(?:^[ ]{{0,3}}(?P=fence)[`~]*[ \t]*$|\Z)
    | ^(?P<program>import\b(?=[^\n]*['"{{])|export[ ](?:const|let|var|function|class|default|async|[{{*]))
      .*?(?=\n\s*\n|\Z)
    | \{{/\*.{{0,{_LONGEST}}}?\*/\}}
    | ^[ \t]*</?(?:[A-Z][\w.]*\b[^<>]{{0,{_LONGEST}}})?>[ \t]*$""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


def read(text: str, first_line: int) -> Document:
    """The blocks of an MDX text: of a program only what it states is read, of a component what it encloses is shown."""
    shown = _FOREIGN.sub(lambda match: match[0] if match["fence"] else "\n" * match[0].count("\n"), text)
    document = markdown.read(shown, first_line)
    programs = (match for match in _FOREIGN.finditer(text) if match["program"])
    stated = (
        replace(entry, line=entry.line + first_line - 1 + text.count("\n", 0, program.start()))
        for program in programs
        for entry in of_code("program", program[0])
    )
    return replace(document, entries=(*document.entries, *stated))
