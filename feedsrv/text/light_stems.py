"""Light stems: the beginnings of forms, for languages that Snowball does not have, or in which it parts many forms.

Of a form the longest ending goes that leaves three letters, and then what else may be one as long as four are left, so
that "program", "programu" and "programami" come down to the same. Slavic words also lose the vowel that comes and goes
before their last consonant: "rakiet" and "raketa" are one. Other sounds that change within a word are made alike:
"школа" and "шкіл", "otok" and "otoci", "leabhar" and "leabhair". Hebrew words lose what is written together with them
in front (the article, prepositions, "and" and "that"), Irish ones how they begin behind others ("gcathair"). Serbian is
stemmed in Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_EAST = (
    "а я у ю о е є і и ь ам ям ах ях ами ями ом ем єм ою ею єю ів еві єві еи еі еів еєм ого його ому йому им їм их їх "
    "ими їми ии іи оі ая яя ії іі ія ію іє іям іях іями ією ова ови ову ові ов овою овам овами овах ева еви еву ев "
    "евою евам евами евах єва єви єву єв євою ы ым ых ымі ыя аи ау оу ага аму"
)
_BULGARIAN = "ът ят а я ата ята то ото ето те ите ове овете ии иите ия ията ият ие ието и е о у ище ището ища ищата"
_CROATIAN = (
    "a e i o u om em im am ama ima ova eva ove eve ovi evi ovima evima og eg oga ega omu emu ih oj ima imi iji ijim "
    "ija ije iju ijo ijom ijem ijama"
)
_CZECH = "a e i o u y em um am ach ich ech ami emi mi ou ovi ove iich iim ii iho imu ho eho emu ych ym ymi im"
_PREFIXES = "הובכלמש"
_HEBREW = ("ות", "יות", "אות", "ימ", "ית", "ה", "ת")
ENDINGS = {
    "be": _EAST,
    "bg": f"{_BULGARIAN} (?<=[тщ])та",
    "bs": _CROATIAN,
    "cs": _CZECH,
    "et": (
        "a e i u id ad ed ud as is es us ast ist est ust asse isse esse usse ale ile ele ule alt ilt elt ult al il el "
        "ul aks iks eks uks ani ini eni uni ana ina ena una ata ita eta uta aga iga ega uga ate ite ete ute ade ide "
        "ede ude adele idele edele udele atele itele etele utele ateks ideks edeks udeks ates ides edes udes adest "
        "idest edest udest atega itega etega utega adega idega edega udega t d s line lise lised liste list lane lase "
        "lased laste last"
    ),
    "ga": "a e i ach acha aigh aithe anna eacha eanna ta te ti tha the tai",
    "he": " ".join(f"(?<!^[{_PREFIXES}]..){ending}" for ending in _HEBREW),
    "hr": _CROATIAN,
    "is": (
        "a i u ar ir ur um s inn ins inum ina in innar inni id ins inu unum unni una nna anna inna unna ann anum ans "
        "arnar irnar urnar"
    ),
    "lv": "s a e i u is us as es ai ei am em im um os ies iem ij ais aja ajam ajai ajas ajos ajiem ajiem",
    "mk": f"{_BULGARIAN} от ови овите иот",
    "mt": "i a u ew ej ea iet jiet ijiet ajiet at ati",
    "pl": (
        "a e i o u y em om am ami ach ow owi owie ie iem iom iami iach iow ego emu ej ych ich ym im ymi imi ia iu io "
        "ii ji ja je jo jom jami jach iej iego iemu owa owe owy owego owych owym"
    ),
    "sk": (
        "a e i o u y om em am ach ich och ami mi ou ov ovi ovia ia ie iu iam iach iami ej eho emu ych ym ymi im "
        "(?<=[ei])um (?<=tr)um"
    ),
    "sl": "a e i o u om em im am ah ih eh ami emi imi ov ev ova eva ovi evi ove oma ema ama ima ega emu",
    "sr": _CROATIAN,
    "uk": _EAST,
}
"""Of each language the endings that its forms may have, which have no accents, with a blank between."""

_FURTHER = {"et": "a e i u t d s as es is us", "he": "", "is": "s"}
"""Which of them may go after the first, where not all may."""

_VOWELS = {
    **dict.fromkeys(("be", "bg", "mk", "uk"), "аеиоуюяєіы"),
    **dict.fromkeys(("bs", "cs", "hr", "pl", "sk", "sl", "sr"), "aeiouy"),
}
_FLEETING = {
    "be": "е|о",
    "bg": "е|о|ъ",
    "bs": "a|e",
    "cs": "e",
    "hr": "a|e",
    "mk": "е|о",
    "pl": "ie|e",
    "sk": "ie|e|o",
    "sl": "a|e",
    "sr": "a|e",
    "uk": "е|о",
}
_COMING_AND_GOING = {
    language: re.compile(f"(?<=..)(?<=[^{vowels}])(?:{_FLEETING[language]})(?=[^{vowels}]$)")
    for language, vowels in _VOWELS.items()
}
_DOUBLED = re.compile(r"(?<=..)([^аеиоуюяєіыь])\1$"), r"\1"
_IN_CLOSED_SYLLABLE = re.compile("(?<=..)[іє](?=[^аеиоуюяєіь]$)"), "о"
_SIBILANT = re.compile("(?<=..[io])c$"), "k"
_SLENDER = re.compile("(?<=[aeou])i(?=[^aeiou]+$)"), ""
_BROAD = re.compile("(?<=.)ea(?=[^aeiou]+$)"), "e"
_CHANGING = {
    **dict.fromkeys(("bs", "hr", "sr"), (_SIBILANT,)),
    "be": (_DOUBLED,),
    "ga": (_SLENDER, _BROAD),
    "uk": (_DOUBLED, _IN_CLOSED_SYLLABLE),
}
"""What is written for what before a stem loses a vowel."""

_LATIN = str.maketrans("абвгдезијклмнопрстуфхцчшжћђ", "abvgdezijklmnoprstufhccszcd") | {
    ord("љ"): "lj",
    ord("њ"): "nj",
    ord("џ"): "dz",
}
_NOT_LAST = str.maketrans("ךםןףץ", "כמנפצ")
_LETTERS: Mapping[str, Mapping[int, int | str]] = {"he": _NOT_LAST, "sr": _LATIN}
"""In which letters forms are stemmed."""
_IN_FRONT = {
    "ga": re.compile("^(?:bh(?=f)|m(?=b)|g(?=c)|n(?=[dg])|b(?=p)|d(?=t)|t(?=s)|h(?=[aeiou]))|(?<=^[bcdfgmpst])h"),
    "he": re.compile(f"^[{_PREFIXES}]+(?=.{{3}})"),
}


def light_stem(form: str, language: str) -> str:
    """The stem of a form in one of the languages of `ENDINGS`."""
    first, others = _endings(language)
    stem = first.sub("", form.translate(_LETTERS.get(language, {})))
    while (shorter := others.sub("", stem)) != stem:
        stem = shorter
    for changing, changed in _CHANGING.get(language, ()):
        stem = changing.sub(changed, stem)
    if language in _IN_FRONT:
        return _IN_FRONT[language].sub("", stem, count=1)
    return _COMING_AND_GOING[language].sub("", stem) if language in _COMING_AND_GOING else stem


@cache
def _endings(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    endings = ENDINGS[language]
    return _leaving(3, endings), _leaving(4, _FURTHER.get(language, endings))


def _leaving(letters: int, endings: str) -> re.Pattern[str]:
    """Matches the longest of these endings that leaves so many letters."""
    longest_first = "|".join(sorted(endings.split(), key=_letters, reverse=True))
    return re.compile(f"(?<={'.' * letters})(?:{longest_first})$")


def _letters(ending: str) -> int:
    """Of an ending, without what says where it may stand."""
    return len(ending.rpartition(")")[2])
