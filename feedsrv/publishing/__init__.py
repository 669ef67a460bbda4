"""Publishing: bringing the index in line with the folder, so that what is public now is what readers find.

::

    examination    what each file is now: the one way from a file to what is known of it
    tasks          what is to be done about each file, spread over the cores
    examined       one file as it was found, and what of it the public may know
    surroundings   what a file is read with, and whether it is being written
    run, summary   one publication, step by step; what it did
    thumbnails     small pictures, made when the large ones are published
    standing       how the folder stands, so that a run looks at what has changed and no more
    collection     what only all files together show: who has which id
    links          where the links of a release to others lead
    anchors        whether the parts are there that links lead to
    rivals         what is said of those who claim what another has
    losses         what was public and would no longer be
    moves          what would have another id than it was published under
    sentinel       whether what is about to be public is what the gate let pass
    watch          when it is time to publish again
    rounds         what nobody told of, found out beside all else
    check          what would be said, without doing anything
    explain        where each part of a release came from
    schedule       what is to come, and what waits
    preview        the newsroom as it would be
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile

from feedsrv.errors import NewsroomInvalid, PublishingFailed
from feedsrv.files.catalogue import Catalogue
from feedsrv.files.settling import ALL_SETTLED, Unsettled
from feedsrv.newsroom import FILE_NAME, Newsroom
from feedsrv.problem import Problem
from feedsrv.publishing import summary as summaries
from feedsrv.publishing.examination import Judge, Progress, as_stated
from feedsrv.publishing.run import Run
from feedsrv.publishing.sentinel import Share
from feedsrv.publishing.standing import Standing
from feedsrv.publishing.summary import Summary
from feedsrv.search import SearchIndex, Update

__all__ = ["Memory", "Summary", "publish"]

_SPOOL_IN_MEMORY = 16_000_000


@dataclass(slots=True)
class Memory:
    """What a publisher that stays keeps from one run to the next; nothing at first, and after a run that failed.

    ``recalls``: then it goes on from what is remembered of the files, for it makes `rounds` in which they are read.
    Whoever stays purges the index at leisure.
    """

    standing: Standing | None = None
    recalls: bool = False


def publish(
    catalogue: Catalogue,
    index: SearchIndex,
    now: datetime,
    *,
    rebuild: bool = False,
    force: bool = False,
    move_ids: bool = False,
    host: str = "",
    only: Set[str] | None = None,
    unsettled: Unsettled = ALL_SETTLED,
    progress: Progress = iter,
    handing: Progress = iter,
    judge: Judge = as_stated,
    memory: Memory | None = None,
    review: Share | None = None,
) -> Summary:
    """Bring the index in line with the folder as of ``now``.

    ``only`` names what may have changed, come or gone in the folder, None: all; with a ``memory`` that costs what has
    changed, else a look at all. ``unsettled`` are files that are being written, which stay what they were. ``force``
    allows most of the newsroom to go, ``move_ids`` many releases to have other ids than before. ``host`` is that of the
    public address, of which permanent ids are made where there is no authority. Another ``judge`` is for an index that
    is not the public one; ``progress`` shows how far reading is, and ``handing`` how much of what was read the index
    has; ``review`` has the sentinel look at a share of all of it. Where newsroom.toml cannot be read, what was
    last published of it holds.
    Raises IndexLocked, NewsroomInvalid, PublishingFailed (RemovalRefused, MovesRefused, FilesUnsettled): then all is as
    it was; unless the message says that all but the purge is done, which is for whoever has no ``memory`` alone.
    """
    stays, memory = memory is not None, memory or Memory()
    standing, memory.standing = memory.standing, None
    with index.update(rebuild=rebuild) as update:
        stated, complaints = _newsroom(catalogue, index, update, unsettled)
        furnished = catalogue.furnished(stated, update.newsroom, unsettled)
        update.set_newsroom(furnished.newsroom, furnished.files)
        run = Run(catalogue, furnished.newsroom, now, judge, unsettled, update, progress, handing)
        with SpooledTemporaryFile(_SPOOL_IN_MEMORY) as spool:
            run.look(standing, only, spool, recalls=memory.recalls)
            run.weigh(host, force=force, move_ids=move_ids)
            run.put_read(spool)
        run.put(run.affected())
        run.remove_others()
        run.guard(review)
        summary = summaries.of(run, complaints, furnished.problems)
        update.finish(run.changes(), summary.true_until, run.standing.collection.topic_names)
    run.standing.remember(update)
    memory.standing = run.standing
    if not stays:
        _purge(index)
    return summary


def _purge(index: SearchIndex) -> None:
    """Purge the index. Raises PublishingFailed, which says what is done and what is not."""
    try:
        index.purge()
    except PublishingFailed as error:
        done = "all was published, but what was withdrawn has not gone from the disk yet"
        raise PublishingFailed(f"{done}: {error}; run feedsrv index again") from error


def _newsroom(
    catalogue: Catalogue, index: SearchIndex, update: Update, unsettled: Unsettled
) -> tuple[Newsroom, tuple[Problem, ...]]:
    """What newsroom.toml says, or last said where it is being written or cannot be read; and what is wrong with it.

    Whether it can be read is left word of, for those who ask after health; and its languages, for whoever comes before
    there is anything to be read.
    """
    before = update.newsroom
    if before and FILE_NAME in unsettled:
        return before, ()
    try:
        newsroom = catalogue.newsroom()
    except NewsroomInvalid as error:
        index.set_degraded(is_degraded=True)
        if before is None:
            raise
        return before, error.problems
    index.set_degraded(is_degraded=False)
    index.set_languages(newsroom.languages)
    return newsroom, ()
