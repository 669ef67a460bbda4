"""Light stems: the beginnings of forms, for languages that Snowball does not have.

Of a form the longest ending goes that leaves three letters, and then what else may be one as long as four are left, so
that "program", "programu" and "programami" come down to the same. Slavic words also lose the vowel that comes and goes
before their last consonant: "rakiet" and "raketa" are one. Hebrew ones lose what is written together with them in
front: the article, prepositions, "and" and "that".
"""

from __future__ import annotations

import re
from functools import cache

_EAST = (
    "а я у ю о е є і и ь ам ям ах ях ами ями ом ем єм ою ею єю ів ові еві єві еи ого ього ому ьому им ім их іх ими іми "
    "ии іи оі ая яя ії іі ія ію іє іям іях іями ією ы ым ых ымі ыя аи ау оу ага аму"
)
_BULGARIAN = "ът ят а я ата ята то ото ето те ите ове овете ии иите ия ията ият ие ието и е о у ища ищата"
_CROATIAN = (
    "a e i o u om em im am ama ima ova eva ove eve ovi evi ovima evima og eg oga ega omu emu ih oj ima imi iji ijim"
)
ENDINGS = {
    "be": _EAST,
    "bg": _BULGARIAN,
    "bs": _CROATIAN,
    "he": "ים ות יות ית ה ת",
    "hr": _CROATIAN,
    "lv": "s a e i u is us as es ai ei am em im um os ies iem ais aja ajam ajai ajas ajos ajiem ajiem",
    "mk": _BULGARIAN,
    "mt": "i a u iet ijiet at ati",
    "sk": "a e i o u y om em am ach ich och ami mi ou ov ovi ovia ia ie iu iam iach iami ej eho emu ych ym ymi im",
    "sl": "a e i o u om em im am ah ih eh ami emi imi ov ev ova eva ovi evi ove oma ema ama ima ega emu",
    "uk": _EAST,
}
"""Of each language the endings that its forms may have, which have no accents, with a blank between."""

_VOWELS = {
    **dict.fromkeys(("be", "bg", "mk", "uk"), "аеиоуюяєіы"),
    **dict.fromkeys(("bs", "hr", "sk", "sl"), "aeiouy"),
}
_FLEETING = {
    "be": "е|о",
    "bg": "е|о|ъ",
    "bs": "a|e",
    "hr": "a|e",
    "mk": "е|о",
    "sk": "ie|e|o",
    "sl": "a|e",
    "uk": "е|о",
}
_COMING_AND_GOING = {
    language: re.compile(f"(?<=..)(?<=[^{vowels}])(?:{_FLEETING[language]})(?=[^{vowels}]$)")
    for language, vowels in _VOWELS.items()
}
_IN_FRONT = re.compile("^[הובכלמש]+(?=.{3})")


def light_stem(form: str, language: str) -> str:
    """The stem of a form in one of the languages of `ENDINGS`."""
    stem = _IN_FRONT.sub("", form, count=1) if language == "he" else form
    first, others = _endings(language)
    stem = first.sub("", stem)
    while (shorter := others.sub("", stem)) != stem:
        stem = shorter
    return _COMING_AND_GOING[language].sub("", stem) if language in _COMING_AND_GOING else stem


@cache
def _endings(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    longest_first = "|".join(sorted(ENDINGS[language].split(), key=len, reverse=True))
    first, others = (re.compile(f"(?<={'.' * left})(?:{longest_first})$") for left in (3, 4))
    return first, others
