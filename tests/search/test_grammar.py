"""The grammar of docs/search.md: every query has a text, and every text is read or refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.search.grammar import COMPARISONS, Query, Term, Value, written
from absurd_dashboard.search.qualifiers import QUALIFIERS, understood
from absurd_dashboard.search.reader import LONGEST, MOST_STARS, MOST_VALUES, cleaned, read

# What means something to the reader, more often than chance would have it.
_MARKS = st.sampled_from('",*:.-<>=\\ \t\u3000')
_ANY = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
_TEXT = st.text(_MARKS | _ANY, max_size=8)
_PARTS = st.lists(_TEXT, min_size=1, max_size=MOST_STARS + 1).map(tuple)
_COMPARED = st.builds(Value, _PARTS, st.sampled_from(COMPARISONS))
_VALUES = st.builds(Value, _PARTS)
_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z_0-9]*", fullmatch=True)
_KEYS = st.builds(lambda name, path: (name, *path), _NAMES, st.lists(_TEXT, max_size=3))
_SEVERAL = {"min_size": 1, "max_size": 3}
_KEYED = st.builds(Term, _KEYS, st.lists(st.one_of(_VALUES, _COMPARED), **_SEVERAL).map(tuple),
                   st.booleans())  # fmt: skip
_BARE = st.builds(Term, st.just(()), st.lists(_VALUES, **_SEVERAL).map(tuple), st.booleans())
_QUERIES = st.lists(st.one_of(_KEYED, _BARE), max_size=4).map(tuple)


@settings(deadline=None, max_examples=120)
@given(_QUERIES)
def test_reading_what_was_written_gives_the_query_again(query: Query) -> None:
    reading = read(written(query))
    assert reading.problems == ()
    assert reading.query == query


@settings(deadline=None, max_examples=120)
@given(st.one_of(_TEXT, st.text(max_size=40), _QUERIES.map(written).map(lambda text: text[:-1])))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    text = cleaned(text)
    for problem in understood(text).problems:
        assert 0 <= problem.span.start < problem.span.end <= len(text)


@settings(deadline=None, max_examples=80)
@given(_QUERIES)
def test_a_filter_says_in_its_link_and_in_its_box_what_was_typed(query: Query) -> None:
    typed = written(query)
    chosen = TaskFilter.from_query({"q": typed})
    assert TaskFilter.from_query({"q": chosen.text}) == chosen
    fields = {key: value for key, value in chosen.parts().items() if value}
    assert TaskFilter.from_query(fields) == chosen  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUALIFIERS)
def test_the_example_of_every_qualifier_is_understood(name: str) -> None:
    reading = understood(QUALIFIERS[name].example)
    assert reading.problems == ()
    assert reading.query[0].qualifier == name


@pytest.mark.parametrize(
    ("text", "wrong", "mended"),
    [
        ("stat:failed", "stat:failed", "state:failed"),
        ("state:faild,running", "faild", "state:failed,running"),
        ('queue:a error:"timed out', '"timed out', 'queue:a error:"timed out"'),
        ("age:2h", "2h", "age:<2h"),
        ("worker:>=5", ">=5", 'worker:">=5"'),
        ("send email", "send email", '"send email"'),
        ("order:42", "order:42", 'name:"order:42"'),
        ("has:charge", "charge", "has:checkpoint.charge"),
        ("queue:", "queue:", None),
        ("id:none", "none", None),
        ("-age:<1h", "-age:<1h", None),
        ("params:*", "*", None),
        ("queue.x:1", "queue.x:1", None),
        ("attempts:many", "many", None),
        ("name:" + "*" * (MOST_STARS + 1), "*" * (MOST_STARS + 1), None),
        ("state:" + "failed," * MOST_VALUES + "failed", None, None),
        ("x" * (LONGEST + 1), None, None),
    ],
)
def test_what_makes_no_sense_is_underlined_and_mended_where_there_is_an_idea(
    text: str, wrong: str | None, mended: str | None
) -> None:
    (problem,) = understood(text).problems
    start, end = problem.span.start, problem.span.end
    assert text[start:end] == (wrong or text)
    if mended is None:
        assert problem.suggestion is None
    else:
        assert f"{text[:start]}{problem.suggestion}{text[end:]}" == mended
        assert understood(mended).problems == ()


def test_a_word_alone_is_a_name_or_the_beginning_of_an_id() -> None:
    assert TaskFilter.from_query({"q": "send-*"}).name == "send-*"
    assert TaskFilter.from_query({"q": "0199a3f0"}).id == "0199a3f0"


def test_a_field_of_an_older_link_and_a_query_hold_both() -> None:
    chosen = TaskFilter.from_query({"queue": "a", "q": "queue:b state:failed"})
    assert (chosen.queue, chosen.state, chosen.q) == ("a", "failed", "queue:b")
