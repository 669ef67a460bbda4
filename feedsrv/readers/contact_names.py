"""Names: whether a piece of a contacts line names a person, says what they are, or is a sentence about something."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from feedsrv.text.dates import COMMON
from feedsrv.text.stopwords import STOPWORDS

_PARTICLES = frozenset(
    re.findall(
        r"\S+",
        "a à ad al alla alle am an and at aux au av bei by con d da das de degli dei del dell della den der des di do "
        "dos du e ed el en et for für i im in l la le les los mit nos of og or ou per para pela pelo por pour sur the "
        "to und under van vom von with y zu zum zur",
    )
)
"""What names and functions hold beside words of their own: the others of these small words are those of sentences."""
_ROLE = re.compile(
    r"(?<![^\W_])(?:press|media|news|officer|manager|director|head|chief|secretary|spokes\w+|assistant|adviser|advisor"
    r"|communications?|relations?|affairs|office|desk|team|department|service|bureau|agency|ministry"
    r"|presse\w*|medien\w*|leiter\w*|leitung|sprecher\w*|referent\w*|pressestelle|öffentlichkeitsarbeit|abteilung"
    r"|attachée?s?|chargée?s?|responsable|chef(?:fe)?|directeur|directrice|porte-parole|ingénieure?|conseill\w+"
    r"|jef[ea]|portavoz|prensa|oficina|gabinete|comunicación|capo|addett[oa]|ufficio|stampa|portavoce|comunicazione"
    r"|assessoria|imprensa|comunicação|woordvoerder|voorlicht\w+)(?![^\W_])",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?<![^\W_])(?:co|corp(?:oration)?|inc|ltd|limited|llc|plc|gmbh|ag|sa|spa|bv|group|company|partners|associat\w+|society"
    r"|authority|council|committee|commission|museum|trust|universit\w+|college|school|institut\w*|foundation|fund|bank"
    r"|hospital|cent(?:er|re)|city|county|port|harbour|harbor|library|academy|laborator\w+|union|federation|alliance"
    r"|network|media|communications?|public|ville|mairie|région|musée|centre|fondation|société|stadt|verein|verband|stiftung"
    r"|hochschule|ayuntamiento|museo|fundación|universidad|comune|fondazione|regione)(?![^\W_])",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s+(?:and|&|et|und|y|e|en|or|ou|oder|o|of)\s+")
_WORD = re.compile(r"[^\W\d_](?:[\w.'’-]*\w)?")
_LONGEST_NAME, _LONGEST_ROLE = 6, 12
_MOST_SMALL = 2
"""Words: of a name; of what somebody is; in small letters in what is no sentence and holds no word of a function."""


def is_person(text: str) -> bool:
    """Whether it may be the name of a person: two words or more in capital letters, and no word of a function."""
    words = [word[0] for word in islice(_WORD.finditer(text), _LONGEST_NAME + 1)]
    own = [word for word in words if word not in _PARTICLES]
    is_capital = all(not word[0].islower() for word in own)
    has_digit = any(map(str.isdigit, text))
    return len(own) > 1 and len(words) <= _LONGEST_NAME and is_capital and not has_digit and not _ROLE.search(text)


def is_house(text: str) -> bool:
    """Whether it names an organisation by a word that is in the names of such."""
    return bool(_HOUSE.search(text))


def is_sentence(text: str) -> bool:
    """Whether it says more than who somebody is: a sentence, or half of one."""
    words = _WORD.findall(text)
    small = [word for word in words if word[0].islower() and word not in _PARTICLES]
    if len(words) > _LONGEST_ROLE or not _words_of_sentences().isdisjoint(small):
        return True
    return len(small) > _MOST_SMALL and not _ROLE.search(text)


def people_in(text: str) -> list[str]:
    """The names in ``Ada Example and Ben Sample``; any other text alone."""
    names = _JOINT.split(text)
    return names if len(names) > 1 and all(map(is_person, names)) else [text]


@cache
def _words_of_sentences() -> frozenset[str]:
    known = " ".join(STOPWORDS[tag] for tag in COMMON)
    return frozenset(f"{known} please bitte merci veuillez".split()) - _PARTICLES
