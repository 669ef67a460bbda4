"""Posts in XML: those of a WordPress export (WXR), of RSS and of Atom.

A WordPress export is RSS with elements of its own; what it says of itself, and when it may be seen, is in those:
https://github.com/WordPress/WordPress/blob/master/wp-admin/includes/export.php
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from html import escape

from lxml import etree

from feedsrv.importing import holding
from feedsrv.importing.post import Post, Site, joined, split
from feedsrv.importing.xml import Element, children, notes, text_of, texts
from feedsrv.text.uris import is_of_the_web

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MEDIA = "{http://search.yahoo.com/mrss/}content"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_NO_TOPICS = {"language", "author", "nav_menu", "post_format", "post_translations", "term_translations"}
"""Of WordPress' taxonomies, those that tell no subject."""


def survey(pieces: Iterable[Element], site: Site, kinds: frozenset[str]) -> None:
    """Look for what has to be known of a site before any of its posts is read."""
    for piece in pieces:
        name = etree.QName(piece).localname
        if name in {"link", "base_site_url", "base_blog_url"}:
            address = _address(piece)
            site.own([address])
            if address and name != "base_site_url":
                site.page = site.page or address
                site.root = split(address).path.rstrip("/") + "/"
        elif name in {"item", "entry"}:
            kind = _kind(piece)
            for address in texts(piece, "attachment_url", is_own=False):
                site.own([address])
                described = dict(notes(piece)).get("_wp_attachment_image_alt", "")
                site.media[_number(piece)] = address.strip(), described
                site.of_posts[text_of(piece, "post_parent", is_own=False).strip()].append(_number(piece))
            if kind in kinds and (link := site.path(_link(piece, site))):
                site.addresses.update({link, _by_number(piece, site)})


def posts(pieces: Iterable[Element], site: Site, kinds: frozenset[str], now: datetime) -> Iterator[Post]:
    """The posts of these kinds; what else there is, is counted as left out."""
    for piece in pieces:
        if etree.QName(piece).localname not in {"item", "entry"}:
            continue
        if (kind := _kind(piece)) not in kinds:
            site.left_out[f"post of the type {kind}"] += kind != "attachment"  # those that a post names are copied
            continue
        site.left_out["comment"] += len(children(piece, "comment", is_own=False))
        post = _of_atom(piece, site) if etree.QName(piece).localname == "entry" else _of_rss(piece, site)
        yield holding.judged(post, piece, now)


def _of_rss(item: Element, site: Site) -> Post:
    excerpt = content = ""
    for encoded in children(item, "encoded", is_own=False):  # both are called so, in two namespaces
        if (etree.QName(encoded).namespace or "").endswith("/excerpt/"):
            excerpt = "".join(encoded.itertext())
        else:
            content = "".join(encoded.itertext())
    described = text_of(item, "description")
    is_cut = described.rstrip().endswith(("[…]", "[&hellip;]", "[&#8230;]", "[...]"))
    meta = [*notes(item)]
    number = dict(meta).get("_thumbnail_id", "")
    address, picture_text = site.media.get(number, ("", ""))
    if number and not address:
        site.left_out["pictures that are not in the file"] += 1
    is_export = bool(texts(item, "post_type", is_own=False))
    link = _link(item, site)
    base = _base(item, link or site.page)
    return Post(
        guid=text_of(item, "guid").strip() or item.get(_ABOUT, "") or link,
        link=link,
        title=text_of(item, "title"),
        body=content or described,
        summary=excerpt or ("" if is_cut or not content else described),
        slug=text_of(item, "post_name", is_own=False),
        published=_in_export(item) or _read(text_of(item, "pubDate") or text_of(item, "date", is_own=False)),
        language=_language(item),
        topics=tuple(_topics(item)),
        picture=address,
        picture_text=picture_text,
        attachments=tuple(joined(base, file.get("url", "")) for file in _files(item)),
        former=(_by_number(item, site), *_former(item, meta)),
        is_raw=is_export,
        base=base,
        gallery=tuple(site.media[number] for number in site.of_posts[_number(item)] if number),
    )


def _files(item: Element) -> Iterator[Element]:
    """The files that an item of RSS encloses, also as Media RSS has them."""
    yield from children(item, "enclosure")
    for group in (item, *children(item, "group", is_own=False)):
        yield from (child for child in group if child.tag == _MEDIA and child.get("url"))


def _base(element: Element, address: str) -> str:
    """What addresses in an element count from (https://www.w3.org/TR/xmlbase/)."""
    for above in (*reversed(list(element.iterancestors())), element):
        address = joined(address, above.get(_BASE, "")) if above.get(_BASE) else address
    return address


def _of_atom(entry: Element, site: Site) -> Post:
    link = _link(entry, site)
    text = next(iter((*children(entry, "content"), *children(entry, "summary"))), entry)
    base = _base(text, link or site.page)
    summary, content = (_html(next(iter(children(entry, name)), None)) for name in ("summary", "content"))
    links = children(entry, "link")
    return Post(
        guid=text_of(entry, "id").strip() or link,
        link=link,
        title=_html(next(iter(children(entry, "title")), None)),
        body=content or summary,
        summary=summary if content else "",
        published=_read(text_of(entry, "published") or text_of(entry, "updated")),
        language=entry.get(_LANG, ""),
        topics=tuple(topic.get("label") or topic.get("term") or "" for topic in children(entry, "category")),
        attachments=tuple(
            joined(_base(entry, site.page), file.get("href", "")) for file in links if file.get("rel") == "enclosure"
        ),
        base=base,
    )


def _html(construct: Element | None) -> str:
    """What a text construct says, as HTML (RFC 4287, section 3.1)."""
    if construct is None:
        return ""
    kind = construct.get("type", "text")
    if kind == "xhtml":
        for element in construct.iter("*"):
            element.tag = etree.QName(element).localname
        etree.cleanup_namespaces(construct)
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in construct)
    text = "".join(construct.itertext())
    return text if kind in {"html", "text/html"} else escape(text, quote=False)


def _kind(item: Element) -> str:
    """The type of a post in WordPress; what is no export has posts alone."""
    kinds = {text.strip() for text in texts(item, "post_type", is_own=False)} or {"post"}
    return kinds.pop() if len(kinds) == 1 else "of several types"


def _link(item: Element, site: Site) -> str:
    """Where an item is; in RSS its guid may say so, if it does not say that it is no such address."""
    stated = next((address for link in children(item, "link") if (address := _address(link))), "")
    guid = next((guid for guid in children(item, "guid") if guid.get("isPermaLink", "true") != "false"), None)
    permanent = (guid.text or "").strip() if guid is not None else ""
    found = stated or (permanent if is_of_the_web(permanent) else "")
    return joined(_base(item, site.page), found) if found else ""


def _address(link: Element) -> str:
    is_page = link.get("rel", "alternate") == "alternate"
    return ((link.get("href") or link.text or "") if is_page else "").strip()


def _in_export(item: Element) -> datetime | None:
    """When WordPress says that it was published, with the offset that its two notations of the moment tell."""
    moments = []
    for name in ("post_date_gmt", "post_date"):
        with suppress(ValueError):
            moments.append(datetime.strptime(text_of(item, name, is_own=False).strip(), "%Y-%m-%d %H:%M:%S"))  # noqa: DTZ007
    if len(moments) < 2 or abs(offset := moments[1] - moments[0]) > timedelta(hours=14):
        return moments[0].replace(tzinfo=UTC) if len(moments) == 2 else None
    return moments[1].replace(tzinfo=timezone(offset))


def _read(date: str) -> datetime | None:
    """A date as RSS or as Atom writes it, None for any other."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, OverflowError):
            moment = read(date.strip())
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _topics(item: Element) -> Iterator[str]:
    for topic in children(item, "category"):
        if topic.get("domain", "") not in _NO_TOPICS and topic.get("nicename") != "uncategorized":
            yield topic.text or ""
    yield from texts(item, "subject", is_own=False)


def _language(item: Element) -> str:
    """That of a feed, or of Polylang."""
    stated = (topic.get("nicename") or "" for topic in children(item, "category") if topic.get("domain") == "language")
    return next(stated, "") or text_of(item, "language", is_own=False)


def _former(item: Element, meta: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Where it was under other names: WordPress redirects from there."""
    head, _, slug = _link(item, Site()).rstrip("/").rpartition("/")
    if slug and slug == text_of(item, "post_name", is_own=False).strip():
        yield from (f"{split(head).path}/{value.strip()}/" for key, value in meta if key == "_wp_old_slug")


def _number(item: Element) -> str:
    return text_of(item, "post_id", is_own=False).strip()


def _by_number(item: Element, site: Site) -> str:
    """The address by which every post of WordPress is found, whatever its others are."""
    number = _number(item)
    return f"{site.root}?p={number}" if number.isdecimal() else ""
