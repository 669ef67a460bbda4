"""Colours: how well one is read on another, by WCAG 2.2, and what is used in place of one that is not read well."""

from __future__ import annotations

import re
from dataclasses import dataclass

COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
"""A colour as newsroom.toml states it: #rgb or #rrggbb."""

LEAST = 7.0
"""The contrast of text that is read, at least (WCAG 2.2, 1.4.6)."""

_STEPS = 100


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of a scheme on which text is read worst, and the end from which text is read best there."""

    scheme: str
    colour: str
    end: str


LIGHT = Ground("light", "#f5f3ee", "#000000")
DARK = Ground("dark", "#1c2027", "#ffffff")
"""They are ``--wash`` of colours.css, which a test compares."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str, ground: Ground) -> str:
    """The colour in small letters and six digits, mixed with the ground's end until text in it is read well there."""
    mixes = (_mixed(colour, ground.end, step / _STEPS) for step in range(_STEPS + 1))
    return next(mix for mix in mixes if contrast(mix, ground.colour) >= LEAST)


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(own + (its - own) * share):02x}" for own, its in pairs)


def _luminance(colour: str) -> float:
    """The relative luminance (WCAG 2.2)."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    return int(whole[:2], 16), int(whole[2:4], 16), int(whole[4:], 16)
