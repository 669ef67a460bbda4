"""Stems: those of the library in C are those of Snowball's own modules in Python, for every word that was tried."""

from __future__ import annotations

from importlib import import_module

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from feedsrv.text.analysis import forms
from feedsrv.text.endings import ACCENTED_ENDINGS
from feedsrv.text.folding import strip_accents
from feedsrv.text.stems import STEMMERS, is_of_letters, stem
from feedsrv.text.stopwords import STOPWORDS
from tests.oracle import analysis


def endings(language: str) -> set[str]:
    """All endings that the module of a language knows."""
    module = import_module(f"snowballstemmer.{STEMMERS[language]}_stemmer")
    tables = vars(getattr(module, f"{STEMMERS[language].capitalize()}Stemmer")).items()
    found = {entry.s for name, table in tables if name.startswith("a_") for entry in table}
    return {ending.replace("a~", "ã").replace("o~", "õ") for ending in found}  # as the Portuguese one writes them


def words(language: str) -> set[str]:
    locale = Locale.parse(language)
    names = (*locale.territories.values(), *locale.languages.values(), *locale.currencies.values())
    said = " ".join([*map(str, names), STOPWORDS.get(language, "")])
    return {*filter(is_of_letters, forms(said)), *filter(is_of_letters, STOPWORDS.get(language, "").split())}


@pytest.mark.parametrize("language", sorted(STEMMERS))
def test_a_word_has_the_stem_of_the_module_in_python(language: str) -> None:
    known = sorted(words(language))
    for number, ending in enumerate(sorted(endings(language))):
        known += [ending, known[number % len(known)] + ending]
    assert [stem(word, language) for word in known] == [analysis.stem(word, language) for word in known]


@given(st.sampled_from(sorted(STEMMERS)), st.data())
def test_so_has_what_is_no_word(language: str, data: st.DataObject) -> None:
    parts = st.sampled_from(sorted(endings(language) | {"é", "x", "ß", "ا", "日"}))
    word = "".join(data.draw(st.lists(parts, max_size=5)))
    assert stem(word, language) == analysis.stem(word, language)


@pytest.mark.parametrize("language", sorted(ACCENTED_ENDINGS))
def test_the_endings_that_forms_have_lost_the_accents_of_are_those_of_the_module(language: str) -> None:
    accented = {ending for ending in endings(language) if strip_accents(ending) != ending and ending.islower()}
    assert set(ACCENTED_ENDINGS[language].split()) == accented
