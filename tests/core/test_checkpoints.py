"""Checkpoints: saving the results of steps, and reading them back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from absurd_core import (
    SQL_NULL,
    Checkpoint,
    ClaimedTask,
    InvalidArgument,
    QueueNotFound,
    RunAlreadyFailed,
    RunNotFound,
    RunOfAnotherTask,
    TaskCancelled,
    checkpoints,
    queues,
    runs,
    tasks,
)
from tests.core.engines import NOON, Engine


@pytest.fixture
def task(engine: Engine) -> ClaimedTask:
    """A task that a worker holds."""
    engine.run(queues.create("work"))
    return engine.claimed("work")


def save(engine: Engine, task: ClaimedTask, name: str, state: object = 1, **options: int) -> None:
    engine.run(checkpoints.set("work", task.task_id, name, state, task.run_id, **options))


def saved(engine: Engine, task: ClaimedTask, name: str) -> Checkpoint | None:
    found: Checkpoint | None = engine.run(checkpoints.get("work", task.task_id, name))
    return found


def test_a_checkpoint_comes_back_as_it_was_saved(engine: Engine, task: ClaimedTask) -> None:
    save(engine, task, "charge", {"id": 7})

    assert saved(engine, task, "charge") == Checkpoint(
        name="charge",
        state={"id": 7},
        status="committed",
        owner_run_id=task.run_id,
        updated_at=NOON,
        has_state=True,
    )


def test_a_step_that_was_not_saved_has_no_checkpoint(engine: Engine, task: ClaimedTask) -> None:
    assert saved(engine, task, "charge") is None


def test_a_pending_checkpoint_is_seen_on_request_only(engine: Engine, task: ClaimedTask) -> None:
    save(engine, task, "charge")
    engine.sql("update absurd.c_work set status = 'pending'")  # no procedure does it today

    assert saved(engine, task, "charge") is None
    pending = engine.run(checkpoints.get("work", task.task_id, "charge", include_pending=True))
    assert pending.status == "pending"


@pytest.mark.parametrize(("state", "stored"), [(None, True), (SQL_NULL, False)])
def test_a_state_of_null_is_told_from_none(
    engine: Engine, task: ClaimedTask, state: object, stored: bool
) -> None:
    save(engine, task, "charge", state)

    checkpoint = saved(engine, task, "charge")
    assert checkpoint is not None
    assert (checkpoint.state, checkpoint.has_state) == (None, stored)


def test_a_time_that_python_cannot_hold_is_read_as_none(engine: Engine, task: ClaimedTask) -> None:
    save(engine, task, "charge")
    engine.sql("update absurd.c_work set updated_at = 'infinity'")

    checkpoint = saved(engine, task, "charge")
    assert checkpoint is not None
    assert checkpoint.updated_at is None


def test_saving_a_step_can_extend_the_lease(engine: Engine, task: ClaimedTask) -> None:
    save(engine, task, "charge", extend_claim_by=300)
    engine.advance(seconds=299)

    assert engine.run(tasks.claim("work", "w2")) == []


def test_a_run_sees_its_tasks_checkpoints_oldest_first(engine: Engine, task: ClaimedTask) -> None:
    save(engine, task, "second-by-name")
    engine.advance(seconds=1)
    save(engine, task, "first-by-name")

    listed = engine.run(checkpoints.for_run("work", task.task_id, task.run_id))
    assert [checkpoint.name for checkpoint in listed] == ["second-by-name", "first-by-name"]


def test_an_earlier_run_does_not_see_what_a_later_one_saved(
    engine: Engine, task: ClaimedTask
) -> None:
    engine.run(runs.fail("work", task.run_id, "no"))
    (second,) = engine.run(tasks.claim("work", "w2"))
    save(engine, second, "charge")

    assert engine.run(checkpoints.for_run("work", task.task_id, task.run_id)) == []
    assert len(engine.run(checkpoints.for_run("work", task.task_id, second.run_id))) == 1


def test_a_second_save_replaces_the_first(engine: Engine, task: ClaimedTask) -> None:
    save(engine, task, "charge", 1)
    save(engine, task, "charge", 2)

    checkpoint = saved(engine, task, "charge")
    assert checkpoint is not None
    assert checkpoint.state == 2


def test_nothing_is_saved_for_a_cancelled_task(engine: Engine, task: ClaimedTask) -> None:
    engine.run(tasks.cancel("work", task.task_id))

    with pytest.raises(TaskCancelled) as caught:
        save(engine, task, "charge")
    assert (caught.value.task_id, caught.value.run_id) == (task.task_id, task.run_id)


def test_nothing_is_saved_by_a_failed_run(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.fail("work", task.run_id, "no"))

    with pytest.raises(RunAlreadyFailed):
        save(engine, task, "charge")


def test_a_run_that_is_not_there_saves_and_sees_nothing(engine: Engine, task: ClaimedTask) -> None:
    run_id = uuid4()
    for statement in (
        checkpoints.set("work", task.task_id, "charge", 1, run_id),
        checkpoints.for_run("work", task.task_id, run_id),
    ):
        with pytest.raises(RunNotFound) as caught:
            engine.run(statement)
        assert caught.value.run_id == run_id


def test_a_run_sees_nothing_of_another_task(engine: Engine, task: ClaimedTask) -> None:
    other = engine.claimed("work")

    with pytest.raises(RunOfAnotherTask) as caught:
        engine.run(checkpoints.for_run("work", other.task_id, task.run_id))
    assert (caught.value.task_id, caught.value.run_id) == (other.task_id, task.run_id)


def test_no_call_finds_a_queue_that_is_not_there(engine: Engine, task: ClaimedTask) -> None:
    for statement in (
        checkpoints.set("nothing", task.task_id, "charge", 1, task.run_id),
        checkpoints.get("nothing", task.task_id, "charge"),
        checkpoints.for_run("nothing", task.task_id, task.run_id),
    ):
        with pytest.raises(QueueNotFound):
            engine.run(statement)


@pytest.mark.parametrize(
    "arguments",
    [
        {"step_name": " "},
        {"state": {1, 2}},
        {"owner_run": "x"},
        {"extend_claim_by": timedelta(milliseconds=1)},
        {"extend_claim_by": -1},
    ],
    ids=repr,
)
def test_a_checkpoint_nothing_could_accept_is_refused_unsent(arguments: dict[str, object]) -> None:
    good = {"queue": "w", "task_id": uuid4(), "step_name": "s", "state": 1, "owner_run": uuid4()}
    with pytest.raises(InvalidArgument):
        checkpoints.set(**{**good, **arguments})
