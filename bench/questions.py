"""Questions: whatever may be asked of a newsroom, drawn at random from its own words.

A question is a function of the newsroom, the seed and its number, so that any one of them can be asked again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from feedsrv.newsroom import Newsroom
from feedsrv.query import Query, Sort
from feedsrv.query.parser import parse
from feedsrv.release import Release

SAMPLE = 2_000
"""Releases, at most, whose words are asked for."""

Value = TypeVar("Value")

_WORDS = re.compile(r"[^\s\W]+(?:[-'’][^\s\W]+)*")
_ACCENTS = str.maketrans("eaiouc", "éàîöùç")
_STRANGERS = (
    "東京",
    "発表",
    "Ærø",
    "naïve",
    "Straße",
    "23 rd",
    "co-operation",
    "O’Neill",
    "हिन्दी",
    "½",
    "x²",
    "C++",
    "1,234",
)
_NO_TEXT = 12  # one in so many has no words at all


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and the text that it was read from."""

    number: int
    text: str
    query: Query


class Questions:
    """An endless list of questions about a newsroom, by their numbers."""

    def __init__(self, releases: Iterable[Release], newsroom: Newsroom, seed: int) -> None:
        self.seed = seed
        self._releases = _sample(releases)
        self._texts: list[list[str]] = [
            _WORDS.findall(f"{release.title}\n{release.text}") or ["nothing"] for release in self._releases
        ]
        counts = Counter(word for text in self._texts for word in text)
        self._ranked: list[str] = [word for word, _ in counts.most_common()] or ["nothing"]
        topics = Counter(topic for release in self._releases for topic in release.topic_ids)
        aliases = [alias for topic in newsroom.topics.values() for alias in topic.aliases]
        self._topics = [*topics, *newsroom.topics, *aliases, "no-such-topic"]
        self._years = sorted({release.published.year for release in self._releases if release.published}) or [2018]
        self._languages = [*dict.fromkeys(release.language for release in self._releases), "xx"]

    def __getitem__(self, number: int) -> Question:
        draw = _Draw(Random(f"{self.seed}:{number}"), self)
        text = "" if draw.one_in(_NO_TEXT) else draw.text()
        return Question(number, text, draw.query(text))

    def any_release(self, random: Random) -> Release:
        """One of the releases that are asked about."""
        return random.choice(self._releases)

    def words(self, random: Random) -> list[str]:
        """The words of one of the texts, as written."""
        return random.choice(self._texts)

    def word(self, random: Random) -> str:
        """Any word, the commoner the likelier."""
        return self._ranked[int(len(self._ranked) * random.random() * random.random() * random.random())]

    def small_word(self, random: Random) -> str:
        """One of the commonest: nearly all of them are stopwords."""
        return random.choice(self._ranked[:40])

    def topic(self, random: Random) -> str:
        """A topic, or what is none."""
        return random.choice(self._topics)

    def year(self, random: Random) -> int:
        """A year that has releases, or one beside them."""
        return random.choice(self._years) + (random.randrange(-30, 30) if random.random() < 0.1 else 0)

    def language(self, random: Random) -> str:
        """A language, or what is none."""
        return random.choice(self._languages)


@dataclass(frozen=True, slots=True)
class _Draw:
    """One question in the making."""

    random: Random
    of: Questions

    def one_in(self, many: int) -> bool:
        return self.random.randrange(many) == 0

    def text(self) -> str:
        ways: dict[Callable[[], str], int] = {self._plain: 8, self._long: 2, self._tree: 8, self._heavy: 1}
        return self.random.choices([*ways], [*ways.values()])[0]()

    def query(self, text: str) -> Query:
        random, of = self.random, self.of
        narrowed = random.random() < 0.4
        day = datetime.fromisoformat(f"{of.year(random):04}-{random.randint(1, 12):02}-15T11:00:00+00:00")
        return Query(
            parse(text).tree,
            topics=self._some(lambda: of.topic(random)) if narrowed else (),
            years=self._some(lambda: of.year(random)) if narrowed else (),
            languages=self._some(lambda: of.language(random)) if narrowed else (),
            since=day if self.one_in(12) else None,
            before=day + timedelta(days=random.randrange(900)) if self.one_in(12) else None,
            is_undated=self.one_in(40),
            sort=random.choice((Sort.RELEVANCE, Sort.RELEVANCE, Sort.NEWEST, Sort.OLDEST)),
            page=random.choice((1, 1, 1, 1, 1, 2, 3, 40)),
            per_page=random.choice((20, 20, 20, 1, 5, 50, 100, 0)),
            has_excerpts=random.random() < 0.6,
            has_facets=random.random() < 0.7,
        )

    def _some(self, one: Callable[[], Value]) -> tuple[Value, ...]:
        return tuple(one() for _ in range(self.random.choice((0, 0, 1, 1, 2))))

    def _plain(self) -> str:
        """A few words side by side, as most people ask; as often as not some release has them all."""
        count = self.random.choice((1, 1, 1, 2, 2, 3, 4))
        words = self.of.words(self.random)
        if self.one_in(2) and len(words) >= count:
            return " ".join(self.random.sample(words, count))
        return " ".join(self._word() for _ in range(count))

    def _long(self) -> str:
        """A question in a sentence, or a passage that was pasted."""
        passage = " ".join(self._passage(5, 30))
        return f"{passage}?" if self.one_in(2) else passage

    def _heavy(self) -> str:
        """More than one search may cost: very many clauses, broad ones among them."""
        leaves = (self._word, self._misspelt, self._beginning, self._phrase)
        wanted = self.random.choice((leaves, leaves[:1], leaves[1:2], leaves[3:]))
        joint = self.random.choice((" ", " OR "))
        return joint.join(self.random.choice(wanted)() for _ in range(self.random.randint(10, 45)))

    def _tree(self, depth: int = 0) -> str:
        """Leaves of any kind, and how they may belong together."""
        parts = []
        for _ in range(self.random.choice((1, 1, 2, 2, 3))):
            part = f"({self._tree(depth + 1)})" if depth < 3 and self.one_in(5) else self._leaf()
            parts.append(self.random.choice(("", "", "", "", "", "-", "NOT ")) + part)
        joints = self.random.choices((" ", " OR ", " AND "), (5, 3, 1), k=len(parts))
        return "".join(piece for pair in zip(parts, joints, strict=True) for piece in pair).removesuffix(joints[-1])

    def _leaf(self) -> str:
        leaves = {
            self._word: 8,
            self._phrase: 3,
            self._beginning: 2,
            self._in_title: 2,
            self._of_contact: 2,
            self._filter: 3,
            self._reference: 1,
            self._dates: 2,
        }
        return self.random.choices([*leaves], [*leaves.values()])[0]()

    def _word(self) -> str:
        ways: dict[Callable[[], str], int] = {
            lambda: self.of.word(self.random): 6,
            lambda: self.random.choice(self.of.words(self.random)): 6,
            lambda: self.of.small_word(self.random): 2,
            self._misspelt: 3,
            self._respelt: 2,
            self._hyphenated: 1,
            lambda: self.random.choice(_STRANGERS): 1,
            lambda: str(self.random.randrange(3_000)): 1,
            lambda: "".join(self.random.choices("abcdefghijklmnoprstuv", k=self.random.randint(2, 9))): 1,
        }
        return self.random.choices([*ways], [*ways.values()])[0]()

    def _misspelt(self) -> str:
        word = self.random.choice(self.of.words(self.random))
        for _ in range(self.random.choice((1, 1, 1, 2))):
            at = self.random.randrange(len(word) + 1)
            letter = self.random.choice("aeinorstlé")
            word = self.random.choice(
                (
                    word[:at] + letter + word[at:],
                    word[:at] + word[at + 1 :],
                    word[:at] + letter + word[at + 1 :],
                    word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
                )
            )
        return word or "x"

    def _respelt(self) -> str:
        word = self.random.choice(self.of.words(self.random))
        ways = (
            word.upper(),
            word.capitalize(),
            word.translate(_ACCENTS),
            f"l'{word}",
            f"{word}’s",
            f"{word}s",
            f"{word},",
        )
        return self.random.choice(ways)

    def _hyphenated(self) -> str:
        first, second = self.random.choice(self.of.words(self.random)), self.of.word(self.random)
        middle = len(first) // 2
        return self.random.choice((f"{first}-{second}", f"{first[:middle]}-{first[middle:]}", f"{first}{second}"))

    def _passage(self, least: int, most: int) -> Sequence[str]:
        words = self.of.words(self.random)
        at = self.random.randrange(len(words))
        return words[at : at + self.random.randint(least, most)]

    def _phrase(self) -> str:
        words = list(self._passage(1, 15 if self.one_in(10) else 4))
        if self.one_in(6):
            words = [self.of.small_word(self.random) for _ in words]
        if self.one_in(6):
            self.random.shuffle(words)
        before, after = self.random.choice(('""', '""', "“”", "«»"))
        return f"{before}{' '.join(words)}{after}"

    def _beginning(self) -> str:
        word = self.random.choice(self.of.words(self.random))
        return f"{word[: self.random.choice((3, 3, 4, 5, 7))]}*"

    def _in_title(self) -> str:
        words = self.of.any_release(self.random).title.split() or ["nothing"]
        at = self.random.randrange(len(words))
        return self.random.choice(
            (
                f"title:{words[at]}",
                f'title:"{" ".join(words[at : at + 3])}"',
                f"title:{words[at][:4]}*",
                f"title:{self._word()}",
            )
        )

    def _of_contact(self) -> str:
        contacts = self.of.any_release(self.random).contacts
        words = self.random.choice(contacts).name.split() if contacts else []
        word = self.random.choice(words or ["nobody"])
        return self.random.choice((f"contact:{word}", f'contact:"{" ".join(words)}"', f"contact:{word[:3]}*"))

    def _filter(self) -> str:
        return self.random.choice(
            (
                f"topic:{self.of.topic(self.random)}",
                f"year:{self.of.year(self.random)}",
                f"lang:{self.of.language(self.random)}",
            )
        )

    def _reference(self) -> str:
        reference = self.of.any_release(self.random).reference or "PR001-2018"
        bare = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return self.random.choice((reference, reference.lower(), bare, f"ref:{reference}", reference.replace("-", "/")))

    def _dates(self) -> str:
        year, month = self.of.year(self.random), self.random.randint(1, 12)
        return self.random.choice(
            (
                f"before:{year}",
                f"after:{year}-{month:02}",
                f"{year}..{year + 2}",
                f"..{year}-{month:02}",
                f"{year}-{month:02}-15..",
                f'after:"15 March {year}"',
            )
        )


def _sample(releases: Iterable[Release]) -> list[Release]:
    """Some of the releases, each as likely as any other (Vitter's algorithm R)."""
    random, sample = Random(0), list[Release]()
    for number, release in enumerate(releases):
        if number < SAMPLE:
            sample.append(release)
        elif (place := random.randrange(number + 1)) < SAMPLE:
            sample[place] = release
    return sample
