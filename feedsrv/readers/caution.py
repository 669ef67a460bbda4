"""Caution: lines that ask for a release to be held back in words that nothing more exact understood.

People write embargoes in more ways than a grammar knows. What is not understood holds (rule 3), so these lines
are looked for in the raw text: wherever they stand, in capitals or spaced letters, between tags or brackets.
Prose about embargoes is let pass: a line counts if it is short, or begins as such a line does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

NEAR = 15
"""Lines with text at the top, in which any short line counts."""

_WORD = re.compile(
    r"""(?<!non-)(?<!non[ ])
      \b(?:embargo\w*(?![ ](?:on|against|sur|contre|gegen)\b)|sperrfrist\w*|gesperrt|e[ ]m[ ]b[ ]a[ ]r[ ]g[ ]o)\b
    | \b(?:do[ ]not|don't|not[ ](?:for|to[ ]be)|never)[ ](?:be[ ])?
      (?:publish|release|publication|distribut|use[ ]before)
    | \bhold[ ](?:for[ ]release|until) | \bfor[ ](?:use|publication|release|immediate[ ]release)[ ]after
    | \badvance[ ]release\b | \brelease[ ]time\b | \bto[ ]be[ ](?:released|published)\b
    | \bne[ ]pas[ ](?:diffuser|publier)\b | \b(?:diffusion|publication)[ ]interdite\b
    | \b(?:a|à)[ ](?:diffuser|publier)[ ](?:a|à)[ ]partir | \b(?:a|à)[ ]para[iî]tre[ ]le
    | \bpublication[ ]autorisée[ ](?:a|à)[ ]partir""",
    re.IGNORECASE | re.VERBOSE,
)
_BEGINNING = re.compile(
    r"""\W*+(?:(?:strictly|under|sous|press|unter)[ ])*
    (?:embargoed|embargoé|embargo[ ](?:until|till?|jusqu)|sperrfrist|not[ ]for[ ](?:release|publication)
      |hold[ ]for[ ]release|ne[ ]pas[ ](?:diffuser|publier)|do[ ]not[ ](?:publish|release))\b
    | \W*+(?:draft|brouillon|entwurf|projet)\W*(?:$|[–—-][ ].{0,40}$)""",
    re.IGNORECASE | re.VERBOSE,
)
_DRAFT = "DRAFT|BROUILLON|ENTWURF|BORRADOR|BOZZA"
_NAME = re.compile(
    rf"(?:{_DRAFT})(?![^\W_]).*|.*(?<![^\W_])(?:{_DRAFT})|(?i:(?:{_DRAFT})\s+-\s.*|.*(?:\.|\s-\s+|\()(?:{_DRAFT})\)?)",
    re.DOTALL,
)
_MARKUP = re.compile(r"<[^>]*>|[*_#>\[\]]")
_MOST_WORDS = 10
_SENTENCE = 7  # words; a longer line with a full stop is prose
_LONGEST = 160


def lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    """The numbers (from 1) and texts of the lines after ``start`` lines that ask for caution."""
    seen = 0
    for number, raw in enumerate(text.split("\n")[start:], start + 1):
        if len(raw) > 4 * _LONGEST:
            seen += 1
            continue
        line = " ".join(_plain(raw).split())
        if not line:
            continue
        seen += 1
        if len(line) <= _LONGEST and (_BEGINNING.match(line) or (seen <= NEAR and _speaks_of_it(line))):
            yield number, line


def is_name_of_a_draft(stem: str) -> bool:
    """Whether the name of a file marks it as a draft; ``nfl-draft-2018`` is what a release is about."""
    return bool(_NAME.fullmatch(stem))


def _plain(line: str) -> str:
    if line.isascii():
        return _MARKUP.sub(" ", line)
    visible = "".join(character for character in line if unicodedata.category(character) != "Cf")
    return _MARKUP.sub(" ", unicodedata.normalize("NFKC", visible))


def _speaks_of_it(line: str) -> bool:
    most = _SENTENCE if line.endswith(".") else _MOST_WORDS
    return len(line.split()) <= most and bool(_WORD.search(line))
