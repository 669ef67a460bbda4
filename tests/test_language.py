"""The language of the search box: what is typed beside how it is read, its limits, and what holds for any text."""

from __future__ import annotations

from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv.query.parser import (
    DEEPEST_NESTING,
    LONGEST_PHRASE,
    LONGEST_QUERY,
    MOST_CLAUSES,
    MOST_PREFIXES,
    Parsed,
    parse,
    typed,
)
from feedsrv.query.tree import (
    And,
    Dates,
    FieldTerm,
    Filter,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Reference,
    Word,
    positive_leaves,
)

ROWS = [
    # words and how they combine
    ("mars rover", "mars AND rover"),
    ("mars AND rover", "mars AND rover"),
    ("mars and rover", "mars AND and AND rover"),
    ("mars OR phobos", "mars OR phobos"),
    ("mars rover OR phobos", "(mars AND rover) OR phobos"),
    ("mars (rover OR lander)", "mars AND (rover OR lander)"),
    ("mars -rover", "mars AND NOT rover"),
    ("mars NOT rover", "mars AND NOT rover"),
    ("NOT rover", "NOT rover"),
    ("-rover", "NOT rover"),
    ("NOT NOT rover", "rover"),
    ("NOT -rover", "rover"),
    ("-(mars OR phobos)", "NOT (mars OR phobos)"),
    ("mars - rover", "mars AND rover"),
    ("co-operation", "co-operation"),
    ("mars OR mars", "mars"),
    ("mars mars", "mars AND mars"),
    ("Mars, rover!", "Mars AND rover"),
    ("(mars)", "mars"),
    ("O'Neill O’Neill", "O'Neill AND O’Neill"),
    ("23 rd birthday", "23rd AND birthday"),
    ("mars\u00a0rover", "mars AND rover"),
    ("¡हिन्दी!", "हिन्दी"),
    ("समाचा*", "समाचा*"),
    # phrases, in the quotes of any language
    ('"sample return"', '"sample return"'),
    ('mars "sample return"', 'mars AND "sample return"'),
    ('-"sample return"', 'NOT "sample return"'),
    ("“sample return”", '"sample return"'),
    ("„Probe zurück“", '"Probe zurück"'),
    ("« retour d’échantillons »", '"retour d’échantillons"'),
    ('"  sample \n return "', '"sample return"'),
    ('“mars 23"rd”', '"mars 23rd"'),
    ("“2 st_”", '"2st"'),
    ('""', ""),
    ('"AND"', '"AND"'),
    # beginnings
    ("launch*", "launch*"),
    ("lau*", "lau*"),
    ("la*", "la"),
    ("*", ""),
    ("*launch", "launch"),
    ("la*nch", "la*nch"),
    ("-launch*", "NOT launch*"),
    # fields
    ("topic:science", "topic:science"),
    ("TOPIC:Science", "topic:science"),
    ("topic:İ", 'topic:"i\u0307"'),
    ('topic:"Space science"', 'topic:"space science"'),
    ("topic:C++", 'topic:"c++"'),
    ("topic:C++, year:2018", 'topic:"c++" AND year:2018'),
    ("topic:.NET.", 'topic:".net"'),
    ('topic:"R&D!"', 'topic:"r&d"'),
    ("topic:science?", "topic:science"),
    ("topic:++", "topic"),
    ("year:2018", "year:2018"),
    ("year:soon", "year AND soon"),
    ("lang:fr", "lang:fr"),
    ("title:mars", "title:mars"),
    ("title:mars rover", "title:mars AND rover"),
    ('title:"sample return"', 'title:"sample return"'),
    ("title:launch*", "title:launch*"),
    ("contact:bresson", "contact:bresson"),
    ("contact:press@example.org", "contact:press@example.org"),
    ("-topic:science", "NOT topic:science"),
    ("topic:", "topic"),
    ("topic: science", "topic AND science"),
    ("author:smith", "author:smith"),
    ("topic:(mars)", "topic AND mars"),
    # references
    ("PR039-2018", "PR039-2018"),
    ("pr039-2018", "pr039-2018"),
    ("039-2018", "039-2018"),
    ("PR 039/2018", "PR039/2018"),
    ("PR\u00a0039/2018", "PR039/2018"),
    ("PR039‑2018", "PR039‑2018"),
    ("IP/18/2231", "IP/18/2231"),
    ("ref:PR039-2018", "PR039-2018"),
    ("ref:PR039", "ref:PR039"),
    ('ref:"PR 39"', 'ref:"PR 39"'),
    ("ref:PR 039/2018", 'ref:"PR 039/2018"'),
    ('ref:"12-34.5"', 'ref:"12-34.5"'),
    ("mars PR039-2018", "mars AND PR039-2018"),
    ("2014-2020", "2014-2020"),
    ("COVID-19", "COVID-19"),
    # dates
    ("before:2018-06", "before:2018-06-01"),
    ("after:2017", "after:2017-01-01"),
    ("2015..2018", "2015-01-01..2018-12-31"),
    ("2015..", "after:2015-01-01"),
    ("..2018", "before:2019-01-01"),
    ("2018-03..2018-04-05", "2018-03-01..2018-04-05"),
    ("before:23/03/2018", "before:2018-03-23"),
    ('after:"23 March 2018"', "after:2018-03-23"),
    ('after:"23 mars 2018"', "after:2018-03-23"),
    ("after:03/2018", "after:2018-03-01"),
    ("2018..2015", "2018..2015"),
    ("before:then", "before AND then"),
    ("before:2018-13", "before AND 2018-13"),
    ("3..4", "3..4"),
    ("1990..2000: lost decade?", "1990 AND 2000 AND lost AND decade"),
    ("title:1990..2000: lost", "title AND 1990 AND 2000 AND lost"),
    ("-2015..2018", "NOT 2015-01-01..2018-12-31"),
    # what is natural text
    ("SENATE SAYS NO TO WAR AND PEACE", "SENATE AND SAYS AND NO AND TO AND WAR AND and AND PEACE"),
    ("McCAIN VOTES NOT TO ADJOURN HOUSE", "McCAIN AND VOTES AND not AND TO AND ADJOURN AND HOUSE"),
    ("BRIDGE OR TUNNEL TO BE BUILT", "BRIDGE AND or AND TUNNEL AND TO AND BE AND BUILT"),
    ("SENATE VOTES NOT TO ADJOURN", "SENATE AND VOTES AND NOT TO AND ADJOURN"),
    ("ESA OR CNES", "ESA OR CNES"),
    ("ESA OR CNES OR NASA OR JAXA", "ESA OR CNES OR NASA OR JAXA"),
    ("NASA ESA CNES JAXA DLR NOT ASI", "NASA AND ESA AND CNES AND JAXA AND DLR AND not AND ASI"),
    ("(NASA ESA CNES JAXA DLR) NOT ASI", "NASA AND ESA AND CNES AND JAXA AND DLR AND NOT ASI"),
    ("NASA ESA CNES JAXA TITLE:DLR NOT ASI", "NASA AND ESA AND CNES AND JAXA AND title:DLR AND NOT ASI"),
    ("Mars AND the rover NOT the lander", "Mars AND the AND rover AND NOT the AND lander"),
    ("This is NOT a drill", "This AND is AND NOT a AND drill"),
    ("वह OR यह NOT हिन्दी में है", "वह OR (यह AND NOT हिन्दी AND में AND है)"),
    ("temperatures of -5 degrees", "temperatures AND of AND 5 AND degrees"),
    ("mars -2018", "mars AND 2018"),
    ("-039-2018", "039-2018"),
    ("Puis -je aider", "Puis AND je AND aider"),
    ("où a -t-elle lieu", "où AND a AND t-elle AND lieu"),
    ("PUIS -JE AIDER", "PUIS AND JE AND AIDER"),
    ("Y a -t -il un quai", "Y AND a AND t AND il AND un AND quai"),
    ("a -t'il raison", "a AND t'il AND raison"),
    ("DONNE -M’EN DEUX", "DONNE AND M’EN AND DEUX"),
    ("mars -jet", "mars AND NOT jet"),
    ("MARS -JET -M’Bappé", "MARS AND NOT JET AND NOT M’Bappé"),
    ("Mars -the red planet- is near", "Mars AND the AND red AND planet AND is AND near"),
    ("Lula da Silva -PT-, 77", "Lula AND da AND Silva AND PT AND 77"),
    ("mars -rover re-entry", "mars AND NOT rover AND re-entry"),
    ("pre- mars -rover", "pre AND mars AND NOT rover"),
    ("mars -rover 2018-", "mars AND NOT rover AND 2018"),
    ("What is a comet?", "What AND is AND a AND comet"),
    ('Who said "sample return" first?', "Who AND said AND sample AND return AND first"),
    ("Que veut dire « Titre: AND donc » ?", "Que AND veut AND dire AND Titre AND and AND donc"),
    ('"sample return"?', '"sample return"'),
    ('"sample return" (mars)?', '"sample return" AND mars'),
    ("ANNIVERSARY OF 9-11", "ANNIVERSARY AND OF9-11"),
    # what cannot be read
    ("", ""),
    ("...", ""),
    ("()", ""),
    ("(mars", "mars"),
    ("mars)", "mars"),
    (") OR (", ""),
    ("OR mars OR", "mars"),
    ("AND", ""),
    ("NOT", ""),
    ('"mars rover', "mars AND rover"),
    ("--mars", "mars"),
    ("<b>mars</b>", "b>mars</b"),
    ("title:lang:fr", "title AND lang:fr"),
    (".ref:.title:.mars", "ref AND title:mars"),
    ("..PR1-20..PR2-20..", "PR1-20 AND PR2-20"),
]


@pytest.mark.parametrize(("text", "read"), ROWS)
def test_each_row_is_read_so_and_reads_the_same_again(text: str, read: str) -> None:
    parsed = parse(text)
    assert str(parsed) == read
    assert parse(read).tree == parsed.tree
    assert parsed.notes == ()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("mars", Word("mars")),
        ("2014-2020", Word("2014-2020")),
        ("covid-19", Word("covid-19")),
        ('"mars"', Phrase("mars")),
        ("launch*", Prefix("launch")),
        ("title:mars", FieldTerm("title", Word("mars"))),
        ("title:PR039-2018", FieldTerm("title", Word("PR039-2018"))),
        ('contact:"jean bresson"', FieldTerm("contact", Phrase("jean bresson"))),
        ("lang:FR", Filter("lang", "fr")),
        ("2018-03..", Dates(date(2018, 3, 1), None)),
        ("2015..2018", Dates(date(2015, 1, 1), date(2019, 1, 1))),
        ("PR039-2018", Reference("PR039-2018")),
        ("a b", And((Word("a"), Word("b")))),
        ("a OR -b", Or((Word("a"), Not(Word("b"))))),
    ],
)
def test_each_kind_has_its_node(text: str, tree: Node) -> None:
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    "text", ['été "fusée spatiale"', "title:été topic:énergie lang:fr", "서울시* 太空", "PR039-2018"]
)
def test_what_nobody_sees_and_letters_taken_apart_change_nothing(text: str) -> None:
    for pasted in (normalize("NFD", text), "\u00ad".join(text), "\u200b".join(text), f"\ufeff{text}\u2060"):
        assert parse(pasted) == parse(text)
        assert parse(pasted).is_as_typed == parse(text).is_as_typed
    assert parse("\u200b").has_no_word


@pytest.mark.parametrize("text", ["ESA CNES NASA JAXA DLR OR ASI", 'Who "said that"?'])
def test_in_rules_operators_and_quotes_are_never_words(text: str) -> None:
    rule = parse(text, is_rule=True)
    assert rule.tree == parse(f"({text})").tree
    assert rule != parse(text)


@pytest.mark.parametrize(
    ("text", "typed"), [("OF 9-11", "OF 9-11"), ("A320-200", "A320-200"), ("ref:PR039", ""), ('ref:"OF 9-11"', "")]
)
def test_a_number_may_be_words_unless_it_is_said_to_be_one(text: str, typed: str) -> None:
    (reference,) = positive_leaves(parse(text).tree)
    assert isinstance(reference, Reference)
    assert reference.typed == typed


def test_all_spellings_of_a_reference_are_one() -> None:
    spellings = ["PR039-2018", "pr039-2018", "PR 039/2018", "PR-039-2018", "ref:PR039/2018", 'ref:"pr 039 2018"']
    trees = [parse(spelling).tree for spelling in spellings]
    assert {tree.key for tree in trees if isinstance(tree, Reference)} == {"pr-039-2018"}
    assert all(isinstance(tree, Reference) for tree in trees)


class TestLimits:
    def test_what_is_longer_is_cut(self) -> None:
        parsed = parse("x" * (LONGEST_QUERY + 1))
        assert parsed == Parsed(Word("x" * LONGEST_QUERY), ("Only the first 1000 characters were read.",))

    def test_further_words_are_left_out_and_repeated_ones_stay(self) -> None:
        words = [f"w{number}" for number in range(MOST_CLAUSES)]
        full = parse(" ".join([*words, *words]))
        assert full.notes == ()
        over = parse(" ".join([*words, "more", "w0"]))
        assert over == Parsed(
            And(tuple(map(Word, [*words, "w0"]))), (f"Only the first {MOST_CLAUSES} words were read.",)
        )

    def test_further_words_of_a_phrase_are_left_out(self) -> None:
        words = [f"w{number}" for number in range(LONGEST_PHRASE + 1)]
        assert parse(f'"{" ".join(words[:-1])}"').notes == ()
        over = parse(f'title:"{" ".join(words)}"')
        assert over.tree == FieldTerm("title", Phrase(" ".join(words[:-1])))
        assert over.notes == ("Only the first 12 words of a phrase were read.",)

    def test_further_beginnings_are_words(self) -> None:
        assert parse("one* two* one*").notes == ()
        over = parse("one* two* title:three*")
        assert over.tree == And((Prefix("one"), Prefix("two"), FieldTerm("title", Word("three"))))
        assert over.notes == (f"Only {MOST_PREFIXES} beginnings were read; “three” was taken as a word.",)

    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("AND*", "and"),
            ("title:AND*", "title:and"),
            ("039-2018*", "039-2018"),
            ("title:039-2018*", "title:039-2018"),
        ],
    )
    def test_a_beginning_too_many_is_what_it_would_be_without_its_star(self, text: str, read: str) -> None:
        over = parse(f"one* two* {text}")
        assert str(over) == f"one* AND two* AND {read}"
        assert parse(str(over)) == Parsed(over.tree)

    def test_a_long_question_is_read_whole(self) -> None:
        words = [f"w{number:03}" for number in range(MOST_CLAUSES)]
        whole = parse(" ".join([*words, *words])[:LONGEST_QUERY])
        assert whole.notes == ()
        assert len(list(positive_leaves(whole.tree))) == LONGEST_QUERY // 5
        assert len(str(whole)) > LONGEST_QUERY
        assert parse(str(whole)) == whole

    def test_what_is_longer_when_printed_is_cut(self) -> None:
        over = parse("a -" * (LONGEST_QUERY // 4) + "a")
        assert over.notes == ("Only a part was read: written out, the whole has more than 1000 characters.",)
        assert parse(str(over)) == Parsed(over.tree)
        more = " AND NOT a AND a"
        assert len(f"{over}{more}".replace(" AND ", " ")) > LONGEST_QUERY

    def test_parentheses_that_are_deeper_when_printed_are_ignored(self) -> None:
        over = parse("a b OR c (" * DEEPEST_NESTING + "d")
        assert over.notes == ("Parentheses more than 8 deep were ignored.",)
        assert parse(str(over)) == Parsed(over.tree)

    def test_deeper_parentheses_are_ignored(self) -> None:
        deep = "mars " * DEEPEST_NESTING + "rover"
        assert parse(deep.replace(" ", " OR (", DEEPEST_NESTING)).notes == ()
        over = parse("a (b OR " * (DEEPEST_NESTING + 1) + "c")
        assert over.notes == ("Parentheses more than 8 deep were ignored.",)
        assert {leaf.text for leaf in positive_leaves(over.tree) if isinstance(leaf, Word)} == {"a", "b", "c"}


PIECES = [
    "mars",
    "rover",
    "launch*",
    "a*",
    '"sample',
    "“",
    "”",
    "«",
    "»",
    '"',
    "(",
    ")",
    "(((",
    "-(",
    "-",
    "--",
    "NOT",
    "AND",
    "OR",
    "and",
    "title:",
    "contact:",
    "topic:",
    "year:",
    "lang:",
    "ref:",
    "before:",
    "after:",
    "2018",
    "2018-03",
    "2015..2018",
    "2018..",
    "..x",
    "PR039-2018",
    "039/2018",
    "23",
    "rd",
    "O'Neill",
    "co-operation",
    "l’air",
    "\u200b",
    "\x01",
    "<b>",
    "\\",
    "/",
    "*",
    "..",
    ",",
    ";",
    "topic:İ",
    'ref:"PR 039/2018"',
    '“23"rd”',
    "two* three*",
    "AND*",
    "039-2018*",
    '"12-34.5"',
    "a (b OR",
    "x y OR",
    "e\u0301",
    "lang:J\u030c",
    "topic:J\u030c",
    "sea\u00adweed",
    "Zürich",
    "太空",
    "🚀",
    ".ref:",
    "..PR1-20",
    "(-",
    "a)(-(",
]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(PIECES),
        max_size=300,
    ).map(" ".join),
    st.lists(st.sampled_from('ab1-*"():. '), max_size=60).map("".join),
)


@settings(max_examples=1000)
@given(text=TEXTS)
def test_any_text_is_read_within_the_limits_and_its_print_reads_the_same(text: str) -> None:
    parsed = parse(text)
    leaves = list(positive_leaves(parsed.tree))
    assert len(set(leaves)) <= MOST_CLAUSES
    assert len({leaf.text for leaf in leaves if isinstance(leaf, Prefix)}) <= MOST_PREFIXES
    assert all(len(leaf.text.split(" ")) <= LONGEST_PHRASE for leaf in leaves if isinstance(leaf, Phrase))
    again = parse(str(parsed))
    assert again.tree == parsed.tree
    assert str(again) == str(parsed)
    assert parsed.tree is None or parse(typed(parsed.tree)).tree == parsed.tree


@settings(max_examples=30)
@given(text=st.text(alphabet='ab1-*"():. ', min_size=LONGEST_QUERY + 1, max_size=2 * LONGEST_QUERY))
def test_a_long_text_is_read_too(text: str) -> None:
    assert parse(text).notes


EXAMPLES: dict[str, Node] = {
    '"sample return"': Phrase("sample return"),
    "mars OR phobos": Or((Word("mars"), Word("phobos"))),
    "mars -rover": And((Word("mars"), Not(Word("rover")))),
    "launch*": Prefix("launch"),
    "title:mars contact:bresson": And((FieldTerm("title", Word("mars")), FieldTerm("contact", Word("bresson")))),
    "2015..2018 after:2017 before:2018-06": And(
        (
            Dates(date(2015, 1, 1), date(2019, 1, 1)),
            Dates(date(2017, 1, 1), None),
            Dates(None, date(2018, 6, 1)),
        )
    ),
    "topic:science year:2018 lang:en": And((Filter("topic", "science"), Filter("year", "2018"), Filter("lang", "en"))),
    "PR039-2018": Reference("PR039-2018"),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_each_kind_of_question_is_read_as_it_says(text: str) -> None:
    assert parse(text) == Parsed(EXAMPLES[text])
