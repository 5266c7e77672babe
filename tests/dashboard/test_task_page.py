"""The task page: everything about one task, each part bounded."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.dashboard.engine import Engine


def test_a_task_is_found_by_its_id_alone_in_whatever_queue(client: Client, engine: Engine) -> None:
    for queue in ("a", "b", "c"):
        engine.create(queue)
    task = engine.spawn("b", "find-me")
    text = client.get(f"/absurd/tasks/{task}/").text
    assert "find-me" in text
    assert "/absurd/queues/b/" in text


def test_a_failed_attempt_shows_its_error_and_traceback(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed(
        "a", name="KeyError", message="no <sku>", traceback='File "shop.py", line 7\n  KeyError'
    )
    text = client.get(f"/absurd/tasks/{task}/").text
    assert "KeyError" in text
    assert "no &lt;sku&gt;" in text
    assert "File &quot;shop.py&quot;, line 7" in text


def test_a_stack_of_another_sdk_is_shown_as_a_traceback(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a", name="Error", message="x", stack="Error: x\n    at shop.ts:7:1")
    assert "at shop.ts:7:1" in client.get(f"/absurd/tasks/{task}/").text


def test_a_long_traceback_is_cut_and_can_be_had_in_full(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a", name="E", message="m", traceback="x" * 200_000)
    response = client.get(f"/absurd/tasks/{task}/")
    assert len(response.content) < 200_000
    assert "Only the beginning of" in response.text
    run = json.loads(client.get(f"/absurd/tasks/{task}/?format=json").content)["task"]["attempts"][
        0
    ]["fact"]["run_id"]
    whole = json.loads(client.get(f"/absurd/runs/{run}/failure/").content)
    assert len(whole["traceback"]) == 200_000


def test_every_attempt_is_shown_newest_first(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", max_attempts=3)
    for number in range(3):
        engine.fail("a", engine.claim("a"), name=f"Error{number}", message="")
    text = client.get(f"/absurd/tasks/{task}/").text
    assert re.findall(r'abs-run-head">Attempt (\d)', text) == ["3", "2", "1"]


def test_checkpoints_stand_in_their_order_with_their_values(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    run = engine.claim("a")
    for name, state in (("b", {"n": 1}), ("a", [2]), ("c", None)):
        engine.advance(seconds=1)
        engine.checkpoint("a", task, run, name, state)
    twin = json.loads(client.get(f"/absurd/tasks/{task}/?format=json").content)
    steps = [(step["fact"]["name"], step["value"]) for step in twin["task"]["steps"]]
    assert steps == [("b", {"n": 1}), ("a", [2]), ("c", None)]


def test_hundreds_of_checkpoints_are_paged(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    run = engine.claim("a")
    engine.call(
        "select absurd.set_task_checkpoint_state('a', %s, 's' || n, '1', %s)"
        " from generate_series(1, 250) n",
        task,
        run,
    )
    seen: list[str] = []
    for page in (1, 2, 3):
        twin = json.loads(client.get(f"/absurd/tasks/{task}/?steps={page}&format=json").content)
        seen += [step["fact"]["name"] for step in twin["task"]["steps"]]
    assert len(seen) == len(set(seen)) == 250


def test_numbers_are_shown_and_given_as_stored(client: Client, engine: Engine) -> None:
    engine.create("a")
    number = "123456789012345678901234567890.10"
    (row,) = engine.call("select task_id from absurd.spawn_task('a', 'n', %s::jsonb)", number)
    assert number in client.get(f"/absurd/tasks/{row[0]}/").text
    assert f'"text": {number}' not in client.get(f"/absurd/tasks/{row[0]}/?format=json").text
    assert number in client.get(f"/absurd/tasks/{row[0]}/?format=json").text
    assert client.get(f"/absurd/tasks/{row[0]}/params/").text == number


def test_a_payload_of_ten_megabytes_is_cut_on_the_page_and_whole_to_download(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.spawn("a", params={"blob": "x" * 10_000_000})
    response = client.get(f"/absurd/tasks/{task}/")
    assert response.status_code == 200
    assert len(response.content) < 300_000
    download = client.get(f"/absurd/tasks/{task}/params/")
    assert len(json.loads(download.content)["blob"]) == 10_000_000
    assert "attachment" in download["Content-Disposition"]


def test_a_sleeping_task_says_until_when(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.sleep("a", engine.claim("a"), engine.now + timedelta(hours=3))
    assert "3 h" in client.get(f"/absurd/tasks/{task}/").text


@pytest.mark.parametrize(("timeout", "said"), [(None, "without a timeout"), (7200, "in 2 h")])
def test_a_waiting_task_says_for_what_and_until_when(
    client: Client, engine: Engine, timeout: int | None, said: str
) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "shipment.packed:42", timeout)
    text = client.get(f"/absurd/tasks/{task}/").text
    assert "shipment.packed:42" in text
    assert said in text
    assert "/absurd/events/a/shipment~2Epacked~3A42/" in text


def test_a_completed_task_shows_its_result_and_inputs(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn(
        "a",
        params={"order": 42},
        headers={"trace": "t-1"},
        retry_strategy={"kind": "fixed", "base_seconds": 7},
        idempotency_key="key-9",
    )
    engine.complete("a", engine.claim("a"), {"shipped": True})
    twin = json.loads(client.get(f"/absurd/tasks/{task}/?format=json").content)["task"]
    assert twin["params"] == {"order": 42}
    assert twin["headers"] == {"trace": "t-1"}
    assert twin["retry_strategy"] == {"kind": "fixed", "base_seconds": 7}
    assert twin["result"] == {"shipped": True}
    assert twin["idempotency_key"] == "key-9"


def test_an_open_page_is_drawn_anew_when_its_task_moves(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    address = f"/absurd/tasks/{task}/"
    token = client.get(address, headers={"X-Absurd-Live": ""})["X-Absurd-Token"]
    assert client.get(address, headers={"X-Absurd-Live": token}).status_code == 204
    engine.complete("a", engine.claim("a"))
    moved = client.get(address, headers={"X-Absurd-Live": token})
    assert moved.status_code == 200
    assert "Completed" in moved.text


def test_a_missing_task_is_not_found(client: Client, engine: Engine) -> None:
    response = client.get("/absurd/tasks/01900000-0000-7000-8000-000000000000/")
    assert response.status_code == 404


def test_deep_json_is_shown(client: Client, engine: Engine) -> None:
    engine.create("a")
    deep = "[" * 3000 + "]" * 3000
    (row,) = engine.call("select task_id from absurd.spawn_task('a', 'n', %s::jsonb)", deep)
    assert client.get(f"/absurd/tasks/{row[0]}/").status_code == 200
    assert client.get(f"/absurd/tasks/{row[0]}/params/").text == deep
