"""Known items: questions for one document that somebody has seen and half remembers, made of its title.

For each kind of question some documents are drawn whose title is theirs alone; the same for the same seed. What a
kind does not change, such as a title without accents, is no question of that kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bench.collections import Text
from feedsrv.text import analysis
from feedsrv.text.folding import strip_accents

SEED = 1
OF_A_KIND = 200
"""Questions of each kind, at most."""
TOO_FEW = 20
"""Questions of a kind that say nothing."""

_SHORTEST_TITLE = 4  # words
_SHORTEST_TELLING = 4  # letters of a word that is inflected or mistyped
_RARE = 3  # documents that have a rare word, at most
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W\d_]+")
_ASKED = {"en": "What is known about {}?", "fr": "Que sait-on de {} ?"}


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A question, and the id of the document that is meant."""

    question: str
    document: str


def known_items(documents: Sequence[Text], seed: int) -> Iterator[tuple[str, list[KnownItem]]]:
    """The kinds of question by name, each with its questions."""
    titles = Counter(document.title.casefold() for document in documents)
    having = Counter(word for document in documents for word in _words(document))
    alone = [document for document in documents if titles[document.title.casefold()] == 1]
    for name, ask in _kinds(having).items():
        random = Random(f"{seed}:{name}")
        asked = (KnownItem(question, each.id) for each in _shuffled(alone, random) if (question := ask(each, random)))
        found = [item for item, _ in zip(asked, range(OF_A_KIND), strict=False)]
        if len(found) >= TOO_FEW:
            yield name, found


def _kinds(having: Mapping[str, int]) -> Mapping[str, Callable[[Text, Random], str]]:
    """How a question of each kind is made of a document; "" where it cannot be."""

    def rare(text: Text, _: Random) -> str:
        words = [word for word in _telling(text) if having[word.casefold()] <= _RARE]
        return min(words, key=lambda word: having[word.casefold()], default="")

    return {
        "three words": _three,
        "three words, one mistyped": lambda text, random: _one_mistyped(_three(text, random), random),
        "half of the title": _half,
        "inflected": lambda text, _: _changed(text, lambda title: _WORD.sub(_inflected, title)),
        "in capitals": lambda text, _: _changed(text, str.upper),
        "without accents": lambda text, _: _changed(text, strip_accents) if _has_accents(text.title) else "",
        "one letter mistyped": lambda text, random: _one_mistyped(_long_enough(text), random),
        "a rare word": rare,
        "a rare word, mistyped": lambda text, random: _one_mistyped(rare(text, random), random),
        "asked as a question": lambda text, _: _changed(text, _ASKED.get(text.language, "{} ?").format),
    }


def _words(text: Text) -> set[str]:
    return {word.casefold() for word in _WORD.findall(f"{text.title} {text.body}")}


def _telling(text: Text) -> list[str]:
    """The words of a title by which it can be known."""
    return [
        word
        for word in _WORD.findall(text.title)
        if len(word) >= _SHORTEST_TELLING and not analysis.is_stopword(word.casefold(), [text.language])
    ]


def _long_enough(text: Text) -> str:
    return text.title if len(text.title.split()) >= _SHORTEST_TITLE else ""


def _changed(text: Text, change: Callable[[str], str]) -> str:
    """A title after such a change; "" where there is too little of it."""
    return change(_long_enough(text)) if _long_enough(text) else ""


def _has_accents(title: str) -> bool:
    return strip_accents(title) != title.lower() and not title.isascii()


def _three(text: Text, random: Random) -> str:
    """Three of the telling words, in their order."""
    words = _telling(text)
    if len(words) < _SHORTEST_TITLE:
        return ""
    return " ".join(words[at] for at in sorted(random.sample(range(len(words)), 3)))


def _half(text: Text, random: Random) -> str:
    """The first or the second half of the words."""
    words = _long_enough(text).split()
    middle = -(-len(words) // 2)
    return " ".join(words[:middle] if random.random() < 0.5 else words[middle:]) if middle > 2 else ""


def _inflected(match: re.Match[str]) -> str:
    """A word in the singular for the plural, or the other way round, as English and French most often have it."""
    word = match.group()
    if len(word) < _SHORTEST_TELLING or word.endswith("ss"):
        return word
    return word.removesuffix("s") if word.endswith("s") else f"{word}s"


def _one_mistyped(question: str, random: Random) -> str:
    """A question with one letter of one of its words missing, doubled, swapped with the next one, or another."""
    places = [match for match in _WORD.finditer(question) if len(match.group()) >= _SHORTEST_TELLING]
    if not places:
        return ""
    match = random.choice(places)
    word = match.group()
    at = random.randrange(len(word))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    other = random.choice(_LETTERS.replace(letter.lower(), ""))
    ways = (before + after, before + letter + letter + after, before + other + after, before + other + letter + after,
            before + after[:1] + letter + after[1:])  # fmt: skip
    wrong = random.choice([way for way in ways if way != word])
    return question[: match.start()] + wrong + question[match.end() :]


def _shuffled(documents: Sequence[Text], random: Random) -> list[Text]:
    return random.sample(documents, len(documents))
