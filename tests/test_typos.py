"""Typos of one letter, anywhere in a word, are understood in English and in French."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from bench.typos import typos, wrongly_read
from feedsrv.release import Release
from tests.conftest import MakeNewsroom, release

COUNT, RIGHT = 200, 190
SEED = 20

ENGLISH = """\
The lighthouse keepers celebrated their anniversary on the northern island yesterday. Visitors admired the restored
lantern, which fishermen had rescued from the wreckage after the terrible winter storm. Engineers replaced the
copper roof, strengthened the foundations and installed a modern generator that produces electricity from the waves.
The municipal council approved additional funding, although several members questioned the expenditure.
Schoolchildren painted enormous pictures of seabirds, dolphins and sailing vessels for the exhibition in the village
library. Researchers measure the temperature, salinity and currents of the channel with floating instruments, and
publish their observations every month. The harbour authority announced that navigation lights will remain visible
throughout the refurbishment. Volunteers cleaned the beaches, collected plastic bottles, broken nets and rusty
anchors, and counted thousands of mussels upon the rocks. A travelling orchestra performed beside the pier while
bakers distributed blueberry cakes. Historians believe that monks built the earliest tower during the fourteenth
century, guiding merchants through treacherous passages with burning torches. The photographer documented each
chamber, staircase and window before carpenters removed the wooden shutters.
"""

FRENCH = """\
La journée des métiers réunit mercredi les élèves des écoles de la région près de la forêt. Une équipe de chercheurs
présenta des échantillons de pierre, des fossiles étonnants et une maquette du château médiéval. Le maire évoqua
l’été précédent, où la sécheresse avait ravagé les récoltes, et remercia les pompiers pour leur générosité. Des
bénévoles ont préparé un goûter avec des crêpes, du fromage de chèvre et des gâteaux légèrement sucrés. La
bibliothèque expose désormais les œuvres d’un peintre célèbre, né dans une modeste chaumière au bord du fleuve.
L’hôpital inaugurera bientôt sa nouvelle unité de réanimation, équipée grâce à une subvention européenne. Les
ingénieurs étudient la qualité des eaux souterraines, tandis que les agriculteurs aménagent des haies et replantent
des chênes. Une exposition photographique raconte l’histoire de la gare, détruite pendant la guerre puis
reconstruite par les cheminots. Le théâtre municipal programme des comédies, des concerts et des spectacles de
marionnettes jusqu’en décembre. Les commerçants espèrent attirer davantage de touristes étrangers, séduits par les
paysages, la gastronomie et la tranquillité des villages perchés.
"""


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("fr", FRENCH)])
def test_of_two_hundred_typos_next_to_all_are_understood(make_newsroom: MakeNewsroom, language: str, text: str) -> None:
    sentences = [f"{sentence}." for sentence in text.split(".") if sentence.strip()]
    files = {f"{n}.md": release(f"Number {n}", "2024-01-01", said, lang=language) for n, said in enumerate(sentences)}
    snapshot = make_newsroom({**files, "newsroom.toml": f'languages = ["{language}"]\n'}).snapshot()
    releases: list[Release] = [snapshot.get(f"{n}") for n in range(len(sentences))]
    drawn = list(islice(typos(releases, snapshot, Random(SEED)), COUNT))
    wrong = [line for typo in drawn if (line := wrongly_read(typo, snapshot))]
    assert COUNT - len(wrong) >= RIGHT, wrong
    if language == "fr":
        assert sum(not typo.word.isascii() for typo in drawn) > COUNT // 5
