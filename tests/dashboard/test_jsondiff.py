"""What differs between two JSON values: by place, to the digit, and nothing that is not known."""

import copy
import html
import json
import re
import time
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from absurd_dashboard.jsondiff import MOST, Diff, diff
from absurd_dashboard.jsonlines import unlike
from absurd_dashboard.jsonmarkup import beside
from absurd_dashboard.payload import Json
from absurd_dashboard.redaction import HIDDEN, Redaction
from tests.dashboard.engine import Engine
from tests.dashboard.test_jsontree import VALUES

few = example_settings(max_examples=40)


def differences(before: Any, after: Any) -> Diff:
    """Of two values, or of two texts."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in (before, after)]
    return diff(*(Json(text, len(text)) for text in texts))


def told(before: Any, after: Any) -> list[tuple[str, str, str | None, str | None]]:
    """What, where, before and after."""
    found = differences(before, after)
    return [(each.what, each.at, each.before, each.after) for each in found.changes]


def test_members_are_compared_by_name() -> None:
    assert told({"a": 1, "b": 2, "c": {"d": [1]}}, {"b": 3, "c": {"d": [1]}, "e": None}) == [
        ("removed", "/a", "1", None),
        ("changed", "/b", "2", "3"),
        ("added", "/e", None, "null"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("1.10", "1.1"), ("12345678901234567890123", "12345678901234567890124"), ('"1"', "1")],
)
def test_numbers_differ_by_a_digit(before: str, after: str) -> None:
    assert told(before, after) == [("changed", "", before, after)]


def test_an_element_put_into_a_list_leaves_the_others_alone() -> None:
    assert told([1, {"x": 1}, 3], [0, 1, {"x": 2}, 3]) == [
        ("added", "/0", None, "0"),
        ("changed", "/2/x", "1", "2"),
    ]


def test_a_value_of_another_kind_is_changed_as_a_whole() -> None:
    assert told({"a": [1, 2]}, {"a": {"b": 1}}) == [("changed", "/a", "[1, 2]", '{"b": 1}')]


def test_a_value_that_was_not_there_is_added_as_a_whole() -> None:
    found = diff(None, Json('{"a": 1}', 8))
    assert [(each.what, each.at, each.after) for each in found.changes] == [
        ("added", "", '{"a": 1}')
    ]


@few
@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert differences(value, copy.deepcopy(value)) == Diff(())


@few
@given(VALUES, VALUES)
def test_values_that_differ_differ_somewhere(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert bool(differences(one, other).many) == (not same)


@few
@given(VALUES, VALUES, st.integers(0, 60))
def test_of_a_beginning_nothing_is_concluded_about_the_rest(
    one: Any, other: Any, length: int
) -> None:
    text = json.dumps({"a": one, "b": other})
    begun = Json(text[: min(length, len(text) - 1)], len(text))
    for pair in ((begun, Json(text, len(text))), (Json(text, len(text)), begun)):
        found = diff(*pair)
        assert (found.changes, found.partial) == ((), True)


def test_of_very_many_differences_some_are_listed_and_the_rest_are_counted() -> None:
    found = differences({str(n): n for n in range(500)}, {str(n): -n - 1 for n in range(500)})
    assert (len(found.changes), found.many) == (MOST, 500)


def test_hostile_values_are_compared_in_a_moment() -> None:
    hostile = ["[" * 9_000, "[1," * 5_000, json.dumps([1] * 5_000), '{"a":' * 3_000, '"' * 9_000]
    begin = time.process_time()
    for before, after in zip(hostile, [*hostile[1:], hostile[0]], strict=True):
        differences(before, after)
        differences(before, before)
    assert time.process_time() - begin < 10


def test_texts_of_several_lines_are_reduced_to_those_that_differ() -> None:
    before, after = (json.dumps(f"head\nbody\n<b>{last}\nend") for last in ("one", "two"))
    assert unlike(before, after) == ("…\n<b>one\n…", "…\n<b>two\n…")
    assert unlike(before, '"one line"') is None
    assert unlike(before[:-1], after) is None
    assert "<b>" not in "".join(beside(before, after))


# On pages


def run_again(client: Client, task: object, **fields: object) -> str:
    answer = client.post(
        f"/absurd/tasks/{task}/run-again/", fields, content_type="application/json",
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return str(answer.json()["task_id"])


def said(text: str) -> str:
    """A page's text on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_a_task_that_was_run_again_says_what_was_changed(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", "n", params={"id": 1, "<b>": "x"})
    engine.call("select absurd.cancel_task('a', %s)", task)
    again = run_again(client, task, params={"id": 2, "<b>": "x"})
    text = client.get(f"/absurd/tasks/{again}/").text
    assert '<b>":' not in text
    assert f"Made from the task {str(task)[-8:]}" in said(text)
    assert "≠ changed /id 1 2" in said(text)
    assert "Made from the task" not in client.get(f"/absurd/tasks/{task}/").text


def test_what_is_hidden_is_not_compared_and_that_is_said(
    client: Client, engine: Engine, settings: Any
) -> None:
    engine.create("a")
    task = engine.spawn("a", "n", params={"card": "visa-old", "n": 1})
    engine.call("select absurd.cancel_task('a', %s)", task)
    again = run_again(client, task, params={"card": "visa-new", "n": 1})
    settings.ABSURD_DASHBOARD = {
        **settings.ABSURD_DASHBOARD, "REDACT": [Redaction(key="card")]
    }  # fmt: skip
    page = client.get(f"/absurd/tasks/{again}/").text
    text = said(page)
    assert "Params: the same" in text
    assert "What is hidden in both was not compared." in text
    assert HIDDEN in text
    assert "visa-new" not in page
    revealed = said(client.post(f"/absurd/tasks/{again}/reveal/").text)
    assert "You see hidden values." in revealed
    assert "visa-new" in revealed
    assert "visa-old" not in revealed


def test_failures_of_attempts_are_compared_by_place(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", max_attempts=2)
    for number in range(2):
        run = engine.claim("a")
        engine.fail("a", run, name="Declined", message=f"card {number}")
        engine.advance(minutes=10)
    text = said(client.get(f"/absurd/tasks/{task}/").text)
    assert "Failures of the attempts 1 and 2" in text
    assert '≠ changed /message "card 0" "card 1"' in text
    assert "changed /name" not in text


def test_an_emit_that_was_ignored_stands_beside_the_payload_that_counts(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.call("select absurd.emit_event('a', 'paid', '{\"sum\": 1.10}'::jsonb)")
    answer = client.post(
        "/absurd/events/a/paid/emit/", {"payload": {"sum": 1.1}},
        content_type="application/json", headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 409
    text = said(client.get("/absurd/events/a/paid/").text)
    assert "Emits that were ignored" in text
    assert "≠ changed /sum 1.10 1.1" in text
