"""XMP (ISO 16684-1): the properties of it that stay, by their namespaces."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from feedsrv.files.metadata.traces import Untreatable

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_WHOLE = frozenset({
    "adobe:ns:meta/", _RDF, "http://www.w3.org/XML/1998/namespace", "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/xap/1.0/rights/", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "http://ns.useplus.org/ldf/xmp/1.0/",
    "http://creativecommons.org/ns#",
})  # fmt: skip
_IN_PART: Mapping[str, frozenset[str]] = {
    "http://ns.adobe.com/photoshop/1.0/": frozenset(
        {
            "AuthorsPosition",
            "CaptionWriter",
            "Category",
            "City",
            "Country",
            "Credit",
            "DateCreated",
            "Headline",
            "ICCProfile",
            "Instructions",
            "Source",
            "State",
            "SupplementalCategories",
            "TransmissionReference",
            "Urgency",
        }
    ),
    "http://ns.adobe.com/tiff/1.0/": frozenset({"Artist", "Copyright", "ImageDescription", "Orientation"}),
    "http://ns.adobe.com/exif/1.0/": frozenset({"ColorSpace"}),
    "http://ns.adobe.com/xap/1.0/": frozenset({"CreateDate", "ModifyDate", "MetadataDate", "Rating", "Label"}),
}
_PRIVATE = re.compile("gps|latitude|longitude|altitude|serial", re.IGNORECASE)
"""Names that go in any namespace: structures of the IPTC hold positions."""
_PACKET = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>%b<?xpacket end="r"?>'


def kept(packet: bytes) -> bytes:
    """What stays of a packet, b"" if it is nothing. Raises Untreatable for one that is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(packet.strip(b"\0 \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Untreatable from error
    if root.getroottree().docinfo.doctype or not _stays(root.tag):
        raise Untreatable
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or not _stays(element.tag):
            if (parent := element.getparent()) is not None:
                parent.remove(element)
            continue
        for name in element.attrib:
            if not _stays(name):
                del element.attrib[name]
    if not any(_is_property(name) for element in root.iter() for name in (element.tag, *element.attrib)):
        return b""
    etree.cleanup_namespaces(root)
    return _PACKET % etree.tostring(root, encoding="utf-8")


def _stays(tag: object) -> bool:
    name = etree.QName(str(tag))
    space = name.namespace or ""
    is_listed = space in _WHOLE or name.localname in _IN_PART.get(space, ())
    return is_listed and (space == _RDF or not _PRIVATE.search(name.localname))


def _is_property(tag: object) -> bool:
    return etree.QName(str(tag)).namespace not in {None, _RDF, "adobe:ns:meta/", "http://www.w3.org/XML/1998/namespace"}
