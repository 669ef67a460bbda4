"""Sweeping: what no reader can see any more is deleted, and the indices of other versions, and files of releases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import time

from feedsrv.search.attachments import is_of_release
from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import OPEN, others
from feedsrv.search.opensearch.releases import PAGE, Releases
from feedsrv.search.opensearch.state import Current

COPIED_LATELY = timedelta(hours=1)
"""In which a file may have been copied for a document that is not written yet."""

_FIELDS = ("from", "file")


def sweep(releases: Releases, before: Current, withdrawn: Set[str], files: Path, assets: Set[str]) -> None:
    """Delete what was made obsolete by what stood there ``before``, and the files that only this had.

    What has just been made obsolete is left to readers who are in it, but for what was ``withdrawn``, by source: of
    that no byte is to stay, and none of what was never public. The files by the digests of ``assets`` stay. Raises
    IndexUnavailable.
    """
    _drop_others(releases, before, is_withdrawing=bool(withdrawn))
    kept = before.published.number if before.published else 0
    found = list(releases.all(_obsolete(before, kept), _FIELDS))
    for part in _parts(sorted(withdrawn)):
        ended = {"bool": {"filter": [_obsolete(before, before.fence), {"terms": {"source": part}}]}}
        found += releases.all(ended, _FIELDS)
    was_secret = any(hit["_source"]["from"] in before.abandoned for hit in found)
    releases.expunge([hit["_id"] for hit in found], for_good=bool(withdrawn) or was_secret)
    gone = {digest for hit in found for digest in hit["_source"].get("file", ())} - assets
    for digest in gone - set(_named(releases, gone)):
        _delete(files / digest)


def prune(releases: Releases, files: Path, assets: Set[str], former: Set[str]) -> bool:
    """Delete all files that no document names: former assets, and what those have copied that published nothing.

    Those of the newsroom's appearance by these digests stay; and for this once the ``former`` ones, for readers who are
    in what names them, and what was copied not long ago: another may do that now. Whether anything stayed that a later
    time may delete. Raises IndexUnavailable, or OSError.
    """
    if not files.exists():
        return False
    there = {path.name for path in files.iterdir() if is_of_release(path.name)} - assets
    unnamed = there - set(_named(releases, there))
    since = time() - COPIED_LATELY.total_seconds()
    stay = {name for name in unnamed if name in former or (files / name).lstat().st_mtime > since}
    for name in unnamed - stay:
        _delete(files / name)
    return bool(stay)


def reopen(releases: Releases, numbers: Collection[int]) -> bool:
    """Let nothing have ended with these numbers, which were abandoned; whether no document has them any more.

    Raises IndexUnavailable.
    """
    ended = {"terms": {"to": list(numbers)}}
    lines: list[Json] = []
    for hit in releases.all(ended, ["from"], seq_no_primary_term=True):
        condition = {"_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
        lines += [{"update": condition}, {"doc": {"to": OPEN}}]
    for at in range(0, len(lines), 2 * PAGE):
        releases.write(lines[at : at + 2 * PAGE])
    releases.refresh()
    still = {"bool": {"should": [ended, {"terms": {"from": list(numbers)}}]}}
    return not any(releases.all(still, ()))


def _obsolete(before: Current, kept: int) -> Json:
    """What ended with this generation or earlier, or has never been public."""
    abandoned = list(before.abandoned)
    ended = {"bool": {"filter": [{"range": {"to": {"lte": kept}}}], "must_not": [{"terms": {"to": abandoned}}]}}
    return {"bool": {"should": [ended, {"terms": {"from": abandoned}}], "minimum_should_match": 1}}


def _drop_others(releases: Releases, before: Current, *, is_withdrawing: bool) -> None:
    """Delete the indices of other versions; that of the generation before is left to readers, too."""
    last = before.published.index if before.published and not is_withdrawing else releases.name
    for name in others(releases):
        if name != last:
            releases.cluster.ask("DELETE", f"/{name}")


def _named(releases: Releases, digests: Set[str]) -> Iterator[str]:
    """The digests of all files that the documents have which have one of these, whichever generation they are of."""
    for part in _parts(sorted(digests)):
        for hit in releases.all({"terms": {"file": part}}, ["file"]):
            yield from hit["_source"].get("file", ())


def _delete(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[at : at + PAGE] for at in range(0, len(values), PAGE))
