"""Spelling: what may have been meant by a word that no release has, or next to none (did you mean)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import and_

from rapidfuzz.distance import OSA

from feedsrv.query.tokens import beginning
from feedsrv.query.tree import And, FieldTerm, Leaf, Node, Phrase, Prefix, Word, leaves, mapped
from feedsrv.release import Release, from_json
from feedsrv.text.cutting import cut, is_unspaced
from feedsrv.text.folding import fold
from tests.oracle import analysis, ranking
from tests.oracle.matcher import Matcher

_FORMS = {"title": "title_forms", "contact": "contacts"}
_SHORTEST = {1: 3, 2: 6}  # letters of a word that may have so many mistakes; of the shortest only what has slipped
_SELDOM = 2  # releases that have a word which may be mistyped all the same
_MOST_SELDOM = 4  # words of a question that may be mistyped
_FAR_MORE = 10  # times as many have what was meant by a word that some have
_SLIPPED = 10  # how much likelier a letter was left out, or changed places with the next
_MOST_READ = 5  # releases in which it is looked how a word is written


def corrected(matcher: Matcher, tree: Node) -> Node:
    """The tree with words that no release has, or next to none, replaced by the nearest that some have."""
    telling = [leaf for leaf in dict.fromkeys(leaves(tree)) if not _is_small(matcher, leaf)]
    seldom = [leaf for leaf in telling if _is_seldom(matcher, leaf)]
    words = [word for leaf in seldom for word in _each_word(leaf)]
    unsaid = [leaf for leaf in telling if leaf not in seldom and _is_unsaid(matcher, leaf)]
    if (
        len(words) + len(unsaid) > _MOST_SELDOM
        and len([word for word in words if _is_seldom(matcher, word)]) + len(unsaid) > _MOST_SELDOM
    ):
        return tree
    if isinstance(tree, And):
        with matcher.terms.work.or_else("what may be one word"):
            tree = _without_blanks(matcher, tree.parts, seldom)
    parts = tree.parts if isinstance(tree, And) else ()
    known = [found for part in parts if isinstance(part, Leaf) and (found := matcher.releases(part))]
    beside = reduce(and_, known, matcher.terms.table.everything)
    return mapped(tree, lambda leaf: leaf if _is_small(matcher, leaf) else _meant(matcher, beside, leaf)) or tree


def _is_unsaid(matcher: Matcher, leaf: Leaf) -> bool:
    forms = analysis.forms(leaf.text) if isinstance(leaf, Word) else []
    if len(forms) != 1 or not analysis.is_of_letters(forms[0]) or matcher.releases(leaf).bit_count() > _SELDOM:
        return False
    return not matcher.terms.form(forms[0], "forms").releases


def _is_seldom(matcher: Matcher, leaf: Leaf) -> bool:
    having = matcher.releases(leaf).bit_count()
    return having <= _SELDOM and having * _FAR_MORE < matcher.terms.table.everything.bit_count()


def _each_word(leaf: Leaf) -> list[Leaf]:
    phrase = leaf.part if isinstance(leaf, FieldTerm) else leaf
    if not isinstance(phrase, Phrase):
        return [leaf]
    words = [Word(phrase.text[word.start : word.end]) for word in analysis.tokens(phrase.text)]
    return [FieldTerm(leaf.name, word) for word in words] if isinstance(leaf, FieldTerm) else [*words]


def _meant(matcher: Matcher, beside: int, leaf: Leaf) -> Leaf:
    make: Callable[[str], Leaf]
    match leaf:
        case Word(text) | Phrase(text):
            make, field = type(leaf), "forms"
        case FieldTerm(name, Word(text) | Phrase(text) as part):
            make, field = (lambda said: FieldTerm(name, type(part)(said))), _FORMS[name]
        case _:
            return leaf

    def having(said: Leaf) -> int:
        return matcher.releases(said).bit_count()

    def respelt(said: str, mistakes: int, *, of_small: bool = False) -> str:
        words = []
        for word in analysis.tokens(said):
            near = tuple(_nearest(matcher, beside, form, make, field, mistakes, of_small) for form in word.parts)
            typed = said[word.start : word.end]
            written = (_as_written(matcher, each, typed, field) for each in near)
            words.append(typed if near == word.parts else " ".join(written))
        as_typed = [said[word.start : word.end] for word in analysis.tokens(said)]
        return said if words == as_typed else " ".join(words)

    def likeliest() -> Leaf:
        near = respelt(text, 1)
        if having(make(text)):
            return make(near)
        begun = _beginning(make(text))
        is_longer = "".join(analysis.forms(near)).startswith("".join(analysis.forms(text)))
        if having(make(near)) and (is_longer or having(make(near)) >= having(begun)):
            return make(near)
        return begun if having(begun) else further(near)

    def further(near: str) -> Leaf:
        small = make(respelt(near, 1, of_small=True))
        return small if having(small) else _parted(matcher, make(text), field) or make(respelt(near, 2))

    found: list[Leaf] = [leaf]
    with matcher.terms.work.or_else(f"how “{text}” may be meant"):
        found.append(likeliest())
    return found[-1]


def _parted(matcher: Matcher, leaf: Leaf, field: str) -> Leaf | None:
    form = _one_form(leaf)
    ways = [(form[:at], form[at:]) for at in range(2, len(form) - 1)]
    said = [[bool(matcher.terms.form(part, field).releases) for part in way] for way in ways]
    ways = [way for way, both in zip(ways, said, strict=True) if all(both)]
    counted = {way: matcher.releases(Phrase(" ".join(way))).bit_count() for way in ways}
    if not any(counted.values()):
        return None
    best = max(counted, key=lambda way: (counted[way], way))
    parted = Phrase(" ".join(_as_written(matcher, part, part, field) for part in best))
    return parted if matcher.releases(parted) else None


def _without_blanks(matcher: Matcher, parts: Sequence[Node], seldom: Sequence[Leaf]) -> Node:
    found: list[Node] = []
    for part in parts:
        before = found[-1] if found else None
        whole = _one_form(before) + _one_form(part) if _one_form(before) and _one_form(part) else ""
        if whole and (len(parts) <= ranking.SHORT or before in seldom or part in seldom):
            has_both = before and matcher.releases(before) & matcher.releases(part)
            if not has_both and matcher.terms.form(whole, "forms").releases:
                found[-1] = Word(_as_written(matcher, whole, whole, "forms"))
                continue
        found.append(part)
    return found[0] if len(found) == 1 else And(tuple(found))


def _one_form(leaf: Node | None) -> str:
    forms = analysis.forms(leaf.text) if isinstance(leaf, Word) else []
    return forms[0] if len(forms) == 1 and analysis.is_of_letters(forms[0]) else ""


def _nearest(
    matcher: Matcher,
    beside: int,
    form: str,
    make: Callable[[str], Leaf],
    field: str,
    mistakes: int,
    of_small: bool,
) -> str:
    asked = make(form)
    having = matcher.releases(asked).bit_count()
    is_said = bool(having and matcher.terms.form(form, field).releases)
    is_word = analysis.is_of_letters(form) and not is_unspaced(form)
    if len(form) < _SHORTEST[mistakes] or not is_word or (is_said and not _is_seldom(matcher, asked)):
        return form
    words = [
        word
        for word in matcher.terms.near(form, mistakes, field)
        if analysis.is_of_letters(word)
        and analysis.is_stopword(word, matcher.terms.languages) is of_small
        and (len(form) > _SHORTEST[1] or (not having and _has_slipped(form, word)))
    ]
    fits = {}
    for word in words:
        if mistakes == 1 or word[0] == form[0]:
            weight = _SLIPPED if _has_slipped(form, word) else 1
            found = matcher.terms.form(word, field).releases
            fits[word] = (weight * (found & beside).bit_count(), weight * found.bit_count())
    best = max(fits, key=lambda word: (fits[word], word), default=form)
    if not any(fits.get(best, ())):
        return form
    if matcher.releases(make(best)).bit_count() <= having * (_FAR_MORE if is_said else 1):
        return form
    if having and any(matcher.is_kin(form, word) for word in words if word != form):
        return form
    return best


def _as_written(matcher: Matcher, form: str, typed: str, field: str) -> str:
    """A form as the newest texts with it write it, with accents, in small letters; of the usual ways the nearest."""
    terms = matcher.terms
    records = terms.reader.column_reader("record")
    found: Counter[str] = Counter()
    for rank in sorted(terms.form(form, field).ranks)[:_MOST_READ]:
        release = from_json(records[terms.table.numbers[rank]])
        assert isinstance(release, Release)
        people = " ".join(contact.name for contact in release.contacts)
        text = terms.work.part("\n".join((release.title, release.text, release.boilerplate, people)))
        for start, end in cut(text):
            found.update(piece for piece in _pieces(text[start:end], form))
    usual = [word for word in found if found[word] * 4 >= max(found.values())]
    return min(usual, key=lambda word: (OSA.distance(word, typed.lower()), -found[word], word), default=form)


def _pieces(word: str, form: str) -> Iterator[str]:
    """The first piece of a word that has a form, else the whole word if it has."""
    for piece in (*re.split("[-‐‑.'’ʼ＇]", word), word):
        if 2 * len(word) >= len(form) and fold(piece) == form:
            yield piece.lower()
            return


def _beginning(leaf: Leaf) -> Leaf:
    match leaf:
        case Word(text):
            return beginning(f"{text}*") or leaf
        case FieldTerm(name, Word() as word) if isinstance(begun := _beginning(word), Prefix):
            return FieldTerm(name, begun)
    return leaf


def _has_slipped(form: str, word: str) -> bool:
    return len(word) > len(form) or sorted(word) == sorted(form)


def _is_small(matcher: Matcher, leaf: Leaf) -> bool:
    forms = analysis.forms(leaf.text) if isinstance(leaf, Word) else []
    return bool(forms) and all(analysis.is_stopword(form, matcher.terms.languages) for form in forms)
