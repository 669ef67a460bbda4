"""A preview: the newsroom as it would be at another moment, and what is to be said of it beside its releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedsrv.problem import Problem


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a release is not public, as a message; ``told`` is what was found in its file, in English, or ""."""

    what: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview says of itself.

    ``moment`` is the moment it is for, in words; "" where it holds everything that is not withdrawn. ``reasons`` say
    by the id of a release why it is not public now; of public ones there is none. ``missing`` are the files that it
    does not hold, each with the reason. ``trouble`` says why the last change is not in it yet, "" where all are.
    """

    moment: str
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    missing: tuple[Problem, ...] = ()
    trouble: str = ""

    @property
    def unpublished(self) -> int:
        """How many releases and files it tells of that are not public."""
        return len(self.reasons) + len(self.missing)
