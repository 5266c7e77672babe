"""Many at once, and workers that die: nothing is handed out twice, nothing finished is lost."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest
from absurd_sdk import Absurd

from absurd_core import Spawned, checkpoints, events, queues, run, tasks
from tests.core import crashing_worker

T = TypeVar("T")

CLAIMERS = 8
TASKS = 2_000


@pytest.fixture(params=["unpartitioned", "partitioned"])
def queue(url: str, request: pytest.FixtureRequest) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        run(connection, queues.create("work", request.param))
    return "work"


def at_once(url: str, work: Callable[[psycopg.Connection[Any], int], T]) -> list[T]:
    """Let eight connections do the same at the same time."""
    barrier = threading.Barrier(CLAIMERS)

    def on_a_connection(number: int) -> T:
        with psycopg.connect(url, autocommit=True) as connection:
            barrier.wait(30)
            return work(connection, number)

    with ThreadPoolExecutor(CLAIMERS) as pool:
        return list(pool.map(on_a_connection, range(CLAIMERS)))


def test_eight_claimers_get_each_of_2000_tasks_once(url: str, queue: str) -> None:
    def claim_all(connection: psycopg.Connection[Any], number: int) -> list[UUID]:
        found: list[UUID] = []
        while claimed := run(connection, tasks.claim(queue, f"worker-{number}", 60, qty=5)):
            found.extend(task.run_id for task in claimed)
        return found

    with psycopg.connect(url) as connection:
        spawned = {run(connection, tasks.spawn(queue, "job")).run_id for _ in range(TASKS)}
    claimed = at_once(url, claim_all)

    assert sum(map(len, claimed)) == TASKS
    assert set().union(*claimed) == spawned
    assert sum(1 for share in claimed if share) > 1


def test_eight_spawns_with_one_key_make_one_task(url: str, queue: str) -> None:
    def spawn(connection: psycopg.Connection[Any], _number: int) -> Spawned:
        return run(connection, tasks.spawn(queue, "job", idempotency_key="order-1"))

    spawned = at_once(url, spawn)

    assert len({task.task_id for task in spawned}) == 1
    assert [task.created for task in spawned].count(True) == 1


def test_of_eight_emits_one_wakes_the_waiter(url: str, queue: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        run(connection, tasks.spawn(queue, "job"))
        (task,) = run(connection, tasks.claim(queue, "w"))
        ids = (task.task_id, task.run_id)
        run(connection, events.await_event(queue, *ids, "step", "paid"))
        at_once(url, lambda own, number: run(own, events.emit(queue, "paid", number)))

        (woken,) = run(connection, tasks.claim(queue, "w"))
        saved = run(connection, checkpoints.get(queue, task.task_id, "step"))
    assert woken.event_payload in range(CLAIMERS)
    assert saved is not None
    assert saved.state == woken.event_payload


def test_a_killed_workers_task_finishes_elsewhere_without_repeating_a_step(
    url: str, queue: str, tmp_path: Path
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        spawned = run(connection, tasks.spawn(queue, "order"))
        kill_in_the_second_step(url, tmp_path)
        connection.execute("select set_config('absurd.fake_now', (now() + '1 hour')::text, false)")
        other = Absurd(connection, queue_name=queue)
        crashing_worker.register(other, tmp_path, lambda: "shipped")
        other.work_batch("other", claim_timeout=60)

        ended = run(connection, tasks.result(queue, spawned.task_id))
        charge = run(connection, checkpoints.get(queue, spawned.task_id, "charge"))
    assert (ended.state, ended.result) == ("completed", ["receipt-1", "shipped"])
    assert (tmp_path / "charges").read_text() == "charged\n"
    assert charge is not None
    assert charge.owner_run_id == spawned.run_id


def kill_in_the_second_step(url: str, folder: Path) -> None:
    """Run a worker process until it is in the middle of its task; end it without warning."""
    command = [sys.executable, "-m", "tests.core.crashing_worker", url, str(folder)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as worker:
        try:
            wait_for(lambda: (folder / "shipping").exists() or worker.poll() is not None)
        finally:
            worker.kill()
    assert (folder / "shipping").exists()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
