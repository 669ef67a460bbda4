"""The tokens of the language of the search box: what a text consists of, before it is known how it belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsrv.query.tree import Dates, FieldTerm, Filter, Node, Phrase, Prefix, Reference, Word
from feedsrv.text.cleaning import clean
from feedsrv.text.cutting import BLANKS, MARKS, UNSPACED, join_ordinals, without_edges
from feedsrv.text.dates import Period
from feedsrv.text.folding import APOSTROPHES
from feedsrv.text.references import REFERENCE, TWO_YEARS

SHORTEST_PREFIX = 3
"""Letters and digits of a beginning; a shorter one is a word."""

_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}
_PERIOD = r"\d{4}(?:[-/.]\d{1,2}(?:[-/.]\d{1,2})?)?"
_RANGE = rf"(?:{_PERIOD}\.\.(?:{_PERIOD})?|\.\.{_PERIOD})(?![\w.])"
_PRONOUN = r"(?:je|tu|il|elle|on|nous|vous|ils|elles|ce|ci|là|moi|toi|le|la|les|lui|leur|en|y)"
_INVERTED = rf"(?i:(?:t\s?[-{APOSTROPHES}]\s?)?{_PRONOUN}|t(?=\s-)|[mtl][{APOSTROPHES}](?:en|y))(?!\w)"
"""What French appends to a word with a hyphen, which is often found with a blank before it: "puis -je", "a -t -il"."""
_DASHES = r"(?:[^\s()\"]++\s++(?!-))*?[^\s()\"]*[^\W\d]-(?![^\s.,;:!?])"
"""What stands between dashes that cling to it: "Mars -the red planet- is near"."""
_TOKEN = re.compile(
    r"""\s+
    | (?P<open>\() | (?P<close>\))
    | (?P<not>-(?=[^\s\d)-]|"""
    + f"{_RANGE})(?!{_INVERTED}|{_DASHES})"
    + r""")
    | (?P<field>(?i:topic|year|lang|ref|title|contact|before|after):(?=[^\s()]))
    | (?P<quote>["“„«])
    | (?P<years>\d{4}\.\.\d{4})(?=:\s)
    | (?P<range>"""
    + _RANGE
    + r""")
    | (?P<reference>"""
    + REFERENCE.replace(" ", r"\ ")
    + r"""(?![\w/*-]))
    | (?P<number>"""
    + rf"\d{{1,3}}(?:[{BLANKS}]\d{{3}})+(?![\w*-])"
    + r""")
    | (?P<word>[^\s()"“”„«»]+)
    | .""",
    re.VERBOSE | re.DOTALL,
)
_BEGINNING = re.compile(rf"(?![^*]*[{UNSPACED}])(?=(?:[\W_]*[^\W_]){{{SHORTEST_PREFIX}}})[\w{MARKS}'’‐‑-]+\*")

_ENDS = "\"',;:!?… "

OPERATORS = frozenset({"AND", "OR", "NOT"})
"""Words that combine others, in capitals."""

Token = tuple[str, "str | Node"]
"""A kind and what it says: "(", ")", "-", "AND", "OR", "NOT" and their text, or "leaf" and the leaf."""


def tokens(text: str) -> Iterator[Token]:
    """What a text consists of, in its order; whatever cannot be read is words, or nothing."""
    field = ""
    unread = [(text, 0)]
    while unread:
        text, start = unread.pop()
        if not (match := _TOKEN.match(text, start)):
            continue
        kind, token, position = match.lastgroup or "", match.group(), match.end()
        if kind == "quote":
            kind, token, position = _quoted(text, start)
        unread.append((text, position))
        if kind == "field":
            yield from [("leaf", Word(field))] if field else []
            field = token[:-1].lower()
        elif field != "topic" and (bare := _bare(kind, token)) != token:
            unread.append((bare, 0))  # without its edges it may be something else
        elif field:
            yield from (("leaf", leaf) for leaf in _of_field(field, kind, token))
            field = ""
        elif kind == "word" and token in OPERATORS:
            yield token, token
        elif kind in {"open", "close", "not"}:
            yield kind, token
        else:
            yield from (("leaf", leaf) for leaf in _leaves(kind, token))


def _quoted(text: str, start: int) -> tuple[str, str, int]:
    end = text.find(_QUOTES[text[start]], start + 1)
    if end < 0:
        return "", "", start + 1
    return "phrase", text[start + 1 : end].replace('"', " "), end + 1


def cleaned(text: str) -> str:
    """The words of a text, without what surrounds them."""
    return join_ordinals(" ".join(without_edges(text).split()))


def _bare(kind: str, token: str) -> str:
    """A token without its edges, where they say nothing; a beginning or an operator among them is a leaf as it is."""
    if kind not in {"word", "range"} or (kind == "range" and _dates(*token.split(".."))):
        return token
    bare = without_edges(token)
    return token if bare in {"", *OPERATORS} or beginning(token) else bare


def _leaves(kind: str, token: str) -> Iterator[Node]:
    """What a token says where no field is named."""
    if kind == "range" and (dates := _dates(*token.split(".."))):
        yield dates
    elif kind == "reference" and not TWO_YEARS.fullmatch(token):
        yield Reference(re.sub(r"\s+", "", token), token)
    elif kind == "phrase":
        if words := cleaned(token):
            yield Phrase(words)
    elif kind == "years":  # of what a headline tells
        yield from map(Word, token.split(".."))
    elif kind == "number":
        yield Word(" ".join(token.split()))
    elif kind in {"word", "reference", "range"}:
        bare = without_edges(token)
        if begun := beginning(token):
            yield begun
        elif bare:
            yield Word(bare.lower() if bare in OPERATORS else bare)


def beginning(token: str) -> Prefix | None:
    """The beginning that a word with an asterisk is; None where it is none."""
    bare = token.strip("\"'.,;:!?…")
    return Prefix(without_edges(bare)) if _BEGINNING.fullmatch(bare) else None


def _of_field(field: str, kind: str, token: str) -> Iterator[Node]:
    """What a token says of a field; what cannot be one is taken as words."""
    leaves = list(_leaves(kind, token))
    value = cleaned(token)
    found: Node | None = None
    match field, leaves:
        case "before", _:
            found = _dates("", value, is_open=True)
        case "after", _:
            found = _dates(value, "")
        case "title" | "contact", [Word() | Phrase() | Prefix() as part]:
            found = FieldTerm(field, part)
        case "title" | "contact", [Reference(text)]:
            found = FieldTerm(field, Word(text))
        case "ref", [_, *_]:
            found = Reference(value)
        case "topic", [_, *_]:
            found = Filter(field, _topic(token))
        case "lang", [_, *_]:
            found = Filter(field, _small(value))
        case "year", _ if re.fullmatch(r"\d{4}", value, re.ASCII):
            found = Filter(field, value)
    yield from [found] if found else [Word(field), *leaves]


def _topic(token: str) -> str:
    """The name of a topic with its signs, which tell C, C++ and .NET apart, without what ends a sentence."""
    return _small(join_ordinals(" ".join(token.lstrip(_ENDS).rstrip(f"{_ENDS}.").split())))


def _small(text: str) -> str:
    """In small letters, and in NFC still: there is no one character for a capital J with a caron."""
    return clean(text.lower())


def _dates(since: str, until: str, *, is_open: bool = False) -> Dates | None:
    """The days between two periods; ``is_open``: the second itself is not meant."""
    try:
        first = Period.parse(since).first if since else None
        end = Period.parse(until) if until else None
        before = (end.first if is_open else end.next) if end else None
    except (ValueError, OverflowError):
        return None
    is_span = first < before if first and before else first or before
    return Dates(first, before) if is_span else None
