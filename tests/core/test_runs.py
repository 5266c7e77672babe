"""Runs: completing, failing, scheduling them, and keeping their lease."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from absurd_core import (
    SQL_NULL,
    Cancellation,
    ClaimedTask,
    InvalidArgument,
    NoActiveClaim,
    QueueNotFound,
    RetryStrategy,
    RunAlreadyFailed,
    RunNotFound,
    RunNotRunning,
    TaskCancelled,
    queues,
    runs,
    tasks,
)
from tests.core.engines import NOON, Engine

RUN = uuid4()


@pytest.fixture
def queue(engine: Engine) -> str:
    engine.run(queues.create("work"))
    return "work"


@pytest.fixture
def task(engine: Engine, queue: str) -> ClaimedTask:
    """A task that a worker holds."""
    return engine.claimed(queue, max_attempts=2)


def every_call(queue: str, run_id: object) -> dict[str, object]:
    return {
        "complete": runs.complete(queue, run_id),
        "fail": runs.fail(queue, run_id, "no"),
        "schedule": runs.schedule(queue, run_id, NOON),
        "extend_claim": runs.extend_claim(queue, run_id, 30),
    }


def test_a_completed_run_completes_its_task(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.complete("work", task.run_id, {"ok": True}))

    ended = engine.run(tasks.result("work", task.task_id))
    assert (ended.state, ended.result) == ("completed", {"ok": True})


def test_a_failed_run_is_followed_by_another(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.fail("work", task.run_id, "no"))

    (second,) = engine.run(tasks.claim("work", "w"))
    assert (second.task_id, second.attempt) == (task.task_id, 2)


def test_the_last_failed_run_fails_its_task(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.fail("work", task.run_id, "first"))
    (second,) = engine.run(tasks.claim("work", "w"))
    engine.run(runs.fail("work", second.run_id, "second"))

    ended = engine.run(tasks.result("work", task.task_id))
    assert (ended.state, ended.failure_reason) == ("failed", "second")


@pytest.mark.parametrize(("reason", "stored"), [(None, "null"), (SQL_NULL, None)])
def test_a_reason_of_null_is_told_from_none(
    engine: Engine, task: ClaimedTask, reason: object, stored: str | None
) -> None:
    engine.run(runs.fail("work", task.run_id, reason))

    query = "select failure_reason::text from absurd.r_work where run_id = %s"
    assert engine.sql(query, task.run_id) == [(stored,)]


def test_a_failed_run_is_tried_again_when_it_says(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.fail("work", task.run_id, "no", NOON + timedelta(minutes=5)))

    assert engine.run(tasks.claim("work", "w")) == []
    engine.advance(minutes=5)
    assert len(engine.run(tasks.claim("work", "w"))) == 1


@pytest.mark.parametrize(
    ("strategy", "seconds"),
    [
        (RetryStrategy.none(), 0),
        (RetryStrategy.fixed(90), 90),
        (RetryStrategy.exponential(base=timedelta(seconds=7), factor=3), 7),
        (RetryStrategy.exponential(base=100, maximum=40), 40),
    ],
)
def test_a_failed_run_is_tried_again_by_its_tasks_strategy(
    engine: Engine, queue: str, strategy: RetryStrategy, seconds: int
) -> None:
    task = engine.claimed(queue, retry_strategy=strategy)
    engine.run(runs.fail(queue, task.run_id, "no"))

    query = "select available_at from absurd.r_work where attempt = 2"
    assert engine.sql(query) == [(NOON + timedelta(seconds=seconds),)]


def test_a_run_that_fails_past_its_tasks_limit_cancels_it(engine: Engine, queue: str) -> None:
    task = engine.claimed(queue, cancellation=Cancellation(max_duration=timedelta(minutes=1)))
    engine.advance(minutes=2)
    engine.run(runs.fail(queue, task.run_id, "no"))

    assert engine.run(tasks.result(queue, task.task_id)).state == "cancelled"


def test_a_scheduled_run_sleeps_until_its_time(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.schedule("work", task.run_id, NOON + timedelta(hours=1)))

    assert engine.run(tasks.result("work", task.task_id)).state == "sleeping"
    engine.advance(hours=1)
    (resumed,) = engine.run(tasks.claim("work", "w"))
    assert (resumed.run_id, resumed.attempt) == (task.run_id, 1)


def test_a_sleeping_run_may_fail(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.schedule("work", task.run_id, NOON + timedelta(hours=1)))
    engine.run(runs.fail("work", task.run_id, "no"))

    assert engine.run(tasks.claim("work", "w"))[0].attempt == 2


def test_an_extended_lease_ends_later(engine: Engine, task: ClaimedTask) -> None:
    engine.run(runs.extend_claim("work", task.run_id, 120))
    engine.advance(seconds=119)
    assert engine.run(tasks.claim("work", "w")) == []

    engine.advance(seconds=1)
    assert engine.run(tasks.claim("work", "w"))[0].attempt == 2


def test_a_claim_without_a_lease_has_none_to_extend(engine: Engine, queue: str) -> None:
    engine.spawned(queue)
    (task,) = engine.run(tasks.claim(queue, "w", claim_timeout=0))

    with pytest.raises(NoActiveClaim) as caught:
        engine.run(runs.extend_claim(queue, task.run_id, 30))
    assert (caught.value.queue, caught.value.run_id) == (queue, task.run_id)


@pytest.mark.parametrize("call", every_call("work", RUN))
def test_no_call_finds_a_queue_that_is_not_there(engine: Engine, call: str) -> None:
    with pytest.raises(QueueNotFound) as caught:
        engine.run(every_call("nothing", RUN)[call])
    assert caught.value.queue == "nothing"


@pytest.mark.parametrize("call", ["complete", "extend_claim"])
def test_a_run_that_is_not_there_is_not_found(engine: Engine, queue: str, call: str) -> None:
    with pytest.raises(RunNotFound) as caught:
        engine.run(every_call(queue, RUN)[call])
    assert (caught.value.queue, caught.value.run_id) == (queue, RUN)


@pytest.mark.parametrize("call", ["fail", "schedule"])
def test_where_the_engine_cannot_tell_a_missing_run_is_not_running(
    engine: Engine, queue: str, call: str
) -> None:
    with pytest.raises(RunNotRunning, match="is not running, or does not exist"):
        engine.run(every_call(queue, RUN)[call])


@pytest.mark.parametrize("call", every_call("work", RUN))
def test_no_call_works_on_a_completed_run(engine: Engine, task: ClaimedTask, call: str) -> None:
    engine.run(runs.complete("work", task.run_id))

    with pytest.raises(RunNotRunning) as caught:
        engine.run(every_call("work", task.run_id)[call])
    assert caught.value.run_id == task.run_id


@pytest.mark.parametrize("call", ["complete", "fail", "extend_claim"])
def test_a_worker_learns_that_its_task_was_cancelled(
    engine: Engine, task: ClaimedTask, call: str
) -> None:
    engine.run(tasks.cancel("work", task.task_id))

    with pytest.raises(TaskCancelled) as caught:
        engine.run(every_call("work", task.run_id)[call])
    assert (caught.value.sqlstate, caught.value.run_id) == ("AB001", task.run_id)


@pytest.mark.parametrize("call", ["complete", "fail", "extend_claim"])
def test_a_worker_learns_that_its_lease_had_expired(
    engine: Engine, task: ClaimedTask, call: str
) -> None:
    engine.advance(seconds=31)
    engine.run(tasks.claim("work", "w2"))

    with pytest.raises(RunAlreadyFailed) as caught:
        engine.run(every_call("work", task.run_id)[call])
    assert caught.value.sqlstate == "AB002"


@pytest.mark.parametrize(
    "seconds", [0, -1, 1.5, timedelta(seconds=1.5), True, 2**31, "30"], ids=repr
)
def test_a_lease_is_extended_by_whole_seconds(seconds: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        runs.extend_claim("work", RUN, seconds)
    assert caught.value.argument == "seconds"


@pytest.mark.parametrize("when", [datetime(2026, 1, 1), "2026-01-01", 0], ids=repr)  # noqa: DTZ001
def test_a_time_without_a_zone_is_refused_unsent(when: object) -> None:
    with pytest.raises(InvalidArgument, match="wake_at"):
        runs.schedule("work", RUN, when)
    with pytest.raises(InvalidArgument, match="retry_at"):
        runs.fail("work", RUN, "no", when)
