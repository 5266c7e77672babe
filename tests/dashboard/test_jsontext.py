"""JSON laid out without being decoded."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absurd_dashboard.jsontext import Token, layout, tokenise

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


def test_members_and_elements_stand_on_lines_of_their_own() -> None:
    shown = str(layout('{"a": 1, "b": [true, null]}'))
    assert shown == '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'


@pytest.mark.parametrize("text", ["{}", "[]", "0", '"text"', "null", '{\n  "a": {}\n}'])
def test_what_is_short_stays_short(text: str) -> None:
    assert str(layout(text)) == text


def test_lines_are_counted() -> None:
    assert layout('{"a": [1, 2]}').lines == 6


@pytest.mark.parametrize("number", ["1.10", "-0", "1e400", "1E+2", "9" * 60, "0.1000000000000001"])
def test_a_number_keeps_every_digit(number: str) -> None:
    assert list(tokenise(number)) == [Token("number", number)]


def test_tokens_say_what_they_are() -> None:
    assert [token.kind for token in tokenise('{"k" : "v", "n": [1, false]}')] == [
        *("mark", "key", "mark", "string", "mark"),
        *("key", "mark", "mark", "number", "mark", "literal", "mark", "mark"),
    ]


def test_quotes_braces_and_colons_in_strings_are_text() -> None:
    text = r'"\"}{][,: \\"'
    assert list(tokenise(text)) == [Token("string", text)]


def test_invisible_characters_in_strings_become_escapes() -> None:
    assert str(layout('"\u202egnp.exe"')) == '"\\u202egnp.exe"'


@given(VALUES)
def test_laid_out_json_still_means_the_same(value: Any) -> None:
    assert json.loads(str(layout(json.dumps(value, ensure_ascii=False)))) == value


@given(st.text())
def test_text_that_is_no_json_is_shown_and_breaks_nothing(text: str) -> None:
    layout(text)


@given(VALUES, st.integers(0, 200))
def test_json_that_was_cut_off_is_shown_up_to_the_cut(value: Any, length: int) -> None:
    cut = json.dumps(value)[:length]
    shown = str(layout(cut))
    assert "".join(shown.split()) == "".join(cut.split())


def test_a_long_text_is_cut_and_says_so() -> None:
    laid_out = layout("[" + "1," * 100_000 + "1]", longest=1_000)
    assert laid_out.truncated
    assert len(str(laid_out)) <= 4_000


def test_a_text_within_the_limit_is_whole() -> None:
    assert not layout('{"a": 1}').truncated


def test_any_depth_is_laid_out_in_bounded_space() -> None:
    deep = "[" * 500_000
    assert len(str(layout(deep))) <= 80_000


def test_a_string_may_end_in_the_middle_of_an_escape() -> None:
    assert list(tokenise('"' + "\\" * 3)) == [Token("string", '"' + "\\" * 3)]
