"""One event: whom it woke, as far as the engine keeps it, and what may be wrong with its name."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from absurd_dashboard.tilde import encode
from tests.dashboard.engine import Engine


def event(client: Client, name: str, queue: str = "a") -> dict[str, Any]:
    """An event's JSON."""
    response = client.get(f"/absurd/events/{encode(queue)}/{encode(name)}/?format=json")
    assert response.status_code == 200, response.content
    data: dict[str, Any] = json.loads(response.content)
    return data


def waiting(engine: Engine, name: str = "go", queue: str = "a") -> tuple[UUID, UUID]:
    """A task that waits for an event, and its run."""
    task = engine.spawn(queue)
    run = engine.claim(queue)
    engine.wait(queue, task, run, name)
    return task, run


@pytest.fixture(autouse=True)
def queue(engine: Engine) -> None:
    """A queue."""
    engine.create("a")


def test_those_it_woke_are_known_before_anybody_claims_them(client: Client, engine: Engine) -> None:
    tasks = {str(waiting(engine)[0]) for _ in range(3)}
    waiting(engine, "other")
    engine.advance(minutes=1)
    engine.emit("a", "go", {"x": 1})
    found = event(client, "go")["woken"]
    assert {run["task_id"] for run in found} == tasks
    assert {(run["state"], run["step"]) for run in found} == {("pending", "$awaitEvent:go")}


@pytest.mark.parametrize("end", ["running", "completed", "failed"])
def test_those_it_woke_are_known_after_their_next_claim(
    client: Client, engine: Engine, end: str
) -> None:
    task, run = waiting(engine)
    engine.advance(minutes=1)
    engine.emit("a", "go", {"x": 1})
    engine.advance(minutes=1)
    assert engine.claim("a") == run
    if end == "completed":
        engine.complete("a", run)
    elif end == "failed":
        engine.fail("a", run, name="E")
    (woken,) = event(client, "go")["woken"]
    assert (woken["task_id"], woken["state"]) == (str(task), end)


def test_a_task_that_came_after_the_event_was_not_woken(client: Client, engine: Engine) -> None:
    engine.emit("a", "go", {"x": 1})
    engine.advance(minutes=1)
    waiting(engine)
    assert event(client, "go")["woken"] == []


def test_two_events_of_one_instant_woke_each_its_own(client: Client, engine: Engine) -> None:
    first, _ = waiting(engine, "one")
    second, _ = waiting(engine, "two")
    engine.emit("a", "one", {"x": 1})
    engine.emit("a", "two", {"x": 2})
    assert [run["task_id"] for run in event(client, "one")["woken"]] == [str(first)]
    assert [run["task_id"] for run in event(client, "two")["woken"]] == [str(second)]


def test_the_page_says_what_cannot_be_known(client: Client, engine: Engine) -> None:
    task, run = waiting(engine)
    engine.emit("a", "go")
    assert engine.claim("a") == run
    engine.sleep("a", run, engine.now + timedelta(hours=1))
    text = client.get("/absurd/events/a/go/").text
    assert str(task) not in text
    assert "A run that sleeps again" in text


def test_a_wait_for_a_mistyped_name_is_pointed_out_on_both_pages(
    client: Client, engine: Engine
) -> None:
    waiting(engine, "order-packed:7")
    engine.emit("a", "order.packed:7")
    assert "Mistyped?" in client.get(f"/absurd/events/a/{encode('order-packed:7')}/").text
    other = client.get(f"/absurd/events/a/{encode('order.packed:7')}/").text
    assert "looks like this one mistyped" in other


def test_an_event_of_another_number_is_not_pointed_out(client: Client, engine: Engine) -> None:
    waiting(engine, "order.packed:7")
    engine.emit("a", "order.packed:8")
    assert event(client, "order.packed:7")["lookalikes"] == []


def test_an_event_emitted_in_another_queue_is_pointed_out(client: Client, engine: Engine) -> None:
    engine.create("b/ü")
    waiting(engine)
    engine.emit("b/ü", "go")
    assert event(client, "go")["elsewhere"] == ["b/ü"]
    assert "wakes nobody here" in client.get("/absurd/events/a/go/").text


def test_what_somebody_waits_for_elsewhere_was_not_emitted_there(
    client: Client, engine: Engine
) -> None:
    engine.create("b")
    waiting(engine)
    waiting(engine, queue="b")
    assert event(client, "go")["elsewhere"] == []


def test_a_waiting_task_says_since_when_until_when_and_whether_it_was_emitted(
    client: Client, engine: Engine
) -> None:
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "go", timeout=7200)
    engine.advance(minutes=5)
    text = client.get(f"/absurd/tasks/{task}/").text
    assert "2026-03-02T12:00:00+00:00" in text
    assert "2026-03-02T14:00:00+00:00" in text
    assert "never emitted" in text.lower()
