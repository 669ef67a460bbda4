"""Officers who write, correct, hold, embargo, withdraw, delete and rename releases, fast and slowly, all the time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Event

from tests.conftest import release
from tests.faults.truth import ABSENT, WITHDRAWN, Said, Shown, Truth

FEWEST = 0.7
"""Of its releases an officer keeps so many public: that most go at once is refused, and another test's matter."""

SLOWEST = 0.6
"""Seconds between two writes of a slow writer; a second is what the publisher waits."""

TOO_SLOW = 0.9

ATTACHMENTS_KEPT = 8
"""Editions of a release whose attachments stay in the folder; what was replaced so often is seen nowhere any more."""

Told = Callable[[str, Said], None]


def title(name: str, edition: int) -> str:
    return f"Item {name} in edition {edition}"


def attachment(name: str, edition: int) -> tuple[str, str]:
    """The name of the file that goes with an edition, and what is in it."""
    return f"{name}-{edition}.csv", f"{name},{edition}\n"


@dataclass
class Officer:
    """Works on releases of their own, ``most`` at most; ``told`` hears of each change when it is done."""

    name: str
    folder: Path
    truth: Truth
    told: Told
    random: Random
    most: int = 1_000
    done: Counter[str] = field(default_factory=Counter)
    _files: dict[str, Path] = field(default_factory=dict)
    _attached: dict[str, list[Path]] = field(default_factory=dict)
    _edition: int = 0

    def begin(self, count: int) -> None:
        """The releases that there are before anything happens."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            self._new()

    def work(self, stop: Event) -> None:
        """Change something, again and again."""
        ways = {
            self._correct: 6,
            self._hold: 1,
            self._embargo: 4,
            self._withdraw: 1,
            self._delete: 1,
            self._rename: 2,
            self._new: 2,
        }
        while not stop.wait(self.random.uniform(0.2, 1.2)):
            (way,) = self.random.choices(list(ways), list(ways.values()))
            way()
            self.done[way.__name__.strip("_")] += 1

    def _new(self) -> None:
        if len(self._files) == self.most:
            self._correct()
            return
        name = f"{self.name}{len(self._files) + 1}"
        self._files[name] = self.folder / f"{name}.md"
        self._write(name)

    def _correct(self) -> None:
        self._write(self._any())

    def _embargo(self) -> None:
        self._write(self._any(), opens=float(round(time.time() + self.random.uniform(4, 9))))

    def _hold(self) -> None:
        if name := self._expendable():
            self._write(name, ABSENT, draft="true")

    def _withdraw(self) -> None:
        if name := self._expendable():
            self._write(name, WITHDRAWN, withdrawn="2026-01-02")

    def _delete(self) -> None:
        if name := self._expendable():
            begun = time.time()
            self._files[name].unlink(missing_ok=True)
            self._say(name, Said(ABSENT, begun, time.time()))

    def _rename(self) -> None:
        """Another name for a file whose release keeps its id: nobody sees a difference."""
        name = self._any()
        if self._files[name].exists():
            self._edition += 1
            self._files[name] = self._files[name].rename(self.folder / f"{name}-{self._edition}.md")

    def _write(self, name: str, shown: Shown | None = None, *, opens: float = 0.0, **fields: str) -> None:
        self._edition += 1
        fields = {"slug": name, "date": "2026-01-01", **fields}
        if opens:
            fields["embargo"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(opens))
        if shown != WITHDRAWN:
            file, content = attachment(name, self._edition)
            self._attach(name, self.folder / "data" / file, content)
            fields["attachments"] = f"[data/{file}]"
        body = "\n\n".join((f"opening{self._edition}", "A comet with words. " * 40, f"closing{self._edition}"))
        text = release(title(name, self._edition), body=body, **fields).encode()
        slow = self.random.random() < 0.3
        begun = self._slowly(name, text) if slow else self._at_once(self._files[name], text)
        self._say(name, Said(self._edition if shown is None else shown, begun, time.time(), opens))

    def _attach(self, name: str, path: Path, content: str) -> None:
        path.write_text(content, "utf8")
        attached = self._attached.setdefault(name, [])
        attached.append(path)
        while len(attached) > ATTACHMENTS_KEPT:
            attached.pop(0).unlink()

    def _at_once(self, path: Path, text: bytes) -> float:
        draft = path.with_name(f"{path.name}.part")
        draft.write_bytes(text)
        begun = time.time()
        draft.rename(path)
        return begun

    def _slowly(self, name: str, text: bytes) -> float:
        """Write into the file itself, piece by piece, with pauses; when the last piece began."""
        cuts = sorted(self.random.sample(range(len(text)), self.random.randint(1, 5)))
        moments = []
        with self._files[name].open("wb", buffering=0) as file:
            for start, end in pairwise([0, *cuts, len(text)]):
                time.sleep(self.random.uniform(0.0, SLOWEST) if start else 0.0)
                moments.append(time.time())
                file.write(text[start:end])
        self.done["slowly"] += 1
        if max(later - earlier for earlier, later in pairwise(moments)) > TOO_SLOW:
            self.truth.excuse(name, moments[0], time.time())  # this machine was: what was written so far may be out
        return moments[-1]

    def _say(self, name: str, said: Said) -> None:
        self.truth.say(name, said)
        self.told(name, said)

    def _any(self) -> str:
        return self.random.choice(sorted(self._files))

    def _expendable(self) -> str | None:
        """A release that may go, as long as enough stay; one that is gone comes back before."""
        gone = [name for name in self._files if isinstance(self.truth.latest(name).shown, str)]
        if len(gone) < (1 - FEWEST) * len(self._files):
            return self._any()
        self._write(self.random.choice(sorted(gone)))
        return None
