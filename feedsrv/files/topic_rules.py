"""The rules for topics as newsroom.toml states them: what is wrong with one, told before it is published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from feedsrv.newsroom import FILE_NAME, Newsroom, Topic
from feedsrv.problem import Problem
from feedsrv.query.parser import parse
from feedsrv.query.tree import Filter, positive_leaves

FEWEST = 10
"""Of fewer releases nothing is said of topics that have most of them."""


def complaints(newsroom: Newsroom, text: str, public: Collection[Sequence[str]]) -> Iterator[Problem]:
    """The problems of all rules; ``text`` is that of newsroom.toml, ``public`` the topics of each public release."""
    counts = Counter(topic for topics in public for topic in topics)
    lines = text.split("\n")
    for topic in newsroom.topics.values():
        line = _line(topic.id, lines)
        for rule in (*topic.match, *topic.excluding):
            for what in _misreadings(rule):
                yield Problem(
                    FILE_NAME, _line_of_rule(rule, line, lines), f"the rule {rule!r} of {topic.id}: {what}", _SEE
                )
        if topic.retired is None and public:
            yield from _size(topic, counts[topic.id], len(public), line)


def _size(topic: Topic, having: int, population: int, line: int) -> Iterator[Problem]:
    if not having:
        yield Problem(FILE_NAME, line, f"no release is in {topic.id}", "widen its match, or take the topic away")
    elif topic.match and population >= FEWEST and having * 2 > population:
        what = f"{having} of {population} releases are in {topic.id}: it tells nothing apart"
        yield Problem(FILE_NAME, line, what, "narrow its match; words of the boilerplate do not count")


def _misreadings(rule: str) -> Iterator[str]:
    read = parse(rule)
    yield from (note.rstrip(".") for note in read.notes)
    if read.tree is None:
        yield "there is no word in it"
    elif not any(True for _ in positive_leaves(read.tree)) and not isinstance(read.tree, Filter):
        yield "it only says what is not wanted, so it matches nearly everything"


_SEE = "write it as in the search box, and try it there"


def _line(topic_id: str, lines: Sequence[str]) -> int:
    """The line of a topic's table, from 1; 0 if it cannot be told."""
    head = re.compile(rf"""\s*\[\s*topics\s*\.\s*["']?{re.escape(topic_id)}["']?\s*\]|\s*{re.escape(topic_id)}\s*=""")
    return next((number for number, line in enumerate(lines, 1) if head.match(line)), 0)


def _line_of_rule(rule: str, start: int, lines: Sequence[str]) -> int:
    return next((number for number in range(max(start, 1), len(lines) + 1) if rule in lines[number - 1]), start)
