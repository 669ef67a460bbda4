"""Typos: how many of those who mistype a letter are asked about the word that they meant?

``python -m bench.typos [--count N] [--seed N] FOLDER...``: of each folder, of releases or with the ``docs.jsonl`` of
`bench.ranking`, words of titles and texts are drawn, and one letter of each is left out, put in, changed, or changes
places with the next, anywhere in the word. A typo that is a word of the folder itself is drawn again. Each is searched
for alone, and beside two other words of its sentence. Right is what the search says may have been meant if it is the
very word, accents included; and a typo of which nothing is said if it finds as many as the word, by their stem. Prints
how many are right, and examples of what is not.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from feedsrv.files.catalogue import Catalogue
from feedsrv.publishing import publish
from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.release import Release
from feedsrv.search import Snapshot
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.text import analysis

COUNT = 200
EXAMPLES = 12
SHORTEST, BESIDE = 5, 2
"""Letters of a word that is mistyped, and words beside it."""

_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Typo:
    """A word, how it was mistyped, and others that stand beside it."""

    word: str
    typed: str
    beside: tuple[str, ...]

    def question(self, word: str) -> str:
        """The words beside, and another."""
        return " ".join((*self.beside, word))


def mistyped(word: str, random: Random) -> str:
    """A word with one mistake of a typist, anywhere in it."""
    at = random.randrange(len(word))
    letter = random.choice(_LETTERS)
    swapped = word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
    return random.choice(
        (word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], swapped)
    )


def typos(releases: Sequence[Release], snapshot: Snapshot, random: Random) -> Iterator[Typo]:
    """Mistyped words of these releases, without end."""
    while True:
        release = random.choice(releases)
        words = [word.lower() for word in _WORD.findall(random.choice((release.title, release.text)))]
        telling = [word for word in words if len(word) >= SHORTEST and not analysis.is_stopword(word, ("en", "fr"))]
        if telling:
            at = words.index(word := random.choice(telling))
            typo = Typo(word, mistyped(word, random), tuple(words[max(0, at - BESIDE) : at]))
            if not snapshot.search(Query(parse(f'"{typo.typed}"').tree)).total:
                yield typo


def judge(name: str, snapshot: Snapshot, releases: Sequence[Release], count: int, seed: int) -> None:
    """Print how many are right, and some that are not."""
    drawn = typos(releases, snapshot, Random(seed))
    beside = [next(drawn) for _ in range(count)]
    for way, asked in (("alone", [replace(typo, beside=()) for typo in beside]), ("beside other words", beside)):
        wrong = [line for typo in asked if (line := wrongly_read(typo, snapshot))]
        print(f"{name}, {way}: {count - len(wrong)} of {count}", *wrong[:EXAMPLES], sep="\n    ", flush=True)


def wrongly_read(typo: Typo, snapshot: Snapshot) -> str:
    """What a typo was taken for, and what it is; "" if it was taken for what it is."""
    typed, right = (snapshot.search(Query(parse(typo.question(word)).tree)) for word in (typo.typed, typo.word))
    is_right = typo.word in typed.did_you_mean.split() if typed.did_you_mean else typed.total == right.total
    return "" if is_right else f"{typo.question(typo.typed)} ({typo.word}): {typed.did_you_mean or typed.total}"


def main() -> None:
    """Publish each folder, and judge."""
    parser = argparse.ArgumentParser(prog="python -m bench.typos", description="Count typos that are understood.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    for folder in wanted.folders:
        with TemporaryDirectory(prefix="feedsrv-typos-") as temporary:
            index = WhooshIndex(Path(temporary, "index"))
            publish(Catalogue(_releases(folder, Path(temporary, "releases"))), index, datetime.now(UTC))
            with index.update() as update:
                releases = [record for record in update.published() if isinstance(record, Release)]
            releases.sort(key=lambda release: release.id)
            judge(folder.name, index.snapshot(), releases, wanted.count, wanted.seed)


def _releases(folder: Path, made: Path) -> Path:
    """A folder of releases: this one, or what is made of its documents."""
    documents = folder / "docs.jsonl"
    if not documents.exists():
        return folder
    made.mkdir()
    for number, line in enumerate(documents.read_text("utf8").splitlines()):
        document = json.loads(line)
        head = {"title": document["title"] or "-", "date": "2020-01-01", "lang": document.get("lang") or "en"}
        made.joinpath(f"{number}.txt").write_text(f"{json.dumps(head)}\n{document['body']}\n", "utf8")
    return made


if __name__ == "__main__":
    main()
