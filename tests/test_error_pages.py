"""Error pages: whatever is wrong, they speak the newsroom's first language, or the one that is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from typing import Any, Never

import pytest
from lxml import html
from werkzeug.test import Client

from feedsrv.errors import IndexUnavailable
from feedsrv.publishing import publish
from feedsrv.web import create_app
from feedsrv.web.cache import TooBusy
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.test_web_serving import Broken

FILES = {
    "newsroom.toml": 'languages = ["fr", "de", "ar"]\n',
    "a.md": release("Un quai", "2026-03-05", lang="fr"),
}


def client_of(app: Any) -> Client:
    app.config["SERVER_NAME"] = "press.example.org"
    client: Client = app.test_client()
    return client


def failing(press: Newsroom, error: Exception) -> Client:
    """One whose index raises this, whatever it is asked."""
    return client_of(create_app(Broken(press.settings.index, error), press.settings))


def being_read(press: Newsroom, _error: Exception) -> Client:
    """One of which nothing is published: its files are read for the first time, and that is stopped."""

    def stopped(_files: Iterable[object]) -> Never:
        raise KeyboardInterrupt

    shutil.rmtree(press.settings.index)
    press.index = press.engine.open(press.settings.index)  # type: ignore[assignment]  # the embedded one, here
    with pytest.raises(KeyboardInterrupt):
        publish(press.catalogue, press.index, press.now, progress=stopped)
    return press.client()


def of_another_version(press: Newsroom, _error: Exception) -> Client:
    """One whose only generation cannot be opened."""
    (generation,) = press.settings.index.glob("gen-*")
    (generation / "manifest.json").write_bytes(b"another")
    press.index = press.engine.open(press.settings.index)  # type: ignore[assignment]  # the embedded one, here
    return press.client()


def without_layout(press: Newsroom, error: Exception) -> Client:
    """One where nothing can be laid out, not even the page that says so."""
    app = create_app(Broken(press.settings.index, error), press.settings)
    del app.jinja_env.globals["look_of"]
    return client_of(app)


@pytest.fixture
def press(make_lasting: MakeNewsroom) -> Newsroom:
    return make_lasting(FILES)


BUG, AWAY, BUSY = RuntimeError("secret"), IndexUnavailable("secret"), TooBusy()
SAID = {
    BUG: {"fr": "Une erreur s’est produite", "de": "Hier ist etwas schiefgegangen"},
    AWAY: {"fr": "Pas pour le moment", "de": "Gerade nicht"},
}


@pytest.mark.parametrize(
    ("make", "error", "status"),
    [
        *((failing, BUG, 500), (failing, AWAY, 503), (failing, BUSY, 503)),
        *((being_read, AWAY, 503), (of_another_version, AWAY, 503)),
        *((without_layout, BUG, 500), (without_layout, AWAY, 503)),
    ],
)
def test_trouble_is_told_in_the_language_of_the_page(
    press: Newsroom, make: Callable[[Newsroom, Exception], Client], error: Exception, status: int
) -> None:
    client = make(press, error)
    for asked, language in (("", "fr"), ("?lang=de", "de"), ("?lang=de&lang=fr", "fr")):
        answer = client.get(f"/releases{asked}")
        page = html.fromstring(answer.data)
        assert (answer.status_code, page.get("lang")) == (status, language)
        assert page.xpath("string(//h1)") == SAID[BUG if status == 500 else AWAY][language]
        problem = client.get(f"/releases.json{asked}").get_json(force=True)
        assert (problem["status"], problem["detail"][:20] in answer.text) == (status, True)
        for word in ("secret", "Newsroom", "Press ", "Something", "please", "Skip"):
            assert word not in answer.text


def test_where_a_language_has_no_catalogue_trouble_is_told_in_english_that_is_marked(press: Newsroom) -> None:
    page = html.fromstring(failing(press, AWAY).get("/?lang=ar").data)
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    (heading,) = page.xpath("//h1/bdi")
    assert (heading.get("lang"), heading.get("dir"), heading.text) == ("en", "ltr", "Not just now")


def test_a_newsroom_without_a_name_is_called_in_the_words_of_its_readers(press: Newsroom) -> None:
    client = press.client()
    for path, name in (("/", "Espace presse"), ("/?lang=de", "Presseportal"), ("/none", "Espace presse")):
        page = html.fromstring(client.get(path).data)
        assert page.xpath("string(//title)").endswith(f" · {name}")
    assert client.get("/releases.json").get_json(force=True)["title"] == "Espace presse"
    assert "Communiqués de presse" in client.get("/opensearch.xml").text
