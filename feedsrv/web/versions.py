"""Versions: one page in each of the newsroom's languages, so that readers and search engines find theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from feedsrv.release import Release
from feedsrv.web.addresses import Addresses
from feedsrv.web.context import newsroom, site

NO_VERSIONS: Mapping[str, str] = MappingProxyType({})


def versions(kept: str, address: Callable[[Addresses], str], there: Collection[str] | None = None) -> Mapping[str, str]:
    """Where a page leads whoever wants another language: in the first it has what is of all, in the others what is so.

    ``address`` tells the page's among those that keep a language; ``kept`` is the language of this one, "" for none.
    ``there`` are the languages that it has anything in, None where all are. There are none where there is but one
    language. A page that is not among them itself, such as a later one of a list, is no version of theirs: its readers
    are led to them, search engines are told of none.
    """
    first, *others = newsroom().languages or ("",)
    tags = [tag for tag in others if there is None or tag in there or tag == kept]
    in_others = {tag: address(site().addresses.keeping(tag)) for tag in tags}
    return {first: address(site().addresses), **in_others} if tags else NO_VERSIONS


def of_release(release: Release, siblings: Sequence[Release]) -> Mapping[str, str]:
    """The same of a release's page: its translations. None where it has none."""
    all_of_it = (release, *siblings) if siblings else ()
    return {version.language: site().addresses.release(version.id) for version in all_of_it}
