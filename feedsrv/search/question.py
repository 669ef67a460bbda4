"""A question, before any index is asked: what of it is required, what is wanted, and what is said about it.

``languages`` are those by whose rules an unmarked word may be stemmed: all that the releases of a newsroom are in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

from feedsrv.locales.message import Message
from feedsrv.query.tree import (
    NOTHING,
    And,
    FieldTerm,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Reference,
    Word,
    leaves,
    positive_leaves,
)
from feedsrv.search import ranking
from feedsrv.search.excerpts import Wanted
from feedsrv.text import analysis, stems

FORMS = {"title": "title_forms", "contact": "contacts"}
"""Where the forms of a field are, by the name of the field in a question."""
MOST_EXPANSIONS = 256
"""Words that a beginning stands for."""
MOST_APART = 300
"""Words of which one is enough, from the first; only what has no blanks between its words has more."""


def required(tree: Node, languages: Sequence[str]) -> Node:
    """The tree without stopwords, where it has other words: they are not required, and weigh nothing."""
    match tree:
        case And(parts):
            telling = [required(part, languages) for part in parts if not _is_stopword(part, languages)]
            return _joined(telling) if any(True for part in telling for _ in positive_leaves(part)) else tree
        case Or(parts):
            return Or(tuple(dict.fromkeys(required(part, languages) for part in parts))) if len(parts) > 1 else tree
        case Not(part):
            return Not(required(part, languages))
    return tree


def loosened(tree: Node, languages: Sequence[str], *, is_pasted: bool) -> Node:
    """What a release has at least that answers in part: one of the words, and whatever else was asked for.

    ``is_pasted``: it is a long text, in which what is in quotes is no more than words are.
    """
    tree = required(tree, languages)
    match tree:
        case And(parts):
            words = [part for part in parts if _is_word(part, is_pasted=is_pasted)]
            others = [part for part in parts if part not in words]
            words = [each for part in words for each in _apart(part)]
            return _joined([*others, Or(tuple(dict.fromkeys(words))[:MOST_APART])]) if len(words) > 1 else tree
        case Or(parts):
            return Or(tuple(loosened(part, languages, is_pasted=is_pasted) for part in parts))
        case Word() if len(apart := _apart(tree)) > 1:
            return Or(tuple(apart[:MOST_APART]))
    return tree


def _apart(part: Node) -> Sequence[Node]:
    """The words that one is which has no blanks between them; anything else as it is."""
    return [*map(Word, analysis.apart(part.text))] or [part] if isinstance(part, Word) else [part]


def _is_word(part: Node, *, is_pasted: bool) -> bool:
    """Whether some of the words may be found without it: not what is in quotes or fields, nor ``ref:27``."""
    match part:
        case Word() | Prefix() | Or():
            return True
        case Phrase():
            return is_pasted
        case Reference(_, typed):
            return bool(typed)
    return False


def wanted(tree: Node, languages: Sequence[str]) -> Wanted:
    """What is marked in excerpts: all that was asked for."""
    found: set[str] = set()
    forms: set[str] = set()
    beginnings: set[str] = set()
    for leaf in positive_leaves(tree):
        match leaf.part if isinstance(leaf, FieldTerm) else leaf:
            case Word(text):
                written = (form for word in analysis.tokens(text) for form in word.spelling.found_by)
                found.update(stem for form in written for stem in stems_of(form, languages))
            case Prefix(text):
                beginnings.update(analysis.forms(text)[-1:])
            case other:
                forms.update(analysis.forms(other.text))
    return Wanted(frozenset(found), frozenset(forms), tuple(sorted(beginnings)))


def notes(typed: Node, languages: Sequence[str], is_known: Callable[[Reference], bool]) -> Iterator[str]:
    """Sentences on what was passed over; ``is_known``: whether a reference may be that of a release here."""
    if typed == NOTHING:
        yield Message("There is no word in this question, so nothing was looked for.")
    for leaf in dict.fromkeys(leaves(typed)):
        if isinstance(leaf, Reference) and not is_known(leaf):
            yield Message("No number here begins like “%(typed)s”, so it was taken as words.", typed=leaf.typed)
    passed = [leaf.text for leaf in positive_leaves(typed) if isinstance(leaf, Word)]
    kept = Counter(leaf.text for leaf in positive_leaves(required(typed, languages)) if isinstance(leaf, Word))
    if small := list(dict.fromkeys(text for text in passed if not kept[text])):
        yield Message("Small words were passed over: %(words)s. In quotes they count.", words=", ".join(small))


def cut_note(leaf: Prefix) -> str:
    """What is said of a beginning that stands for more words than were looked for."""
    return Message(
        "Only the first %(most)s words that begin with “%(text)s” were looked for.",
        most=MOST_EXPANSIONS,
        text=leaf.text,
    )


def telling(parts: Sequence[str], languages: Sequence[str]) -> Sequence[str]:
    """The parts of a word that are no stopwords; all of them, where it has no others."""
    return [part for part in parts if not analysis.is_stopword(part, languages)] or parts


def stems_of(form: str, languages: Sequence[str]) -> list[str]:
    """The stems of a form, each once."""
    return list(dict.fromkeys(stems.stem(form, language) for language in languages))


def is_short(tree: Node | None) -> bool:
    """Whether what has all that is asked stands first, however well the others answer."""
    return tree is None or len(words_of(tree)) <= ranking.SHORT


def numbered(leaf: Leaf, asked: Node, releases: int) -> float:
    """What it counts that a release has this reference number: in a long text, any number is but a rare word."""
    is_any = isinstance(leaf, Reference) and leaf.is_any_number
    return ranking.rarity(1, releases) if is_any and not is_short(asked) else ranking.NUMBERED


def words_of(tree: Node) -> list[tuple[str, ...]]:
    """The different words of a question as written, each by its parts."""
    texts = (leaf.text for leaf in positive_leaves(tree) if isinstance(leaf, Word))
    return list(dict.fromkeys(word.parts for text in texts for word in analysis.tokens(text)))


def forms_of(tree: Node) -> list[str]:
    """The forms of all words of a question, one after another, small ones and what is said again among them."""
    return [form for leaf in positive_leaves(tree) if isinstance(leaf, Word) for form in analysis.forms(leaf.text)]


def each_word(leaf: Leaf) -> Sequence[Leaf]:
    """The words of what is in quotes, each by itself; anything else is one."""
    match leaf:
        case Phrase(text):
            return [Word(text[word.start : word.end]) for word in analysis.tokens(text)]
        case FieldTerm(name, Phrase() as phrase):
            return [FieldTerm(name, word) for word in each_word(phrase) if isinstance(word, Word)]
    return [leaf]


def one_form(text: str) -> str:
    """The form of what is one word of letters alone; "" for anything else."""
    forms = analysis.forms(text)
    return forms[0] if len(forms) == 1 and stems.is_of_letters(forms[0]) else ""


def as_written(tree: Node, told: Collection[str]) -> Iterator[tuple[str, float]]:
    """The forms that tell something, and what it counts that a release has each: a compound counts as one word."""
    for parts in words_of(tree):
        telling_parts = [part for part in parts if part in told]
        yield from ((part, ranking.AS_WRITTEN / len(telling_parts)) for part in telling_parts)


def with_beginnings(told: Collection[str]) -> list[str]:
    """The words of a question whose beginnings are looked for: not of a single one, which all that is found has.

    Nor of numbers, which begin alike by chance.
    """
    long = [form for form in told if len(form) >= ranking.BEGINNING and not any(map(str.isdigit, form))]
    return long if len(told) > 1 else []


def _is_stopword(part: Node, languages: Sequence[str]) -> bool:
    return isinstance(part, Word) and analysis.is_small(part.text, languages)


def _joined(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))
