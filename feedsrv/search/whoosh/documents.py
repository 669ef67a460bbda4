"""The documents of the Whoosh index: its schema, and what its files depend on.

The terms of `feedsrv.search.documents` go into the fields, the release itself into a column; what filters and orders
need of it goes into the table of the generation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, KEYWORD, TEXT, Schema

from feedsrv.errors import IndexUnavailable
from feedsrv.search.documents import SCHEMA_VERSION

_ENGINE = "whoosh3"
_RELATIVES = ("Whoosh", "Whoosh-Reloaded")
"""Distributions of the same library that this runs with as well; see the session ``whooshes`` in noxfile.py."""


def schema() -> Schema:
    """The fields of a document: stems by part, and all words as written, where phrases are looked up."""
    return Schema(
        title=TEXT(phrase=False),
        body=TEXT(phrase=False),
        boilerplate=TEXT(phrase=False),
        forms=TEXT(phrase=True),
        boilerplate_forms=TEXT(phrase=True),
        title_forms=TEXT(phrase=True),
        contacts=TEXT(phrase=True),
        reference=KEYWORD(),
        record=COLUMN(VarBytesColumn()),
    )


@cache
def engine_version() -> str:
    """All that the files of an index depend on, as one string: what was installed when it was first asked for.

    Raises IndexUnavailable where one distribution of Whoosh has been installed over another: they share a folder.
    """
    found = dict(_installed())
    if len(found) > 1:
        names = " and ".join(found)
        raise IndexUnavailable(
            f"{names} are installed in the same folder: run pip uninstall {' '.join(found)}, then pip install {_ENGINE}"
        )
    ((name, number),) = found.items()
    return f"schema {SCHEMA_VERSION}, {name} {number}, pystemmer {version('pystemmer')}"


def _installed() -> Iterator[tuple[str, str]]:
    for name in (_ENGINE, *_RELATIVES):
        with suppress(PackageNotFoundError):
            yield name, version(name)
