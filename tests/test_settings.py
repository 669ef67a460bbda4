"""The settings as the environment has them: all that is wrong is told at once, before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedsrv.cli import main
from feedsrv.cli.exits import USAGE

GOOD = {
    "FEEDSRV_BASE_URL": "https://press.example.org/news/",
    "FEEDSRV_HOSTS": "www.example.org, [::1] press.example.net",
    "FEEDSRV_TRUSTED_PROXIES": "10.0.0.1,192.168.0.0/16",
    "FEEDSRV_LOG": "json",
    "PORT": "",
    "WEB_CONCURRENCY": " 4 ",
}
BAD = {
    "FEEDSRV_BASE_URL": "press.example.org",
    "FEEDSRV_HOSTS": "www.example.org:8000",
    "FEEDSRV_HUB": "https://[hub.example.org",
    "FEEDSRV_TRUSTED_PROXIES": "10.0.0.300",
    "FEEDSRV_LOG": "xml",
    "FEEDSRV_SEARCH_CA": "/nowhere/authorities.pem",
    "FEEDSRV_SEARCH_LOGIN": "/nowhere/login",
    "FEEDSRV_SEARCH_PREFIX": "News Room",
    "PORT": "99999",
    "WEB_CONCURRENCY": "many",
}


def index(folder: Path, **variables: str) -> Result:
    """What ``feedsrv index`` answers with these settings."""
    folders = {"FEEDSRV_RELEASES": str(folder), "FEEDSRV_INDEX": str(folder / "index")}
    return CliRunner().invoke(main, ["index"], env={**folders, **variables})


def test_settings_that_can_be_used_are(tmp_path: Path) -> None:
    assert index(tmp_path, **GOOD).exit_code == 0


@pytest.mark.parametrize("variable", BAD)
def test_a_setting_that_cannot_be_used_is_named(variable: str, tmp_path: Path) -> None:
    answer = index(tmp_path, **{**GOOD, variable: BAD[variable]})
    assert answer.exit_code == USAGE
    assert variable in answer.stderr
    assert BAD[variable] in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_done(tmp_path: Path) -> None:
    answer = index(tmp_path, **BAD)
    assert answer.exit_code == USAGE
    assert len(answer.stderr.splitlines()) == len(BAD)
    assert list(tmp_path.iterdir()) == []


def test_a_hub_needs_a_public_address_to_fetch_from(tmp_path: Path) -> None:
    answer = index(tmp_path, FEEDSRV_HUB="https://hub.example.org")
    assert answer.exit_code == USAGE
    assert "FEEDSRV_BASE_URL" in answer.stderr


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("FEEDSRV_BASEURL", "FEEDSRV_BASE_URL"),
        ("FEEDSRV_HOST", "FEEDSRV_HOSTS"),
        ("FEEDSRV_TRUSTED_PROXY", "FEEDSRV_TRUSTED_PROXIES"),
        ("FEEDSRV_PORT", "PORT"),
        ("FEEDSRV_WEB_CONCURRENCY", "WEB_CONCURRENCY"),
        ("FEEDSERV_RELEASES", "FEEDSRV_RELEASES"),
        ("feedsrv_hub", "FEEDSRV_HUB"),
        ("FEEDSRV_COLOUR", ""),
    ],
)
def test_a_variable_that_is_misspelt_stops_the_start_and_is_named_with_the_right_one(
    variable: str, meant: str, tmp_path: Path
) -> None:
    answer = index(tmp_path, **{variable: "8000"})
    assert answer.exit_code == USAGE
    (line,) = answer.stderr.splitlines()
    assert variable in line
    assert line.endswith(f"is {meant} meant?" if meant else "is no setting")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FEEDSRV_COLOUR", "  "),  # empty counts as unset
        ("FEEDBACK_URL", "https://example.org"),
        ("FEEDSRV_PORT", "tcp://10.0.0.1:80"),
        ("FEEDSRV_SERVICE_HOST", "10.0.0.1"),
        ("FEEDSRV_SERVICE_PORT", "80"),
        ("FEEDSRV_SERVICE_PORT_HTTP", "80"),
        ("FEEDSRV_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("FEEDSRV_WEB_PORT_8000_TCP_ADDR", "10.0.0.1"),
    ],
)
def test_variables_of_others_are_left_alone(variable: str, value: str, tmp_path: Path) -> None:
    """Kubernetes tells every process in a cluster where a service that is called feedsrv is."""
    assert index(tmp_path, **{variable: value}).exit_code == 0
