"""Events: waiting for one, and emitting one."""

from uuid import uuid4

import pytest

from absurd_core import (
    Awaited,
    ClaimedTask,
    InvalidArgument,
    QueueNotFound,
    RunNotFound,
    RunNotRunning,
    TaskCancelled,
    checkpoints,
    events,
    queues,
    runs,
    tasks,
)
from absurd_core.statements import Statement
from tests.core.engines import Engine

ASLEEP = Awaited(suspended=True, timed_out=False, payload=None)
TIMED_OUT = Awaited(suspended=False, timed_out=True, payload=None)


@pytest.fixture
def task(engine: Engine) -> ClaimedTask:
    """A task that a worker holds."""
    engine.run(queues.create("work"))
    return engine.claimed("work")


def wait(task: ClaimedTask, timeout: int | None = None) -> Statement[Awaited]:
    return events.await_event("work", task.task_id, task.run_id, "step", "paid", timeout)


def test_a_run_sleeps_until_the_event_and_wakes_with_its_payload(
    engine: Engine, task: ClaimedTask
) -> None:
    assert engine.run(wait(task)) == ASLEEP
    assert engine.run(tasks.claim("work", "w")) == []

    engine.run(events.emit("work", "paid", {"amount": 5}))
    (woken,) = engine.run(tasks.claim("work", "w"))
    assert (woken.run_id, woken.wake_event, woken.event_payload) == (
        task.run_id,
        None,
        {"amount": 5},
    )
    assert engine.run(wait(task)) == Awaited(False, False, {"amount": 5})


def test_a_wait_without_a_timeout_lasts_for_ever(engine: Engine, task: ClaimedTask) -> None:
    engine.run(wait(task))
    engine.advance(days=10_000)

    assert engine.run(tasks.claim("work", "w")) == []
    assert engine.run(tasks.result("work", task.task_id)).state == "sleeping"


def test_an_event_that_was_emitted_before_is_taken_at_once(
    engine: Engine, task: ClaimedTask
) -> None:
    engine.run(events.emit("work", "paid", [1]))

    assert engine.run(wait(task)) == Awaited(False, False, [1])


def test_a_payload_of_null_is_told_from_a_timeout(engine: Engine, task: ClaimedTask) -> None:
    engine.run(events.emit("work", "paid"))

    assert engine.run(wait(task)) == Awaited(suspended=False, timed_out=False, payload=None)


def test_a_wait_that_timed_out_says_so(engine: Engine, task: ClaimedTask) -> None:
    engine.run(wait(task, timeout=60))
    engine.advance(seconds=60)

    (woken,) = engine.run(tasks.claim("work", "w"))
    assert (woken.wake_event, woken.event_payload) == ("paid", None)
    assert engine.run(wait(task)) == TIMED_OUT


def test_the_payload_is_the_steps_checkpoint(engine: Engine, task: ClaimedTask) -> None:
    engine.run(wait(task))
    engine.run(events.emit("work", "paid", 5))

    assert engine.run(checkpoints.get("work", task.task_id, "step")).state == 5


def test_the_first_emit_wins(engine: Engine, task: ClaimedTask) -> None:
    engine.run(events.emit("work", "paid", "first"))
    engine.run(events.emit("work", "paid", "second"))

    assert engine.run(wait(task)).payload == "first"


def test_a_cancelled_task_waits_for_nothing(engine: Engine, task: ClaimedTask) -> None:
    engine.run(tasks.cancel("work", task.task_id))

    with pytest.raises(TaskCancelled):
        engine.run(wait(task))


def test_only_a_running_run_waits(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.complete("work", task.run_id))

    with pytest.raises(RunNotRunning) as caught:
        engine.run(wait(task))
    assert (caught.value.queue, caught.value.run_id) == ("work", task.run_id)


def test_a_run_that_is_not_there_waits_for_nothing(engine: Engine, task: ClaimedTask) -> None:
    run_id = uuid4()
    with pytest.raises(RunNotFound) as caught:
        engine.run(events.await_event("work", task.task_id, run_id, "step", "paid"))
    assert caught.value.run_id == run_id


def test_no_call_finds_a_queue_that_is_not_there(engine: Engine, task: ClaimedTask) -> None:
    for statement in (
        events.emit("nothing", "paid"),
        events.await_event("nothing", task.task_id, task.run_id, "step", "paid"),
    ):
        with pytest.raises(QueueNotFound):
            engine.run(statement)


@pytest.mark.parametrize(
    "arguments",
    [{"event_name": ""}, {"step_name": ""}, {"timeout": -1}, {"timeout": 0.5}, {"run_id": None}],
    ids=repr,
)
def test_a_wait_nothing_could_accept_is_refused_unsent(arguments: dict[str, object]) -> None:
    good = {
        "queue": "work",
        "task_id": uuid4(),
        "run_id": uuid4(),
        "step_name": "s",
        "event_name": "e",
    }
    with pytest.raises(InvalidArgument) as caught:
        events.await_event(**{**good, **arguments})
    assert caught.value.argument == next(iter(arguments))


def test_an_emit_nothing_could_accept_is_refused_unsent() -> None:
    with pytest.raises(InvalidArgument, match="event_name is empty"):
        events.emit("work", " ")
    with pytest.raises(InvalidArgument, match="payload is not JSON"):
        events.emit("work", "paid", float("nan"))
