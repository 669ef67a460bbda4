"""Importing: a file that another system saved -> a folder of releases.

::

    xml, xml_posts     a WordPress export, RSS, Atom, piece by piece; the posts in it
    json_posts         those of a JSON feed
    holding            what speaks against showing one
    post, content      a post and its site; its text as that of a release
    folder             the files that are written, and those that are left as they are
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from feedsrv.errors import ImportFailed
from feedsrv.files.opening import in_words, opened
from feedsrv.importing import json_posts, xml, xml_posts
from feedsrv.importing.folder import Folder, Outcome
from feedsrv.importing.post import Post, Site


@dataclass
class Report:
    """What was carried over, and what was not.

    ``kept`` are the files that are other than the post. ``held`` counts what is not public, by why it is not;
    ``left_out`` what is in no file, by what it is called. ``files`` are to be copied: their addresses, by their paths
    in the folder. ``failure`` says why the rest of the file was not read, "" where all of it was.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    kept: list[Path] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    files: dict[str, str] = field(default_factory=dict)
    failure: str = ""


def carry_over(file: Path, folder: Path, kinds: frozenset[str], now: datetime, told: Callable[[int], object]) -> Report:
    """Write a release for each post of these types that a file holds, if there is none yet in the folder.

    ``told`` is told of bytes that were read; XML is read twice. Raises ImportFailed for a file or a folder that cannot
    be used; a file that is broken is read to there, and the report says so.
    """
    report, site = Report(), Site()
    report.left_out, report.files = site.left_out, site.files
    try:
        into = Folder(folder)
        for post in _posts(file, site, kinds, now, told):
            path, outcome = into.put(post, site)
            report.outcomes[outcome] += 1
            if outcome is Outcome.KEPT:
                report.kept.append(path)
            if post.held or post.opens:
                report.held[post.held or "scheduled"] += 1
    except ImportFailed as error:
        if not report.outcomes:
            raise
        report.failure = str(error)
    except OSError as error:
        raise ImportFailed(f"{error.filename or folder}: {in_words(error)[0]}") from error
    return report


def _posts(
    file: Path, site: Site, kinds: frozenset[str], now: datetime, told: Callable[[int], object]
) -> Iterator[Post]:
    with opened(file, follows_links=True) as stream:
        if stream.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            items = json_posts.items(stream, site)
            told(2 * os.fstat(stream.fileno()).st_size)
            yield from json_posts.posts(items, site)
            return
        with suppress(ImportFailed):  # the second reading stops at the same place, after what stands above
            xml_posts.survey(xml.pieces(stream, told), site, kinds)
        stream.seek(0)
        yield from xml_posts.posts(xml.pieces(stream, told), site, kinds, now)
