"""The cluster behind nginx, as operators have it: a certificate of their own, a user and a password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsrv.engines import open_index
from feedsrv.errors import IndexUnavailable, PublishingFailed, SettingsInvalid
from feedsrv.settings import from_environment
from tests.engines import OPENSEARCH, clear
from tests.opensearch.front import LOGIN, fronted
from tests.running import free_port
from tests.test_search_contract import a_release, ask, publish

PREFIX = "test-front"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings by which the cluster is reached through nginx."""
    folder, port = tmp_path_factory.mktemp("front"), free_port()
    (folder / "login").write_text(f"{LOGIN}\n")
    with fronted(folder, ["127.0.0.1"], port):
        yield {
            "FEEDSRV_SEARCH": f"https://127.0.0.1:{port}/",
            "FEEDSRV_SEARCH_PREFIX": PREFIX,
            "FEEDSRV_SEARCH_LOGIN": str(folder / "login"),
            "FEEDSRV_SEARCH_CA": str(folder / "cert"),
        }
    clear(PREFIX)


def test_what_is_published_with_the_password_is_found_with_it(front: dict[str, str], tmp_path: Path) -> None:
    index = open_index(from_environment({**front, "FEEDSRV_INDEX": str(tmp_path / "index")}))
    publish(index, a_release("a"))
    assert ask(index) == ["a"]


def test_nobody_else_is_let_in_and_no_message_has_the_password(front: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "login").write_text("newsroom:hunter2")
    settings = from_environment(
        {**front, "FEEDSRV_INDEX": str(tmp_path), "FEEDSRV_SEARCH_LOGIN": str(tmp_path / "login")}
    )
    with pytest.raises(PublishingFailed) as refused:
        publish(open_index(settings), a_release("a"))
    assert "401" in str(refused.value)
    assert "hunter2" not in f"{refused.value} {settings}"


def test_a_certificate_that_nobody_vouches_for_is_not_believed(front: dict[str, str], tmp_path: Path) -> None:
    settings = {name: value for name, value in front.items() if name != "FEEDSRV_SEARCH_CA"}
    with pytest.raises(IndexUnavailable, match="certificate verify failed"):
        open_index(from_environment({**settings, "FEEDSRV_INDEX": str(tmp_path)})).snapshot()


def test_the_password_is_never_sent_for_all_to_read(front: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="https"):
        from_environment({**front, "FEEDSRV_SEARCH": OPENSEARCH})
