"""The language of a release: stated, told by where its file is or what its reference begins with, or by its words.

Ids end in it: a release whose language is told otherwise moves to another address, and is new to all who subscribe.
So once there are newsrooms out there, the lists of words and the rules here must stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple

from feedsrv.ids import language_in_name
from feedsrv.newsroom import Newsroom
from feedsrv.reading import Origin
from feedsrv.text.folding import strip_accents
from feedsrv.text.languages import LANGUAGE_NAMES, primary

_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*(?:\.[a-z0-9-]+)?", re.IGNORECASE)  # also fr_FR.UTF-8
_TAGS = {strip_accents(name.casefold()): tag for tag, name in LANGUAGE_NAMES.items()} | {
    name: tag
    for tag, names in {
        "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish dan", "de": "german deu ger", "el": "greek",
        "en": "english eng", "es": "spanish spa", "et": "estonian", "eu": "basque", "fa": "persian farsi",
        "fi": "finnish fin", "fr": "french fra fre", "ga": "irish", "he": "hebrew", "hi": "hindi",
        "hu": "hungarian hun", "hy": "armenian", "id": "indonesian", "it": "italian ita", "ja": "japanese",
        "ko": "korean", "lt": "lithuanian", "ne": "nepali", "nl": "dutch nld dut", "no": "norwegian nor",
        "pl": "polish pol", "pt": "portuguese por", "ro": "romanian ron rum", "ru": "russian rus", "sr": "serbian",
        "st": "sotho", "sv": "swedish swe", "ta": "tamil", "tr": "turkish", "uk": "ukrainian", "yi": "yiddish",
        "zh": "chinese zho chi",
    }.items()
    for name in names.split()
}  # fmt: skip
"""Tags by names and three-letter codes, in small letters and without accents."""
_PREFIX = re.compile(r"[A-Za-z]+")
SMALL_WORDS = {
    "da": "og det er en til på som med den de for der ikke har et fra være blev også efter af kun mellem meget nu sig",
    "de": "der die das und ist von mit den dem ein eine nicht für auf im zu des auch sich wird wurde werden bei in als",
    "en": "the of and to is for that with was by from are this which has have be will been at in on as its it",
    "es": "el la los las y de del que en por un una con para se su al como más es fue sus ha este entre lo",
    "fi": "ja on ei se että oli hän ovat mutta myös joka kun sekä mukaan ole vuoden kuin jotka tai voi tämä sen",
    "fr": "le la les de et des du en un une est dans pour que qui sur par au aux avec ce cette sont ces à il l d qu",
    "hu": "az és hogy nem is egy meg ez volt vagy már csak mint után azt de ha még lesz szerint",
    "it": "il la le di che e della per un una con del dei nel in sono alla delle gli più è anche dal ha si l d",
    "nl": "de het een en van voor op met zijn niet aan dat wordt door ook bij naar uit deze worden in is te die",
    "no": "og det er en til på som med den de for ikke har et fra være ble også etter av bare mellom mye nå seg",
    "pl": "i w na z się nie do jest że to od przez dla oraz po jak który są za będzie",
    "pt": "o os as e de do da dos das que em um uma para com não por mais no na foi ao são se",
    "ro": "și şi în de la cu pe pentru din este care că nu mai au fi fost prin sau se un",
    "ru": "и в не на что с по как это из для от его он к но за был или",
    "sv": "och det är en till av på som med den de för inte har ett från att om kan också efter vid sig",
}
_WORD = re.compile(r"[^\W\d_]+")
_VOTERS = 400
"""Words that vote."""
_FEWEST_VOTES = 3
_CERTAIN = dict.fromkeys(SMALL_WORDS, 0.12) | dict.fromkeys(("es", "fi", "fr", "it", "pl", "pt", "ro", "ru"), 0.3)
"""The share of its words that are small ones in a text whose language these tell without doubt: most texts have more,
and those in kindred languages, which are not among these, less."""

_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in SMALL_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)


def stated(text: str, newsroom: Newsroom) -> str:
    """The language that a tag, a locale or a name states, as the newsroom writes it; "" for what is none of them."""
    tag = _TAGS.get(strip_accents(text.strip().casefold()), text.strip())
    if not (match := _TAG.fullmatch(tag)):
        return ""
    return newsroom.own_language(tag.partition(".")[0]) or match[1].lower()


class Told(NamedTuple):
    """A language, and what told it.

    ``words`` are the first of the text, in small letters, where `feedsrv.readers.letters` may know better; else none.
    """

    language: str
    origin: Origin
    words: Sequence[str] = ()


def told(source: str, reference: str, text: str, newsroom: Newsroom) -> Told:
    """The language where none is stated: by file name, folder, reference, words, else the newsroom's first."""
    path = PurePosixPath(source)
    ending = path.stem.rpartition(".")[2] if "." in path.stem.lstrip(".") else ""
    if named := language_in_name(ending, newsroom):
        return Told(named, Origin(0, "file name"))
    for folder in reversed(path.parts[:-1]):
        if named := language_in_name(folder, newsroom):
            return Told(named, Origin(0, f"folder {folder}/"))
    prefix = _PREFIX.match(reference)
    by_reference = newsroom.reference_languages.get(prefix[0].upper()) if prefix else None
    if by_reference and by_reference in (newsroom.languages or (by_reference,)):
        return Told(by_reference, Origin(0, f"reference {reference}"))
    voters = [word[0] for word in islice(_WORD.finditer(text[:20_000].lower()), _VOTERS)]
    voted, votes = _vote(voters, newsroom)
    if not voted:
        return Told(newsroom.language, Origin(0, "the newsroom's first language"), voters)
    is_certain = votes > _CERTAIN[primary(voted)] * len(voters)
    return Told(voted, Origin(0, "its words"), () if is_certain else voters)


def _vote(voters: Iterable[str], newsroom: Newsroom) -> tuple[str, int]:
    """The language for which small words speak at least half as much again as for any other, and how many do."""
    electable = {language.partition("-")[0]: language for language in newsroom.languages or SMALL_WORDS}
    votes = dict.fromkeys(SMALL_WORDS, 0)
    for word in filter(_LANGUAGES_OF.__contains__, voters):
        for language in _LANGUAGES_OF[word]:
            votes[language] += 1
    ranked = Counter({language: votes.get(language, 0) for language in electable}).most_common(2)
    (first, most), (_, second) = (*ranked, ("", 0), ("", 0))[:2]
    return (electable[first], most) if most >= _FEWEST_VOTES and 2 * most >= 3 * second else ("", 0)
