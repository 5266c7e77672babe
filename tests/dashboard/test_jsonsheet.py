"""A list of alike objects is a table too: bounded, escaped, redacted, its digits kept."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from absurd_dashboard.jsonmarkup import json_tree
from absurd_dashboard.jsonsheet import COLUMNS, ROWS, sheet
from absurd_dashboard.jsontree import Node, tree
from absurd_dashboard.redaction import HIDDEN, Redaction
from tests.dashboard.engine import Engine


def rows(markup: str) -> list[list[str]]:
    """The cells of the first table, its head first."""
    table = re.search(r"<table>(.*?)</table>", markup, re.DOTALL)
    assert table is not None
    lines = re.findall(r"<tr.*?</tr>", table[1])
    cells = [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", line) for line in lines]
    return [[html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in line] for line in cells]


def root(value: Any) -> Node:
    return tree(json.dumps(value)).roots[0]


def test_members_are_columns_and_elements_are_rows() -> None:
    drawn = json_tree(tree('[{"sku": "A", "sum": 1.10}, {"sku": "B"}]'))
    assert rows(drawn) == [["", '"sku"', '"sum"'], ["0", '"A"', "1.10"], ["1", '"B"', "–"]]


@pytest.mark.parametrize(
    "value",
    [[], [{"a": 1}], [{"a": 1}, 2], [{}, {}], {"a": {"b": 1}, "c": {"b": 1}},
     [{"a": 1}, {"b": 2}, {"c": 3}]],
    ids=["empty", "one", "mixed", "no members", "no list", "unlike"],
)  # fmt: skip
def test_what_is_no_list_of_alike_objects_has_no_table(value: Any) -> None:
    assert sheet(root(value)) is None


def test_a_table_is_bounded_and_says_what_it_leaves_out() -> None:
    wide = json_tree(tree(json.dumps([{f"c{n}": n for n in range(COLUMNS + 3)}] * 2)))
    assert len(rows(wide)[0]) == 1 + COLUMNS
    assert "Further columns are in the tree only." in wide
    long = json_tree(tree(json.dumps([{"n": n} for n in range(ROWS + 50)])))
    assert len(rows(long)) == 1 + ROWS
    assert "Further rows are in the tree only." in long


def test_the_rows_behind_the_last_are_on_a_page_of_their_own(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    params = {"list": [{"n": n, "text": "x" * 90} for n in range(300)]}
    task = engine.spawn("a", "n", params=params)
    page, seen = client.get(f"/absurd/tasks/{task}/").text, 0
    while True:
        drawn = rows(page)
        assert drawn[1][:2] == [str(seen), str(seen)]
        seen += len(drawn) - 1
        more = re.search(r'href="([^"]*)">More rows<', page)
        if more is None:
            break
        page = client.get(html.unescape(more[1])).text
    assert seen == 300


def test_what_is_deep_is_folded_and_what_is_hostile_is_escaped() -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e"
    text = json.dumps([{hostile: {"deep": hostile}}] * 2, ensure_ascii=False)
    drawn = json_tree(tree(text))
    assert "<img" not in drawn
    assert "\u202e" not in "".join(rows(drawn)[0] + rows(drawn)[1])
    assert "<summary>{ … 1 }</summary>" in drawn


def test_a_table_hides_what_the_tree_hides(client: Client, engine: Engine, settings: Any) -> None:
    settings.ABSURD_DASHBOARD = {
        **settings.ABSURD_DASHBOARD, "REDACT": [Redaction(path="cards.*.number")]
    }  # fmt: skip
    engine.create("a")
    task = engine.spawn("a", params={"cards": [{"number": 4111, "n": 1}, {"number": 4112, "n": 2}]})
    text = client.get(f"/absurd/tasks/{task}/").text
    assert rows(text)[1:] == [["0", "1", f'"{HIDDEN}"'], ["1", "2", f'"{HIDDEN}"']]
    assert "4111" not in text
