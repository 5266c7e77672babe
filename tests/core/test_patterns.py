"""The patterns of examples/patterns, run to their ends by a worker of absurd-sdk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import absurd_sdk
import psycopg
import pytest
from absurd_sdk import Absurd, AbsurdHooks

from absurd_core import Client, TaskResult, events, queues, run, tasks
from absurd_core.hooks import inherit_headers
from examples.patterns import approval, chain, cron, fan_out, polling, saga
from tests.core.engines import NOON

DUE = """
    select count(*) from absurd.r_work
     where state in ('pending', 'sleeping') and available_at <= absurd.current_time()
"""


@dataclass
class Worker:
    """A worker and its queue, at a time that the test sets for the engine and the SDK alike."""

    app: Absurd
    connection: psycopg.Connection[Any]
    now: datetime = NOON

    def set_clock(self, now: datetime) -> None:
        self.now = now
        query = "select set_config('absurd.fake_now', %s, false)"
        self.connection.execute(query, [now.isoformat()])

    def advance(self, **duration: float) -> None:
        self.set_clock(self.now + timedelta(**duration))

    def work(self) -> None:
        """Work until nothing is due."""
        while self.connection.execute(DUE).fetchone() != (0,):
            self.app.work_batch("worker-1")

    def spawn(self, name: str, params: Any = None, **options: Any) -> UUID:
        return run(self.connection, tasks.spawn("work", name, params, **options)).task_id

    def result(self, task_id: UUID) -> TaskResult:
        return run(self.connection, tasks.result("work", task_id))

    def attempts(self, task_id: UUID) -> int:
        query = "select attempts from absurd.t_work where task_id = %s"
        (attempts,) = self.connection.execute(query, [task_id]).fetchone() or (0,)
        return int(attempts)

    def steps(self, task_id: UUID) -> list[str]:
        """The names of a task's checkpoints, in the order of their times."""
        query = (
            "select checkpoint_name from absurd.c_work where task_id = %s"
            " order by updated_at, checkpoint_name"
        )
        return [name for (name,) in self.connection.execute(query, [task_id])]

    def spawned(self) -> list[tuple[str, Any]]:
        """Names and headers of all tasks in the order of their spawning."""
        query = "select task_name, headers from absurd.t_work order by task_id"
        return self.connection.execute(query).fetchall()


def failing_once_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Do what a function does, and the first time that it returns fail like a dying worker."""
    failures = [ConnectionError("died")]

    def wrapped(*args: Any) -> Any:
        result = function(*args)
        if failures:
            raise failures.pop()
        return result

    return wrapped


@pytest.fixture
def worker(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    with psycopg.connect(url, autocommit=True) as connection:
        run(connection, queues.create("work"))
        hooks = AbsurdHooks(before_spawn=inherit_headers)
        worker = Worker(Absurd(connection, queue_name="work", hooks=hooks), connection)
        worker.set_clock(NOON)
        monkeypatch.setattr(absurd_sdk, "_get_current_time", lambda: worker.now)
        yield worker


def test_a_chain_ends_with_what_its_links_made(worker: Worker) -> None:
    chain.register(worker.app)
    first = worker.spawn("chain.extract", {"size": 4}, headers={"workflow_run_id": "w1"})
    worker.work()

    names = {name for name, _ in worker.spawned()}
    query = "select task_id from absurd.t_work where task_name = 'chain.load'"
    last = worker.connection.execute(query).fetchone()
    assert names == {"chain.extract", "chain.transform", "chain.load"}
    assert last is not None
    assert worker.result(last[0]).result == 1 + 4 + 9 + 16
    assert worker.result(first).result == 4


def test_the_links_of_a_chain_know_their_workflow_run_and_parent(worker: Worker) -> None:
    chain.register(worker.app)
    first = worker.spawn("chain.extract", {"size": 1}, headers={"workflow_run_id": "w1"})
    worker.work()

    headers = dict(worker.spawned())
    assert headers["chain.transform"] == {"workflow_run_id": "w1", "parent_task_id": str(first)}
    assert headers["chain.load"]["workflow_run_id"] == "w1"


def test_a_link_that_is_repeated_does_not_fork_the_chain(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "go_on", failing_once_after(chain.go_on))
    chain.register(worker.app)
    first = worker.spawn("chain.extract", {"size": 1})
    worker.work()

    assert worker.attempts(first) == 2
    assert len(worker.spawned()) == 3


def test_fan_in_waits_for_every_child(worker: Worker) -> None:
    fan_out.register(worker.app)
    parent = worker.spawn("fan.parent", {"words": ["a", "bb", "ccc"]})
    worker.app.work_batch("worker-1")
    assert worker.result(parent).state == "sleeping"

    worker.work()
    assert worker.result(parent).result == 6
    assert len(worker.spawned()) == 4


def test_a_refused_step_undoes_the_ones_before_it_last_first(worker: Worker) -> None:
    log: list[str] = []

    def act(name: str, outcome: bool = True) -> saga.Act:
        return lambda: (log.append(name), outcome)[1]

    acts = {
        "flight": (act("book flight"), act("cancel flight")),
        "hotel": (act("book hotel"), act("cancel hotel")),
        "car": (act("book car", outcome=False), act("cancel car")),
    }
    saga.register(worker.app, acts)
    task = worker.spawn("saga.run")
    worker.work()

    assert worker.result(task).result == {"refused": "car", "undone": ["hotel", "flight"]}
    assert log == ["book flight", "book hotel", "book car", "cancel hotel", "cancel flight"]


def test_undoing_goes_on_where_it_failed(worker: Worker) -> None:
    log: list[str] = []

    def flaky() -> bool:
        log.append("cancel flight")
        if len(log) == 1:
            raise ConnectionError
        return True

    acts = {"flight": (lambda: True, flaky), "hotel": (lambda: False, lambda: True)}
    saga.register(worker.app, acts)
    task = worker.spawn("saga.run")
    worker.work()

    assert worker.result(task).result == {"refused": "hotel", "undone": ["flight"]}
    assert log == ["cancel flight"] * 2


def test_a_saga_without_a_refusal_undoes_nothing(worker: Worker) -> None:
    saga.register(worker.app, {"flight": (lambda: True, lambda: True)})
    task = worker.spawn("saga.run")
    worker.work()

    assert worker.result(task).result == {"done": ["flight"]}


def test_an_approval_is_what_somebody_decides(worker: Worker) -> None:
    approval.register(worker.app)
    task = worker.spawn("approval.request", {"request": 7})
    worker.work()
    assert worker.result(task).state == "sleeping"

    run(worker.connection, events.emit("work", "decision:7", {"approved": True, "by": "ann"}))
    worker.work()
    assert worker.result(task).result == {"approved": True, "by": "ann"}


def test_an_approval_nobody_decides_is_a_refusal(worker: Worker) -> None:
    approval.register(worker.app)
    task = worker.spawn("approval.request", {"request": 7})
    worker.work()
    worker.advance(days=3)
    worker.work()

    assert worker.result(task).result == {"approved": False, "by": "nobody"}


def test_a_timeout_is_final_even_if_the_task_is_repeated(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval, "decide", failing_once_after(approval.decide))
    approval.register(worker.app)
    task = worker.spawn("approval.request", {"request": 7})
    worker.work()
    worker.advance(days=3)
    worker.work()

    assert worker.attempts(task) == 2
    assert worker.result(task).result == {"approved": False, "by": "nobody"}


def test_polling_asks_later_and_later(worker: Worker) -> None:
    asked: list[datetime] = []

    def ask(_job: str) -> str | None:
        asked.append(worker.now)
        return "ready" if len(asked) == 6 else None

    polling.register(worker.app, ask)
    task = worker.spawn("polling.wait", {"job": "j1"})
    for _ in range(200):
        worker.work()
        worker.advance(seconds=1)

    assert [(time - NOON).total_seconds() for time in asked] == [0, 5, 15, 35, 75, 135]
    assert worker.result(task).result == "ready"
    assert worker.steps(task)[-1] == "ask#6"


def test_polling_gives_up_in_the_end(worker: Worker) -> None:
    polling.register(worker.app, lambda _job: None)
    task = worker.spawn("polling.wait", {"job": "j1"}, max_attempts=1)
    for _ in range(polling.QUESTIONS + 1):
        worker.work()
        worker.advance(seconds=polling.LONGEST)

    ended = worker.result(task)
    assert ended.state == "failed"
    assert ended.failure_reason["message"] == "no answer after 8 questions"


@pytest.fixture
def scheduler(url: str, worker: Worker) -> Iterator[Client]:
    with Client(url, queue="work") as client:
        yield client


HOUR = timedelta(hours=1)


def test_a_slot_is_spawned_once_however_often_the_clock_ticks(scheduler: Client) -> None:
    ticks = [
        cron.tick(scheduler, "report", HOUR, NOON + timedelta(minutes=minute))
        for minute in (0, 1, 59, 60)
    ]

    assert [[spawned.created for spawned in tick] for tick in ticks] == [
        [True],
        [False],
        [False],
        [True],
    ]


def test_a_scheduler_that_was_down_catches_up(scheduler: Client) -> None:
    cron.tick(scheduler, "report", HOUR, NOON)
    late = cron.tick(scheduler, "report", HOUR, NOON + 3 * HOUR, catch_up=3 * HOUR)

    assert [spawned.created for spawned in late] == [False, True, True, True]
    claimed = scheduler.run(tasks.claim("work", "w", qty=9))
    assert [task.params["slot"] for task in claimed][-1] == "2026-03-02T15:00:00+00:00"
