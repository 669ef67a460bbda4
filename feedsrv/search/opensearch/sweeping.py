"""Sweeping: what no reader can see any more is deleted, and the indices of other versions, and files of releases."""

from __future__ import annotations

from collections.abc import Iterable, Set
from contextlib import suppress
from pathlib import Path

from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import others
from feedsrv.search.opensearch.releases import PAGE, Releases
from feedsrv.search.opensearch.state import Current

_FIELDS = ("from", "file")


def sweep(releases: Releases, before: Current, withdrawn: Set[str], files: Path, assets: Set[str]) -> None:
    """Delete what was made obsolete by what stood there ``before``, and the files that nothing there has any more.

    What has just been made obsolete is left to readers who are in it, but for what was ``withdrawn``, by source: of
    that no byte is to stay, and none of what was never public. The files of the newsroom's appearance by these digests
    stay, and former ones too: they are small, and readers may be in what names them. Raises IndexUnavailable.
    """
    _drop_others(releases, before, is_withdrawing=bool(withdrawn))
    kept = before.published.number if before.published else 0
    found = list(releases.all(_obsolete(before, kept), _FIELDS))
    for part in _parts(sorted(withdrawn)):
        ended = {"bool": {"filter": [_obsolete(before, before.fence), {"terms": {"source": part}}]}}
        found += releases.all(ended, _FIELDS)
    was_secret = any(hit["_source"]["from"] in before.abandoned for hit in found)
    releases.expunge([hit["_id"] for hit in found], for_good=bool(withdrawn) or was_secret)
    _delete_files(releases, {digest for hit in found for digest in hit["_source"].get("file", ())} - assets, files)


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


def _delete_files(releases: Releases, digests: Set[str], files: Path) -> None:
    for part in _parts(sorted(digests)):
        having = {
            digest
            for hit in releases.all({"terms": {"file": part}}, ["file"])
            for digest in hit["_source"].get("file", ())
        }
        for digest in part:
            if digest not in having:
                with suppress(FileNotFoundError):
                    (files / digest).unlink()


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[at : at + PAGE] for at in range(0, len(values), PAGE))
