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
from feedsrv.text.light_stems import ENDINGS
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


# A language, and forms of one word in it.
FORMS = [
    ("ar", "جامعة الجامعة جامعات الجامعات للجامعة بالجامعة والجامعة وللجامعات"),
    ("ar", "مستشفيات المستشفيات والمستشفيات بالمستشفيات"),
    ("ar", "جسر الجسر للجسر بالجسر"),
    ("ar", "اتفاقية الاتفاقية اتفاقيات الاتفاقيات"),
    ("ar", "غاز الغاز والغاز للغاز وللغاز بالغاز"),
    ("ar", "قانوني القانوني قانونية القانونية للقانونيين"),
    ("ar", "وزارة الوزارة وزارات الوزارات"),
    ("ar", "مهرجان المهرجان للمهرجان والمهرجان"),
    ("ar", "الكويت كويت الكويتي الكويتية"),
    ("ar", "أطلق أطلقت"),
    ("ar", "يستقبل تستقبل"),
    ("be", "бальніца бальніцы бальніцу бальніц бальніцамі"),
    ("be", "закон закона законы законаў"),
    ("be", "новы новая новага новыя новых"),
    ("bg", "болница болницата болници болниците"),
    ("bg", "област областта области"),
    ("bg", "училище училището училища училищата"),
    ("bg", "министър министърът министри министрите"),
    ("bg", "новина новината новини новините"),
    ("bg", "музей музеят музеи музеите"),
    ("cs", "nemocnice nemocnici nemocnic nemocnicích"),
    ("cs", "výzkum výzkumu výzkumy výzkumů výzkumem"),
    ("cs", "vědec vědce vědci vědců"),
    ("cs", "ministr ministra ministři ministrů ministrem"),
    ("cs", "evropský evropská evropského evropských"),
    ("cs", "škola školy škole školu škol školách"),
    ("cs", "město města městě měst městech"),
    ("et", "ülikool ülikooli ülikoolis ülikoolid ülikoolide"),
    ("et", "teadlane teadlase teadlased teadlaste"),
    ("et", "seadus seaduse seadused seadustes"),
    ("et", "haigla haiglas haiglad haiglate"),
    ("et", "uuring uuringu uuringud uuringus"),
    ("et", "president presidendi presidendile"),
    ("ga", "leabhar leabhair"),
    ("ga", "ollscoil hollscoil ollscoile ollscoileanna"),
    ("ga", "ospidéal ospidéil hospidéal"),
    ("ga", "cathair gcathair chathair"),
    ("ga", "páiste páistí bpáistí"),
    ("ga", "rialtas rialtais"),
    ("ga", "bliain mbliana bliana"),
    ("he", "ממשלה הממשלה ממשלות לממשלה ממשלת"),
    ("he", "אוניברסיטה באוניברסיטה אוניברסיטאות"),
    ("he", "לוויין הלוויין לוויינים"),
    ("he", "מחקר המחקר מחקרים"),
    ("he", "בית הבית בבית"),
    ("he", "ספרים הספר ובספר"),
    ("hr", "znanstvenik znanstvenika znanstvenici znanstvenicima"),
    ("hr", "otok otoka otoci otocima"),
    ("hr", "konferencija konferencije konferenciji konferenciju"),
    ("hr", "bolnica bolnice bolnici bolnicama"),
    ("hr", "grad grada gradovi gradovima"),
    ("hr", "ministar ministra ministri"),
    ("is", "háskóli háskóla háskólinn háskólanum háskólar"),
    ("is", "rannsókn rannsóknir rannsóknin"),
    ("is", "sjúkrahús sjúkrahúsi sjúkrahúsið"),
    ("is", "forseti forseta forsetinn"),
    ("is", "borg borgar borgin borgir"),
    ("lv", "slimnīca slimnīcas slimnīcā slimnīcu"),
    ("lv", "zinātnieks zinātnieka zinātnieki zinātniekiem"),
    ("lv", "valsts valstī valstis valstij"),
    ("mk", "универзитет универзитетот универзитети универзитетите"),
    ("mk", "град градот градови"),
    ("mk", "болница болницата болници"),
    ("mt", "konferenza konferenzi"),
    ("mt", "università universitajiet"),
    ("mt", "Ewropew Ewropea Ewropej"),
    ("pl", "minister ministra ministrowi ministrowie"),
    ("pl", "naukowiec naukowca naukowcy naukowców"),
    ("pl", "książka książki książkę książek"),
    ("pl", "szpital szpitala szpitale szpitali"),
    ("pl", "szkoła szkoły szkole szkół"),
    ("pl", "europejski europejska europejskiego europejskich"),
    ("sk", "nemocnica nemocnice nemocnici nemocníc"),
    ("sk", "múzeum múzea múzeu múzeí"),
    ("sk", "ministerstvo ministerstva ministerstve"),
    ("sk", "vedec vedca vedci vedcov"),
    ("sk", "škola školy školu škôl"),
    ("sl", "bolnišnica bolnišnice bolnišnico bolnišnic"),
    ("sl", "znanstvenik znanstvenika znanstveniki znanstvenikov"),
    ("sl", "občina občine občini občin"),
    ("sr", "научник научника научници naučnici"),
    ("sr", "град града градови gradovima"),
    ("sr", "конференција конференцији konferencije"),
    ("sr", "школа školi школе"),
    ("uk", "Київ Києва Києві Києвом"),
    ("uk", "Львів Львова Львові"),
    ("uk", "школа школи школу шкіл"),
    ("uk", "музей музею музеї музеїв музеєм"),
    ("uk", "голова голови голові головою"),
    ("uk", "дослідження досліджень дослідженнями"),
    ("uk", "вечір вечора вечори"),
    ("uk", "основа основи основі основ"),
]


@pytest.mark.parametrize(("language", "said"), FORMS)
def test_forms_of_a_word_come_down_to_the_same(language: str, said: str) -> None:
    assert len({stem(form, language) for form in forms(said)}) == 1


# A language, and words in it that are not one.
APART = [
    ("ar", "جامعة جسر والدين دين الله لغة"),
    ("ar", "لبنان لبن إنسان أنس سلطان سلطة الفن ألف"),
    ("be", "закон завод"),
    ("bg", "министър министерство мост място"),
    ("cs", "město most měsíc"),
    ("et", "Austria Austraalia linn lind"),
    ("ga", "leabhar leabharlann"),
    ("he", "ממשלה מחקר משרד"),
    ("hr", "rijeka ruka grad gradina"),
    ("is", "skóli skáld"),
    ("lv", "valsts valoda"),
    ("mk", "град гранка"),
    ("mt", "festa fatt"),
    ("pl", "minister miasto misja"),
    ("sk", "mesto most mesiac"),
    ("sl", "šola soba mesto most"),
    ("sr", "град грана"),
    ("uk", "місто мова розмова Львів ліс лось"),
]


@pytest.mark.parametrize(("language", "said"), APART)
def test_other_words_stay_apart(language: str, said: str) -> None:
    assert len({stem(form, language) for form in forms(said)}) == len(said.split())


def test_every_rule_of_ours_has_its_forms() -> None:
    assert {language for language, _ in FORMS} | {"bs"} == {*ENDINGS, "ar"}
    assert {language for language, _ in APART} | {"bs"} == {*ENDINGS, "ar"}
