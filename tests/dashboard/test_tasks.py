"""The task list: what it shows, filters, and how its pages join."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, override_settings

from tests.dashboard.engine import Engine


def listed(client: Client, query: str = "") -> dict[str, Any]:
    """The JSON twin of the list."""
    response = client.get(f"/absurd/tasks/?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 200
    data: dict[str, Any] = json.loads(response.content)
    return data


def ids(client: Client, query: str = "") -> list[str]:
    """The ids on a page, in its order."""
    return [row["task_id"] for row in listed(client, query)["rows"]["rows"]]


def spawn_many(engine: Engine, queue: str, count: int) -> set[str]:
    """Spawn many tasks in one statement."""
    rows = engine.call(
        "select (absurd.spawn_task(%s, 'bulk', 'null')).task_id from generate_series(1, %s)",
        queue,
        count,
    )
    return {str(task) for (task,) in rows}


def test_paging_forward_and_back_meets_each_of_5000_tasks_over_10_queues_once(
    client: Client, engine: Engine
) -> None:
    spawned: set[str] = set()
    for number in range(10):
        spawned |= spawn_many(engine, engine.create(f"q{number}"), 500)
    forward: list[str] = []
    page = listed(client)
    while True:
        forward += [row["task_id"] for row in page["rows"]["rows"]]
        if not page["older"]:
            break
        page = listed(client, page["older"].removeprefix("?"))
    assert forward == sorted(spawned, reverse=True)
    back: list[str] = []
    while True:
        back = [row["task_id"] for row in page["rows"]["rows"]] + back
        if not page["newer"]:
            break
        page = listed(client, page["newer"].removeprefix("?"))
    assert back == forward


def test_a_row_says_what_the_task_is_and_how_it_stands(client: Client, engine: Engine) -> None:
    engine.create("emails")
    task = engine.spawn("emails", "send", max_attempts=3)
    run = engine.claim("emails")
    engine.advance(seconds=72)
    engine.complete("emails", run)
    (row,) = listed(client)["rows"]["rows"]
    assert (row["task_id"], row["name"], row["queue"]) == (str(task), "send", "emails")
    assert (row["state"], row["attempts"], row["max_attempts"]) == ("completed", 1, 3)
    text = client.get("/absurd/tasks/").text
    assert "1 m 12 s" in text
    assert "1 / 3" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("queue=a", ["in-a"]),
        ("queue=b", ["in-b", "done"]),
        ("queue=nowhere", []),
        ("state=completed", ["done"]),
        ("state=nonsense", ["in-a", "in-b", "done"]),
        ("name=in-b", ["in-b"]),
        ("name=in-*", ["in-a", "in-b"]),
        ("name=in-%25*", []),
        ("name=in-*&queue=a", ["in-a"]),
        ("window=all", ["in-a", "in-b", "done"]),
    ],
)
def test_a_filter_narrows_the_list(
    client: Client, engine: Engine, query: str, found: list[str]
) -> None:
    engine.create("a")
    engine.create("b")
    engine.spawn("b", "done")
    engine.complete("b", engine.claim("b"))
    engine.spawn("a", "in-a")
    engine.spawn("b", "in-b")
    names = {row["name"] for row in listed(client, query)["rows"]["rows"]}
    assert names == set(found)


def test_a_window_leaves_out_what_was_spawned_before_it(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    (made,) = engine.call('select absurd.uuidv7_timestamp(task_id) from absurd."t_a"')[0]
    engine.freeze(made)
    assert len(ids(client, "window=1h")) == 1
    engine.advance(minutes=61)
    assert ids(client, "window=1h") == []
    assert len(ids(client, "window=24h")) == 1


def test_an_empty_list_offers_to_look_further_back(client: Client, engine: Engine) -> None:
    engine.create("a")
    text = client.get("/absurd/tasks/?state=failed&window=1h").text
    assert "Nothing matches in the last hour" in text
    assert "state=failed&amp;window=24h" in text


@pytest.mark.parametrize("shape", ["{}", "{{{}}}", " {} ", "urn:uuid:{}"])
def test_an_id_pasted_in_any_shape_leads_to_its_task(
    client: Client, engine: Engine, shape: str
) -> None:
    engine.create("a")
    task = engine.spawn("a")
    for text in (str(task), str(task).upper(), task.hex):
        response = client.get("/absurd/tasks/", {"q": shape.format(text)})
        assert response.status_code == 302
        assert response["Location"] == f"/absurd/tasks/{task}/"


def test_the_id_of_a_run_leads_to_its_task(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    run = engine.claim("a")
    assert client.get("/absurd/tasks/", {"q": str(run)})["Location"] == f"/absurd/tasks/{task}/"
    location = client.get(f"/absurd/runs/{run}/")["Location"]
    assert location == f"/absurd/tasks/{task}/#run-{run}"


def test_the_first_digits_of_an_id_find_its_task(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.create("b")
    task = engine.spawn("a")
    run = engine.claim("a")
    assert str(task) in ids(client, f"id={str(task)[:13]}")
    assert str(task) in ids(client, f"id={str(run)[:18]}")
    assert ids(client, "id=ffffffff") == []


def test_what_is_no_id_is_said_to_be_none(client: Client, engine: Engine) -> None:
    engine.create("a")
    assert "This is no id" in client.get("/absurd/tasks/?id=hello").text


def test_a_word_in_the_box_is_a_task_name(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a", "send-mail")
    engine.spawn("a", "other")
    names = [row["name"] for row in listed(client, "q=send-mail")["rows"]["rows"]]
    assert names == ["send-mail"]


def test_every_link_of_a_page_carries_its_filter(client: Client, engine: Engine) -> None:
    engine.create("a")
    spawn_many(engine, "a", 60)
    text = client.get("/absurd/tasks/?queue=a&name=bulk&window=24h").text
    (older,) = set(re.findall(r'href="(\?[^"]*older=[^"]*)"', text))
    assert "queue=a" in older
    assert "name=bulk" in older
    assert "window=24h" in older


def test_rows_stay_and_new_ones_are_announced_on_an_open_page(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    first = engine.spawn("a")
    page = client.get("/absurd/tasks/").text
    live = re.search(r'data-live-url="([^"]+)"', page)
    assert live is not None
    engine.advance(seconds=1)
    engine.spawn("a")
    engine.spawn("a")
    text = client.get(live[1].replace("&amp;", "&"), headers={"X-Absurd-Live": "old"}).text
    assert "2</data> new" in text
    assert text.count("/absurd/tasks/0") == 1
    assert str(first) in text


@pytest.mark.parametrize(
    "query",
    [
        "older=x", "newer=%00", "first=" + "9" * 5000, "window=99999999d", "state=%00", "queue=%00",
        "name=%00%00", "id=" + "a" * 5000, "older=" + str(UUID(int=0)), "q=%00", "format=xml",
        "newer=ffffffff-ffff-ffff-ffff-ffffffffffff", "name=" + "*" * 400,
        "q=" + "%F0%9F%99%82" * 99,
    ],
)  # fmt: skip
def test_no_query_string_breaks_the_list(client: Client, engine: Engine, query: str) -> None:
    engine.create("a")
    engine.spawn("a")
    assert client.get(f"/absurd/tasks/?{query}").status_code == 200


def test_a_list_never_fetches_payloads(
    client: Client, engine: Engine, django_assert_max_num_queries: Any
) -> None:
    engine.create("a")
    engine.spawn("a", params="x" * 1_000_000)
    with django_assert_max_num_queries(8, using="absurd") as captured:
        client.get("/absurd/tasks/")
    shown = [query["sql"] for query in captured if '"absurd_task"' in query["sql"]]
    assert shown
    assert not any('"absurd_task"."params"' in statement for statement in shown)


def test_the_page_size_is_a_setting(client: Client, engine: Engine) -> None:
    engine.create("a")
    spawn_many(engine, "a", 5)
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "PAGE_SIZE": 2}):
        assert len(ids(client)) == 2
