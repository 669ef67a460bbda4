"""Spelling: what may have been meant by a word that no release has (did you mean)."""

from __future__ import annotations

from feedsrv.query.tree import And, Node, Or, Word
from feedsrv.search.whoosh.matcher import Matcher
from feedsrv.search.work import NEAR
from feedsrv.text import analysis, stems

_SHORTEST_CORRECTED = 4  # letters of a word that may be mistyped
_SHORTEST_TWICE_WRONG = 6  # letters of a word that may have two mistakes


def corrected(matcher: Matcher, tree: Node) -> Node:
    """The tree with words that no release has replaced by the nearest ones that some have."""
    match tree:
        case And(parts):
            return And(tuple(corrected(matcher, part) for part in parts))
        case Or(parts):
            return Or(tuple(corrected(matcher, part) for part in parts))
        case Word(text):
            with matcher.terms.work.or_else(f"how “{text}” may be meant"):
                if not matcher.releases(tree).any():
                    near = (_nearest(matcher, form) for word in analysis.tokens(text) for form in word.parts)
                    return Word(" ".join(near) or text)
    return tree


def _nearest(matcher: Matcher, form: str) -> str:
    """The word that was meant; digits, short words and words that are known stay."""
    if len(form) < _SHORTEST_CORRECTED or not stems.is_of_letters(form) or matcher.stemmed(form).any():
        return form
    for mistakes in (1, 2)[: 1 + (len(form) >= _SHORTEST_TWICE_WRONG)]:
        matcher.terms.work.pay(NEAR)
        words = matcher.terms.beginning_with(form[0])
        near = [word for word in words.near(form, mistakes) if stems.is_of_letters(word)]
        if mistakes == 1:
            near += _swapped(form)
        having = {word: matcher.terms.tally("forms", word).having for word in near}
        if any(having.values()):
            return max(having, key=lambda word: (having[word], word))
    return form


def _swapped(form: str) -> list[str]:
    """The form with two of its neighbouring letters in each other's place, which is one mistake of a typist."""
    return [form[:at] + form[at + 1] + form[at] + form[at + 2 :] for at in range(len(form) - 1)]
