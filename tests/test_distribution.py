"""What `make dist` makes: a source distribution with all that is here, and a wheel that serves from anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.checkout import ROOT, copy_of_the_checkout, in_the_repository
from tests.conftest import release
from tests.running import Running, environment, free_port, run, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a checkout gives in which nothing else lies. The environment is the one of the tests."""
    checkout = tmp_path_factory.mktemp("checkout")
    copy_of_the_checkout(checkout)
    command = ["make", "--old-file", ".venv/.serve", f"BIN={Path(sys.executable).parent}", "dist"]
    subprocess.run(command, cwd=checkout, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return checkout / "dist"


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_source_distribution_has_all_that_the_repository_has(dist: Path) -> None:
    with tarfile.open(only(dist, "*.tar.gz")) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    made = {name for name in names if "egg-info" in name} | {"PKG-INFO", "setup.cfg"}
    assert names - made == set(in_the_repository())


def test_the_wheel_has_the_package_and_wsgi_and_offers_the_extras_alone(dist: Path) -> None:
    with ZipFile(only(dist, "*.whl")) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = message_from_string(
            wheel.read(only(dist, "*.whl").name.split("-py3")[0] + ".dist-info/METADATA").decode()
        )
    assert names == {"wsgi.py"} | {name for name in in_the_repository() if name.startswith("feedsrv/")}
    assert metadata.get_all("Provides-Extra") == ["documents", "metrics", "opensearch", "pictures"]


def test_all_that_another_machine_needs_lies_beside_the_wheel(dist: Path) -> None:
    names = {path.relative_to(dist).as_posix() for path in dist.rglob("*")}
    assert {"requirements.lock", "requirements-documents.lock", "sbom.json", "licences.md"} < names
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "deploy").iterdir()} < names


def test_gunicorn_finds_the_application_of_the_wheel_from_any_folder(dist: Path, tmp_path: Path) -> None:
    site, releases, index = tmp_path / "site", tmp_path / "releases", tmp_path / "index"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*command, str(only(dist, "*.whl"))], check=True, timeout=120)
    where = [sys.executable, "-c", "import feedsrv, wsgi; print(feedsrv.__file__, wsgi.__file__)"]
    found = subprocess.run(
        where, env={"PYTHONPATH": str(site)}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [f"{site}/feedsrv/__init__.py", f"{site}/wsgi.py"]
    releases.mkdir()
    (releases / "quay.md").write_text(release("A new quay"), "utf8")
    assert run("index", releases=releases, index=index).returncode == 0
    unit = (dist / "deploy/feedsrv-web.service").read_text("utf8")
    (options,) = re.findall(r"^ExecStart=\S+/gunicorn (--config \S+) --bind \S+ wsgi:app$", unit, re.MULTILINE)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options.split(), "--bind", f"127.0.0.1:{port}", "wsgi:app"],
        env=environment(releases, index, PYTHONPATH=str(site), FEEDSRV_BASE_URL=f"http://localhost:{port}"),
        cwd=tmp_path,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    newsroom = Running(process, port, releases, index)
    try:
        until(lambda: newsroom.is_ready() or process.poll() is not None)
        assert b"A new quay" in newsroom.get("/")[1]
    finally:
        newsroom.stop()
