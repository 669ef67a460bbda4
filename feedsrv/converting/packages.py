"""Packages: documents that are archives of XML, as Word and OpenDocument have them."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from feedsrv.converting import Unreadable

LARGEST_UNPACKED = 100_000_000
"""Bytes of all members together, as the archive states them; no member is unpacked to more than it states."""
MOST_MEMBERS = 5_000
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive that a document is. Raises Unreadable for one that unpacks to more than a release can be."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    if any(member.compress_type not in _PACKED for member in members):
        raise Unreadable("it is packed as no program for texts does it")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise Unreadable("it unpacks to more than a release can be")
    return archive


def text(archive: zipfile.ZipFile, name: str, element: str) -> str:
    """The words in the first such element of a member, whatever its namespace; "" where there is none."""
    part = xml(archive, name)
    return (part.findtext(f".//{{*}}{element}") or "").strip() if part is not None else ""


def xml(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    """A member as XML, None where there is none. Raises Unreadable for one that defines entities, or is locked."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.flag_bits & 1:
        raise Unreadable("it is locked with a password")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    root = etree.fromstring(archive.read(member), parser)
    if root.getroottree().docinfo.doctype:
        raise Unreadable("it defines entities, which no program for texts does")
    return root
