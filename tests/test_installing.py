"""What is installed: the locks say every package of it; they agree with each other, and with pyproject.toml."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))
BUILD = PYPROJECT["dependency-groups"]["build"]
ASKED_FOR = {
    "requirements.lock": [*PYPROJECT["project"]["dependencies"], *BUILD],
    "requirements-dev.lock": PYPROJECT["dependency-groups"]["dev"],
    **{
        f"requirements-{extra}.lock": requirements
        for extra, requirements in PYPROJECT["project"]["optional-dependencies"].items()
    },
}
"""What each lock is there for. Each is complete in itself: what `requirements.lock` has is in all of them."""


def entries(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line, without comments."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text("utf8"), flags=re.MULTILINE)
    return text.replace("\\\n", "").splitlines()


def pins(lock: str) -> set[str]:
    """The versions of a lock with their hashes, wherever they are for: a Python too old for one has another."""
    return {re.sub(" ;.*?(?=--hash)| +", " ", entry) for entry in entries(lock)}


def test_every_extra_has_a_lock_and_there_are_no_others() -> None:
    assert {path.name for path in ROOT.glob("requirements*")} == set(ASKED_FOR)


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_every_line_of_a_lock_is_one_version_with_its_hashes_and_no_address(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock):
        name_and_version = r"[a-z0-9-]+==[\w.]+"
        assert re.fullmatch(rf"{name_and_version}( ; [\w'\" .=!<>()]+)? +(--hash=sha256:[0-9a-f]{{64}} *)+", entry), (
            entry
        )


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_a_lock_has_what_pyproject_asks_for_and_nothing_older(lock: str) -> None:
    versions = [pin.split()[0].split("==") for pin in pins(lock)]
    for asked in map(Requirement, ASKED_FOR[lock]):
        locked = [version for name, version in versions if name == canonicalize_name(asked.name)]
        assert locked, asked
        assert all(version in asked.specifier for version in locked), asked


@pytest.mark.parametrize("lock", sorted(set(ASKED_FOR) - {"requirements.lock", "requirements-dev.lock"}))
def test_the_locks_agree(lock: str) -> None:
    """What serves is in the lock of each extra, and that in the developers': the same versions, by the same hashes."""
    serve, extra, dev = (pins(name) for name in ("requirements.lock", lock, "requirements-dev.lock"))
    assert serve < extra < dev


def bill_of_materials() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((ROOT / "docs/sbom.json").read_text("utf8"))["components"]
    return found


def test_the_bill_of_materials_is_what_the_locks_of_the_extras_say() -> None:
    """`make sbom` makes it; on one machine, so that what is for Windows alone is not in it."""
    locks = set(ASKED_FOR) - {"requirements.lock", "requirements-dev.lock"}
    locked = {entry.split()[0] for lock in locks for entry in entries(lock) if "win32" not in entry}
    listed = [f"{canonicalize_name(component['name'])}=={component['version']}" for component in bill_of_materials()]
    assert sorted(listed) == sorted(locked)


def test_the_list_of_licences_names_every_package_of_the_bill_of_materials() -> None:
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (\S.*) \|$", (ROOT / "docs/licences.md").read_text("utf8"), re.MULTILINE)
    assert all(re.search("MIT|BSD|ISC|Apache|PSF|MPL", licence) for *_, licence in rows[1:])
    components = {(component["name"], component["version"]) for component in bill_of_materials()}
    assert {(name, version) for name, version, _ in rows[1:]} == components
