"""The documentation says what there is: nothing is left out, nothing leads nowhere, and every example works."""

from __future__ import annotations

import ast
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from bench import pictures
from feedsrv import __version__, newsroom_toml, readers
from feedsrv.cli import main
from feedsrv.errors import NewsroomInvalid
from feedsrv.feeds.formats import FORMATS
from feedsrv.files import assets, attachments, kinds, names
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.original import LARGEST_FILE
from feedsrv.newsroom import Newsroom
from feedsrv.publishing.check import check
from feedsrv.query import parser, subscription
from feedsrv.query.parser import parse
from feedsrv.readers import keys
from feedsrv.reading import TOMBSTONE, Status
from feedsrv.search.question import MOST_EXPANSIONS
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.settings import Settings
from feedsrv.web import create_app
from tests.conftest import NOW
from tests.proxies import nginx_command
from tests.running import free_port

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "releases/README.md", ROOT / "index/README.md"])
README = (ROOT / "README.md").read_text("utf8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf8")
DECISIONS = (ROOT / "docs/decisions.md").read_text("utf8")
GUIDES = README + "".join(path.read_text("utf8") for path in PAGES if path.parent.name in {"docs", "releases"})


def code_spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


def examples(language: str) -> list[tuple[str, str]]:
    """The fenced blocks of a language, each with the name of its page."""
    fenced = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [(path.name, block) for path in PAGES for block in fenced.findall(path.read_text("utf8"))]


def environment_variables() -> list[str]:
    source = (ROOT / "feedsrv/settings.py").read_text("utf8")
    return re.findall(r'reader\.\w+\("([A-Z_]+)"', source)


@pytest.mark.parametrize("variable", environment_variables())
def test_every_environment_variable_is_in_the_readme(variable: str) -> None:
    assert any(row.startswith(f"| `{variable}` |") for row in rows(README))


def test_the_readme_names_no_environment_variable_that_there_is_not() -> None:
    named = {name for name in code_spans(README) if re.fullmatch("FEEDSRV_[A-Z_]+", name)}
    assert named <= set(environment_variables())


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme_with_its_arguments_and_options(name: str) -> None:
    described = [row for row in rows(README) if re.match(rf"\| `feedsrv {name}\b", row)]
    assert len(described) == 1
    for parameter in main.commands[name].params:
        is_option = isinstance(parameter, click.Option)
        expected = parameter.opts[0] if is_option else str(parameter.name).upper()
        assert expected in " ".join(code_spans(described[0])).replace("[", " ").replace("]", " ").split(), expected


def test_the_readme_names_no_command_that_there_is_not() -> None:
    assert set(re.findall(r"`feedsrv ([a-z]+)", GUIDES)) <= set(main.commands)


def routes() -> list[str]:
    """The addresses of the application, a feed's without its ending, with every variable part as <>."""
    app = create_app(WhooshIndex(Path("index")), Settings())
    rules = {rule.rule.replace(".<format:format_>", "") for rule in app.url_map.iter_rules()}
    return sorted(re.sub("<[^>]*>", "<>", rule) for rule in rules if not rule.startswith("/static/"))


@pytest.mark.parametrize("route", routes())
def test_every_address_is_in_the_readme(route: str) -> None:
    documented = [re.sub("<[^>]*>", "<>", span.partition("?")[0]) for row in rows(README) for span in code_spans(row)]
    assert route in documented


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_of_feeds_is_in_the_readme(ending: str) -> None:
    assert f".{ending}" in code_spans(README)


def newsroom_keys() -> list[str]:
    """The keys of newsroom.toml and of a topic in it, as the message about an unknown one lists them."""
    with pytest.raises(NewsroomInvalid) as caught:
        newsroom_toml.parse("nonsense = 1\n[topics.space]\nnonsense = 1\n")
    remedies = [problem.remedy for problem in caught.value.problems]
    return [key.strip() for remedy in remedies for key in re.sub("^(the settings are|it has)", "", remedy).split(",")]


@pytest.mark.parametrize("key", newsroom_keys())
def test_every_key_of_newsroom_toml_is_in_the_readme(key: str) -> None:
    spans = [span for row in rows(README) for span in code_spans(row)]
    assert key in spans or f"[{key}.<id>]" in spans


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if ":" not in target:
            other = path.parent / file if file else path
            assert other.exists(), target
            assert not anchor or anchor in anchors(other), target


def test_the_pictures_are_those_that_make_pictures_makes_and_are_small() -> None:
    there = {path.stem: path.stat().st_size for path in (ROOT / "docs/pictures").iterdir()}
    assert there.keys() == {picture.name for picture in pictures.PICTURES}
    assert max(there.values()) < 150_000


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def modules() -> list[Path]:
    return sorted((ROOT / "feedsrv").rglob("*.py"))


def rooms() -> list[str]:
    """What stands on the top floor: rooms, with a slash, and modules."""
    floor = ROOT / "feedsrv"
    found = [path for path in floor.iterdir() if (path / "__init__.py").exists() or path.suffix == ".py"]
    return sorted(f"{path.name}/" if path.is_dir() else path.name for path in found)


@pytest.mark.parametrize("room", rooms())
def test_the_architecture_names_every_room(room: str) -> None:
    first_cells = " ".join(row.split("|")[1] for row in rows(ARCHITECTURE))
    assert room in code_spans(first_cells)


@pytest.mark.parametrize("module", modules(), ids=str)
def test_every_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text("utf8")))


@pytest.mark.parametrize("room", sorted((ROOT / "feedsrv").rglob("__init__.py")), ids=str)
def test_a_room_that_lists_its_modules_lists_them_all(room: Path) -> None:
    said = ast.get_docstring(ast.parse(room.read_text("utf8"))) or ""
    listed = ", ".join(re.findall(r"^    ((?:[a-z_]+, )*[a-z_]+)  +\S", said, re.MULTILINE))
    there = {path.stem for path in room.parent.glob("[!_]*") if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert not listed or sorted(listed.split(", ")) == sorted(there)


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "docs/decisions.md"])
def test_a_page_for_developers_names_no_file_that_there_is_not(page: str) -> None:
    spans = code_spans((ROOT / page).read_text("utf8"))
    named = {span for span in spans if re.fullmatch(r"\.?\w[\w./-]*(?:/|\.py|/[\w.-]+)", span)} - {"index/current"}
    assert {name for name in named if not any((room / name).exists() for room in (ROOT, ROOT / "feedsrv"))} == set()


def test_the_version_is_the_same_wherever_it_is_asked_for() -> None:
    assert version("feedsrv") == __version__
    assert f": {__version__}\n" in (ROOT / "CHANGELOG.md").read_text("utf8")


def test_every_dependency_has_its_reason_among_the_decisions() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf8").partition("\ndependencies = [")[2].partition("\n]")[0]
    names = re.findall(r'^\s*"([a-z0-9-]+)', project, re.MULTILINE)
    assert names
    for name in names:
        assert re.search(rf"^\| {name}\b", DECISIONS, re.MULTILINE), name


@pytest.mark.parametrize(("page", "text"), examples("markdown"))
def test_every_example_of_a_release_is_read_without_a_problem(page: str, text: str) -> None:
    reading = readers.read("2026/PR012-2026.md", text.encode(), Newsroom())
    assert reading.problems == (), page
    assert reading.release.title == "The harbour museum opens on Sundays"
    assert reading.release.text.startswith("From April the harbour museum is open on Sundays too")
    assert "ada@museum.example" not in reading.release.text


@pytest.mark.parametrize(("page", "text"), examples("toml"))
def test_every_example_of_a_newsroom_can_be_used(page: str, text: str) -> None:
    newsroom = newsroom_toml.parse(text, page)
    assert newsroom.topics or newsroom.former_feeds


def test_every_example_of_a_search_is_read_as_the_guide_says() -> None:
    text = (ROOT / "docs/readers.md").read_text("utf8").partition("| written | read as |")[2].partition("\n\n")[0]
    cases = [code_spans(row)[:2] for row in rows(text)[1:]]
    assert len(cases) > 5
    for written, understood in cases:
        assert str(parse(written)) == understood


def test_the_releases_that_come_along_are_public_and_without_a_problem(tmp_path: Path) -> None:
    report = check(Catalogue(ROOT / "releases"), WhooshIndex(tmp_path), NOW.replace(year=NOW.year + 1), [], iter)
    assert report.problems == ()
    assert report.statuses[Status.PUBLIC] == sum(report.statuses.values()) > 1


@pytest.mark.parametrize("asks", [(), ("127.0.0.1:1", "127.0.0.2:1", "127.0.0.3:1")], ids=["one", "replicas"])
def test_the_sample_site_is_one_that_nginx_takes(tmp_path: Path, asks: tuple[str, ...]) -> None:
    command = nginx_command(tmp_path, free_port(), asks or free_port())
    if not command[0]:
        pytest.skip("nginx is not installed")
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr


def test_the_site_for_several_machines_is_that_for_one_but_for_whom_it_asks() -> None:
    one, several = (
        (ROOT / f"deploy/{name}").read_text("utf8").partition("proxy_cache_path")[2]
        for name in ("nginx.conf", "nginx-replicas.conf")
    )
    asked = re.compile(
        r"^upstream .*?^}\n\n|^    # nginx asks nobody.*?\n\n|^    (# None .*\n    )?location .*?^    }\n\n?",
        re.MULTILINE | re.DOTALL,
    )
    assert asked.sub("", several).replace(
        "    proxy_set_header X-Only-If-Ready   $feedsrv_only_if_ready;\n", ""
    ) == asked.sub("", one)


def keys_of_the_guide() -> set[str]:
    guide = (ROOT / "docs/press-officers.md").read_text("utf8")
    table = guide.partition("| what | keys |")[2].partition("\n\n")[0]
    cells = (row.split("|")[2] for row in table.splitlines() if row.startswith("| "))
    return {keys.fold(span.partition(":")[0]) for cell in cells for span in code_spans(cell)}


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.name)
def test_every_key_is_in_the_guide_for_press_officers(key: keys.Key) -> None:
    spellings = {spelling.rpartition(".")[2] for spelling in key.spellings}
    if key.name != "neighbours":
        assert spellings <= keys_of_the_guide() if key.effect else spellings & keys_of_the_guide()


def test_the_guide_names_no_key_that_there_is_not() -> None:
    values = {"draft", "pending", "review", "private", "published", "public", "final", "build", "never", "more"}
    known = {spelling.rpartition(".")[2] for key in keys.KEYS for spelling in key.spellings}
    assert keys_of_the_guide() - values - {"<!more>"} <= known


LIMITS = [
    ("readers", "the first {:,} characters are read", parser.LONGEST_QUERY),
    ("readers", "{} different words", parser.MOST_CLAUSES),
    ("readers", "parentheses up to {} deep", parser.DEEPEST_NESTING),
    ("readers", "{} words of a phrase", parser.LONGEST_PHRASE),
    ("readers", "{} beginnings", parser.MOST_PREFIXES),
    ("readers", "the first {} words by the alphabet", MOST_EXPANSIONS),
    ("readers", "the newest {} releases", subscription.FEED_SIZE),
    ("readers", "up to {} entries", subscription.MOST),
    ("readers", "or {:,} characters", subscription.MOST_CHARACTERS),
    ("readers", "says so for {} days", TOMBSTONE.days),
    ("press-officers", "For {} days", TOMBSTONE.days),
    ("press-officers", "at most {} files", attachments.MOST_FILES),
    ("press-officers", "of at most {} MB", LARGEST_FILE // 1_000_000),
    ("press-officers", "of at most {:,} bytes", assets.LARGEST),
]


@pytest.mark.parametrize(("page", "words", "limit"), LIMITS)
def test_a_limit_is_said_as_it_is(page: str, words: str, limit: int) -> None:
    assert words.format(limit) in " ".join((ROOT / f"docs/{page}.md").read_text("utf8").split())


def test_what_is_read_as_a_release_is_not_served_for_lying_there() -> None:
    """But for PDF: whether it is a release or goes with one, only the text beside it can tell."""
    readable = {*readers.SUFFIXES, *kinds.UNREAD} - {".pdf"}
    assert not [ending for ending in readable if names.is_download(f"x{ending}")]
