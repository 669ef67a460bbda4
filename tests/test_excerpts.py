"""Excerpts: what is marked is what a look at every word of the text would mark."""

from __future__ import annotations

import unicodedata
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsrv.search.excerpts import MOST_MARKED, Wanted, excerpt, marked
from feedsrv.search.work import Work
from feedsrv.text import analysis, stems
from feedsrv.text.cutting import hold_thousands
from feedsrv.text.spellings import Spelling
from tests.oracle import analysis as oracle

_WRITTEN = (
    "mars|Mars|MARS|marsh|marching|dying|Dies|a|I|été|Été|l'été|qu’il|s|23|23 rd|23\u00a0rd|1st|PR039-2018|co-operation"
    "|cooperation|co‐op|O'Neill|O’Neill’s|it's|火星探査|火|火星's|mars火星|カメラ|марс|Марса|हिन्दी|م\u200cی|col·lecció"
    "|soft\u00adware|œuvre|ﬁnal|Straße|ΜΑΡΣ|x_y|_mars_|mars/rover|mars—rover|(mars)|“mars”|ᎠᏂ|e\u0301|'|’|-|-mars|mars-"
    "|m'ars|<b>|&amp;|\u200d|\ufeff|m\u0301ars|İstanbul|2 988|2\u202f988|988"
)
_PIECES = _WRITTEN.split("|")
_BLANKS = (*" \n\t\u00a0\u202f\u3000\x0c\x0b\x1c\x1f\x85\u2028.", "  ", "")
_texts = st.lists(st.sampled_from(_PIECES) | st.sampled_from(_BLANKS) | st.text(max_size=3), max_size=40).map("".join)
_words = st.sampled_from(_PIECES) | st.text(min_size=1, max_size=4)
_languages = st.sampled_from(("en", "fr", "fi", "hi", "ja", "ru", "en-GB", "xx"))


def _looked_at_whole(text: str, language: str, wanted: Wanted) -> str:
    """The text with every word marked that is wanted; those of Chinese and Japanese that overlap as one."""

    def is_wanted(word: Spelling) -> bool:
        return any(
            form in wanted.forms or form.startswith(wanted.beginnings) or stems.stem(form, language) in wanted.stems
            for form in word.found_by
        )

    spans: list[tuple[int, int]] = []
    for start, end in oracle.spans(hold_thousands(text), is_wanted):
        if spans and start < spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    pieces, position = [], 0
    for start, end in spans:
        pieces += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = end
    return " ".join("".join([*pieces, escape(text[position:])]).split())


@settings(max_examples=600)
@given(_texts, _languages, st.lists(_words, max_size=4), st.lists(_words, max_size=2), st.lists(_words, max_size=1))
@example("apple a", "en", [], [], ["co-a"])
@example("marsh amars mars", "en", [], ["mars"], [])
@example("ᎠᏂ ﬁnal", "en", [], ["ᎠᏂ", "final"], [])
@example("火星's", "ja", [], [], ["s"])
@example("火星's", "en", [], [], ["s"])
@example("DYING dies", "en", ["die"], [], [])
@example("ES L'ES-tu es e", "fr", ["ES"], [], [])
@example("e-mail e\u2019mail _e_mail \u00e9-Mail l'e-mail", "en", ["email"], [], [])
@example("2 988 sites, 2 halls", "en", [], ["2"], [])
@example("2 988 sites, 2 halls", "en", [], [], ["2"])
@example("2 988mars", "en", [], [], ["mars"])
@example("\x802 988mars", "en", [], [], ["mars"])
@example("mars 12 2 988mars 988mars", "en", ["mars"], [], [])
@example("(\u0153uvre) l\u2019\u0153uvre \ufb01nal \uff2dars na\u0153", "fr", ["oeuvre", "final", "mars"], [], ["nao"])
def test_what_is_marked_is_what_a_look_at_every_word_marks(
    text: str, language: str, words: list[str], quoted: list[str], begun: list[str]
) -> None:
    wanted = Wanted(
        frozenset(stems.stem(form, language) for word in words for form in analysis.forms(word)),
        frozenset(form for word in quoted for form in analysis.forms(word)),
        tuple(form for word in begun for form in analysis.forms(word)[-1:]),
    )
    assert marked(text, language, wanted) == _looked_at_whole(text, language, wanted)


def test_no_character_of_a_word_is_a_blank() -> None:
    characters = map(chr, range(0x110000))
    blanks = [character for character in characters if f"a{character}b".split() != [f"a{character}b"]]
    assert "\x1f" in blanks
    assert "\u00a0" in blanks
    for blank in blanks:
        assert [token.end - token.start for token in analysis.tokens(f"a{blank}b")] == [1, 1], unicodedata.name(
            blank, ""
        )


@pytest.mark.parametrize(
    "text", ["mars " * 3000, "mars" * 9 + "," + "mars-" * 3000, "火星" * 3000, "a" * 9000 + " a " * 9000]
)
def test_of_a_text_that_says_nothing_else_so_many_words_are_marked(text: str) -> None:
    wanted = Wanted(frozenset({"mar", "火星", "a"}), frozenset(), ("mars",))
    assert marked(text, "en", wanted).count("<mark>") <= MOST_MARKED
    assert excerpt((text,), "en", wanted, Work(1))
