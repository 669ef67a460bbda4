"""Embargoes: which line says that a release must wait, and until when."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedsrv.newsroom import Newsroom
from feedsrv.readers import dates
from feedsrv.readers.dates import Moment

LONGEST_LINE = 150
"""Characters; what is longer is the text of the release."""

_EMBARGO = re.compile(
    r"""(?:^|\s[|–—-]\s)[\W_]*(?:
          (?:(?:strict|strictly|under|sous|sotto|unter|bajo|press|media|news)[ ])*
            (?:embargo(?:ed|ada|ado)|embargoé|embargato|sperrfrist|sperrvermerk)
        | (?:(?:strict|strictly|under|sous|sotto|unter|bajo|press|media|news)[ ])+embargo
        | embargo(?=\W*(?:$|[:–—0-9]|-[ ]|until|till?[ ]|for[ ]|lifts|ends|expires|jusqu|levé|bis|endet|hasta|fino))
        | not[ ](?:for|to[ ]be)[ ](?:release|publication|broadcast|released|published)[ ].{0,40}?(?:before|until)
        | ne[ ]pas[ ](?:publier|diffuser)[ ]avant | nicht[ ]vor | no[ ]publicar[ ]antes | non[ ]pubblicare[ ]prima
        )(?![^\W_])
      | (?:embargoed[ ]until|under[ ]embargo[ ]until|sous[ ]embargo[ ]jusqu|sperrfrist(?:[ ]bis|:)|embargad[oa][ ]hasta
        |sotto[ ]embargo[ ]fino)(?![^\W_])""",
    re.IGNORECASE | re.VERBOSE,
)
_UNTIL = re.compile(
    r"^\W*(?:(?:for|release|publication|broadcast|lifts|ends|expires|levé|endet|until|till?|to|jusqu['’]?|qu|bis|zum|hasta"
    r"|fino|al?|del?|di|before)(?![^\W_])\W*)*",
    re.IGNORECASE,
)
_UNTIL_NEXT_LINE = re.compile(r"(?:\b(?:until|till?|jusqu\S*|bis|hasta|fino)|:)[\s*_]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Embargo:
    """What a line says of an embargo: ``lifts`` is None if it is not clear when; ``before`` stands before it."""

    before: str
    lifts: Moment | None


def read(text: str, following: str, newsroom: Newsroom) -> Embargo | None:
    """The embargo that a line speaks of, whose end the ``following`` line may tell."""
    match = _EMBARGO.search(text, 0, 2 * LONGEST_LINE)
    if not match or (match.start() and len(text) > LONGEST_LINE):
        return None
    until = _UNTIL.sub("", text[match.end() :]).rstrip(" .!*_)")
    if not re.search(r"\w", until) and _UNTIL_NEXT_LINE.search(text):
        until = following
    return Embargo(text[: match.start()], dates.read(until, newsroom))
