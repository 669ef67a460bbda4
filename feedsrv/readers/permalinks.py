"""Permalinks: the address that a generator gives a page by a pattern, as Jekyll, Hugo and WordPress write them."""

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
_FIELD = re.compile(r":([a-z_]+)|%([a-z_]+)%")
_OF_WORDPRESS = {"monthnum": "month", "postname": "slug", "category": "categories"}
_NAMES = ("filename", "contentbasename", "slugorfilename", "slugorcontentbasename")


def is_of_jekyll(source: str) -> bool:
    """Whether a file lies where Jekyll alone has its posts, or is called as they are at the top of a folder."""
    return not {"_posts", "_drafts"}.isdisjoint(PurePosixPath(source).parts) or is_usual(source)


def folders_of_site(source: str) -> tuple[str, ...]:
    """The folders in which a file lies, below that of a site's texts, as Hugo has them: its sections."""
    path = PurePosixPath(source)
    above = (path.parent if path.stem == "index" else path).parent.parts
    return above[above.index("content") + 1 :] if "content" in above else above


def is_usual(source: str) -> bool:
    """Whether a file of this path is one to which Jekyll gives an address by the usual pattern."""
    path = PurePosixPath(source)
    return bool(_DATED.fullmatch(path.stem)) and path.parent.name in {"", "_posts"}


def filled(pattern: str, source: str, day: date | None, categories: Sequence[str], slug: str) -> str:
    """The address that a pattern, or the style of this name, gives to a file.

    What is not known of the file stays as it is, and the address is none.
    """
    path = PurePosixPath(source)
    name = path.parent.name if path.stem == "index" and path.parent.name else path.stem
    dated = _DATED.fullmatch(name)
    title = slug or (dated["title"] if dated else name)
    above = path.parts[: path.parts.index("_posts")] if "_posts" in path.parts else ()
    fields = {"title": quote(title), "slug": quote(title.lower()), "output_ext": ".html", "name": quote(title)}
    fields["categories"] = "/".join(quote(name.lower()) for name in dict.fromkeys((*above, *categories)))
    sections = list(map(quote, folders_of_site(source)))
    fields |= {"sections": "/".join(sections), "section": next(iter(sections), "")}
    fields |= dict.fromkeys(_NAMES[:2], quote(name)) | dict.fromkeys(_NAMES[2:], quote(slug or name))
    if day:
        fields |= {
            "monthname": f"{day:%B}".lower(),
            "year": f"{day:%Y}",
            "month": f"{day:%m}",
            "day": f"{day:%d}",
            "short_year": f"{day:%y}",
        }
        fields |= {"i_month": str(day.month), "i_day": str(day.day), "y_day": f"{day:%j}"}

    def value(field: re.Match[str]) -> str:
        name = field[1] or _OF_WORDPRESS.get(field[2], field[2])
        return fields.get(name, f":{name}")

    return re.sub("/{2,}", "/", _FIELD.sub(value, _STYLES.get(pattern, pattern)))
