"""A folder whose every publication changes everything, and what readers find of it: one state whole, or another."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feedsrv.errors import ReleaseWithdrawn
from feedsrv.query import Query
from feedsrv.query.parser import parse
from feedsrv.search.generations import Generations
from feedsrv.search.whoosh.index import WhooshIndex
from tests.conftest import release
from tests.faults.clock import Clock
from tests.running import environment, run

COUNT = 12
WITHDRAWN = "withdrawn"

LATER = 120.0
"""Seconds that the clock of the publisher is ahead: no file was written just now, so no run waits for its writer."""

State = Mapping[str, str]
"""What each id leads to: title, text and attachment together, or that it is withdrawn."""


@dataclass(frozen=True)
class Office:
    """A press office that rewrites all its releases at once: ``state(n)`` is what is public after ``write(n)``."""

    root: Path
    settings: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.releases.mkdir(parents=True)
        clock = Clock(self.root)
        if clock.can_be_wrong:
            clock.set(LATER)
        object.__setattr__(self, "settings", clock.settings)

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def index(self) -> Path:
        return self.root / "index"

    def write(self, number: int) -> None:
        """Change every text and attachment; one release comes, one goes, one is withdrawn or is back."""
        for file in self.releases.iterdir():
            file.unlink()
        for name, said in self.state(number).items():
            title, _, attached = said.partition("|")
            fields = {"withdrawn": "2026-03-01"} if said == WITHDRAWN else {}
            text = release(title, body=f"{_word(number)} and words. " * 20, **fields)
            (self.releases / f"{name}.md").write_text(text, "utf8")
            if attached:
                (self.releases / f"{name}.csv").write_text(attached, "utf8")

    def state(self, number: int) -> State:
        """What is public once the folder has been published as it is after ``write(number)``."""
        names = [*(f"release-{each}" for each in range(COUNT)), f"passing-{number % 3}"]
        state = {name: f"Edition {number} of {name}|{number},{name}" for name in names}
        return {**state, f"release-{number % 4}": WITHDRAWN}

    def published(self, *numbers: int) -> int:
        """Which of these states readers find, whole and sound to its last byte."""
        generations = Generations(self.index)
        generations.verify(str(generations.current()))
        snapshot = WhooshIndex(self.index).snapshot()
        found = {}
        for hit in snapshot.search(Query(per_page=200)).hits:
            (attached,) = hit.release.attachments
            found[hit.release.id] = f"{hit.release.title}|{snapshot.file(hit.release.id, attached.name)[1].read_text()}"
        for each in range(COUNT):
            try:
                snapshot.get(f"release-{each}")
            except ReleaseWithdrawn:
                found[f"release-{each}"] = WITHDRAWN
        (number,) = (number for number in numbers if found == self.state(number))
        for other in numbers:
            total = snapshot.search(Query(parse(_word(other)).tree)).total
            assert total == (COUNT if other == number else 0), "a search finds what is not served"
        return number

    def publish(self) -> None:
        """Publish once, undisturbed: no lock is in the way, and nothing is left of runs that were disturbed."""
        done = run("index", releases=self.releases, index=self.index, **self.settings)
        assert done.returncode == 0, done.stderr
        assert not list(self.index.glob("building-*"))
        assert len(list(self.index.glob("gen-*"))) <= 2

    def start(self, *before: str, rebuild: bool = False) -> subprocess.Popen[str]:
        """Start a publication, behind a command that disturbs it."""
        return subprocess.Popen(
            [*before, sys.executable, "-m", "feedsrv", "index", *["--rebuild"] * rebuild],
            env=environment(
                self.releases, self.index, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0", **self.settings
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def disturbed(self, before: Sequence[str], old: int, new: int) -> tuple[int, int]:
        """Publish behind a command that disturbs it: the exit code, and which state readers find then.

        It is done and says so, or says in a sentence why not, or is dead.
        """
        process = self.start(*before)
        _, said = process.communicate(timeout=600)
        code, state = process.returncode, self.published(old, new)
        assert code in {0, 1, -signal.SIGKILL}, (code, said)
        assert "Traceback" not in said, said
        if code == 0:
            assert state == new, said
        elif code == 1:
            assert said.startswith("feedsrv: "), said
        return code, state


def _word(number: int) -> str:
    return f"edition{number}x"
