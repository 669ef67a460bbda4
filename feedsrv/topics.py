"""The topics of a release: which it is in, and why.

What the file states comes first, then the folder it lies in, then the rules of newsroom.toml, which are queries
in the language of the search box, asked of this one release.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

from feedsrv import analysis, ids
from feedsrv.language import And, Filter, Node, Not, Or, Phrase, Reference, Word, parse, positive_leaves, reference_key
from feedsrv.newsroom import Newsroom, Topic
from feedsrv.release import Membership, Release


def memberships(release: Release, newsroom: Newsroom) -> tuple[Membership, ...]:
    """The topics of a release with their reasons, each topic once, in the order of precedence."""
    refused = {newsroom.topic_id(name[1:]) for name in release.stated_topics if name.startswith("-")}
    found: dict[str, str] = {}
    for name in release.stated_topics:
        if not name.startswith("-"):
            found.setdefault(newsroom.topic_id(name), "the file says so")
    for folder in PurePosixPath(release.source).parent.parts:
        topic_id = newsroom.topic_id(ids.slug(folder))
        if topic_id in newsroom.topics:
            found.setdefault(topic_id, f"it lies in the folder “{folder}”")
    ruled = [topic for topic in newsroom.topics.values() if topic.match and topic.retired is None]
    if ruled:
        subject = _Subject.of(release, newsroom)
        for topic in ruled:
            if topic.id not in found and (reason := subject.reason(topic)):
                found[topic.id] = reason
    return tuple(Membership(topic, reason) for topic, reason in found.items() if topic not in refused)


def overruled(release: Release, newsroom: Newsroom) -> tuple[Membership, ...]:
    """The topics that a release is not in although something speaks for them, each with what speaks against it."""
    refused = {newsroom.topic_id(name[1:]) for name in release.stated_topics if name.startswith("-")}
    found = dict.fromkeys(sorted(refused), "the file refuses it")
    subject = _Subject.of(release, newsroom)
    for topic in newsroom.topics.values():
        if topic.id not in found and topic.id not in release.topic_ids and topic.excluding:
            spoken = subject.reason(replace(topic, excluding=()))
            against = subject.reason(replace(topic, match=topic.excluding, excluding=()))
            if spoken and against:
                found[topic.id] = f"{spoken}, but also: {against}"
    return tuple(Membership(topic, reason) for topic, reason in found.items())


@dataclass(frozen=True, slots=True)
class _Subject:
    """A release as rules see it; ``forms`` has a blank around each form, so that phrases are found as text."""

    language: str
    year: str
    reference: str
    stems: frozenset[str]
    forms: str

    @classmethod
    def of(cls, release: Release, newsroom: Newsroom) -> _Subject:
        texts = [analysis.terms(text, release.language) for text in (release.title, release.text)]
        return cls(
            release.language,
            str(newsroom.day(release.published).year) if release.published else "",
            reference_key(release.reference),
            frozenset(stem for text in texts for stem in text.stems),
            " | ".join(f" {' '.join(text.forms)} " for text in texts),
        )

    def reason(self, topic: Topic) -> str:
        """Why the rules put it in a topic; "" if they do not."""
        if any(self._matches(_tree(rule)) for rule in topic.excluding):
            return ""
        for rule in topic.match:
            tree = _tree(rule)
            if self._matches(tree):
                said = next((leaf for leaf in positive_leaves(tree) if self._matches(leaf)), None)
                return f"the text says “{said.text}”" if said else f"it matches {rule}"
        return ""

    def _matches(self, tree: Node | None) -> bool:
        match tree:
            case And(parts):
                return all(map(self._matches, parts))
            case Or(parts):
                return any(map(self._matches, parts))
            case Not(part):
                return not self._matches(part)
            case Word(text):
                return all(self._has(word) for word in analysis.words(text))
            case Phrase(text):
                return f" {' '.join(analysis.forms(text))} " in self.forms
            case Reference():
                return tree.key == self.reference
            case Filter("lang", value):
                return value == self.language
            case Filter("year", value):
                return value == self.year
        return False

    def _has(self, word: analysis.Word) -> bool:
        stems = [analysis.stem(form, self.language) for form in word.parts]
        whole = analysis.stem("".join(word.parts), self.language)
        return whole in self.stems or all(stem in self.stems for stem in stems)


@lru_cache(maxsize=10_000)
def _tree(rule: str) -> Node | None:
    return parse(rule).tree
