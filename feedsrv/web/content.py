"""The content of a release as HTML that stands anywhere: on its page, and in a feed reader."""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import urljoin

from flask import render_template

from feedsrv.newsroom import Newsroom
from feedsrv.release import Release
from feedsrv.web.addresses import Addresses

# Sanitised HTML has one spelling: names in small letters, values in double quotes, "<" in a text always escaped.
_TAG = re.compile(r'<[a-z0-9]+(?: [a-z]+="[^"]*")+>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


def body(release: Release, addresses: Addresses) -> str:
    """The body with its relative addresses made absolute, as if it were a folder at the release's address."""
    base = addresses.absolute(addresses.release(release.id))

    def absolute(attribute: re.Match[str]) -> str:
        name, value = attribute.groups()
        return f'{name}="{escape(_absolute(unescape(value), base))}"' if name in {"href", "src"} else attribute[0]

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(absolute, tag[0]), release.body)


def for_feeds(release: Release, addresses: Addresses, newsroom: Newsroom) -> str:
    """All that a feed reader shows: corrections, the body, contacts."""
    return render_template("entry.html", release=release, body=body(release, addresses), newsroom=newsroom).strip()


def _absolute(address: str, base: str) -> str:
    if address.startswith("#"):
        return base + address
    try:
        return urljoin(base + "/", address)
    except ValueError:  # "http://[": an address that cannot be one
        return base
