"""A program written for the package ``absurd`` 0.0.9 (``absurd_client``), on a database of ours.

The second half holds what docs/from-absurd-client.md says is broken against today's engine.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from absurd_client import AbsurdClient, AbsurdSleepError, spawn_cancellable_task, spawn_retry_task

from absurd_core import checkpoints, events, queues, run, schema, tasks, workflows
from tests.core.databases import fresh_database

GUIDE = Path(__file__).parents[2] / "docs" / "from-absurd-client.md"


@pytest.fixture(scope="module")
def deprecated_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        with psycopg.connect(url) as connection:
            schema.install(connection, workflows=True)
        yield url


@pytest.fixture
def connection(deprecated_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(deprecated_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def client(connection: psycopg.Connection) -> AbsurdClient:
    client = AbsurdClient("orders", "worker")
    client.create_queue(connection)
    return client


def claimed(client: AbsurdClient, connection: psycopg.Connection, **options: Any) -> Any:
    """Spawn a task and claim it."""
    client.spawn_task(connection, "order", {"id": 7}, **options)
    (task,) = run(connection, tasks.claim("orders", "worker"))
    return task


def claim_expiry(connection: psycopg.Connection, run_id: UUID) -> datetime:
    query = "select claim_expires_at from absurd.r_orders where run_id = %s"
    ((expiry,),) = connection.execute(query, [run_id]).fetchall()
    return expiry


def moment() -> str:
    """A name for an event that nobody used before."""
    return f"event-{uuid4()}"


# What works


def test_create_queue(client: AbsurdClient, connection: psycopg.Connection) -> None:
    client.create_queue(connection)

    assert "orders" in run(connection, queues.names())


def test_spawn_task_writes_the_workflow_run_into_the_headers(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    workflow_run_id = client.create_workflow_run(connection, "order", "1")
    task_id, run_id, returned = client.spawn_task(
        connection, "order", {"id": 7}, headers={"trace": "t"}, workflow_run_id=workflow_run_id
    )
    (task,) = run(connection, tasks.claim("orders", "worker"))

    assert (task.task_id, task.run_id, returned) == (task_id, run_id, workflow_run_id)
    assert task.headers == {"trace": "t", "workflow_run_id": str(workflow_run_id)}
    assert (task.params, task.max_attempts) == ({"id": 7}, 1)


def test_claim_task(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task_id, run_id, _ = client.spawn_task(connection, "order", {"id": 7}, max_attempts=2)
    (row,) = client.claim_task(connection)

    assert row == (run_id, task_id, 1, "order", {"id": 7}, None, 2, None, None, None)


def test_complete_task(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task = claimed(client, connection)
    client.complete_task(connection, task.run_id, {"total": 3})
    outcome = run(connection, tasks.result("orders", task.task_id))

    assert (outcome.state, outcome.result) == ("completed", {"total": 3})


@pytest.mark.parametrize("reason", ["out of stock", {"message": "out of stock"}])
def test_fail_task(client: AbsurdClient, connection: psycopg.Connection, reason: Any) -> None:
    task = claimed(client, connection)
    client.fail_task(connection, task.run_id, reason)
    outcome = run(connection, tasks.result("orders", task.task_id))

    assert (outcome.state, outcome.failure_reason["message"]) == ("failed", "out of stock")


def test_fail_task_until_a_retry(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task = claimed(client, connection, max_attempts=2)
    client.fail_task(connection, task.run_id, "later", datetime.now(UTC) + timedelta(hours=1))

    assert run(connection, tasks.result("orders", task.task_id)).state == "sleeping"


def test_set_and_get_checkpoint(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task = claimed(client, connection)
    before = claim_expiry(connection, task.run_id)
    client.set_checkpoint(connection, task.task_id, "paid", {"sum": 3}, task.run_id, 600)
    found = client.get_checkpoint(connection, task.task_id, "paid")

    assert found is not None
    assert (found["state"], found["owner_run_id"]) == ({"sum": 3}, task.run_id)
    assert claim_expiry(connection, task.run_id) > before
    assert run(connection, checkpoints.get("orders", task.task_id, "paid")).state == {"sum": 3}


def test_get_all_checkpoints(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task = claimed(client, connection)
    client.save_checkpoint_for_run(connection, task.run_id, "paid", 3)
    every = client.get_all_checkpoints(connection, task.task_id, task.run_id)

    assert [(found["checkpoint_name"], found["state"]) for found in every] == [("paid", 3)]
    assert client.get_checkpoints_for_run(connection, task.run_id) == {"paid": 3}
    assert client.get_run_checkpoint(connection, task.run_id, "paid") == 3


def test_emit_event_before_anybody_waits(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    event = moment()
    client.emit_event(connection, event, {"sum": 3})
    task = claimed(client, connection)

    waited = client.await_event(connection, task.task_id, task.run_id, "wait", event, 60)
    assert waited == (False, {"sum": 3})


def test_emit_event_wakes_wait_for_event(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    event, task = moment(), claimed(client, connection)
    with pytest.raises(AbsurdSleepError):
        client.wait_for_event(connection, task.run_id, event, 60, task.task_id, "wait")
    client.set_run_sleeping(connection, task.run_id, event)
    client.emit_event(connection, event, {"sum": 3})
    client.claim_task(connection)

    woken = client.wait_for_event(connection, task.run_id, event, 60, task.task_id, "wait")
    assert woken == {"sum": 3}


def test_an_emit_of_ours_wakes_both_kinds_of_wait(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    event, waiter = moment(), claimed(client, connection)
    client.await_event(connection, waiter.task_id, waiter.run_id, "wait", event, 60)
    run(connection, events.emit("orders", event, {"sum": 3}))
    client.claim_task(connection)

    waited = client.await_event(connection, waiter.task_id, waiter.run_id, "wait", event, 60)
    assert waited == (False, {"sum": 3})
    other = claimed(client, connection)
    assert client.wait_for_event(connection, other.run_id, event, 60) == {"sum": 3}


def test_schedule_task(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task = claimed(client, connection)
    client.schedule_task(connection, task.run_id, datetime.now(UTC) + timedelta(hours=1))

    assert run(connection, tasks.result("orders", task.task_id)).state == "sleeping"


def test_cleanup(client: AbsurdClient, connection: psycopg.Connection) -> None:
    client.complete_task(connection, claimed(client, connection).run_id)
    client.emit_event(connection, moment())
    connection.execute("set local absurd.fake_now = '2999-01-01'")

    assert client.cleanup_tasks(connection, ttl_seconds=60) == 1
    assert client.cleanup_events(connection, ttl_seconds=60) == 1


def test_convenience_spawns(client: AbsurdClient, connection: psycopg.Connection) -> None:
    spawn_retry_task(client, connection, "order", {})
    spawn_cancellable_task(client, connection, "order", {}, max_delay_seconds=60)
    retried, _ = run(connection, tasks.claim("orders", "worker", qty=2))

    assert retried.retry_strategy["kind"] == "exponential"


def test_workflow_runs(client: AbsurdClient, connection: psycopg.Connection) -> None:
    workflow_run_id = client.create_workflow_run(
        connection, "order", "1.0", inputs={"id": 7}, created_by="ada", tags={"tier": "gold"}
    )
    client.update_workflow_run_status(connection, workflow_run_id, "running")
    client.update_workflow_run_status(
        connection, workflow_run_id, "completed", result={"total": 3}, task_count=2
    )
    found = run(connection, workflows.get(workflow_run_id))

    assert (found.status, found.inputs, found.result) == ("completed", {"id": 7}, {"total": 3})
    assert (found.absurd_queue, found.task_count, found.tags) == ("orders", 2, {"tier": "gold"})


def test_workflow_runs_get_their_times_from_the_server(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    workflow_run_id = client.create_workflow_run(connection, "order", "1.0")
    client.update_workflow_run_status(connection, workflow_run_id, "running")
    client.update_workflow_run_status(connection, workflow_run_id, "failed", error={"a": 1})
    found = run(connection, workflows.get(workflow_run_id))

    assert found.started_at is not None
    assert found.completed_at is not None
    assert found.created_at <= found.started_at <= found.completed_at


def test_rows_of_a_table_of_the_programs_own_are_copied(server_url: str) -> None:
    script = re.search(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert script is not None
    with fresh_database(server_url) as url, psycopg.connect(url) as connection:
        schema.install(connection, workflows=True)
        connection.execute("create table workflow_run_before as table workflow_run")
        client, workflow_run_id = AbsurdClient("orders", "worker"), uuid4()
        connection.execute(
            "insert into workflow_run_before (workflow_run_id, workflow_name, workflow_version,"
            " status, created_at) values (%s, 'order', '1', 'failed', '2025-01-01 00:00+00')",
            [workflow_run_id],
        )
        connection.execute(script[1])
        client.update_workflow_run_status(connection, workflow_run_id, "failed", task_count=2)
        found = run(connection, workflows.get(workflow_run_id))

    assert (found.created_at, found.task_count) == (datetime(2025, 1, 1, tzinfo=UTC), 2)


# What differs


def test_spawn_task_creates_the_queue(client: AbsurdClient, connection: psycopg.Connection) -> None:
    AbsurdClient("made_by_spawning").spawn_task(connection, "order", {})

    assert "made_by_spawning" in run(connection, queues.names())


def test_the_default_queue_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABSURD_DEFAULT_QUEUE", raising=False)

    assert AbsurdClient().queue_name == "absurd_default"


def test_complete_task_stores_an_empty_object_for_no_result(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    task = claimed(client, connection)
    client.complete_task(connection, task.run_id)

    assert run(connection, tasks.result("orders", task.task_id)).result == {}


def test_checkpoints_of_earlier_attempts_are_not_the_runs(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    first = claimed(client, connection, max_attempts=2)
    client.set_checkpoint(connection, first.task_id, "paid", {"sum": 3}, first.run_id)
    client.fail_task(connection, first.run_id, "once more")
    (second,) = run(connection, tasks.claim("orders", "worker"))

    assert client.get_checkpoints_for_run(connection, second.run_id) == {}
    assert len(client.get_all_checkpoints(connection, second.task_id, second.run_id)) == 1


def test_save_checkpoint_for_run_only_logs_that_there_is_no_run(
    client: AbsurdClient, connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    client.save_checkpoint_for_run(connection, uuid4(), "paid", 3)

    assert "cannot save checkpoint" in caplog.text


# What is broken against today's engine


def test_emit_event_is_lost_on_a_task_in_await_event(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    event, task = moment(), claimed(client, connection)
    client.await_event(connection, task.task_id, task.run_id, "wait", event, 60)
    client.emit_event(connection, event, {"sum": 3})
    client.claim_task(connection)

    waited = client.await_event(connection, task.task_id, task.run_id, "wait", event, 60)
    assert waited == (True, None)
    stored = "select payload from absurd.e_orders where event_name = %s"
    assert connection.execute(stored, [event]).fetchone() == (None,)


def test_wait_for_event_takes_the_engines_sentinel_for_an_event(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    event, task = moment(), claimed(client, connection)
    client.await_event(connection, task.task_id, task.run_id, "wait", event, 60)
    other = claimed(client, connection)

    assert client.wait_for_event(connection, other.run_id, event, 60) is None


def test_cancel_task_finds_no_task_by_a_run_id(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    task = claimed(client, connection)
    with pytest.raises(psycopg.errors.RaiseException, match="not found in queue"):
        client.cancel_task(connection, task.run_id)


def test_cancel_task_by_a_task_id_cancels_and_says_it_did_not(
    client: AbsurdClient, connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    task = claimed(client, connection)

    assert client.cancel_task(connection, task.task_id) == ""
    assert "Could not cancel" in caplog.text
    assert run(connection, tasks.result("orders", task.task_id)).state == "cancelled"


@pytest.mark.parametrize("method", ["extend_claim", "sleep"])
def test_extend_claim_and_sleep_leave_a_checkpoint_of_no_task_for_good(
    client: AbsurdClient, connection: psycopg.Connection, method: str
) -> None:
    task = claimed(client, connection)
    getattr(client, method)(connection, task.run_id, 600)

    client.complete_task(connection, task.run_id)
    connection.execute("set local absurd.fake_now = '2999-01-01'")
    client.cleanup_tasks(connection, ttl_seconds=60)

    orphans = "select owner_run_id from absurd.c_orders where task_id = %s"
    assert connection.execute(orphans, [task.run_id]).fetchall() == [(task.run_id,)]


def test_extend_claim_does_extend_the_claim(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    task = claimed(client, connection)
    before = claim_expiry(connection, task.run_id)
    client.extend_claim(connection, task.run_id, 600)

    assert claim_expiry(connection, task.run_id) > before + timedelta(minutes=5)


def test_sleep_does_not_sleep(client: AbsurdClient, connection: psycopg.Connection) -> None:
    task = claimed(client, connection)
    client.sleep(connection, task.run_id, 600)

    assert run(connection, tasks.result("orders", task.task_id)).state == "running"


def test_get_run_status_reads_columns_that_do_not_exist(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    task = claimed(client, connection)
    with pytest.raises(IndexError):
        client.get_run_status(connection, task.run_id)


def test_get_run_status_cannot_read_a_wait_without_timeout(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    task = claimed(client, connection)
    client.await_event(connection, task.task_id, task.run_id, "wait", moment())
    with pytest.raises(psycopg.DataError):
        client.get_run_status(connection, task.run_id)


def test_get_task_status_gives_the_idempotency_key_as_tenant(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    options = {"idempotency_key": "order-7"}
    task = claimed(client, connection, options=options, headers={"tenant_id": "acme"})
    status = client.get_task_status(connection, task.task_id)

    assert status is not None
    assert status["tenant_id"] == "order-7"


def test_spawn_task_overrides_max_attempts_in_its_options(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    options = {"max_attempts": 7}

    assert claimed(client, connection, options=options).max_attempts == 1
    assert options == {"max_attempts": 1}


def test_set_run_sleeping_leaves_the_task_running(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    event, task = moment(), claimed(client, connection)
    with pytest.raises(AbsurdSleepError):
        client.wait_for_event(connection, task.run_id, event, 60, task.task_id, "wait")
    client.set_run_sleeping(connection, task.run_id, event)

    states = "select r.state, t.state from absurd.r_orders r join absurd.t_orders t using (task_id)"
    assert connection.execute(states).fetchall() == [("sleeping", "running")]


def test_update_workflow_run_status_checks_no_transition(
    client: AbsurdClient, connection: psycopg.Connection
) -> None:
    workflow_run_id = client.create_workflow_run(connection, "order", "1.0")
    client.update_workflow_run_status(connection, workflow_run_id, "cancelled")
    client.update_workflow_run_status(connection, workflow_run_id, "running")

    assert run(connection, workflows.get(workflow_run_id)).status == "running"


def test_update_workflow_run_status_only_logs_that_there_is_none(
    client: AbsurdClient, connection: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    client.update_workflow_run_status(connection, uuid4(), "running")

    assert "No workflow_run found" in caplog.text


@pytest.mark.parametrize("queue", ["order-mails", "order mails", "订单"])
def test_queues_of_other_names_cannot_be_used(queue: str) -> None:
    with pytest.raises(ValueError, match="Invalid queue_name"):
        AbsurdClient(queue)
