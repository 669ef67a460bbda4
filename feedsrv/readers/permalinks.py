"""Permalinks: the address that a generator gives a page by a pattern, as Jekyll writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

USUAL = "/:categories/:year/:month/:day/:title.html"
"""The pattern that Jekyll has where none is stated."""
_STYLES = {
    "date": USUAL,
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}

_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-(?P<title>.+)")
_FIELD = re.compile(r":([a-z_]+)")


def is_usual(source: str) -> bool:
    """Whether a file of this path is one to which Jekyll gives an address by the usual pattern."""
    path = PurePosixPath(source)
    return bool(_DATED.fullmatch(path.stem)) and path.parent.name in {"", "_posts"}


def filled(pattern: str, source: str, day: date | None, categories: Sequence[str], slug: str) -> str:
    """The address that a pattern, or the style of this name, gives to a file.

    What is not known of the file stays as it is, and the address is none.
    """
    path = PurePosixPath(source)
    dated = _DATED.fullmatch(path.stem)
    title = slug or (dated["title"] if dated else path.stem)
    above = path.parts[: path.parts.index("_posts")] if "_posts" in path.parts else ()
    fields = {"title": quote(title), "slug": quote(title.lower()), "output_ext": ".html", "name": quote(title)}
    fields["categories"] = "/".join(quote(name.lower()) for name in dict.fromkeys((*above, *categories)))
    if day:
        fields |= {"year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}", "short_year": f"{day:%y}"}
        fields |= {"i_month": str(day.month), "i_day": str(day.day), "y_day": f"{day:%j}"}
    return re.sub("/{2,}", "/", _FIELD.sub(lambda field: fields.get(field[1], field[0]), _STYLES.get(pattern, pattern)))
