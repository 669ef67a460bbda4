"""Letters: the languages of texts that are told by their script, by letters that few have, or by more small words.

What is told here serves search, pages and feeds. No id ends in it, so that these tables may grow: see
`feedsrv.readers.language`, whose words come first, and are all that most texts are asked for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence, Set
from itertools import chain

from feedsrv.newsroom import Newsroom
from feedsrv.readers.language import SMALL_WORDS
from feedsrv.text.cutting import MARKS
from feedsrv.text.languages import primary

_SAMPLE = 1_000
"""Characters that are looked at."""
_MOSTLY, _HARDLY = 0.5, 0.1
"""The share of characters in other scripts than Latin of a text that is in one of these, and of one that is in none."""
_KANA = 0.15
"""The share of its own characters that Japanese has at least: the others are those of Chinese."""
_FEWEST_WORDS = 10
_FEWEST_CHARACTERS = 20  # of a script without blanks
_FEWEST_VOTES = 4
_SHARE = 8
"""Of so many words one votes at least."""

_SCRIPTS = {
    "ar fa ur": "\u0600-\u06ff",
    "be bg mk ru sr uk": "\u0400-\u04ff",
    "el": "\u0370-\u03ff \u1f00-\u1fff",
    "he yi": "\u0590-\u05ff",
    "hi mr ne": "\u0900-\u097f",
    "hy": "\u0530-\u058f",
    "ja": "\u3041-\u30ff",
    "km": "\u1780-\u17ff",
    "ko": "\u1100-\u11ff \u3131-\u318e \uac00-\ud7a3",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ta": "\u0b80-\u0bff",
    "th": "\u0e01-\u0e5b",
    "zh": "\u3400-\u4dbf \u4e00-\u9fff \U00020000-\U0003ffff",
}
"""The languages that are written in a script, and the ranges of its characters."""
_WITHOUT_BLANKS = frozenset({"ja", "km", "lo", "my", "th", "zh"})

_LETTERS = {
    "ar": "ةأإىكي", "be": "ўіыэё", "bg": "ъи", "ca": "çàèòïŀ", "cs": "ěřůčšžýáíé", "da": "æøå", "de": "ßäöü",
    "eo": "ĉĝĥĵŝŭ", "es": "ñ¿áíó", "et": "õäöüšž", "fa": "پچژگکی", "fi": "äö", "fr": "éèêçàùœâîô", "ga": "áéíóú",
    "he": "חת", "hr": "đćčšž", "hu": "őűáéíóöúü", "it": "àèìòù", "lt": "ėįųąęūčšž", "lv": "āēīļņģķūčšž",
    "mk": "ѓќѕјљњџи", "mt": "ħġċż", "nl": "ë", "no": "æøå", "pl": "ąęłżźśńćó", "pt": "ãõçáéíóú", "ro": "ășțşţâî",
    "ru": "ыэёи", "sk": "ľĺŕôčšžýáíéť", "sl": "čšž", "sr": "ђћјљњџи", "sv": "äöå", "tr": "ışğçöü",
    "uk": "іїєґи", "ur": "ٹڈڑےںھہکیگ",
    "yi": "װױײ",
}  # fmt: skip
"""Letters of a language that most others of its script lack."""
_MORE_SMALL_WORDS = {
    "ar": "في من على إلى أن هذا هذه التي الذي مع عن كان بعد ما",
    "be": "і ў не на што з да як гэта для яго але за быў ці пры",
    "bg": "и в не на че с по като това от за се са е да ще към който при",
    "ca": "el la els les i de del dels que en un una per amb és són no aquest aquesta més al als també va seva l d",
    "cs": "a v se na že je s z do o k i pro jako by ale jsou které bude také jeho od po který při není byl až nebo",
    "eo": "la kaj de en al estas ne por ke kun sur el oni ili ĝi ĉi tiu pli ankaŭ estis sed per kiuj",
    "et": "ja on ei et see ka kui oli mis ning aga või oma selle kes nii seda saab pärast ainult üle juba",
    "eu": "eta da ez du bat ere baina dute izan dira hau den egin zen ditu beste arte bezala dela behar",
    "fa": "و در به از که این است را با برای آن یک شد می های خود بود",
    "ga": "agus an na ar is go sa ag tá i bhí le ní don ach seo den sé siad chun ó bhfuil a nach leis",
    "hi": "के का की में है और से को पर यह ने कि भी हैं नहीं लिए था",
    "hr": "i u na je se da za su od koji koja koje s kako ne će što bi iz o nije ali kao bit samo više te",
    "id": "yang dan di untuk dengan ini dari pada tidak akan dalam itu juga oleh ke adalah bagi sudah para telah",
    "lt": "ir į ne kad yra iš su kaip tai buvo bet už prie nuo po jau taip pat bus tik dėl šis jų",
    "lv": "un ir ar no uz ka par kas lai arī tas pie bet tiks bija nav kā pēc gan tikai šis",
    "mk": "и во не на дека со по како тоа од за се ги е да ќе кој која што при само",
    "mt": "il li u ta f fil minn għal ma b din dan kien tal hija mhux se biex jew kif huma lill is",
    "mr": "आहे या आणि च व ते होते हे की असे केले आहेत येथे",
    "ne": "को मा छ र यो पनि हो लागि गर्न ले छन् भएको गरेको बाट तथा थियो हुने",
    "sk": "a v sa na že je s z do o k aj pre ako by ale sú ktoré bude jeho od po ktorý pri nie bol až alebo len",
    "sl": "in je v na se da za so ki z od pri kot bo ne tudi po ali s pa še bi bila samo iz ni",
    "sr": "и у не на да са по као то од за се су је ће који која што из само i u je se da",
    "st": "le ho ka ea e tsa ba ha o mme hore oa se la bakeng empa bona ke ya wa sa",
    "tr": "ve bir bu için ile da de olarak daha olan çok gibi sonra kadar değil ama en ise her yeni",
    "uk": "і в не на що з по як це із для від й та його але за був до у також щоб або про які",
    "ur": "کے کی میں ہے اور سے کو کا پر یہ نے ہیں کہ",
    "yi": "און די דער איז אין פון צו מיט נישט אויך דאס אויף פאר האט",
    "he": "של את על לא זה עם הוא גם כי או היא אל כל אחרי",
}
"""Small words of the languages that `feedsrv.readers.language` does not tell, like those there."""


_BLOCKS = sorted(
    (block[0], frozenset(languages.split())) for languages, found in _SCRIPTS.items() for block in found.split()
)
_JAPANESE, _CHINESE = frozenset({"ja"}), frozenset({"zh"})
_STARTS = [start for start, _ in _BLOCKS]
_OTHER_SCRIPT = re.compile(f"[{''.join(_SCRIPTS.values()).replace(' ', '')}]")
_LANGUAGES = SMALL_WORDS.keys() | _MORE_SMALL_WORDS.keys() | set(" ".join(_SCRIPTS).split())
_LATIN = frozenset(_LANGUAGES - set(" ".join(_SCRIPTS).split()))
_SPEAKERS: dict[str, set[str]] = {}
"""The languages that have a small word or a letter."""
for _language, _words in chain(SMALL_WORDS.items(), _MORE_SMALL_WORDS.items()):
    for _word in _words.split():
        _SPEAKERS.setdefault(_word, set()).add(_language)
_WRITERS: dict[str, set[str]] = {}
for _language, _letters in _LETTERS.items():
    for _letter in _letters:
        _WRITERS.setdefault(_letter, set()).add(_language)
_WORD = re.compile(rf"(?:[^\W\d_]+[{MARKS}]*)+")
_LETTER = re.compile(f"[{''.join(_WRITERS)}]")


def told(text: str, words: Sequence[str], guess: str, newsroom: Newsroom) -> str:
    """The language of a text, as the newsroom writes it; ``guess``, if that may be right or nothing else is certain.

    ``words`` are its first, in small letters.
    """
    sample = text[:_SAMPLE].lower()
    electable = {primary(language): language for language in newsroom.languages or _LANGUAGES}
    voted = _voted(sample, words, electable.keys())
    return guess if voted in SMALL_WORDS else electable.get(voted, guess)


def _voted(sample: str, words: Sequence[str], among: Set[str]) -> str:
    """The only language of its script, or the one with half as many votes again as any other of ``among``."""
    candidates = _of_its_script(sample)
    words = words if candidates is _LATIN else _WORD.findall(sample)
    characters = len("".join(words)) if candidates & _WITHOUT_BLANKS else 0
    if len(words) < _FEWEST_WORDS and characters < _FEWEST_CHARACTERS:
        return ""
    if len(candidates) == 1:
        return next(iter(candidates))
    votes = _votes(sample, words, candidates & among)
    (first, most), (_, second) = (*votes.most_common(2), ("", 0), ("", 0))[:2]
    return first if most >= _FEWEST_VOTES and _SHARE * most >= len(words) and 2 * most >= 3 * second else ""


def _of_its_script(sample: str) -> frozenset[str]:
    """The languages of the script that it is mostly in; none, where there are two."""
    found = [] if sample.isascii() else _OTHER_SCRIPT.findall(sample)
    if len(found) <= _HARDLY * len(sample):
        return _LATIN
    if len(found) < _MOSTLY * len(sample):
        return frozenset()
    counts = Counter[frozenset[str]]()
    for character, count in Counter(found).items():
        counts[_BLOCKS[bisect_right(_STARTS, character) - 1][1]] += count
    if counts[_JAPANESE] > _KANA * counts[_CHINESE]:
        return _JAPANESE
    return counts.most_common(1)[0][0]


def _votes(sample: str, words: Sequence[str], among: Set[str]) -> Counter[str]:
    """One for each small word and each letter that a language has; two, where no other has it."""
    votes = Counter[str]()
    said, letters = Counter(words), Counter([] if sample.isascii() else _LETTER.findall(sample))
    for speakers, counts in ((_SPEAKERS, said), (_WRITERS, letters)):
        for each in counts.keys() & speakers.keys():
            for language in speakers[each] & among:
                votes[language] += counts[each] * (1 + (len(speakers[each]) == 1))
    return votes
