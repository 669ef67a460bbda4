"""The topics of a release: which it is in, and why; and what is wrong with the rules that put it there.

What the file states comes first, then the folder it lies in, then the rules of newsroom.toml, see
`feedsrv.files.rules`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from feedsrv.files.rules import Subject
from feedsrv.locales.message import Message
from feedsrv.newsroom import FILE_NAME, Newsroom, Topic
from feedsrv.problem import Problem
from feedsrv.query.parser import parse
from feedsrv.query.tree import Filter, positive_leaves
from feedsrv.release import Membership, Release
from feedsrv.topic_names import topic_id as topic_id_of

FEWEST_FOR_SIZE = 10
"""Of fewer releases nothing is said of topics that have most of them."""


def memberships(release: Release, newsroom: Newsroom) -> tuple[Membership, ...]:
    """The topics of a release with their reasons, each topic once, in the order of precedence."""
    refused = _refused(release, newsroom)
    found: dict[str, Message] = {}
    for name in release.stated_topics:
        if not name.startswith("-"):
            found.setdefault(newsroom.topic_id(topic_id_of(name)), Message("the file says so"))
    for folder in PurePosixPath(release.source).parent.parts:
        topic_id = newsroom.topic_id(topic_id_of(folder))
        if topic_id in newsroom.topics:
            found.setdefault(topic_id, Message("it lies in the folder “%(folder)s”", folder=folder))
    for topic_id in tuple(found):
        for successor in newsroom.successors(topic_id):
            found.setdefault(
                successor, Message("it took the place of “%(topic)s”", topic=newsroom.topic_label(topic_id))
            )
    ruled = [topic for topic in newsroom.topics.values() if topic.match and topic.retired is None]
    if ruled:
        subject = Subject(release, newsroom)
        for topic in ruled:
            if topic.id not in found and (reason := subject.reason(topic)):
                found[topic.id] = reason
    return tuple(
        Membership(topic, str(reason), reason.source, reason.values)
        for topic, reason in found.items()
        if topic not in refused
    )


def overruled(release: Release, newsroom: Newsroom) -> tuple[Membership, ...]:
    """The topics that a release is not in although something speaks for them, each with what speaks against it."""
    found = dict.fromkeys(sorted(_refused(release, newsroom)), "the file refuses it")
    subject = Subject(release, newsroom)
    for topic in newsroom.topics.values():
        if topic.id not in found and topic.id not in release.topic_ids and topic.excluding:
            spoken = subject.reason(replace(topic, excluding=()))
            against = subject.reason(replace(topic, match=topic.excluding, excluding=()))
            if spoken and against:
                found[topic.id] = f"{spoken}, but also: {against}"
    return tuple(Membership(topic, reason) for topic, reason in found.items())


def _refused(release: Release, newsroom: Newsroom) -> set[str]:
    return {newsroom.topic_id(topic_id_of(name[1:])) for name in release.stated_topics if name.startswith("-")}


def complaints(newsroom: Newsroom, public: Collection[Sequence[str]]) -> Iterator[Problem]:
    """What is wrong with the rules of newsroom.toml; ``public`` are the topics of each public release."""
    counts = Counter(topic for topics in public for topic in topics)
    lines = newsroom.text.split("\n")
    for topic in newsroom.topics.values():
        line = _line(topic.id, lines)
        for rule in (*topic.match, *topic.excluding):
            for what in _misreadings(rule):
                yield Problem(
                    FILE_NAME, _line_of_rule(rule, line, lines), f"the rule {rule!r} of {topic.id}: {what}", _SEE
                )
        if topic.retired is None and public:
            yield from _size(topic, counts[topic.id], len(public), line)


_SEE = "write it as in the search box, and try it there"


def _size(topic: Topic, having: int, population: int, line: int) -> Iterator[Problem]:
    if not having:
        yield Problem(
            FILE_NAME,
            line,
            f"no release is in {topic.id}",
            "widen its match, or take the topic away",
            kind="topic-empty",
        )
    elif topic.match and population >= FEWEST_FOR_SIZE and having * 2 > population:
        what = f"{having} of {population} releases are in {topic.id}: it tells nothing apart"
        yield Problem(
            FILE_NAME, line, what, "narrow its match; words of the boilerplate do not count", kind="topic-wide"
        )


def _misreadings(rule: str) -> Iterator[str]:
    read = parse(rule, is_rule=True)
    yield from (note.rstrip(".") for note in read.notes)
    if read.tree is None:
        yield "there is no word in it"
    elif not any(True for _ in positive_leaves(read.tree)) and not isinstance(read.tree, Filter):
        yield "it only says what is not wanted, so it matches nearly everything"


def _line(topic_id: str, lines: Sequence[str]) -> int:
    """The line of a topic's table, from 1; 0 if it cannot be told."""
    head = re.compile(rf"""\s*\[\s*topics\s*\.\s*["']?{re.escape(topic_id)}["']?\s*\]|\s*{re.escape(topic_id)}\s*=""")
    return next((number for number, line in enumerate(lines, 1) if head.match(line)), 0)


def _line_of_rule(rule: str, start: int, lines: Sequence[str]) -> int:
    return next((number for number in range(max(start, 1), len(lines) + 1) if rule in lines[number - 1]), start)
