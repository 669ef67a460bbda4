"""Ranking: how well a release answers words (BM25F), whatever engine found them. No word of Whoosh in it.

The occurrences of a word in the fields of a release are added up, each with the weight of its field, before they
saturate (Robertson, Zaragoza, Taylor 2004): a word in title and text counts more than in either, and not twice. The
figures are those of docs/ranking.md.
"""

from __future__ import annotations

from math import log
from typing import Any

TITLE, TEXT, BOILERPLATE = 2.0, 1.0, 0.0
"""Weights of an occurrence by where it is. A release that has a word only in its boilerplate is found, and stands after
all that have it in the text: any weight above 0 would break that for rare words."""
NEIGHBOURS = 0.2
"""Weight of two words of the question that stand side by side in the release."""
NEARNESS = 0.2
"""Weight of a telling word of the question that stands near the others, whichever is first: shared by them all."""
NEAR = 5
"""Words from one to the other, at most, that are near each other."""
MOST_NEAR = 12
"""Telling words of a question, from its first, whose nearness is looked at."""
AS_WRITTEN = 0.2
"""Weight of a telling word of the question that the release has just as it is written there, not in another form."""
BEGUN_ALIKE = 0.7
"""Weight of a beginning, for a release that has another word of it in place of the word asked for."""
BEGINNING = 5
"""Letters of a word that are its beginning."""
MOST_BEGUN = 3
"""Words of a question, the rarest, whose beginnings are looked for."""
SATURATION = 1.5
"""BM25's k1."""
LENGTH = 0.75
"""BM25's b, for the text; titles are of one length, more or less."""
RARITY = 1.2
"""The power to which idf is raised."""

IN_TITLE = 2.0
"""The title is evidence of its own, too: a word in it counts once more, but in questions of more words than these less,
all of them as much as so many: a long question is not a headline. And all that counts as far as the title is like the
question: one word of many in a title of many says little."""
LIKENESS = 0.4
"""Weight of a title that has the very words of the question and no others."""

NUMBERED = 1000.0
"""Weight of a reference number: the release that has it stands first."""

MOST_RERANKED = 30
"""Releases, from the best, that are looked at again: for the words asked for as written, together, and begun alike."""
ENOUGH = 10
"""Releases that have all the words; where there are fewer, those with some of the words follow."""
SHORT = 5
"""Words, at most, of a question for which what has all of them stands first; in longer ones whatever answers best does,
and those with some of the words are found in any case."""


def rarity(having: int, population: int) -> float:
    """What it is worth that a release has a word which so many have (idf, always positive)."""
    others = max(population - having, 0)
    return float(log(1 + (others + 0.5) / (having + 0.5)) ** RARITY)


def title_weight(words: int) -> float:
    """What a word in the title counts by itself in a question of so many words."""
    return min(1.0, IN_TITLE / words) if words else 0.0


def likeness(shared: Any, asked: int, titled: Any) -> Any:
    """How like a title is to a question, by the words that they share, and that each has (cosine): 1 for the same.

    For numbers or arrays. A title of repeated words shares no more than it has.
    """
    return shared / (asked * titled) ** 0.5


def worth_of_likeness(population: int) -> float:
    """What it is worth, of so many releases, that a title is just like the question."""
    return LIKENESS * rarity(1, population)


def nearness(words: int) -> float:
    """What it counts that two of so many telling words stand near each other: each has all the others to be near to."""
    return NEARNESS / max(1.0, (words - 1) / 2)


def norms(lengths: Any) -> Any:
    """For each text, of an array of their lengths, by what its occurrences are divided: 1 for one of average length."""
    average = int(lengths.sum()) / len(lengths) if len(lengths) else 0.0
    return 1 - LENGTH + LENGTH * (lengths / average if average else lengths * 0 + 1.0)


def saturated(occurrences: Any) -> Any:
    """What so many occurrences count, for a number or an array: 1 for one, never more than `SATURATION` + 1."""
    return occurrences * (SATURATION + 1) / (occurrences + SATURATION)
