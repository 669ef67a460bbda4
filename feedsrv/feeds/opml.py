"""A list of feeds as an outline: OPML 2.0 (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from feedsrv.feeds import SubscriptionGroup
from feedsrv.feeds.clean import cleaned

OPML_TYPE = "text/x-opml"
SPECIFICATION = "http://opml.org/spec2.opml"


def opml(title: str, owner: str, groups: Sequence[SubscriptionGroup]) -> bytes:
    """The groups of subscriptions as an OPML 2.0 document in UTF-8, the same bytes for the same groups always."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = cleaned(title)
    etree.SubElement(head, "ownerName").text = cleaned(owner)
    etree.SubElement(head, "docs").text = SPECIFICATION
    body = etree.SubElement(root, "body")
    for group in cleaned(tuple(groups)):
        outline = etree.SubElement(body, "outline", text=group.title)
        for subscription in group.subscriptions:
            attributes = {
                "type": "rss",
                "text": subscription.title,
                "title": subscription.title,
                "xmlUrl": subscription.feed,
                "htmlUrl": subscription.home,
            }
            etree.SubElement(outline, "outline", attributes)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
