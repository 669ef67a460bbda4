"""What needs an environment of its own: ``make matrix`` and ``make sbom``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nox

PROJECT = nox.project.load_toml("pyproject.toml")

NEWEST = "3.14"
"""The newest Python that is tested; the oldest is the one that pyproject.toml requires."""

LICENCES = """# Licences

What feedsrv is installed with, and under which licence, as each package declares it. The packages of the extras are
among them. `make sbom` makes this list and [the bill of materials](sbom.json) (CycloneDX) of what the locks name.

| package | version | licence |
|---|---|---|
"""

nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False


@nox.session(python=nox.project.python_versions(PROJECT, max_version=NEWEST))
def tests(session: nox.Session) -> None:
    """The tests with what the lock says, on every Python that feedsrv supports, as far as they are on this machine."""
    session.install("--quiet", "--require-hashes", "-r", "requirements-dev.lock")
    session.install("--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    run_tests(session)


@nox.session(venv_backend="uv", python=PROJECT["project"]["requires-python"].removeprefix(">="))
def oldest(session: nox.Session) -> None:
    """The tests with the oldest packages that pyproject.toml allows, on the oldest Python."""
    extras = ",".join(PROJECT["project"]["optional-dependencies"])
    session.install("--quiet", "--require-hashes", "-r", "requirements-dev.lock")
    session.install("--quiet", "--upgrade", "--resolution=lowest-direct", "--editable", f".[{extras}]")
    run_tests(session)


@nox.session(default=False)
@nox.parametrize("whoosh", ["Whoosh==2.7.4", "Whoosh-Reloaded==2.7.5"])
def whooshes(session: nox.Session, whoosh: str) -> None:
    """What is promised of the engine, with the other distributions of Whoosh: none of them is a dead end."""
    session.install("--quiet", "--require-hashes", "-r", "requirements-dev.lock")
    session.install("--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "whoosh3")
    session.install("--quiet", whoosh)
    tests = ("test_search_contract", "test_whoosh", "test_table", "test_equivalence", "test_publishing")
    session.run("python", "-m", "pytest", *(f"tests/{name}.py" for name in tests), *session.posargs)


def run_tests(session: nox.Session) -> None:
    """Run the tests as make does; what stands behind ``--`` goes to pytest."""
    several = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")
    session.run("python", "-m", "pytest", *several, *session.posargs)


@nox.session(default=False, venv_backend="uv")
def sbom(session: nox.Session) -> None:
    """Install what serves, extras included, and nothing else, and write down what it is."""
    extras = [f"--requirement=requirements-{extra}.lock" for extra in PROJECT["project"]["optional-dependencies"]]
    session.install("--quiet", "--require-hashes", *extras)
    tool = str(Path(sys.executable).with_name("cyclonedx-py"))
    command = (tool, "environment", session.virtualenv.location, "--pyproject=pyproject.toml")
    told = session.run(*command, "--output-reproducible", "--short-PURLs", external=True, silent=True)
    found = without_addresses(json.loads(str(told)))
    Path("docs/sbom.json").write_text(json.dumps(found, indent=1) + "\n", "utf8")
    rows = (
        f"| {component['name']} | {component['version']} | {licence(component)} |\n"
        for component in sorted(found["components"], key=lambda component: str(component["name"]).casefold())
    )
    Path("docs/licences.md").write_text(LICENCES + "".join(rows), "utf8")


def without_addresses(value: Any) -> Any:
    """A bill of materials without the addresses and the prose, which change with every project's pages."""
    if isinstance(value, dict):
        left_out = {"externalReferences", "description", "tools"}
        return {key: without_addresses(item) for key, item in value.items() if key not in left_out}
    return [without_addresses(item) for item in value] if isinstance(value, list) else value


def licence(component: dict[str, Any]) -> str:
    """The licence of a component: an SPDX expression where it declares one."""
    declared = [entry.get("license", entry) for entry in component["licenses"]]
    names = (entry.get("id") or entry.get("expression") or entry["name"].rpartition(":: ")[2] for entry in declared)
    return ", ".join(sorted(set(names)))
