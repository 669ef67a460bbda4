"""The names of topics: which topic a name means, and by which name a topic goes that several spell in their own way.

An id is part of an address, as that of a release is: what changes here moves topics, and then `former_id` has to tell
where each was before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from feedsrv import ids
from feedsrv.newsroom import Newsroom, TopicNames

_PLUS = re.compile(r"(?<=\w)[+＋]+")
_SHARP = re.compile(r"(?<=\w)[#＃♯]")
_DOT = re.compile(r"^\s*\.(?=\w)")
_SLUG_OF_WORDS = re.compile(r"[a-z]{2,}(?:[-_][a-z]{2,})+")


@lru_cache(maxsize=10_000)
def topic_id(name: str) -> str:
    """The id of the topic that a name means: its slug, with those signs in words that tell names apart.

    C, C++ and C# are three topics, as .NET and net are two. Empty for a name that has no letter and no digit.
    """
    spoken = _SHARP.sub(" sharp ", _DOT.sub("dot ", name))
    return ids.slug(_PLUS.sub(lambda signs: " plus" * len(signs[0]) + " ", spoken))


@lru_cache(maxsize=10_000)
def former_id(name: str) -> str:
    """The id that a name meant while signs told nothing apart."""
    return ids.slug(name)


def _spelling(name: str) -> str:
    """A name as it would be spelled: of one that is written as a slug, the words."""
    return re.sub("[-_]", " ", name) if _SLUG_OF_WORDS.fullmatch(name) else name


class Spellings:
    """How the topics are spelled that releases state, while releases come and go: in whichever order, the same."""

    def __init__(self) -> None:
        self._counts = defaultdict[str, Counter[str]](Counter)  # of each spelling, by topic
        self._held = Counter[str]()  # those that something stands in
        self._claims = defaultdict[str, Counter[str]](Counter)  # the topics that had an id before, by that
        self._labels: dict[str, str] = {}

    def count(self, names: Iterable[str], by: int, *, is_public: bool) -> None:
        """Let so many more releases state these names. Of one that is not ``is_public`` no name is ever told."""
        for name in names:
            topic = topic_id(name)
            _add(self._held, topic, by)
            if is_public:
                _add(self._counts[topic], _spelling(name), by)
                if (former := former_id(name)) != topic:
                    _add(self._claims[former], topic, by)
                self._labels.pop(topic, None)

    def names(self, newsroom: Newsroom) -> TopicNames:
        """What topics are called: each as most releases spell it, of several the first in the order of Unicode.

        A former id leads to the topic that had it, where exactly one claims it and none has it.
        """
        for topic in self._counts.keys() - self._labels.keys():
            if counts := self._counts[topic]:
                self._labels[topic] = min(counts, key=lambda spelling: (-counts[spelling], spelling))
            else:
                del self._counts[topic]
        former = {was: next(iter(topics)) for was, topics in self._claims.items() if len(topics) == 1}
        taken = {alias for topic in newsroom.topics.values() for alias in (topic.id, *topic.aliases)}
        free = {was: topic for was, topic in former.items() if was and was not in self._held and was not in taken}
        return TopicNames(dict(self._labels), free)


def _add(counts: Counter[str], key: str, by: int) -> None:
    """Count on; what is none is not kept."""
    counts[key] += by
    if not counts[key]:
        del counts[key]
