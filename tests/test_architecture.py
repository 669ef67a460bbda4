"""The storeys of the house: who may import whom. The picture is in ARCHITECTURE.md."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "feedsrv"

DOMAIN = {"release", "preview", "reading", "file_record", "problem", "newsroom", "newsroom_toml", "errors", "printable"}
DOMAIN |= {"appearance", "appearance_toml", "colours"}
WORDS = {"text", "ids", "topic_names", "locales"}  # shared by both sides
SHARED = DOMAIN | WORDS | {"query"}
STOREYS: dict[str, set[str]] = {
    **dict.fromkeys(DOMAIN, DOMAIN),
    **dict.fromkeys(WORDS, DOMAIN | WORDS),
    "query": DOMAIN | WORDS,
    "settings": DOMAIN,
    "engines": {"search", "settings"},
    "leaving": set(),
    "listening": DOMAIN,
    "processes": set(),
    "converting": set(),  # it runs as a child that nobody here imports
    "logs": DOMAIN,
    "feeds": SHARED,
    "readers": SHARED,
    "search": SHARED | {"processes"},
    "subscribers": set(),
    "files": SHARED | {"readers"},
    "importing": SHARED | {"files", "readers"},
    "publishing": SHARED | {"files", "readers", "search", "processes"},
    "web": SHARED | {"settings", "feeds", "search"},
    "workers": DOMAIN | {"settings", "listening", "logs", "web"},
    "gunicorn_conf": {"workers"},
    "cli": SHARED
    | {"settings", "listening", "logs", "gunicorn_conf", "feeds", "files", "publishing", "search", "web", "workers"}
    | {"engines", "leaving", "subscribers", "importing"},
    "__main__": {"cli", "leaving"},
}
"""The rooms that each room may import from. ``search`` and ``files`` never see each other."""

HOMES: dict[str, str | tuple[str, ...]] = {
    "whoosh": "search/whoosh/",
    "numpy": "search/",
    "rapidfuzz": "search/",
    "opensearchpy": "search/opensearch/",
    "feedgen": "feeds/",
    "msgspec": ("release", "file_record", "search/"),
    "flask": "web/",
    "werkzeug": ("web/", "cli/preview"),
    "brotli": "web/codings",
    "cachetools": ("web/", "search/", "readers/formats/documents"),
    "gunicorn": "cli/supervisor",
    "prometheus_client": ("web/metrics", "cli/metrics"),
    "watchfiles": "files/changes",
    "click": "cli/",
    "Stemmer": "text/stems",
    "anyascii": "ids",
    "babel": ("text/dates", "text/languages", "locales/"),
    "webencodings": "readers/decoding",
    "markdown_it": "readers/formats/",
    "docutils": "converting/",
    "mammoth": "converting/",
    "pypdf": "converting/",
    "PIL": "converting/",
    "mdit_py_plugins": "readers/formats/dialects",
    "linkify_it": "readers/formats/dialects",
    "emoji": "readers/formats/dialects",
    "nh3": ("text/html", "web/"),
    "yaml": ("readers/", "importing/"),
    "lxml": ("converting/", "readers/formats/", "files/metadata/", "files/drawings", "feeds/", "web/", "importing/"),
    "markupsafe": "web/",
    "jinja2": "web/",
}


def modules() -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix().removesuffix(".py") for path in ROOT.rglob("*.py"))


def imports(module: str) -> Iterator[str]:
    """The full names of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / f"{module}.py").read_text("utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    return name.removeprefix("feedsrv.").split(".")[0].split("/")[0]


@pytest.mark.parametrize("module", modules())
def test_imports_point_down(module: str) -> None:
    here = room(module)
    for name in imports(module):
        if name.startswith("feedsrv.") and here != "__init__":
            there = room(name)
            is_version = there == "__version__"
            assert is_version or there == here or there in STOREYS[here], f"{module} imports {name}"


@pytest.mark.parametrize("module", modules())
def test_each_third_party_library_has_one_home(module: str) -> None:
    for name in imports(module):
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names | {"feedsrv", "_typeshed"}:
            assert top in HOMES, f"{module} imports {top}, which has no home"
            homes = HOMES[top]
            assert module.startswith(homes), f"{module} imports {top}"


def test_the_domain_is_pure() -> None:
    for module in DOMAIN:
        for name in imports(module):
            assert name.split(".")[0] not in {"os", "pathlib", "io", "subprocess", "socket", "threading"}, module


@pytest.mark.parametrize("module", modules())
def test_engines_stand_beside_each_other_and_the_edges_alone_know_their_names(module: str) -> None:
    """All others know the seam, ``feedsrv.search``, and not what is behind it; `feedsrv.engines` chooses."""
    own_engine = module.rpartition("/")[0].replace("/", ".")
    for name in imports(module):
        behind = name.removeprefix("feedsrv.search.").split(".")[0]
        path = ROOT / "search" / behind
        if path.is_dir() and name.startswith("feedsrv.search."):
            assert module.startswith(("cli/", "engines")) or own_engine == f"search.{behind}", (
                f"{module} imports {name}"
            )
        elif path.with_suffix(".py").exists() and name.startswith("feedsrv.search."):
            assert module.startswith("search/"), f"{module} imports {name}"


LONGEST_MODULE, LONGEST_FUNCTION = 300, 50
"""Lines. What is longer is two things, or says one twice."""


@pytest.mark.parametrize("module", modules())
def test_modules_and_functions_are_short(module: str) -> None:
    text = (ROOT / f"{module}.py").read_text("utf8")
    assert text.count("\n") <= LONGEST_MODULE, f"{module}: find its seam, or what is unneeded in it"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{module}: {node.name}"


def test_every_file_that_is_no_module_is_packaged() -> None:
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf8"))
    patterns = project["tool"]["setuptools"]["package-data"]["feedsrv"]
    files = {path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    packaged = {path for path in files if path.suffix == ".py" or any(path.match(pattern) for pattern in patterns)}
    assert files == packaged
