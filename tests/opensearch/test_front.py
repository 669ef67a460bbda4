"""The cluster behind nginx, as operators have it: a certificate of their own, a user and a password."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from getpass import getuser
from pathlib import Path

import pytest

from feedsrv.cli.engines import open_index
from feedsrv.errors import IndexUnavailable, PublishingFailed, SettingsInvalid
from feedsrv.settings import from_environment
from tests.engines import OPENSEARCH, clear
from tests.proxies import program
from tests.running import free_port, until
from tests.test_search_contract import a_release, ask, publish

PREFIX = "test-front"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings by which the cluster is reached through nginx."""
    folder, port = tmp_path_factory.mktemp("front"), free_port()
    certificate = f"-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout {folder}/key -out {folder}/cert"
    made = [program("openssl"), *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"], *certificate.split()]
    subprocess.run(made, check=True, capture_output=True)
    (folder / "login").write_text("newsroom:a secret word\n")
    (folder / "users").write_text("newsroom:{PLAIN}a secret word\n")
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"""user {getuser()}; daemon off; pid {folder}/pid; events {{}}
        http {{ access_log off; client_max_body_size 100m; {paths} server {{
            listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert; ssl_certificate_key {folder}/key;
            auth_basic cluster; auth_basic_user_file {folder}/users;
            location / {{ proxy_pass {OPENSEARCH.split(",")[0]}; }} }} }}""")
    command = [program("nginx"), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            until(lambda: (folder / "pid").exists())
            yield {
                "FEEDSRV_SEARCH": f"https://127.0.0.1:{port}/",
                "FEEDSRV_SEARCH_PREFIX": PREFIX,
                "FEEDSRV_SEARCH_LOGIN": str(folder / "login"),
                "FEEDSRV_SEARCH_CA": str(folder / "cert"),
            }
        finally:
            process.terminate()
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
