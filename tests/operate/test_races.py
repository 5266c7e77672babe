"""Several operators, programs and real workers at once, each on connections of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
from absurd_sdk import Absurd, TaskContext
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from absurd_dashboard.models import AuditEntry
from tests.core.waiting import eventually, somebody_waits_for_a_lock
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.live.conftest import dsn
from tests.operate.answers import JSON

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])

OPERATORS = 4
Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine whose queue ``a`` is committed, and dropped after the test."""
    made = Engine(BOUND)
    made.create("a")
    yield made
    for (queue,) in made.call("select queue_name from absurd.queues"):
        made.drop(queue)


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """A connection of somebody else's."""
    with psycopg.connect(dsn(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def operators(engine: Engine) -> list[Client]:
    """Operators at browsers of their own."""
    clients = [Client() for _ in range(OPERATORS)]
    for number, client in enumerate(clients):
        client.force_login(User.objects.create_superuser(f"operator-{number}"))
    return clients


def send(client: Client, path: str, fields: dict[str, str]) -> Answer:
    """One request, on connections that end with it."""
    try:
        response = client.post(f"/absurd/{path}", fields, headers=JSON)
        return response.status_code, json.loads(response.content)
    finally:
        connections.close_all()


def at_once(clients: list[Client], path: str, **fields: str) -> list[Answer]:
    """The same request by several, begun at one moment."""
    start = Barrier(len(clients))

    def one(client: Client) -> Answer:
        start.wait(timeout=20)
        return send(client, path, fields)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(one, clients))


def results(answers: list[Answer]) -> list[str]:
    return sorted(said["result"] for _, said in answers)


@pytest.mark.parametrize("action", ["cancel", "retry"])
def test_of_operators_who_do_the_same_to_one_task_at_once_one_does_it(
    operators: list[Client], engine: Engine, action: str
) -> None:
    task = engine.failed("a") if action == "retry" else engine.spawn("a")
    answers = at_once(operators, f"tasks/{task}/{action}/")
    assert results(answers) == ["done", "nothing", "nothing", "nothing"]
    assert AuditEntry.objects.count() == OPERATORS
    ((attempts,),) = engine.call('select count(*) from absurd."r_a"')
    assert attempts == (2 if action == "retry" else 1)


def test_of_operators_who_emit_one_event_at_once_one_does_it(
    operators: list[Client], engine: Engine
) -> None:
    for event in ("one", "two", "three", "four", "five"):
        answers = at_once(operators, f"events/a/{event}/emit/")
        assert results(answers) == ["done", "nothing", "nothing", "nothing"]


@pytest.mark.skipif(BOUND is not None, reason="a queue is dropped by its owner")
def test_of_operators_who_drop_one_queue_at_once_one_does_it(
    operators: list[Client], engine: Engine
) -> None:
    engine.spawn("a")
    start = Barrier(len(operators))

    def drop(client: Client) -> int:
        start.wait(timeout=20)
        try:
            return client.post("/absurd/queues/a/drop/", {"name": "a"}, headers=JSON).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(operators)) as pool:
        statuses = sorted(pool.map(drop, operators))
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {404, 409}


def test_one_form_sent_several_times_at_once_acts_once(
    operators: list[Client], engine: Engine
) -> None:
    task = engine.failed("a")
    answers = at_once([operators[0]] * OPERATORS, f"tasks/{task}/run-again/", once="token")
    assert {status for status, _ in answers} == {200}
    assert len({said["task_id"] for _, said in answers}) == 1
    assert engine.call('select count(*) from absurd."t_a"') == [(2,)]
    assert AuditEntry.objects.count() == 1


def expired(other: psycopg.Connection[Any]) -> tuple[Any, Any]:
    """A task and its run, claimed an hour ago for a minute."""
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    other.execute("select set_config('absurd.fake_now', %s, false)", [hour_ago])
    other.execute("select absurd.spawn_task('a', 'work', 'null')")
    claimed = "select task_id, run_id from absurd.claim_task('a', 'w', 60)"
    (task, run) = other.execute(claimed).fetchone() or ()
    other.execute("select set_config('absurd.fake_now', '', false)")
    return task, run


def in_background(work: Callable[[], Answer]) -> Future[Answer]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def test_a_heartbeat_that_comes_before_a_release_wins(
    operators: list[Client], engine: Engine, other: psycopg.Connection[Any]
) -> None:
    task, run = expired(other)
    with other.transaction():
        other.execute("select absurd.extend_claim('a', %s, 60)", [run])
        answer = in_background(lambda: send(operators[0], f"tasks/{task}/release/", {}))
        with psycopg.connect(dsn(), autocommit=True) as watcher:
            eventually(lambda: somebody_waits_for_a_lock(watcher))
    status, said = answer.result(timeout=20)
    assert (status, said["result"], said["state"]) == (409, "nothing", "running")


def test_a_heartbeat_that_comes_after_a_release_is_told_that_the_run_has_failed(
    operators: list[Client], engine: Engine, other: psycopg.Connection[Any]
) -> None:
    task, run = expired(other)
    assert send(operators[0], f"tasks/{task}/release/", {})[0] == 200
    with pytest.raises(psycopg.errors.DatabaseError) as caught:
        other.execute("select absurd.extend_claim('a', %s, 60)", [run])
    assert caught.value.sqlstate == "AB002"


@pytest.fixture
def worker(engine: Engine) -> Iterator[Absurd]:
    """A real worker, with tasks that wait, report and run for long."""
    app = Absurd(dsn(), queue_name="a")

    @app.register_task("wait")
    def wait(params: Any, ctx: TaskContext) -> Any:
        return ctx.await_event("go")

    @app.register_task("echo", default_max_attempts=1)
    def echo(params: Any, ctx: TaskContext) -> Any:
        if params.get("fail"):
            raise ValueError("as asked")
        return params

    yield app
    app.close()


def test_an_emit_in_the_midst_of_waits_leaves_nobody_asleep(
    operators: list[Client], engine: Engine, worker: Absurd
) -> None:
    tasks = [worker.spawn("wait", {})["task_id"] for _ in range(12)]
    start = Barrier(2)

    def work() -> Answer:
        start.wait(timeout=20)
        worker.work_batch(batch_size=12)
        return 0, {}

    working = in_background(work)
    start.wait(timeout=20)
    status, said = send(operators[0], "events/a/go/emit/", {"payload": '"gone"'})
    working.result(timeout=60)
    assert (status, said["result"]) == (200, "done")
    woken = len(said["runs"])
    worker.work_batch(batch_size=12)
    ended = [worker.fetch_task_result(task) for task in tasks]
    assert [result.state for result in ended if result] == ["completed"] * 12
    assert said["detail"].startswith(f"Emitted. It woke {woken} run")


def test_a_real_worker_completes_what_is_run_again_with_edited_params(
    operators: list[Client], worker: Absurd
) -> None:
    task = worker.spawn("echo", {"fail": True})["task_id"]
    worker.work_batch()
    asked = {"params": '{"n": 12345678901234567890}'}
    _, said = send(operators[0], f"tasks/{task}/run-again/", asked)
    worker.work_batch()
    again = worker.fetch_task_result(said["task_id"])
    assert again is not None
    assert (again.state, again.result) == ("completed", {"n": 12345678901234567890})


def test_a_worker_in_the_middle_of_a_task_that_is_cancelled_stops_at_its_next_checkpoint(
    operators: list[Client], worker: Absurd
) -> None:
    reached: list[str] = []

    @worker.register_task("long")
    def long(params: Any, ctx: TaskContext) -> None:
        with ThreadPoolExecutor(1) as pool:
            path = f"tasks/{ctx.task_id}/cancel/"
            reached.append(pool.submit(send, operators[0], path, {}).result()[1]["detail"])
        ctx.step("after", lambda: 1)
        reached.append("after the checkpoint")

    task = worker.spawn("long", {})["task_id"]
    worker.work_batch()
    assert reached == ["Cancelled. Its worker stops at its next checkpoint or heartbeat."]
    result = worker.fetch_task_result(task)
    assert result is not None
    assert result.state == "cancelled"
