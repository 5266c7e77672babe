"""Tasks: spawning, claiming, cancelling and retrying them, and how they ended."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from absurd_core import (
    SQL_NULL,
    Cancellation,
    ClaimedTask,
    IdempotencyConflict,
    InvalidArgument,
    InvalidRetryStrategy,
    QueueNotFound,
    RetryStrategy,
    TaskNotFailed,
    TaskNotFound,
    queues,
    runs,
    tasks,
)
from tests.core.engines import Engine

PARAMS = [
    None,
    True,
    "text with \\u0000 in it, but no NUL, and %s",
    123456789012345678901234567890,
    1.5,
    Decimal("0.1234567890123456789012345678901234567890"),
    [1, [2, {"deep": []}]],
    {"to": "zoë@example.com", "🐘": {"a": None}},
]


@pytest.fixture
def queue(engine: Engine) -> str:
    engine.run(queues.create("work"))
    return "work"


def failed(engine: Engine, queue: str, **options: object) -> UUID:
    """A task that has used up its attempts."""
    task = engine.claimed(queue, max_attempts=1, **options)
    engine.run(runs.fail(queue, task.run_id, {"name": "Oops", "message": "no"}))
    return task.task_id


def test_a_spawned_task_is_new_and_on_its_first_attempt(engine: Engine, queue: str) -> None:
    spawned = engine.spawned(queue)

    assert (spawned.attempt, spawned.created) == (1, True)
    assert engine.run(tasks.result(queue, spawned.task_id)).state == "pending"


def test_a_claimed_task_carries_what_it_was_spawned_with(engine: Engine, queue: str) -> None:
    spawned = engine.run(
        tasks.spawn(
            queue,
            "send",
            {"to": "a@example.com"},
            headers={"tenant_id": "t1"},
            retry_strategy=RetryStrategy.exponential(base=1, factor=3, maximum=60),
            max_attempts=4,
        )
    )

    assert engine.run(tasks.claim(queue, "w")) == [
        ClaimedTask(
            run_id=spawned.run_id,
            task_id=spawned.task_id,
            attempt=1,
            task_name="send",
            params={"to": "a@example.com"},
            retry_strategy={
                "kind": "exponential",
                "base_seconds": 1,
                "factor": 3,
                "max_seconds": 60,
            },
            max_attempts=4,
            headers={"tenant_id": "t1"},
            wake_event=None,
            event_payload=None,
        )
    ]


@pytest.mark.parametrize("params", PARAMS, ids=range(len(PARAMS)))
def test_params_come_back_as_they_were(engine: Engine, queue: str, params: object) -> None:
    claimed = engine.claimed(queue, params=params)

    assert claimed.params == params
    assert type(claimed.params) is type(params)


def test_an_idempotency_key_makes_one_task(engine: Engine, queue: str) -> None:
    first = engine.spawned(queue, idempotency_key="order-1")
    second = engine.spawned(queue, idempotency_key="order-1")

    assert (second.task_id, second.run_id, second.created) == (first.task_id, first.run_id, False)


def test_an_idempotency_key_makes_one_task_in_a_partitioned_queue(engine: Engine) -> None:
    engine.run(queues.create("work", "partitioned"))
    first = engine.spawned("work", idempotency_key="order-1")

    assert engine.spawned("work", idempotency_key="order-1").task_id == first.task_id


def test_a_key_whose_task_is_gone_is_a_conflict_to_repeat(engine: Engine) -> None:
    engine.run(queues.create("work", "partitioned"))
    engine.spawned("work", idempotency_key="order-1")
    engine.sql("delete from absurd.t_work")  # what a cleanup does, seen half way

    with pytest.raises(IdempotencyConflict) as caught:
        engine.spawned("work", idempotency_key="order-1")
    assert caught.value.sqlstate == "40001"
    assert "order-1" not in str(caught.value)


def test_a_strategy_the_engine_does_not_know_is_refused(engine: Engine, queue: str) -> None:
    with pytest.raises(InvalidRetryStrategy) as caught:
        engine.spawned(queue, retry_strategy={"kind": "secret-kind"})
    assert caught.value.sqlstate == "AB003"
    assert "secret-kind" not in str(caught.value)

    with pytest.raises(InvalidRetryStrategy, match="base_seconds must be between 0 and 86400"):
        engine.spawned(queue, retry_strategy={"kind": "fixed", "base_seconds": -1})


def test_a_queue_that_is_not_there_takes_no_calls(engine: Engine, queue: str) -> None:
    task_id = uuid4()
    for statement in (
        tasks.spawn("nothing", "job"),
        tasks.claim("nothing", "w"),
        tasks.cancel("nothing", task_id),
        tasks.retry("nothing", task_id),
        tasks.result("nothing", task_id),
    ):
        with pytest.raises(QueueNotFound) as caught:
            engine.run(statement)
        assert (caught.value.queue, caught.value.sqlstate) == ("nothing", "42P01")


def test_claims_hand_out_the_oldest_first_and_each_once(engine: Engine, queue: str) -> None:
    spawned = []
    for _ in range(3):
        spawned.append(engine.spawned(queue).task_id)
        engine.advance(seconds=1)

    first = engine.run(tasks.claim(queue, "w", qty=2))
    rest = engine.run(tasks.claim(queue, "w", qty=2))
    assert [task.task_id for task in first + rest] == spawned


def test_an_expired_lease_makes_a_second_attempt(engine: Engine, queue: str) -> None:
    first = engine.claimed(queue)
    engine.advance(seconds=31)

    (second,) = engine.run(tasks.claim(queue, "w2", claim_timeout=30))
    assert (second.task_id, second.attempt) == (first.task_id, 2)
    assert second.run_id != first.run_id


def test_a_claim_without_a_lease_never_expires(engine: Engine, queue: str) -> None:
    engine.spawned(queue)
    engine.run(tasks.claim(queue, "w", claim_timeout=0))
    engine.advance(days=365)

    assert engine.run(tasks.claim(queue, "w2")) == []


def test_a_cancelled_task_is_not_handed_out(engine: Engine, queue: str) -> None:
    spawned = engine.spawned(queue)
    engine.run(tasks.cancel(queue, spawned.task_id))

    assert engine.run(tasks.claim(queue, "w")) == []
    assert engine.run(tasks.result(queue, spawned.task_id)).state == "cancelled"


def test_cancelling_a_finished_task_does_nothing(engine: Engine, queue: str) -> None:
    task = engine.claimed(queue)
    engine.run(runs.complete(queue, task.run_id, "done"))
    engine.run(tasks.cancel(queue, task.task_id))

    assert engine.run(tasks.result(queue, task.task_id)).state == "completed"


def test_a_task_that_waited_too_long_is_cancelled(engine: Engine, queue: str) -> None:
    spawned = engine.spawned(queue, cancellation=Cancellation(max_delay=60))
    engine.advance(seconds=60)
    engine.run(tasks.claim(queue, "w"))

    assert engine.run(tasks.result(queue, spawned.task_id)).state == "cancelled"


def test_a_task_that_took_too_long_is_cancelled(engine: Engine, queue: str) -> None:
    task = engine.claimed(queue, cancellation={"max_duration": 60})
    engine.advance(seconds=60)
    engine.run(tasks.claim(queue, "w"))

    assert engine.run(tasks.result(queue, task.task_id)).state == "cancelled"


def test_a_task_that_is_not_there_is_not_found(engine: Engine, queue: str) -> None:
    task_id = uuid4()
    for statement in (
        tasks.cancel(queue, task_id),
        tasks.retry(queue, task_id),
        tasks.retry(queue, task_id, spawn_new=True),
        tasks.result(queue, task_id),
    ):
        with pytest.raises(TaskNotFound) as caught:
            engine.run(statement)
        assert (caught.value.queue, caught.value.task_id) == (queue, task_id)
        assert caught.value.procedure == statement.name


def test_a_failed_task_is_retried_in_place(engine: Engine, queue: str) -> None:
    task_id = failed(engine, queue)
    retried = engine.run(tasks.retry(queue, task_id))

    assert (retried.task_id, retried.attempt, retried.created) == (task_id, 2, False)
    (claimed,) = engine.run(tasks.claim(queue, "w"))
    assert (claimed.run_id, claimed.max_attempts) == (retried.run_id, 2)


def test_a_failed_task_is_retried_as_a_copy(engine: Engine, queue: str) -> None:
    task_id = failed(engine, queue, params={"a": 1}, idempotency_key="k")
    retried = engine.run(tasks.retry(queue, task_id, spawn_new=True, max_attempts=9))

    assert (retried.attempt, retried.created) == (1, True)
    assert retried.task_id != task_id
    (claimed,) = engine.run(tasks.claim(queue, "w"))
    assert (claimed.params, claimed.max_attempts) == ({"a": 1}, 9)


def test_only_a_failed_task_is_retried(engine: Engine, queue: str) -> None:
    spawned = engine.spawned(queue)

    for spawn_new in (False, True):
        with pytest.raises(TaskNotFailed) as caught:
            engine.run(tasks.retry(queue, spawned.task_id, spawn_new=spawn_new))
        assert caught.value.task_id == spawned.task_id


def test_a_retry_needs_an_attempt_that_is_left(engine: Engine, queue: str) -> None:
    task_id = failed(engine, queue)

    with pytest.raises(InvalidArgument) as caught:
        engine.run(tasks.retry(queue, task_id, max_attempts=1))
    assert caught.value.argument == "max_attempts"


@pytest.mark.parametrize(
    ("result", "stored"), [(None, True), (SQL_NULL, False), ({"a": [1.25]}, True)]
)
def test_a_result_of_null_is_told_from_none(
    engine: Engine, queue: str, result: object, stored: bool
) -> None:
    task = engine.claimed(queue)
    engine.run(runs.complete(queue, task.run_id, result))

    ended = engine.run(tasks.result(queue, task.task_id))
    assert (ended.state, ended.has_result, ended.finished) == ("completed", stored, True)
    assert ended.result == (None if result is SQL_NULL else result)


def test_a_failed_task_says_why(engine: Engine, queue: str) -> None:
    ended = engine.run(tasks.result(queue, failed(engine, queue)))

    assert (ended.state, ended.failure_reason) == ("failed", {"name": "Oops", "message": "no"})


@pytest.mark.parametrize(
    "arguments",
    [
        {"task_name": " "},
        {"task_name": "nul\0"},
        {"queue": ""},
        {"queue": "é" * 29},
        {"params": float("nan")},
        {"params": {"deep": [float("inf")]}},
        {"params": Decimal("NaN")},
        {"params": b"bytes"},
        {"params": "nul\0"},
        {"params": ["half a pair \ud800"]},
        {"headers": ["no object"]},
        {"max_attempts": 0},
        {"max_attempts": 2**31},
        {"max_attempts": True},
        {"idempotency_key": ""},
        {"cancellation": {"max_delay": 1.5}},
        {"cancellation": {"max_delay": -1}},
        {"cancellation": {"when": 1}},
    ],
    ids=repr,
)
def test_a_spawn_nothing_could_accept_is_refused_unsent(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        tasks.spawn(**{"queue": "work", "task_name": "job", **arguments})
    assert caught.value.sqlstate is None


@pytest.mark.parametrize(
    "arguments", [{"worker_id": ""}, {"claim_timeout": -1}, {"claim_timeout": 0.5}, {"qty": 0}]
)
def test_a_claim_nothing_could_accept_is_refused_unsent(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        tasks.claim(**{"queue": "work", "worker_id": "w", **arguments})
    assert caught.value.argument == next(iter(arguments))


def test_an_id_that_is_none_is_refused_unsent() -> None:
    for statement in (tasks.cancel, tasks.retry, tasks.result):
        with pytest.raises(InvalidArgument, match="task_id is not a UUID"):
            statement("work", "42")
