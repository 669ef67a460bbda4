"""Every error feedsrv raises.

::

    FeedsrvError
    ├── SettingsInvalid           the environment: every setting that is wrong, in one message
    ├── NewsroomInvalid           releases/newsroom.toml: every entry that is wrong
    ├── FileUnreadable            one release file; the others are not touched by it
    ├── ConversionPending         one document; the others are not touched by it
    ├── ImportFailed              what another system saved cannot be read, or nothing can be written
    ├── PublishingFailed          nothing was published, what was public stays so
    │   ├── FilesUnsettled        most files are being written, and nothing older of them is left
    │   ├── MovesRefused          too many releases would have another id
    │   └── RemovalRefused        too much of the newsroom would vanish at once
    ├── IndexProblem
    │   ├── IndexUnavailable      there is no generation that can be opened
    │   │   └── IndexAway         the machines that keep it do not answer
    │   └── IndexLocked           another process is writing
    └── ReleaseMissing
        ├── ReleaseNotFound       there is no such public release
        ├── ReleaseWithdrawn      there was; its notice is in ``withdrawal``
        └── AttachmentNotFound    there is, and it has no file of this name

A message is a sentence for the person who can mend the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedsrv.problem import Problem
    from feedsrv.release import Withdrawal


class FeedsrvError(Exception):
    """The root: whoever catches it has caught everything feedsrv raises on purpose."""


class SettingsInvalid(FeedsrvError):
    """The operational settings cannot be used; the message has a line for each that is wrong."""


class NewsroomInvalid(FeedsrvError):
    """newsroom.toml cannot be used; ``problems`` says what is wrong, and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class FileUnreadable(FeedsrvError):
    """A release file cannot be read; ``problem`` says why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ConversionPending(FeedsrvError):
    """The text of a document is still looked for, or that has not begun; whoever cannot do without can ``wait``."""

    def __init__(self, source: str, wait: Callable[[], object]) -> None:
        super().__init__(f"{source} is being converted")
        self.wait = wait


class ImportFailed(FeedsrvError):
    """What another system saved is no feed, is broken or too large; or the folder cannot be written to."""


class PublishingFailed(FeedsrvError):
    """Nothing was published: a full disk, a folder that cannot be read."""


class FilesUnsettled(PublishingFailed):
    """Most files of releases that are public are just being written, and the index from before cannot be read."""


class MovesRefused(PublishingFailed):
    """Many releases would have another id than they were published under, and nobody said ``--move-ids``."""


class RemovalRefused(PublishingFailed):
    """Most of the newsroom would vanish, and nobody said ``--force``."""


class IndexProblem(FeedsrvError):
    """The index cannot do what was asked of it."""


class IndexUnavailable(IndexProblem):
    """No generation is there to be opened, or the one that is cannot be trusted or read."""


class IndexAway(IndexUnavailable):
    """The machines that keep the index do not answer; what was published may be all there."""


class IndexLocked(IndexProblem):
    """Another process is writing to this index."""


class ReleaseMissing(FeedsrvError):
    """The release asked for is not public."""


class ReleaseNotFound(ReleaseMissing):
    """No public release has this id."""


class ReleaseWithdrawn(ReleaseMissing):
    """The release was public and has been withdrawn."""

    def __init__(self, withdrawal: Withdrawal) -> None:
        super().__init__(f"{withdrawal.id} was withdrawn")
        self.withdrawal = withdrawal


class AttachmentNotFound(ReleaseMissing):
    """The release, or the newsroom, is public, and no file of this name belongs to it."""
