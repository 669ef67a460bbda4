"""Versions: one page in each of the newsroom's languages, so that readers and search engines find theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from feedsrv.web.addresses import Addresses
from feedsrv.web.context import newsroom, site

NO_VERSIONS: Mapping[str, str] = MappingProxyType({})


def versions(
    kept: str, address: Callable[[Addresses], str], there: Collection[str] | None = None, page: int = 1
) -> Mapping[str, str]:
    """The addresses of a page by language: in the first it has what is of all, in each of the others what is in that.

    ``address`` tells the page's among those that keep a language; ``kept`` is the language of this one, "" for none.
    ``there`` are the languages that it has anything in, None where all are. There are no versions where there is but
    one, of a page in a language that the newsroom has not, and of later pages, which are others in each language.
    """
    first, *others = newsroom().languages or ("",)
    if page > 1 or kept not in {"", *others}:
        return NO_VERSIONS
    tags = [tag for tag in others if there is None or tag in there or tag == kept]
    in_others = {tag: address(site().addresses.keeping(tag)) for tag in tags}
    return {first: address(site().addresses), **in_others} if tags else NO_VERSIONS
