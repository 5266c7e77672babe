"""What the overview, queues, failures, events and workers say of an engine's state."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.dashboard.engine import Engine


def twin(client: Client, page: str, **query: object) -> dict[str, Any]:
    """A page's JSON."""
    response = client.get(
        f"/absurd/{page}?{urlencode(query)}", headers={"Accept": "application/json"}
    )
    assert response.status_code == 200
    data: dict[str, Any] = json.loads(response.content)
    return data


def summary(client: Client, queue: str) -> dict[str, Any]:
    """What the overview says of a queue."""
    (found,) = [each for each in twin(client, "")["queues"] if each["queue"] == queue]
    return found  # type: ignore[no-any-return]


def test_the_overview_counts_what_is_open(client: Client, engine: Engine) -> None:
    engine.create("a")
    for _ in range(6):
        engine.spawn("a")
    engine.claim("a", "w-1")
    engine.claim("a", "w-2")
    engine.sleep("a", engine.claim("a"), engine.now + timedelta(hours=1))
    found = summary(client, "a")
    assert (found["pending"], found["running"], found["sleeping"]) == (3, 2, 1)
    assert found["workers"] == 2


def test_the_overview_counts_tasks_that_failed_for_good_in_the_last_day(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.failed("a")
    engine.advance(hours=25)
    engine.failed("a")
    engine.spawn("a", max_attempts=2)
    engine.fail("a", engine.claim("a"), name="Again")
    assert summary(client, "a")["failed"] == 1


def test_a_failed_task_that_is_retried_is_no_failure_any_more(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.failed("a")
    engine.call("select absurd.retry_task('a', %s)", task)
    assert summary(client, "a")["failed"] == 0


def test_the_oldest_due_run_is_pending_or_asleep_past_its_time(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.spawn("a")
    engine.sleep("a", engine.claim("a"), engine.now + timedelta(minutes=1))
    assert summary(client, "a")["oldest_due"] is None
    engine.advance(minutes=5)
    assert summary(client, "a")["oldest_due"] == "2026-03-02T12:01:00+00:00"
    engine.spawn("a")
    assert summary(client, "a")["oldest_due"] == "2026-03-02T12:01:00+00:00"


def test_a_wait_without_a_timeout_is_never_due(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "never")
    engine.advance(days=900)
    assert summary(client, "a")["oldest_due"] is None
    assert summary(client, "a")["sleeping"] == 1


def test_a_lease_that_ran_out_needs_attention(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    engine.claim("a", "w-1", 30)
    engine.advance(seconds=31)
    found = summary(client, "a")
    assert (found["running"], found["expired"], found["workers"]) == (1, 1, 0)
    assert "1 lease ran out" in client.get("/absurd/").text


def test_due_work_that_nobody_takes_needs_attention(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    engine.advance(minutes=2)
    text = client.get("/absurd/").text
    assert "Work is due and nobody holds a claim" in text


def test_a_quiet_engine_says_that_nothing_needs_attention(client: Client, engine: Engine) -> None:
    engine.create("a")
    assert "Nothing needs attention" in client.get("/absurd/").text


def test_a_partitioned_queue_counts_like_any_other(client: Client, engine: Engine) -> None:
    engine.create("p", "partitioned")
    engine.spawn("p")
    engine.complete("p", engine.claim("p"))
    engine.spawn("p")
    assert summary(client, "p")["pending"] == 1
    assert [each["queue"] for each in twin(client, "")["queues"]] == ["p"]


def test_a_queue_named_like_another_s_default_partition_is_a_queue(
    client: Client, engine: Engine
) -> None:
    engine.create("q")
    engine.create("q_d")
    engine.spawn("q")
    engine.spawn("q_d")
    engine.spawn("q_d")
    assert summary(client, "q")["pending"] == 1
    assert summary(client, "q_d")["pending"] == 2


def test_a_queue_page_shows_its_policy_and_newest_tasks(client: Client, engine: Engine) -> None:
    engine.create("p", "partitioned")
    engine.spawn("p", "the-task")
    text = client.get("/absurd/queues/p/").text
    assert "partitioned" in text
    assert "30 days" in text
    assert "the-task" in text


def test_the_failures_are_those_that_failed_for_good_newest_first(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.create("b")
    first = engine.failed("a", "one", name="KeyError", message="sku\nsecond line")
    engine.advance(minutes=1)
    second = engine.failed("b", "two", name="TimeoutError", message="too slow")
    engine.spawn("a", max_attempts=2)
    engine.fail("a", engine.claim("a"), name="OnlyOnce", message="retried")
    rows = twin(client, "failures/", view="list")["rows"]["rows"]
    assert [row["task_id"] for row in rows] == [str(second), str(first)]
    assert [row["error_name"] for row in rows] == ["TimeoutError", "KeyError"]


@pytest.mark.parametrize(
    ("reason", "shown"),
    [('"just text"', "just text"), ("42", "42"), ("null", None), ('["a", 1]', '["a", 1]')],
)
def test_a_failure_whose_reason_has_another_shape_is_shown_too(
    client: Client, engine: Engine, reason: str, shown: str | None
) -> None:
    engine.create("a")
    task = engine.spawn("a", max_attempts=1)
    engine.call("select absurd.fail_run('a', %s, %s::jsonb)", engine.claim("a"), reason)
    (row,) = twin(client, "failures/", view="list")["rows"]["rows"]
    assert (row["error_name"], row["error_message"]) == (None, shown)
    assert client.get(f"/absurd/tasks/{task}/").status_code == 200


def test_failures_page_on_where_they_left_off(client: Client, engine: Engine) -> None:
    engine.create("a")
    spawned = []
    for number in range(70):
        if number % 5:
            engine.advance(milliseconds=1)
        spawned.append(str(engine.failed("a")))
    page = twin(client, "failures/", view="list")
    seen = [row["task_id"] for row in page["rows"]["rows"]]
    rest = client.get(f"/absurd/failures/{page['older']}", headers={"Accept": "application/json"})
    seen += [row["task_id"] for row in json.loads(rest.content)["rows"]["rows"]]
    assert sorted(seen) == sorted(spawned)


def test_failures_outside_the_window_are_not_shown(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.failed("a")
    engine.advance(hours=2)
    assert twin(client, "failures/", view="list", window="1h")["rows"]["rows"] == []
    assert len(twin(client, "failures/", view="list", window="24h")["rows"]["rows"]) == 1


def test_events_are_those_emitted_newest_first(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "awaited only")
    engine.emit("a", "first", 1)
    engine.advance(minutes=1)
    engine.emit("a", "second", 2)
    rows = twin(client, "events/", window="all")["rows"]["rows"]
    assert [row["name"] for row in rows] == ["second", "first"]


def test_events_page_on_where_they_left_off(client: Client, engine: Engine) -> None:
    engine.create("a")
    names = [f"e {number:02} ü/%" for number in range(60)]
    for name in names:
        engine.emit("a", name)
    page = twin(client, "events/", window="all")
    seen = [row["name"] for row in page["rows"]["rows"]]
    rest = client.get(f"/absurd/events/{page['older']}", headers={"Accept": "application/json"})
    seen += [row["name"] for row in json.loads(rest.content)["rows"]["rows"]]
    assert seen == names


def test_an_event_that_is_only_waited_for_says_who_waits(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "go")
    text = client.get("/absurd/events/a/go/").text
    assert "Never emitted" in text
    assert str(task) in text


def test_an_emitted_event_shows_its_payload(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.call("select absurd.emit_event('a', 'go', '{\"amount\": 1.10}'::jsonb)")
    assert "1.10" in client.get("/absurd/events/a/go/").text


def test_an_event_that_nobody_knows_is_not_found(client: Client, engine: Engine) -> None:
    engine.create("a")
    assert client.get("/absurd/events/a/nothing/").status_code == 404
    assert client.get("/absurd/events/b/nothing/").status_code == 404


def test_workers_are_told_by_what_they_hold_and_held(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.create("b")
    for queue in ("a", "a", "a", "b"):
        engine.spawn(queue, max_attempts=1)
    engine.complete("a", engine.claim("a", "done-worker"))
    engine.fail("a", engine.claim("a", "done-worker"), name="E")
    engine.claim("a", "busy-worker", 600)
    engine.claim("b", "dead-worker", 10)
    engine.advance(seconds=20)
    found = {each["name"]: each for each in twin(client, "workers/")["crew"]["workers"]}
    assert next(iter(found)) == "dead-worker"
    assert found["dead-worker"]["expired"] == 1
    assert (found["busy-worker"]["claims"], found["busy-worker"]["queues"]) == (1, ["a"])
    done = found["done-worker"]
    assert (done["claims"], done["completed"], done["failed"]) == (0, 1, 1)


def test_hundreds_of_workers_are_listed_up_to_a_bound_and_the_rest_counted(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    for number in range(103):
        engine.spawn("a")
        engine.claim("a", f"worker-{number}", 600)
    found = twin(client, "workers/")
    crew = found["crew"]
    assert (len(crew["workers"]), crew["unlisted"], found["running"]["value"]) == (100, 3, 103)
    assert "3 more workers are not listed" in client.get("/absurd/workers/").text


def test_a_worker_that_claimed_nothing_for_an_hour_is_not_shown(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    engine.advance(minutes=61)
    assert twin(client, "workers/")["crew"]["workers"] == []


def test_what_a_busy_queue_lists_of_claims_is_bounded(client: Client, engine: Engine) -> None:
    engine.create("a")
    for _ in range(60):
        engine.spawn("a")
    engine.call("select absurd.claim_task('a', 'w', 600, 60)")
    found = twin(client, "workers/")
    assert (len(found["crew"]["claims"]), found["running"]["value"]) == (50, 60)
    assert "10</data> more are running" in client.get("/absurd/workers/").text
