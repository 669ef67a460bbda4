"""Nonsense: a world of made-up words and subjects whose sentences look like English and French and say nothing.

The stopwords are real, so that telling the language and stemming have real work; every other word is made
of syllables. Everything follows from the one random source that a `Nonsense` is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

_FREQUENT = {
    "en": (
        "the of to and a in is that for it with as was on be by at this from are have an not which or they their were "
        "has its more will been would other than all into also can who these new may only some time there after when "
        "most between such about first two our over under we his her he she but if no do so what up out any each many"
    ),
    "fr": (
        "de la le et les des en à un une du dans est que pour qui par sur au avec il plus ce se ne pas sont a cette "
        "aux ou ont leur son sa été ces mais nous comme être fait deux entre ses aussi sous tout depuis elle on même "
        "dont sans après très où ainsi lors afin chez selon vers nos notre leurs tous toute encore cet elles ils vous"
    ),
}
STOPWORDS = {language: tuple(words.split()) for language, words in _FREQUENT.items()}
"""The commonest words of each language, most frequent first."""

SUBJECTS = 55
_ROOTS = 9_000
_ONSETS = (*"bcdfglmnprstvbcdlmnprst", "ch", "br", "cr", "pl", "pr", "st", "tr")
_VOWELS = (*"aeioaeiou", "ai", "ou")
_CODAS = ("", "", "", "n", "r", "l", "s", "nt")
_ENDINGS = {"en": ("", "s", "ed", "ing", "ation", "ly"), "fr": ("", "s", "é", "er", "ation", "ment")}
_SUBJECT_WORDS = 40
_DECAY, _SHIFT = 0.4, 12  # a thousand releases have some 23,000 different words, as a thousand real ones have


@dataclass(frozen=True, slots=True)
class Subject:
    """What releases are about: ``term`` is two words that stand for it, ``words`` come with it, by language."""

    id: str
    term: dict[str, str]
    words: dict[str, tuple[str, ...]]


class Nonsense:
    """The words and subjects of one world, and sentences of them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        roots = self._roots()
        self._words = {language: _vocabulary(roots, language) for language in STOPWORDS}
        self.subjects = tuple(self._subject(roots) for _ in range(SUBJECTS))

    def questions(self) -> dict[str, str]:
        """What to search for, by what it is; each means the same to feedsrv and to SQLite's FTS5."""
        made_up = self._words["en"][len(STOPWORDS["en"]) :]
        return {
            "common word": made_up[100],  # about two in five releases have it or a form of it
            "rare word": made_up[10_000],  # about one in a hundred
            "two words": f"{made_up[100]} {made_up[60]}",
            "phrase": f'"{self.subjects[0].term["en"]}"',
        }

    def name(self) -> str:
        """A person's name."""
        return f"{self._root().capitalize()} {self._root().capitalize()}"

    def title(self, language: str, subjects: Sequence[Subject]) -> str:
        """A headline of 6 to 13 words."""
        return _capitalised(" ".join(self._phrase(language, 6, 13, subjects)))

    def paragraph(self, language: str, subjects: Sequence[Subject]) -> str:
        """Two to six sentences, now and then said by somebody."""
        sentences = [self._sentence(language, subjects) for _ in range(self._random.randint(2, 6))]
        text = " ".join(sentences)
        if self._random.random() < 0.1:
            return f"“{text}” ({self.name()})" if language == "en" else f"«\u00a0{text}\u00a0» ({self.name()})"
        return text

    def _sentence(self, language: str, subjects: Sequence[Subject]) -> str:
        words = self._phrase(language, 8, 28, subjects)
        words[self._random.randrange(3, 6)] += ","
        if self._random.random() < 0.15:
            words[-2] = self._number(language)
        return _capitalised(" ".join(words)) + "."

    def _number(self, language: str) -> str:
        number = self._random.randint(1, 2_500)
        ordinal = f"{number % 60 + 4}<sup>{'th' if language == 'en' else 'e'}</sup>"
        return self._random.choice((str(number), f"{number:,}" if language == "en" else f"{number}", ordinal))

    def _phrase(self, language: str, least: int, most: int, subjects: Sequence[Subject]) -> list[str]:
        """Words as frequent as the Zipf-Mandelbrot law says of their ranks, drawn by inverting its distribution."""
        draw, words = self._random.random, self._words[language]
        rarest = (1 + len(words) / _SHIFT) ** -_DECAY
        phrase = [
            words[int(_SHIFT * ((rarest + (1 - rarest) * draw()) ** (-1 / _DECAY) - 1))]
            for _ in range(self._random.randint(least, most))
        ]
        if subjects and draw() < 0.6:
            subject = self._random.choice(subjects)
            word = subject.term[language] if draw() < 0.2 else self._random.choice(subject.words[language])
            phrase[self._random.randrange(len(phrase))] = word
        return phrase

    def _roots(self) -> list[str]:
        roots: dict[str, None] = {}
        taken = {word for words in STOPWORDS.values() for word in words}
        while len(roots) < _ROOTS:
            root = self._root()
            if root not in taken:
                roots[root] = None
        return list(roots)

    def _root(self) -> str:
        pick = self._random.choice
        return "".join(pick(_ONSETS) + pick(_VOWELS) for _ in range(pick((2, 2, 3)))) + pick(_CODAS)

    def _subject(self, roots: Sequence[str]) -> Subject:
        pair = self._random.sample(roots[100:1_000], 2)
        ranks = self._random.sample(range(500, 20_000), _SUBJECT_WORDS)
        return Subject(
            "-".join(pair),
            {language: " ".join(_spelling(root, language) for root in pair) for language in self._words},
            {language: tuple(words[rank] for rank in ranks) for language, words in self._words.items()},
        )


def _vocabulary(roots: Sequence[str], language: str) -> list[str]:
    """All words of a language, most frequent first; a frequent root has frequent forms."""
    forms = product(enumerate(roots, 1), enumerate(_ENDINGS[language], 1))
    ranked = sorted((i * j, _spelling(root, language) + ending) for (i, root), (j, ending) in forms)
    return list(dict.fromkeys([*STOPWORDS[language], *(word for _, word in ranked)]))


def _spelling(root: str, language: str) -> str:
    return root.replace("e", "é", 1) if language == "fr" else root


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
