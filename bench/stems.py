"""Stems: do words of a family stay together although accents were folded away, and those of no family apart?

``python -m bench.stems fr=/usr/share/dict/french ...``: lists of words in UTF-8, one a line. The families are those of
the language's Snowball algorithm for words as written, with their accents. Prints how many words in a thousand are
split from their family, or merged into another: where forms are stemmed as they are, and where ours restores
the accents of their endings first.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import snowballstemmer

from feedsrv.text.folding import fold, strip_accents
from feedsrv.text.stems import STEMMERS, is_of_letters, stem

MOST_WORDS = 40_000
RUN = 400
"""Words beside each other in a long list that are taken together: families stand beside each other."""


def words(path: Path) -> list[str]:
    """Words of letters alone, longer than three, in small letters; of a long list, runs of it."""
    found = sorted({line.strip().lower() for line in path.read_text("utf8").split("\n")})
    found = [word for word in found if len(word) > 3 and is_of_letters(word) and "/" not in word]
    step = max(1, len(found) // MOST_WORDS)
    return [word for at in range(0, len(found), RUN * step) for word in found[at : at + RUN]]


def astray(pairs: Sequence[tuple[str, str]]) -> float:
    """Of pairs of a family and a stem, how many in a thousand have another stem than most of their family."""
    families: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for family, root in pairs:
        families[family][root] += 1
    return 1000 * sum(stems.total() - max(stems.values()) for stems in families.values()) / len(pairs)


def measured(language: str, path: Path) -> str:
    """A row of the table."""
    native = snowballstemmer.stemmer(STEMMERS[language])
    listed = words(path)
    families = [strip_accents(native.stemWord(word)) for word in listed]
    ways: list[Callable[[str], str]] = [
        lambda form: strip_accents(native.stemWord(form)),
        lambda form: stem(form, language),
    ]
    cells = []
    for way in ways:
        found = [way(fold(word)) for word in listed]
        split, merged = astray([*zip(families, found, strict=True)]), astray([*zip(found, families, strict=True)])
        cells += [f"{split:.0f}", f"{merged:.0f}"]
    return " | ".join(["", language, f"{len(listed):,}", *cells, ""]).strip()


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    print("| language | words | split, as they are | merged | split, with accents restored | merged |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for argument in arguments:
        language, _, path = argument.partition("=")
        print(measured(language, Path(path)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
