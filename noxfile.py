"""The tests on every Python that feedsrv supports, as far as they are on this machine: ``make matrix``."""

from __future__ import annotations

import nox

NEWEST = "3.14"
"""The newest Python that is tested; the oldest is the one that pyproject.toml requires."""

nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False


@nox.session(python=nox.project.python_versions(nox.project.load_toml("pyproject.toml"), max_version=NEWEST))
def tests(session: nox.Session) -> None:
    """Install what the lock says, and run the tests; what stands behind ``--`` goes to pytest."""
    session.install("--quiet", "--require-hashes", "-r", "requirements-dev.lock")
    session.install("--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    several = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")
    session.run("python", "-m", "pytest", *several, *session.posargs)
