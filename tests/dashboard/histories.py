"""Histories as a real worker makes them, while a test moves the engine's clock."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import absurd_sdk
import absurdctl
import psycopg
import pytest
from absurd_sdk import Absurd, ClaimedTask
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier

from absurd_dashboard.history import (
    CheckpointFact,
    EventFact,
    History,
    QueueFact,
    RunFact,
    TaskFact,
    WaitFact,
)

#: When every history begins.
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

_numbers = itertools.count(1)


def at(seconds: float) -> datetime:
    """An instant, in seconds from the beginning."""
    return START + timedelta(seconds=seconds)


@contextmanager
def engine(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A database with an engine; the SDK's clock is the engine's, and it defers without jitter."""
    name = f"histories_{uuid4().hex}"
    with (
        psycopg.connect(server_url, autocommit=True) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        server.execute(SQL("create database {}").format(Identifier(name)))
        with psycopg.connect(make_conninfo(server_url, dbname=name), autocommit=True) as connection:
            connection.execute("set timezone to 'UTC'")
            connection.execute(absurdctl.BUNDLED_SCHEMA_SQL)
            patch.setattr(absurd_sdk, "_get_current_time", lambda: _clock(connection))
            patch.setattr(absurd_sdk, "_UNKNOWN_TASK_DEFER_JITTER_SECONDS", 0)
            yield connection
        server.execute(SQL("drop database {} with (force)").format(Identifier(name)))


def _clock(connection: psycopg.Connection[Any]) -> datetime:
    row = connection.execute("select absurd.current_time()").fetchone()
    assert row is not None
    return datetime.fromisoformat(row[0].isoformat())


class Bench:
    """A queue of its own, an SDK and a worker, all on one connection whose clock the test moves."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.queue = f"bench {next(_numbers)}"
        self.now = START
        self.clock(0)
        self.sdk = Absurd(connection, self.queue, default_max_attempts=1)
        self.sdk.create_queue()

    def clock(self, seconds: float) -> None:
        """Set the clock, in seconds from the beginning."""
        self.now = at(seconds)
        self.connection.execute(
            "select set_config('absurd.fake_now', %s, false)", [self.now.isoformat()]
        )

    def spend(self, seconds: float) -> None:
        """Let time pass."""
        self.clock((self.now - START).total_seconds() + seconds)

    def task(self, handler: Callable[..., Any], name: str = "job") -> None:
        """Register a task that takes the SDK's context alone."""
        self.sdk.register_task(name)(lambda params, context: handler(context))

    def spawn(self, name: str = "job", **options: Any) -> UUID:
        return UUID(str(self.sdk.spawn(name, {}, queue=self.queue, **options)["task_id"]))

    def work(self, seconds: float, *, worker: str = "worker-1", lease: int = 120) -> None:
        """Let a worker poll once, and do what it claims, at this time."""
        self.clock(seconds)
        self.sdk.work_batch(worker, claim_timeout=lease)

    def claim(self, seconds: float, *, worker: str = "worker-1", lease: int = 120) -> ClaimedTask:
        """Let a worker claim a task, which it then leaves to the test."""
        self.clock(seconds)
        return self.sdk.claim_tasks(1, lease, worker)[0]

    def call(self, procedure: str, *arguments: object) -> None:
        """Call one of the engine's procedures on the bench's queue."""
        places = SQL(", ").join([SQL("%s")] * (len(arguments) + 1))
        call = SQL("select absurd.{}({})").format(Identifier(procedure), places)
        self.connection.execute(call, [self.queue, *arguments])

    def save(self, task: ClaimedTask, name: str, value: object = None) -> None:
        """Save a checkpoint as an SDK without conventions would."""
        self.call(
            "set_task_checkpoint_state", task["task_id"], name, json.dumps(value), task["run_id"]
        )

    def history(self, task_id: UUID, seconds: float | None = None) -> History:
        """Read the facts of a task, at this time."""
        if seconds is not None:
            self.clock(seconds)
        (task,) = self._rows(_TASK, "t", task_id)
        waits = [WaitFact(**row) for row in self._rows(_WAITS, "w", task_id)]
        return History(
            task=TaskFact(queue=self.queue, **task),
            runs=[RunFact(**row) for row in self._rows(_RUNS, "r", task_id)],
            checkpoints=[_checkpoint(row) for row in self._rows(_CHECKPOINTS, "c", task_id)],
            waits=waits,
            events=[EventFact(**row) for row in self._rows(_EVENTS, "e", task_id)],
            now=self.now,
            queue=QueueFact(**self._rows(_QUEUE, "r", task_id)[0]),
        )

    def _rows(self, query: str, table: str, task_id: UUID) -> list[dict[str, Any]]:
        table_name = Identifier("absurd", f"{table}_{self.queue}")
        statement: Composed = SQL(query).format(table=table_name)  # type: ignore[arg-type]
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, {"task": task_id}).fetchall()


def _checkpoint(row: dict[str, Any]) -> CheckpointFact:
    state = row.pop("state")
    return CheckpointFact(**row, wake_at=_instant(state), size=len(json.dumps(state)))


def _instant(state: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(state)) if isinstance(state, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


_TASK = """
    select task_id, task_name as name, state, enqueue_at, first_started_at, cancelled_at, attempts,
           max_attempts, retry_strategy
    from {table} where task_id = %(task)s
"""
_RUNS = """
    select run_id, attempt, state, claimed_by, claim_expires_at,
           nullif(available_at, 'infinity') as available_at, wake_event, created_at, started_at,
           completed_at, failed_at, failure_reason ->> 'name' as error_name,
           failure_reason ->> 'message' as error_message
    from {table} where task_id = %(task)s
"""
_CHECKPOINTS = """
    select checkpoint_name as name, owner_run_id, updated_at, state
    from {table} where task_id = %(task)s
"""
_WAITS = """
    select run_id, step_name, event_name, created_at, timeout_at
    from {table} where task_id = %(task)s
"""
_EVENTS = """
    select event_name as name, case when payload is not null then emitted_at end as emitted_at
    from {table} where %(task)s is not null
"""
_QUEUE = """
    select count(distinct claimed_by) filter (
             where state = 'running' and claim_expires_at > absurd.current_time()
           ) as workers,
           max(started_at) as last_claim_at
    from {table} where %(task)s is not null
"""

Scenario = Callable[[Bench], History]
#: By name: what happened. Each is told in the comments and asserted in the tests.
SCENARIOS: dict[str, Scenario] = {}


def scenario(told: Scenario) -> Scenario:
    """Register a scenario under its function's name, with spaces."""
    SCENARIOS[told.__name__.replace("_", " ")] = told
    return told


@scenario
def plain_success(bench: Bench) -> History:
    def job(context: Any) -> None:
        context.step("reserve", lambda: bench.spend(3))
        context.step("charge", lambda: bench.spend(4))
        bench.spend(1)

    bench.task(job)
    task = bench.spawn()
    bench.work(5)
    return bench.history(task, 60)


@scenario
def three_attempts_with_exponential_back_off(bench: Bench) -> History:
    def job(context: Any) -> None:
        context.step("prepare", lambda: bench.spend(1))
        bench.spend(1)
        raise ConnectionError("the bank does not answer\nat all")

    bench.task(job)
    strategy = {"kind": "exponential", "base_seconds": 10, "factor": 2}
    task = bench.spawn(max_attempts=3, retry_strategy=strategy)
    bench.work(0)  # fails at 2, due at 12
    bench.work(15)  # fails at 16, due at 36
    bench.work(36)
    return bench.history(task, 60)


@scenario
def backing_off_now(bench: Bench) -> History:
    def job(context: Any) -> None:
        bench.spend(2)
        raise ConnectionError("the bank does not answer")

    bench.task(job)
    task = bench.spawn(max_attempts=3, retry_strategy={"kind": "fixed", "base_seconds": 60})
    bench.work(0)
    return bench.history(task, 20)


def _nap(bench: Bench, context: Any) -> None:
    context.step("before", lambda: bench.spend(2))
    bench.spend(1)
    context.sleep_for("nap", 3_600)
    context.step("after", lambda: bench.spend(4))


@scenario
def resume_after_sleep(bench: Bench) -> History:
    bench.task(lambda context: _nap(bench, context))
    task = bench.spawn()
    bench.work(1)  # sleeps from 4 to 3604
    bench.work(3_610)
    return bench.history(task, 3_700)


@scenario
def sleeping_now(bench: Bench) -> History:
    bench.task(lambda context: _nap(bench, context))
    task = bench.spawn()
    bench.work(1)
    return bench.history(task, 604)


@scenario
def sleep_over_and_nobody_claims(bench: Bench) -> History:
    bench.task(lambda context: _nap(bench, context))
    task = bench.spawn()
    bench.work(1)
    return bench.history(task, 3_704)


@scenario
def event_before_wait(bench: Bench) -> History:
    def job(context: Any) -> None:
        bench.spend(2)
        context.await_event("paid")
        context.step("ship", lambda: bench.spend(1))

    bench.task(job)
    bench.sdk.emit_event("paid", {"by": "card"})
    task = bench.spawn()
    bench.work(1)
    return bench.history(task, 10)


def _awaits(bench: Bench, context: Any, timeout: int | None = None) -> None:
    context.step("order", lambda: bench.spend(2))
    bench.spend(1)
    context.await_event("paid", timeout=timeout)
    context.step("ship", lambda: bench.spend(1))


@scenario
def wait_then_event(bench: Bench) -> History:
    bench.task(lambda context: _awaits(bench, context))
    task = bench.spawn()
    bench.work(1)  # waits from 4
    bench.clock(64)
    bench.sdk.emit_event("paid")
    bench.work(70)
    return bench.history(task, 100)


@scenario
def woken_and_nobody_claims(bench: Bench) -> History:
    bench.task(lambda context: _awaits(bench, context))
    task = bench.spawn()
    bench.work(1)
    bench.clock(64)
    bench.sdk.emit_event("paid")
    return bench.history(task, 300)


@scenario
def wait_timeout(bench: Bench) -> History:
    bench.task(lambda context: _awaits(bench, context, timeout=30))
    task = bench.spawn()
    bench.work(1)  # waits from 4 to 34
    bench.work(40)
    return bench.history(task, 50)


@scenario
def waiting_without_a_timeout(bench: Bench) -> History:
    bench.task(lambda context: _awaits(bench, context))
    task = bench.spawn()
    bench.work(1)
    return bench.history(task, 724)


@scenario
def waiting_with_a_timeout(bench: Bench) -> History:
    bench.task(lambda context: _awaits(bench, context, timeout=7_200))
    task = bench.spawn()
    bench.work(1)
    return bench.history(task, 64)


@scenario
def repeated_step_names(bench: Bench) -> History:
    def job(context: Any) -> None:
        for _ in range(37):
            context.step("iteration", lambda: bench.spend(2))
        context.step("answer", lambda: bench.spend(1))

    bench.task(job)
    task = bench.spawn()
    bench.work(0)
    return bench.history(task, 80)


@scenario
def running_now(bench: Bench) -> History:
    task = bench.spawn()
    claimed = bench.claim(5, worker="worker-7", lease=60)
    bench.clock(15)
    bench.save(claimed, "charge")
    return bench.history(task, 55)


@scenario
def cancelled_while_running(bench: Bench) -> History:
    task = bench.spawn()
    claimed = bench.claim(5)
    bench.clock(15)
    bench.save(claimed, "charge")
    bench.clock(25)
    bench.sdk.cancel_task(str(task))
    return bench.history(task, 85)


@scenario
def cancelled_while_sleeping(bench: Bench) -> History:
    bench.task(lambda context: _nap(bench, context))
    task = bench.spawn()
    bench.work(1)
    bench.clock(100)
    bench.sdk.cancel_task(str(task))
    return bench.history(task, 160)


@scenario
def lease_ran_out(bench: Bench) -> History:
    task = bench.spawn(max_attempts=3, retry_strategy={"kind": "fixed", "base_seconds": 30})
    claimed = bench.claim(0, worker="worker-3", lease=60)
    bench.clock(20)
    bench.save(claimed, "charge")
    return bench.history(task, 360)


@scenario
def lease_ran_out_and_was_swept(bench: Bench) -> History:
    bench.task(lambda context: context.step("charge", lambda: bench.spend(2)))
    task = bench.spawn(max_attempts=2)
    bench.claim(0, worker="worker-3", lease=60)
    bench.work(100, worker="worker-4")
    return bench.history(task, 120)


@scenario
def retry_in_place_after_failure(bench: Bench) -> History:
    def job(context: Any) -> None:
        bench.spend(2)
        if bench.now < at(1_000):
            raise ConnectionError("the bank does not answer")

    bench.task(job)
    task = bench.spawn()
    bench.work(0)
    bench.clock(3_600)
    bench.sdk.retry_task(str(task))
    bench.work(3_605)
    return bench.history(task, 3_700)


@scenario
def checkpoint_overwritten_by_a_later_attempt(bench: Bench) -> History:
    task = bench.spawn(max_attempts=2)
    first = bench.claim(0)
    bench.clock(10)
    bench.save(first, "quote", 1)
    bench.clock(20)
    bench.call("fail_run", first["run_id"], json.dumps({"name": "Crash", "message": "boom"}))
    second = bench.claim(30)
    bench.clock(35)
    bench.save(second, "quote", 2)
    bench.call("complete_run", second["run_id"], "null")
    return bench.history(task, 40)


@scenario
def pending_and_never_claimed(bench: Bench) -> History:
    return bench.history(bench.spawn(), 12)


@scenario
def deferred_because_unknown(bench: Bench) -> History:
    task = bench.spawn("send-fax")
    for _ in range(9):
        bench.work((bench.now - START).total_seconds())
        bench.spend(40)
    bench.spend(-35)
    return bench.history(task)


@scenario
def unknown_conventions(bench: Bench) -> History:
    """Checkpoints of no convention; a sleep that stores nothing; a wait under a name of its own."""
    task = bench.spawn()
    claimed = bench.claim(0)
    bench.clock(4)
    bench.save(claimed, "0/boot", {"ok": True})
    bench.call("schedule_run", claimed["run_id"], at(60))
    claimed = bench.claim(62)
    bench.clock(65)
    bench.call("await_event", claimed["task_id"], claimed["run_id"], "1/gate", "open")
    bench.clock(95)
    bench.sdk.emit_event("open")
    claimed = bench.claim(96)
    bench.clock(99)
    bench.save(claimed, "2/date", "2027-01-01T00:00:00+00:00")
    bench.clock(101)
    bench.call("complete_run", claimed["run_id"], "null")
    return bench.history(task, 120)


@scenario
def awaits_a_child(bench: Bench) -> History:
    children = Bench(bench.connection)
    children.clock(0)
    children.task(lambda context: None)
    child = children.spawn()
    children.work(3)

    def job(context: Any) -> None:
        context.await_task_result(str(child), queue_name=children.queue)

    bench.task(job)
    task = bench.spawn()
    bench.work(5)
    return bench.history(task, 10)
