"""Holding: what speaks against showing a post that another system saved.

Only what says in so many words that it is public, is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from lxml import etree

from feedsrv.importing.post import Post
from feedsrv.importing.xml import Element, children, first, notes, texts
from feedsrv.readers.effects import Effect
from feedsrv.readers.entries import truth
from feedsrv.readers.keys import effect_of

_RESTRICTION = re.compile(
    r"(\[[a-z0-9_-]*(?:access|hidden|hide|level|logged|login|member|only|paid|premium|private|protect|restrict|role|"
    r"subscri|user|visib)[a-z0-9_-]*)[\s\]=]|(blockVisibility|hideBlock)",
    re.IGNORECASE,
)
"""By which plug-ins keep a part of a post from some readers."""


def judged(post: Post, item: Element, now: datetime) -> Post:
    """The post, with what speaks against showing it. Only what says in so many words that it is public, is."""
    statuses = {text.strip() for text in texts(item, "status", is_own=False)}
    if any(texts(item, "post_password", is_own=False)):
        return replace(post, held="protected by a password")
    if said := next(_holding(item), ""):
        return replace(post, held=said)
    if restriction := _RESTRICTION.search(post.body):
        return replace(post, held=f"restricted by {restriction[1] or restriction[2]}")
    if statuses == {"future"} and post.published and post.published > now:
        return replace(post, opens=post.published)
    drafts = (part.text for control in children(item, "control", is_own=False) for part in control)
    if any((text or "").strip() != "no" for text in drafts):
        return replace(post, held="draft")
    is_exported = bool(first(texts(item, name, is_own=False) for name in ("post_type", "post_id", "post_date")))
    if statuses - {"publish"} or (is_exported and not statuses):
        return replace(post, held=", ".join(sorted(statuses - {"publish"})) or "without a status")
    return post


def _holding(item: Element) -> Iterator[str]:
    """What holds a post beside WordPress' own elements: those that are called so, and notes of plug-ins."""
    for child in item:
        name = etree.QName(child)
        is_own = "wordpress.org" in (name.namespace or "") or name.localname in _OF_FEEDS
        value = "".join(child.itertext()).strip()
        if not is_own and _holds(name.localname, value):
            yield f"{name.localname}: {value[:40]}"
    for key, value in notes(item):
        if _OF_A_PLUG_IN.search(key) and value.strip().lower() not in _FOR_ALL:
            yield f"restricted by {key}"


def _holds(key: str, value: str) -> bool:
    """Whether a key that is called so, with this value, may hold a release."""
    found = effect_of(key)
    if not found or found.effect is Effect.DATE or not value:
        return False
    return truth(value) is not True if found.effect is Effect.SHOWS else value.lower() not in _FOR_ALL


_OF_FEEDS = frozenset({"link", "published", "updated", "control", "source", "id", "guid", "title", "rights"})
_FOR_ALL = frozenset({
    "", "0", "no", "false", "off", "none", "all", "any", "everybody", "everyone", "public", "publish", "published",
    "visible", "default", "open", "a:0:{}", "{}", "[]",
})  # fmt: skip
"""What says that something holds nothing back."""
_OF_A_PLUG_IN = re.compile(
    r"(?<![a-z])(?:member(?:s|ship)?|memberships?|restrict\w*|access|paywall|premium|private|protected|visibility|embargo"
    r"|expir\w*|unpublish\w*|rcp|pmpro|s2member|wlm|wpmem|content_?control)(?![a-z])",
    re.IGNORECASE,
)
"""Words in the names of the notes by which plug-ins keep a post from some readers, or take it away."""


def of_table(item: Mapping[str, Any]) -> Iterator[str]:
    """What of an item, or of an extension in it, is called like a key that holds a release."""
    for name, value in item.items():
        inner = value.items() if name.startswith("_") and isinstance(value, dict) else [(name.lstrip("_"), value)]
        for key, said in inner:
            value = "" if said is None else str(said).strip()
            if _holds(str(key), value):
                yield f"{key}: {value[:40]}"
