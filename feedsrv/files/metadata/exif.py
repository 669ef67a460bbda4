"""EXIF (CIPA DC-008): the few entries of it that stay, written anew. What cannot be read of it goes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

_DIRECTORY = 0x8769
KEPT = frozenset({
    0x010E, 0x0112, 0x011A, 0x011B, 0x0128, 0x0132, 0x013B, 0x013E, 0x013F, 0x0211, 0x0213, 0x0214, 0x8298,
})  # fmt: skip
"""Caption, orientation, resolution (3), date, credit, colour (5), copyright."""
KEPT_WITHIN = frozenset({
    0x9000, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9101, 0x9290, 0x9291, 0x9292, 0xA000, 0xA001, 0xA002,
    0xA003, 0xA500,
})  # fmt: skip
"""Of the list that EXIF adds to those of TIFF: versions and components, dates, colour space, size, gamma."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_HEAD = 8


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    value: bytes


def kept(data: bytes) -> bytes:
    """What stays of EXIF, b"" if it is nothing."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < _HEAD:
        return b""
    start = struct.unpack_from(f"{order}I", data, 4)[0]
    found = _entries(data, start, order)
    outer = {tag: entry for tag, entry in found.items() if tag in KEPT}
    inner: Mapping[int, _Entry] = {}
    if (pointer := found.get(_DIRECTORY)) and len(pointer.value) == 4:
        within = _entries(data, struct.unpack(f"{order}I", pointer.value)[0], order)
        inner = {tag: entry for tag, entry in within.items() if tag in KEPT_WITHIN}
    if not outer and not inner:
        return b""
    if inner:
        outer[_DIRECTORY] = _Entry(4, 1, bytes(4))
        behind = _HEAD + len(_written(outer, _HEAD, order))
        outer[_DIRECTORY] = _Entry(4, 1, struct.pack(f"{order}I", behind))
    head = data[:4] + struct.pack(f"{order}I", _HEAD) + _written(outer, _HEAD, order)
    return head + (_written(inner, len(head), order) if inner else b"")


def _entries(data: bytes, start: int, order: str) -> dict[int, _Entry]:
    """The entries of a list, by tag, those that lie within the data."""
    if start < _HEAD or start + 2 > len(data):
        return {}
    found = {}
    count = struct.unpack_from(f"{order}H", data, start)[0]
    for at in range(start + 2, min(start + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, at)
        size = _SIZES.get(kind, 0) * number
        place = at + 8 if size <= 4 else struct.unpack_from(f"{order}I", data, at + 8)[0]
        if size and place + size <= len(data):
            found[tag] = _Entry(kind, number, data[place : place + size])
    return found


def _written(entries: Mapping[int, _Entry], start: int, order: str) -> bytes:
    """A list of entries at that place, and what does not fit into it behind it."""
    rows, values = [], b""
    behind = start + 2 + 12 * len(entries) + 4
    for tag, entry in sorted(entries.items()):
        field = entry.value.ljust(4, b"\0")
        if len(entry.value) > 4:
            field = struct.pack(f"{order}I", behind + len(values))
            values += entry.value + bytes(len(entry.value) % 2)
        rows.append(struct.pack(f"{order}HHI", tag, entry.kind, entry.count) + field)
    return struct.pack(f"{order}H", len(rows)) + b"".join(rows) + bytes(4) + values
