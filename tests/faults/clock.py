"""A clock that can be wrong, for the processes of a newsroom."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clock:
    """The clock of a newsroom, which is wrong by as many seconds as it is set to; right for ever without a compiler."""

    folder: Path

    def __post_init__(self) -> None:
        if compiler := shutil.which("cc"):
            source = Path(__file__).with_suffix(".c")
            subprocess.run([compiler, "-shared", "-fPIC", "-o", self._library, source], check=True)
            self._file.write_bytes(struct.pack("d", 0.0))

    @property
    def settings(self) -> Mapping[str, str]:
        """The environment of a process that has this clock."""
        ours = {"LD_PRELOAD": str(self._library), "CLOCK_OFFSET": str(self._file)}
        return ours if self.can_be_wrong else {}

    def set(self, offset: float) -> None:
        """Let it be wrong by so many seconds from now on."""
        with self._file.open("r+b") as file:  # it is mapped
            file.write(struct.pack("d", offset))

    @property
    def can_be_wrong(self) -> bool:
        """Whether it can be set."""
        return self._file.exists()

    @property
    def _library(self) -> Path:
        return self.folder / "clock.so"

    @property
    def _file(self) -> Path:
        return self.folder / "clock"
