"""What the tests of faults share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.clean_root import CleanRoot, make_base


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Debian on which nothing is installed; it takes minutes to make."""
    return make_base(tmp_path_factory.mktemp("debian"))


@pytest.fixture
def clean_root(debian: Path, tmp_path: Path) -> CleanRoot:
    """An overlay over it, of this test alone."""
    return CleanRoot(debian, tmp_path / "overlay")
