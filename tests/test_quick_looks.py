"""Quick looks: what spares work while a file is read says the same as the work that it spares."""

from __future__ import annotations

import json
import re
import sys
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from feedsrv import newsroom_toml, readers
from feedsrv.files import topics
from feedsrv.files.rules import Subject, _tree
from feedsrv.readers.bare_keys import _COMMENT, _OPENINGS
from feedsrv.readers.embargo import _ASKING
from feedsrv.readers.formats.dialects import use_dialects
from feedsrv.readers.formats.markdown import _markdown
from feedsrv.readers.held_names import _IN_FOLDERS, _IN_NAMES
from feedsrv.readers.lexicon import LEXICON
from feedsrv.readers.masthead import _DIGIT
from feedsrv.readers.phrases import _CUT, _CUT_LATIN, _MAY_BE_SPACED, _SPACED, Line, _cut
from feedsrv.text import analysis, cutting, media, stems
from feedsrv.text.cleaning import _INVISIBLE, _ODD_BREAKS, _PILE, clean
from feedsrv.text.cutting import _BETWEEN_WORDS, _WORD
from feedsrv.text.folding import fold
from feedsrv.text.html import as_shown, one_line, sanitise, to_text, words_of
from feedsrv.text.remembered import Telling

LANGUAGES = [*sorted(stems.STEMMERS), "en-GB", "zh", "x"]
CHARACTERS = [chr(point) for point in range(sys.maxunicode + 1)]
SIGNS = "ab Zé7٣-_·.,:*/|()—’\n\t\u00a0\u202f\u00ad\u200b\u0301か漢年한일गाก่"
TEXTS = st.text(st.one_of(st.sampled_from(SIGNS), st.characters(codec="utf-8")), max_size=80)
ENTRIES = [entry for table in LEXICON.languages.values() for name in table for entry in table[name]]
LINES = st.lists(
    st.one_of(st.sampled_from(ENTRIES), st.sampled_from(ENTRIES).map(str.upper), TEXTS), min_size=1, max_size=4
).map(" ".join)
MARKS = (
    *("<p>", "</p>", "<b>", "</b>", "<br>", "<td>", "<a>", "<a href='x'>", "<a href='x' title='<'>", "</a>"),
    *("<img src=a.png>", "<ul>", "<li>", "<pre>", "</pre>", "<!--", "<script>"),
    *("<em>", "</em>", "</strong>", '<a href="x">', '<a href="x">y</a>', "<a href=''>", "amp;", "\u0338"),
    *("&amp;", "&lt;", "&nbsp;", "&#10;", "&#13;", "&#x85;", "&#8232;"),
)
MARKUP = st.lists(
    st.one_of(
        TEXTS,
        st.sampled_from(MARKS),
    ),
    max_size=12,
).map("".join)


def cleaned(text: str) -> str:
    text = _INVISIBLE.sub("", _ODD_BREAKS.sub(" ", text))
    return unicodedata.normalize("NFC", _PILE.sub(r"\1", text))


def test_whatever_is_cleaned_away_is_not_printable() -> None:
    assert [char for char in CHARACTERS if clean(f"a{char}b") != cleaned(f"a{char}b")] == []


@given(TEXTS)
def test_a_text_is_cleaned_alike_whether_it_is_printable_or_not(text: str) -> None:
    assert clean(text) == cleaned(text)


@given(MARKUP)
def test_white_space_within_a_line_of_html_is_folded_whichever_it_is(source: str) -> None:
    safe = sanitise(source)
    assert to_text(safe) == to_text(re.sub(r"[^\S\u00a0\u202f]", " ", safe))


@given(MARKUP)
def test_what_is_understood_is_what_is_shown_with_its_white_space_folded(source: str) -> None:
    assert words_of(source) == one_line(as_shown(source)) == one_line(to_text(sanitise(source)))


OF_MEDIA = (*media.ELEMENTS, *map(str.upper, media.ELEMENTS), "data-", "lazy-", "srcset", "ſrc", "ſet", "K", "SRC", "İ")


@given(st.lists(st.sampled_from((*OF_MEDIA, "<", "</", " ", "a", "-", "=", ">")), max_size=8).map("".join))
def test_media_are_seen_at_a_glance_in_whatever_case(source: str) -> None:
    rule = rf"<(?:{'|'.join(media.ELEMENTS)})\b|\b(?:data-[a-z-]*src|srcset)"
    assert media.may_be_in(source) == bool(re.search(rule, source, re.IGNORECASE))


def test_latin_text_is_cut_into_the_same_words_by_either_rule() -> None:
    latin = [char for char in CHARACTERS if _cut(char) is _CUT_LATIN]
    text = "".join(f"{char} a{char}1 7{char}b {char}{char}_" for char in latin)
    spans = [[match.span() for match in rule.finditer(text)] for rule in (_CUT, _CUT_LATIN)]
    assert spans[0] == spans[1]


@given(st.sampled_from(" .-_·*"), st.text(st.sampled_from("abZéж漢"), min_size=2, max_size=6), TEXTS)
def test_letters_that_are_spaced_out_are_seen_at_a_glance(separator: str, letters: str, around: str) -> None:
    text = f"{around} {separator.join(letters)} {around}"
    assert _MAY_BE_SPACED.search(text) or not _SPACED.search(text)


@given(LINES)
def test_a_line_that_may_have_no_entry_has_none(text: str) -> None:
    line = Line(text)
    for categories in (_ASKING, _IN_FOLDERS, _IN_NAMES):
        for number in range(0 if line.may_have(categories) else len(line.tokens)):
            assert line.entry(number, categories) is None
            assert line.entry_behind_moment(number, categories) is None


def test_a_line_with_an_entry_may_have_one_in_any_language() -> None:
    for table in LEXICON.languages.values():
        for category in {*_ASKING, *_IN_FOLDERS}:
            for entry in table.get(category, ()):
                text = f"The museum: {entry.replace('…', ' 3 May ').replace('*', 'x ')}!"
                assert Line(text).may_have((category,)), entry


@given(st.from_regex(_COMMENT))
def test_each_comment_has_an_opening(text: str) -> None:
    assert any(opening in text for opening in _OPENINGS)


def test_every_digit_of_a_date_is_a_digit_of_a_dateline() -> None:
    assert all(_DIGIT.search(char) for char in CHARACTERS if char.isdecimal())


WORDS = (
    "l'Été",
    "co-operation",
    "O’Neill's",
    "23 rd",
    "23rd",
    "2018-03-23",
    "A4-size",
    "日本語",
    "か",
    "col·lecció",
    "x" * 130,
    *(
        "A320neo",
        "#ClimateAction",
        "press_kit_2024",
        "L'Oréal",
        "U.S.-led",
        "1,234,567",
        "12 000",
        "1\u202f234",
        "C++",
        "🚀",
    ),
    *('צה"ל', "과학부는", "กระทรวง"),
)


@given(st.lists(st.one_of(st.sampled_from(WORDS), TEXTS), max_size=8).map(" ".join), st.sampled_from(LANGUAGES))
def test_the_terms_of_a_text_are_those_of_its_words_one_by_one(text: str, language: str) -> None:
    words = list(analysis.tokens(cutting.held_together(text)))
    characters = [*map(fold, cutting.characters(text))]
    found = analysis.terms(text, language)
    assert found.forms == [form for word in words for form in word.parts] == analysis.forms(text)
    whole = [stems.stem(form, language) for word in words for form in word.spelling.found_by] + characters
    assert sorted(found.stems) == sorted(whole)
    assert analysis.stems_among(text, language, frozenset(whole[::2])) == set(whole[::2])


def test_no_blank_and_no_sign_that_cuts_a_text_stands_within_a_word() -> None:
    signs = [*filter(str.isspace, CHARACTERS), *_BETWEEN_WORDS]
    assert not any(_WORD.search(f"a{char}b").end() > 1 for char in signs)  # type: ignore[union-attr]


@example(["l'Été"], ["x" * 140])  # too long for a word
@given(st.lists(st.sampled_from(WORDS), max_size=8), st.lists(st.sampled_from(WORDS[:-1]), min_size=1, max_size=2))
def test_a_rule_that_names_a_phrase_finds_it_where_it_stands(said: list[str], named: list[str]) -> None:
    text, phrase = " ".join(said), " ".join(named)
    rule = json.dumps(f'"{phrase}"', ensure_ascii=False)
    newsroom = newsroom_toml.parse(f"[topics.t]\nmatch = [{rule}]")
    release = readers.read("a.md", f"# Title\n\n{text}\n".encode(), newsroom).release
    spoken = f" {' '.join(analysis.forms(release.text))} "
    title = f" {' '.join(analysis.forms(release.title))} "
    words = f" {' '.join(analysis.forms(phrase))} "
    is_said = bool(words.strip()) and (words in spoken or words in title)
    assert bool(topics.memberships(release, newsroom)) == is_said


NAMED = (
    "quay",
    '"new quay"',
    "co-operation",
    "-quay",
    "title:quay",
    'title:"new quay"',
    "qu*",
    "contact:ada",
    "lang:en",
)
RULES = st.recursive(
    st.sampled_from(NAMED),
    lambda rules: st.builds("({} {} {})".format, rules, st.sampled_from(("", "OR", "AND", "-")), rules),
    max_leaves=4,
)


@given(RULES, st.sampled_from(("New quay", "A bridge", "Cooperation")), st.sampled_from(("", "quays", "co operation")))
def test_a_rule_that_needs_a_word_is_true_of_nothing_without_it(rule: str, title: str, text: str) -> None:
    newsroom = newsroom_toml.parse(f"[topics.t]\nmatch = [{json.dumps(rule)}]")
    subject = Subject(readers.read("a.md", f"# {title}\n\nOpen: {text}\n".encode(), newsroom).release, newsroom)
    assert bool(subject.reason(newsroom.topics["t"])) == subject._matches(_tree(rule))  # noqa: SLF001


def test_words_that_were_forgotten_are_found_again() -> None:
    few = [f"running{number}s" for number in range(10)]
    text = " ".join([*few, *(f"w{number}" for number in range(100_000)), *few])
    found, of_few = (analysis.terms(each, "en").stems for each in (text, " ".join(few)))
    assert found[: len(of_few)] == found[-len(of_few) :] == of_few
    wanted = frozenset(of_few)
    assert analysis.stems_among(text, "en", wanted) == analysis.stems_among(text, "en", wanted) == wanted


def test_a_word_that_says_nothing_is_asked_of_again_only_when_it_was_not_met_for_long() -> None:
    asked: list[str] = []

    def ask(word: str) -> tuple[str, ...]:
        asked.append(word)
        return (word,) if word == "quay" else ()

    telling = Telling(ask, 20)
    for number in range(100):
        assert telling.of(["the", "quay", f"w{number}", "the"]) == ["quay"]
    assert asked.count("the") == 1
    assert asked.count("quay") == 100
    assert telling.of(["w1"]) == []
    assert asked.count("w1") == 2


@given(st.text(st.sampled_from("12345678901234567890aBc'’-‐_·стndrd é\u0301\u094d日.,.,\u2060+#🚀צ\"NET"), max_size=40))
def test_a_text_is_cut_into_words_by_the_rule_as_it_reads(text: str) -> None:
    letter, alphabetic, gap = rf"[\w{cutting.MARKS}]", r"[^\W\d_]", r"[.,'’ʼ＇ \u00a0\u2009\u202f\u2060]"
    part = f"{letter}+(?:(?:['’ʼ＇·׳״\u200c\u200d]|(?<=[א-ת])[\"“”](?=[א-ת])){letter}+)*"
    rules = (
        rf"\d{{1,3}}(?P<gap>{gap})\d{{3}}(?:(?P=gap)\d{{3}})*(?!\d)",
        r"\d{1,2}(?:,\d\d)+,\d{3}(?!\d)",
        rf"\d+(?:st|nd|rd|th)?(?!{letter})",
        rf"(?:{alphabetic}+['’ʼ＇]{alphabetic}|{alphabetic}){alphabetic}?(?:\.{alphabetic}{{1,2}})+(?!{letter})\.?",
        r"(?<![\w.])[A-Za-z](?:\+\+|#)(?![\w+#])",
        f"{part}(?:[-‐‑]{part})*",
        "🚀",
        r"(?<![\w.])\.(?:[A-Z]{2,}|net)(?!\w)",
    )
    rule = re.compile("|".join(rules))
    assert [match.span() for match in rule.finditer(text)] == [match.span() for match in _WORD.finditer(text)]


@given(st.text(st.sampled_from("12 \t\u00a0strndTH.é"), max_size=20))
def test_the_gap_of_an_ordinal_is_taken_away_and_nothing_else(text: str) -> None:
    rule = re.compile(r"(?<=\d)[\s\u00a0\u202f]+(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
    assert cutting.join_ordinals(text) == rule.sub("", text)


SYNTAX = (
    *("[a](/b?c=d)", "<http://a.bc/D/~e#f>", "[a](http://é.bc/ü)"),
    *("~a~", "^b^", "==a==", "++a++", ":anchor:", "{.x}", "{: .x }", "www.a.bc", "[^1]", "[^1]: b\n", "*[a]: b\n"),
    "!!! note\n", *"\\`*_~[]()<>&!#:-|@\n", "\n\n", "&amp;", "http://a.bc", "£http://a.bc", "![a](b)", "~~a~~", "**b**",
    "- ", "| a |\n|---|\n",
)  # fmt: skip
MARKDOWN = st.lists(st.one_of(TEXTS, st.sampled_from(SYNTAX)), max_size=12).map("".join)


@example("|HTTP://0")
@given(MARKDOWN)
@example("£http://a.bc is")
def test_a_text_that_has_no_marks_is_what_the_parser_of_markdown_makes_of_it(text: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True})
    use_dialects(parser)
    assert _markdown.render(text) == parser.render(text)
