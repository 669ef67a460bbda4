"""A generated newsroom: any number of plausible press releases, the same bytes for the same seed.

The text is nonsense by construction (see `bench.nonsense`). A small folder is the beginning of a larger one of
the same seed, so what is measured on both differs in size alone.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate, islice
from pathlib import Path
from random import Random

from bench.nonsense import Nonsense, Subject

SEED = 1
FIRST_YEAR, YEARS = 2005, 20
RULED_TOPICS = 12
"""How many topics stand in newsroom.toml with labels and match rules; the others live in front matter alone."""

_FIRST_MONDAY = datetime(FIRST_YEAR, 1, 3, tzinfo=timezone(timedelta(hours=1)))
_MEDIAN_LENGTH, _LENGTH_SPREAD = 2_000, 0.6
_BURST_DAYS = 60
_TOPIC_COUNTS = (5, 25, 30, 20, 10, 6, 4)  # in percent: releases with no topic, one, two ... six
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_MASTHEAD = {"en": "Press Release", "fr": "Communiqué de presse"}
_PREFIX = {"en": "PR", "fr": "CP"}


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is announced on one occasion, in one language or, as siblings, in two."""

    moment: datetime
    number: int  # within its year; 0 for one without a reference number
    languages: tuple[str, ...]
    subjects: tuple[Subject, ...]
    contacts: tuple[str, ...]
    has_front_matter: bool

    def reference(self, language: str) -> str:
        """Its reference number in a language, "" if it has none."""
        return f"{_PREFIX[language]}{self.number:03d}-{self.moment.year}" if self.number else ""


class Generator:
    """An endless newsroom; ``world`` is what its releases are made of."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = Random(seed)
        self.world = Nonsense(self._random)
        self._desk = [self.world.name() for _ in range(12)]
        self._bursts = [self._day() for _ in range(_BURST_DAYS)]
        self._burst_weights = list(accumulate(1 / rank for rank in range(1, _BURST_DAYS + 1)))
        self._topic_weights = list(accumulate(1 / rank for rank in range(1, len(self.world.subjects) + 1)))
        self._numbers = dict.fromkeys(range(FIRST_YEAR, FIRST_YEAR + YEARS), 0)

    def newsroom(self) -> str:
        """The newsroom.toml that goes with the releases."""
        head = (
            'title = "Nonsense newsroom"\ndescription = "Press releases that say nothing"\nlanguages = ["en", "fr"]\n'
            'timezone = "Europe/Paris"\nauthority = "press.example.org"\nsince = 2005-01-01\n'
        )
        return head + "".join(_topic_table(subject) for subject in self.world.subjects[:RULED_TOPICS])

    def releases(self) -> Iterator[tuple[str, str]]:
        """Path within the folder and text of one release after another, without end."""
        while True:
            announcement = self._announcement()
            slug = "-".join(self.world.title("en", ()).lower().split()[:8])
            for language in announcement.languages:
                yield _path(announcement, language, slug), self._text(announcement, language)

    def _announcement(self) -> Announcement:
        draw = self._random.random()
        languages = ("en", "fr") if draw < 0.18 else ("fr",) if draw < 0.236 else ("en",)
        moment = self._moment()
        has_front_matter = self._random.random() < 0.9
        number = 0
        if not has_front_matter or self._random.random() < 0.85:
            number = self._numbers[moment.year] = self._numbers[moment.year] + 1
        contacts = tuple(self._random.sample(self._desk, self._random.randint(1, 2)))
        return Announcement(moment, number, languages, self._subjects(), contacts, has_front_matter)

    def _subjects(self) -> tuple[Subject, ...]:
        count = self._random.choices(range(len(_TOPIC_COUNTS)), _TOPIC_COUNTS)[0]
        picked: dict[str, Subject] = {}
        while len(picked) < count:
            subject = self._random.choices(self.world.subjects, cum_weights=self._topic_weights)[0]
            picked[subject.id] = subject
        return tuple(picked.values())

    def _moment(self) -> datetime:
        """A moment in the newsroom's twenty years: one in ten falls on one of a few very busy days."""
        if self._random.random() < 0.1:
            return self._random.choices(self._bursts, cum_weights=self._burst_weights)[0]
        return self._day() + timedelta(minutes=self._random.randrange(8 * 60, 19 * 60))

    def _day(self) -> datetime:
        day = _FIRST_MONDAY + timedelta(days=self._random.randrange(YEARS * 365))
        return day - timedelta(days=max(0, day.weekday() - 4))  # weekends bring no news

    def _text(self, announcement: Announcement, language: str) -> str:
        title = self.world.title(language, announcement.subjects)
        body = self._body(language, announcement.subjects)
        if announcement.has_front_matter:
            return self._front_matter(announcement, language, title) + body
        day = _written_day(announcement.moment, language)
        head = f"# {_MASTHEAD[language]}\n\n{day}\n\n{announcement.reference(language)}\n\n## {title}\n\n"
        return head + body + _contacts_section(announcement.contacts)

    def _front_matter(self, announcement: Announcement, language: str, title: str) -> str:
        moment, chance = announcement.moment, self._random.random
        lines = [f"title: {_quoted(title)}"]
        lines.append(f"date: {moment.isoformat() if chance() < 0.4 else moment.date().isoformat()}")
        if reference := announcement.reference(language):
            lines.append(f"ref: {reference}")
        if chance() < 0.6:
            lines.append(f"lang: {language}")
        if announcement.subjects:
            lines.append(f"topics: [{', '.join(subject.id for subject in announcement.subjects)}]")
        if chance() < 0.5:
            lines.append(f"summary: {_quoted(self.world.title(language, announcement.subjects))}")
        if chance() < 0.03:
            lines.append(f"updated: {(moment + timedelta(days=3)).isoformat()}")
        lines.append("contacts:")
        lines += [f"  - {{name: {name}, email: {_address(name)}}}" for name in announcement.contacts]
        return "\n".join(["---", *lines, "---", "", ""])

    def _body(self, language: str, subjects: Sequence[Subject]) -> str:
        """Paragraphs of Markdown; the lengths of bodies are log-normal."""
        wanted = math.exp(self._random.gauss(math.log(_MEDIAN_LENGTH), _LENGTH_SPREAD))
        blocks: list[str] = []
        while sum(map(len, blocks)) < wanted:
            blocks.append(self._block(language, subjects, is_first=not blocks))
        return "\n\n".join(blocks) + "\n"

    def _block(self, language: str, subjects: Sequence[Subject], *, is_first: bool) -> str:
        draw, title = self._random.random(), self.world.title(language, subjects)
        if is_first or draw < 0.82:
            return self.world.paragraph(language, subjects)
        if draw < 0.9:
            return f"### {title}\n\n{self.world.paragraph(language, subjects)}"
        if draw < 0.95:
            return f"* {title}\n* **{self.world.title(language, subjects)}**"
        return f"[{title}](https://press.example.org/{self._random.randrange(1_000)})"


def write(count: int, folder: Path, seed: int = SEED) -> None:
    """Write ``count`` releases and their newsroom.toml into a folder, which is made if need be."""
    generator = Generator(seed)
    for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        (folder / str(year)).mkdir(parents=True, exist_ok=True)
    (folder / "newsroom.toml").write_text(generator.newsroom(), encoding="utf8")
    for path, text in islice(generator.releases(), count):
        (folder / path).write_text(text, encoding="utf8", newline="\n")


def _path(announcement: Announcement, language: str, slug: str) -> str:
    moment = announcement.moment
    if announcement.number:
        return f"{moment.year}/{announcement.reference(language)}.md"
    ending = ".fr.md" if language == "fr" and len(announcement.languages) > 1 else ".md"
    return f"{moment.year}/{moment.date().isoformat()}-{slug}{ending}"


def _written_day(moment: datetime, language: str) -> str:
    first = "1er" if language == "fr" and moment.day == 1 else str(moment.day)
    return f"{first} {_MONTHS[language].split()[moment.month - 1]} {moment.year}"


def _topic_table(subject: Subject) -> str:
    rules = [f'"{term}" OR {subject.words[language][0]}' for language, term in subject.term.items()]
    labels = ", ".join(f'{language} = "{term.capitalize()}"' for language, term in subject.term.items())
    return f"\n[topics.{subject.id}]\nlabel = {{ {labels} }}\nmatch = {json.dumps(rules, ensure_ascii=False)}\n"


def _contacts_section(names: Sequence[str]) -> str:
    lines = [f"**{name}** Press Officer  " for name in names]
    lines += ["", *(f"Tel. {_telephone(name)} [{_address(name)}](mailto:{_address(name)})  " for name in names)]
    return "\n".join(["", "### CONTACTS", "", *lines, "", ""])


def _address(name: str) -> str:
    return name.lower().replace(" ", ".") + "@press.example.org"


def _telephone(name: str) -> str:
    """A number of the range that France sets aside for fiction."""
    digits = sum(map(ord, name)) % 10_000
    return f"+33 (0)1 99 00 {digits // 100:02d} {digits % 100:02d}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main() -> None:
    """``python -m bench.generate COUNT FOLDER [--seed N]``."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description="Write nonsense press releases.")
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED, help=f"another seed, other releases (default {SEED})")
    wanted = parser.parse_args()
    write(wanted.count, wanted.folder, wanted.seed)


if __name__ == "__main__":
    main()
