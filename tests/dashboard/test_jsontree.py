"""JSON as a tree: its text is the JSON again, and what is missing is reached by its place."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from absurd_dashboard.jsonmarkup import json_tree
from absurd_dashboard.jsontree import DEEPEST, MOST, parts, tree
from absurd_dashboard.redaction import HIDDEN, Redaction, Redactor
from tests.dashboard.engine import Engine

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def said(markup: str) -> str:
    """The text of markup, without the tables: they say the same again."""
    tree_alone = re.sub(r'<details class="abs-json-sheet">.*?</table>.*?</details>', "", markup)
    return html.unescape(re.sub(r"<[^>]*>", "", tree_alone))


def places(value: Any, at: str = "") -> list[str]:
    """JSON pointers of a value and of all inside of it, in order."""
    pairs = value.items() if isinstance(value, dict) else []
    pairs = enumerate(value) if isinstance(value, list) else pairs
    escaped = ((str(key).replace("~", "~0").replace("/", "~1"), inner) for key, inner in pairs)
    return [at, *(place for key, inner in escaped for place in places(inner, f"{at}/{key}"))]


@given(VALUES)
def test_the_text_of_the_tree_is_the_json(value: Any) -> None:
    drawn = said(json_tree(tree(json.dumps(value))))
    assert json.loads(drawn) == value


@given(VALUES)
def test_every_value_stands_at_its_json_pointer(value: Any) -> None:
    drawn = json_tree(tree(json.dumps(value)))
    assert [html.unescape(at) for at in re.findall(r'data-at="([^"]*)"', drawn)] == places(value)


@given(st.lists(st.text()))
def test_a_pointer_is_read_as_it_was_written(names: list[str]) -> None:
    value: Any = 1
    for name in reversed(names):
        value = {name: value}
    assert parts(places(value)[-1]) == tuple(names)


def test_numbers_keep_every_digit() -> None:
    number = "1234567890123456789012345678901234567890.10"
    assert f">{number}</span>" in json_tree(tree(f'{{"a": {number}}}'))


def test_what_is_too_much_or_too_deep_is_linked_by_its_place() -> None:
    many = json_tree(tree(json.dumps([1] * (MOST * 2))), "/whole/")
    assert f'href="/whole/?at=&amp;from={MOST - 1}"' in many
    deep = json_tree(tree("[" * 100 + "]" * 100), "/whole/")
    assert f'href="/whole/?at={"%2F0" * DEEPEST}&amp;from=0"' in deep


def test_megabytes_are_read_piece_by_piece_to_the_last_value(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    wanted = [{"n": n, "text": "x" * 300} for n in range(5_000)]
    params = {"deep/er": {"list": wanted}, "other": 1}
    task = engine.spawn("a", "n", params=params)
    seen = re.findall(r'data-at="/deep~1er/list/(\d+)"', client.get(f"/absurd/tasks/{task}/").text)
    page = client.get(f"/absurd/tasks/{task}/").text
    while more := re.findall(r'href="([^"]*at=%2Fdeep~1er%2Flist&amp;[^"]*)"', page):
        assert len(page) < 500_000
        page = client.get(html.unescape(more[0])).text
        seen += re.findall(r'data-at="/deep~1er/list/(\d+)"', page)
        assert len(seen) < 6_000
    assert seen == [str(number) for number in range(5_000)]


@pytest.mark.parametrize("query", ["at=nowhere", "at=/a&from=x", "at=/b", "at=%00"])
def test_there_is_nothing_at_a_wrong_place(client: Client, engine: Engine, query: str) -> None:
    engine.create("a")
    task = engine.spawn("a", "n", params={"a": 1})
    assert client.get(f"/absurd/tasks/{task}/params/?{query}").status_code == 404


def test_a_piece_has_a_twin_that_says_its_place(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", "n", params={"a": {"b": 1.10}})
    twin = client.get(f"/absurd/tasks/{task}/params/?at=/a&format=json").json()
    assert (twin["at"], json.loads(twin["json"])) == ("/a", {"b": 1.1})


RULES = (Redaction(key="b*"), Redaction(path="a.1.c"), Redaction(pattern=r"\d{4}"))
NAMES = st.sampled_from(["a", "b", "c", "1", "2024"])
PLACED = st.recursive(
    st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(PLACED, st.data())
def test_a_piece_hides_what_the_whole_hides_there(value: Any, data: st.DataObject) -> None:
    redactor = Redactor(RULES)
    whole = json.loads(redactor.json(json.dumps(value)))
    below: list[str] = []
    while isinstance(value, list | dict) and value and data.draw(st.booleans()):
        names = sorted(value) if isinstance(value, dict) else range(len(value))
        name: Any = data.draw(st.sampled_from(names))
        value, whole = value[name], _child(whole, name)
        below.append(str(name))
    piece = json.loads(redactor.json(json.dumps(value), below=below))
    assert piece == whole or any(redactor.text(name) != name for name in below)


def _child(whole: Any, name: Any) -> Any:
    if isinstance(whole, dict):
        return whole.get(name, HIDDEN)
    return whole[name] if isinstance(whole, list) else whole


@pytest.mark.parametrize("number", ["-1", "01", "+1", "%201"])
def test_an_element_has_one_number_so_that_rules_know_it(
    client: Client, engine: Engine, settings: Any, number: str
) -> None:
    settings.ABSURD_DASHBOARD = {
        **settings.ABSURD_DASHBOARD, "REDACT": [Redaction(path="cards.1.number")]
    }  # fmt: skip
    engine.create("a")
    task = engine.spawn("a", "n", params={"cards": [{}, {"number": 41}]})
    assert HIDDEN in client.get(f"/absurd/tasks/{task}/params/?at=/cards/1").text
    assert client.get(f"/absurd/tasks/{task}/params/?at=/cards/{number}").status_code == 404
