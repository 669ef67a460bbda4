"""What is measured with: the generated newsroom, the same for everybody and like a real one, peers, figures, stems."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from bench import peers, stems
from bench.chart import svg
from bench.collections import Text
from bench.figures import Figure, exponent, markdown
from bench.generate import FIRST_YEAR, SEED, YEARS, Generator, write
from bench.known_items import TOO_FEW, known_items
from bench.measure import Cost, percentile
from bench.peers import Asked, Document
from bench.ranking import placed
from bench.searching import OF_A_KIND, STREAMED, Searches
from feedsrv import newsroom_toml
from feedsrv.text import analysis
from feedsrv.text.stems import stem

COUNT = 400


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator()


@pytest.fixture(scope="module")
def releases(generator: Generator) -> dict[str, str]:
    return dict(islice(generator.releases(), COUNT))


@pytest.fixture(scope="module")
def front_matters(releases: dict[str, str]) -> list[dict[str, Any]]:
    return [yaml.safe_load(text.split("---\n")[1]) for text in releases.values() if text.startswith("---\n")]


@pytest.fixture(scope="module")
def forms(releases: dict[str, str]) -> list[list[str]]:
    return [analysis.forms(text) for text in releases.values()]


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return sha256(b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in files)).hexdigest()


def share(forms: list[list[str]], word: str) -> float:
    root = stem(word, "en")
    family = {form for text in forms for form in text if form[:3] == word[:3] and stem(form, "en") == root}
    return sum(not family.isdisjoint(text) for text in forms) / COUNT


def test_the_same_seed_gives_the_same_bytes_in_another_process_with_another_hash_seed(tmp_path: Path) -> None:
    write(30, tmp_path / "here", seed=7)
    subprocess.run(
        [sys.executable, "-m", "bench.generate", "30", tmp_path / "there", "--seed", "7"],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        check=True,
    )
    assert digest(tmp_path / "here") == digest(tmp_path / "there")


def test_another_seed_gives_another_world(generator: Generator) -> None:
    assert Generator(SEED + 1).newsroom() != generator.newsroom()


def test_as_many_files_are_written_as_asked_for_and_few_are_the_beginning_of_many(
    tmp_path: Path, releases: dict[str, str]
) -> None:
    write(20, tmp_path)
    written = {str(path.relative_to(tmp_path)): path.read_text(encoding="utf8") for path in tmp_path.rglob("*.md")}
    assert written == dict(islice(releases.items(), 20))


def test_the_newsroom_settings_are_valid_and_rule_a_dozen_topics(generator: Generator) -> None:
    settings = newsroom_toml.parse(generator.newsroom())
    assert settings.languages == ("en", "fr")
    assert len(settings.topics) == 12
    assert all(topic.match and topic.label("fr") for topic in settings.topics.values())


def test_front_matter_parses_and_names_title_date_and_contacts(front_matters: list[dict[str, Any]]) -> None:
    assert 0.85 < len(front_matters) / COUNT < 0.95
    assert all(matter.keys() >= {"title", "date", "contacts"} for matter in front_matters)


def test_what_has_no_front_matter_has_a_masthead(releases: dict[str, str]) -> None:
    others = [text for text in releases.values() if not text.startswith("---\n")]
    assert all(text.startswith(("# Press Release\n\n", "# Communiqué de presse\n\n")) for text in others)
    assert all("\n\n## " in text and "\n### CONTACTS\n" in text for text in others)


def test_one_release_in_five_is_french_and_many_have_an_english_sibling(releases: dict[str, str]) -> None:
    numbers = {Path(path).stem for path in releases if Path(path).stem.startswith(("PR", "CP"))}
    french = {number for number in numbers if number.startswith("CP")}
    siblings = {number for number in french if f"PR{number[2:]}" in numbers}
    assert 0.12 < len(french) / len(numbers) < 0.28
    assert 0.5 < len(siblings) / len(french) < 0.95


def test_lengths_are_about_three_kilobytes_and_spread(releases: dict[str, str]) -> None:
    lengths = sorted(len(text.encode()) for text in releases.values())
    assert 2_500 < sum(lengths) / COUNT < 3_800
    assert lengths[COUNT // 20] < 1_600
    assert lengths[-COUNT // 20] > 5_500


def test_topics_are_many_and_skewed_and_at_most_six_a_release(front_matters: list[dict[str, Any]]) -> None:
    lists = [matter.get("topics", []) for matter in front_matters]
    uses = Counter(topic for topics in lists for topic in topics)
    assert {len(topics) for topics in lists} == set(range(7))
    assert 45 <= len(uses) <= 55
    assert uses.most_common()[0][1] > 10 * uses.most_common()[-5][1]


def test_releases_spread_over_twenty_years_and_crowd_on_a_few_days(front_matters: list[dict[str, Any]]) -> None:
    days = Counter(str(matter["date"])[:10] for matter in front_matters)
    assert {int(day[:4]) for day in days} == set(range(FIRST_YEAR, FIRST_YEAR + YEARS))
    assert days.most_common(1)[0][1] >= 6


def test_word_frequencies_fall_as_zipf_says(forms: list[list[str]]) -> None:
    counts = Counter(form for text in forms for form in text)
    ranked = [count for _, count in counts.most_common(100)]
    assert 0.015 < counts["the"] / counts.total() < 0.05
    assert 4 < ranked[9] / ranked[99] < 25


def test_a_common_word_is_common_and_a_rare_one_rare(generator: Generator, forms: list[list[str]]) -> None:
    questions = generator.world.questions()
    assert 0.2 < share(forms, questions["common word"]) < 0.5
    assert 0 < share(forms, questions["rare word"]) < 0.03


def test_the_stems_of_words_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words").write_text("arrivée\narrivées\narriver\narrive\npont\nponts\n42\n", "utf8")
    stems.main([f"fr={tmp_path / 'words'}"])
    assert capsys.readouterr().out.splitlines()[-1] == "| fr | 6 | 333 | 0 | 0 | 0 |"


@pytest.fixture(scope="module")
def documents(releases: dict[str, str]) -> list[Document]:
    return [
        Document(path, text.partition("\n")[0], text, [f"topic-{number % 3}"], path[:4], "en")
        for number, (path, text) in enumerate(releases.items())
    ]


@pytest.mark.parametrize("engine", sorted(peers.ENGINES.keys() - {"feedsrv"}))
def test_a_peer_answers_whole_pages_and_finds_what_was_changed(
    engine: str, documents: list[Document], tmp_path: Path
) -> None:
    module = peers.engine(engine)
    module.build(documents, tmp_path / "index")
    opened = module.Opened(tmp_path / "index")
    for asked in (Asked("words", ("press",)), Asked("any", ("press", "more")), Asked("beginning", ("pre",))):
        page = opened.page(asked)
        assert page.total > 20
        assert len(set(page.ids)) == len(page.excerpts) == 20
        assert page.counts > 3 + 10
        assert asked.kind == "beginning" or any("<" in excerpt for excerpt in page.excerpts)  # tantivy marks none of it
    opened.change(Document(documents[7].id, "A title", "unheard brontosaurus", ["topic-1"], "2018", "en"))
    for asked in (Asked("words", ("brontosaurus",)), Asked("phrase", ("unheard", "brontosaurus"))):
        page = opened.page(asked)
        assert (page.total, page.ids, page.counts) == (1, [documents[7].id], 3)


def test_searches_are_distinct_and_of_words_that_are_there(documents: list[Document]) -> None:
    searches = Searches(documents)
    of_each_kind, stream = searches.of_each_kind(), searches.stream()
    assert {kind: len(set(asked)) for kind, asked in of_each_kind.items()} == dict.fromkeys(of_each_kind, OF_A_KIND)
    assert len(set(stream)) == STREAMED
    said = {word for document in documents for word in document.body.lower().split()}
    assert any(asked.words[0] in said for asked in stream)
    again = Searches(documents)
    assert (again.of_each_kind(), again.stream()) == (of_each_kind, stream)


def test_growth_is_told_as_an_exponent_and_ours_beside_theirs() -> None:
    assert exponent({100: 5.0, 1_000: 50.0, 10_000: 500.0}) == pytest.approx(1)
    assert exponent({100: 7.0, 10_000: 7.0}) == 0
    assert percentile([Cost(n, n) for n in range(1, 101)], 0.95) == Cost(95, 95)
    assert list(markdown(FIGURES, COUNTS))[4:] == [
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        "| mean | feedsrv | ms | 2.00 (3.00) | 4.00 (6.00) | n^0.30 |  |",
        "| mean | FTS5 | ms | 4.00 (4.00) | 40.0 (40.0) | n^1.00 | 0.10 |",
    ]


COUNTS = {"100": 100, "1,000": 1_000}
FIGURES = [
    Figure("Searches", "mean", "feedsrv", "100", "ms", 2, 3),
    Figure("Searches", "mean", "feedsrv", "1,000", "ms", 4, 6),
    Figure("Searches", "mean", "FTS5", "100", "ms", 4, 4),
    Figure("Searches", "mean", "FTS5", "1,000", "ms", 40, 40),
]


def test_the_chart_has_a_panel_for_what_was_measured_and_a_line_an_engine() -> None:
    panels = [("Searches & more", "Searches", "mean", "ms"), ("Nothing of it", "Pages", "home", "ms")]
    drawn = etree.fromstring(svg(FIGURES, COUNTS, panels).encode())
    names = {"s": "http://www.w3.org/2000/svg"}
    assert [title.text for title in drawn.iterfind(".//s:text[@class='title']", names)] == ["Searches & more"]
    assert [line.get("class") for line in drawn.iterfind(".//s:path", names)][-2:] == ["line FTS5", "line feedsrv"]
    labels = [text.text for text in drawn.iterfind(".//s:text", names)]
    assert {"feedsrv 4.00", "FTS5 40.0", "100", "1k"} <= {*labels}


def titled(number: int) -> Text:
    subject = f"{chr(97 + number // 6)}{chr(97 + number % 6)}"
    return Text(f"d{number}", f"L’été du phare {subject}ovik devant la côte rocheuse", "Il est allumé.", "fr")


def test_known_items_are_made_of_titles_the_same_for_the_same_seed() -> None:
    texts = [titled(number) for number in range(TOO_FEW)]
    items = dict(known_items(texts, 1))
    assert items == dict(known_items(texts, 1)) != dict(known_items(texts, 2))
    titles = {text.id: text.title for text in texts}
    for item in items["three words"]:
        assert len(item.question.split()) == 3
        assert set(item.question.split()) <= set(titles[item.document].split())
    for item in items["without accents"]:
        assert item.question.isascii() or "’" in item.question
    for item in items["in capitals"]:
        assert item.question == titles[item.document].upper()
    assert all(item.question in titles[item.document] for item in items["a rare word"])
    assert not any(item.question in titles[item.document].split() for item in items["a rare word, mistyped"])


def test_of_titles_that_several_have_none_is_known() -> None:
    assert not dict(known_items([titled(0)] * TOO_FEW, 1))


def test_known_items_are_counted_in_the_first_place_and_among_the_first_ten() -> None:
    items = dict(known_items([titled(number) for number in range(TOO_FEW)], 1))["in capitals"]
    documents = [item.document for item in items]
    first, ten, reciprocal = placed(items, lambda _, most: documents[:most])
    assert (first, ten) == (1 / TOO_FEW, 10 / TOO_FEW)
    assert reciprocal == sum(1 / each for each in range(1, 11)) / TOO_FEW
