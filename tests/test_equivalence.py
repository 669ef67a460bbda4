"""The search answers as the executor did that is kept in `tests.oracle`, over a newsroom that came about in many steps.

``python -m bench.equivalence`` asks more, of more releases. ``EQUIVALENCE_FOLDER`` names a folder to be asked about
here instead of a generated one, ``EQUIVALENCE_SEED`` another seed.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench import generate
from bench.equivalence import Pair, compare
from tests.conftest import MakeNewsroom, release

COUNT, QUESTIONS = 220, 300
SEED = int(os.environ.get("EQUIVALENCE_SEED", "1"))

FOREIGN = {
    "ja.md": release(
        "東京で発表", "2019-04-01", "新しい橋が東京で発表された。naïve co-operation 23 rd 1,234", lang="ja"
    ),
    "de.md": release(
        "Straße für Zürich", "2018-02-01", "Die Straße nach Zürich wird größer. O’Neill war da.", lang="de"
    ),
    "hi.md": release("हिन्दी में", "2017-02-01", "यह हिन्दी में है।", lang="hi"),
    "da.md": release("Ærø", "", "Færgen til Ærø sejler igen.", lang="da"),
    "alias.md": release("An alias", "2016-05-05", "Moved.", aliases="[/old/address, former]", translationKey="key"),
    "alias-fr.md": release("Un alias", "2016-05-06", "Déplacé.", lang="fr", translationKey="key"),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    root = tmp_path_factory.mktemp("equivalence")
    folder = Path(os.environ.get("EQUIVALENCE_FOLDER", root / "generated"))
    if not folder.exists():
        generate.write(COUNT, folder)
        for name, text in FOREIGN.items():
            (folder / name).write_text(text.replace("date: \n", ""), "utf8")
    return Pair.of(folder, root / "work", SEED)


@pytest.mark.slow
def test_every_question_is_answered_as_by_the_oracle(pair: Pair) -> None:
    assert compare(pair, range(QUESTIONS), f"seed {SEED}")


def test_what_is_answered_otherwise_is_told_so_that_it_can_be_asked_again(
    pair: Pair, make_newsroom: MakeNewsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_newsroom({"a.md": release("Something else")})
    pair = replace(pair, snapshot=other.snapshot())
    numbers = (number for number in range(QUESTIONS) if not pair.questions[number].text)
    number = next(numbers)
    assert not compare(pair, range(number, number + 1), "elsewhere")
    printed = capsys.readouterr().out
    assert printed.startswith("elsewhere, without a question:\n  sitemap\n    is    [('a', 2026, ")
    assert f"question {number} of elsewhere: ''\n  Query(" in printed
    assert "\n  total\n    is    " in printed
    assert "elsewhere: 1 questions, 2 answered otherwise" in printed
