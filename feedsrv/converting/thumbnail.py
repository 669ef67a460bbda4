"""Thumbnails: a picture, small (WebP), by Pillow."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps

SIDE = 400
"""Pixels, at most, of the longer side."""
MOST_PIXELS = 100_000_000
"""Of a picture of which there is one; a larger one is a mistake, or a bomb."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 78


def thumbnail(data: bytes) -> bytes:
    """A picture as it is shown small: upright, without its metadata. Raises what Pillow does for what is none."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(BytesIO(data), formats=_FORMATS) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # of a JPEG no more is decoded than is needed
        picture.thumbnail((SIDE, SIDE))
        has_alpha = "A" in picture.getbands() or "transparency" in picture.info
        small = ImageOps.exif_transpose(picture).convert("RGBA" if has_alpha else "RGB")
    written = BytesIO()
    small.info.clear()
    small.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()
