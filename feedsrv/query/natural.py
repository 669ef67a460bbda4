"""Natural text: what was written for people, and pasted into the search box, stays what it says.

Headlines that are all in capitals have AND, OR and NOT in them as words, and questions have quotes around names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import chain, pairwise

from feedsrv.query.tokens import OPERATORS, Token, tokens
from feedsrv.query.tree import And, FieldTerm, Node, Not, Or, Phrase, Reference, Word, joined, leaves

FEWEST_WORDS = 6
"""Words of a text in capitals in which operators are words."""
FEW_SMALL = 10
"""Capitals to a small letter in a text that is all in capitals: "McCAIN", "23rd"."""

_QUESTION_MARKS = ("?", "？", "؟")


def natural(found: Sequence[Token], text: str) -> list[Token]:
    """The tokens of a text, with words alone where it is a headline in capitals or a question.

    With parentheses or fields it is neither, nor where no two words stand side by side: so trees are printed.
    """
    if _is_shouted(found):
        found = [("leaf", Word(kind.lower())) if kind in OPERATORS else (kind, said) for kind, said in found]
    if _is_question(found, text):
        found = list(chain.from_iterable(map(_unquoted, found)))
    return list(found)


def _is_shouted(found: Sequence[Token]) -> bool:
    said = "".join(str(said) for kind, said in found if kind == "leaf")
    capitals, small = (sum(map(is_of_case, said)) for is_of_case in (str.isupper, str.islower))
    has_sentence = any(first == second == "leaf" for (first, _), (second, _) in pairwise(found))
    is_long = len(found) >= FEWEST_WORDS
    return is_long and has_sentence and capitals > FEW_SMALL * small and _is_plain(found, OPERATORS | {"not"})


def _is_question(found: Sequence[Token], text: str) -> bool:
    is_all_quoted = all(isinstance(said, Phrase) for _, said in found)
    return text.rstrip().endswith(_QUESTION_MARKS) and not is_all_quoted and _is_plain(found)


def _is_plain(found: Sequence[Token], allowed: Set[str] = frozenset()) -> bool:
    """Whether there are words, phrases and numbers alone, beside what is allowed."""
    return all(kind in allowed or isinstance(said, Word | Phrase | Reference) for kind, said in found)


def _unquoted(token: Token) -> Iterator[Token]:
    """What a token is without its quotes."""
    _, said = token
    if isinstance(said, Phrase):
        yield from (("leaf", word) for word in _words(said.text))
    else:
        yield token


def as_words(tree: Node | None) -> Node | None:
    """A question without quotes and fields, its words alone: NOT before one is a word.

    It goes where no small letter tells it, or a minus, from a word.
    """
    said = "".join(part.text for leaf in leaves(tree) for part in [leaf.part if isinstance(leaf, FieldTerm) else leaf])
    return _as_words(tree, is_shouted=said.isupper())


def _as_words(tree: Node | None, *, is_shouted: bool) -> Node | None:
    match tree:
        case And(parts) | Or(parts):
            return joined(type(tree), [_as_words(part, is_shouted=is_shouted) for part in parts])
        case Not(part):
            kept = _as_words(part, is_shouted=is_shouted)
            if is_shouted:
                return kept
            return joined(And, [Word("not"), kept]) if tree.is_word and isinstance(part, Word) else kept and Not(kept)
        case FieldTerm(_, part):
            return _as_words(part, is_shouted=is_shouted)
        case Phrase(text):
            return joined(And, _words(text))
    return tree


def _words(text: str) -> Iterator[Node]:
    """The words of a phrase, each by itself."""
    for kind, said in tokens(text):
        if kind in OPERATORS:
            yield Word(kind.lower())
        elif isinstance(said, Word | Reference):
            yield said
