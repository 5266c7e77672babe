"""Calls about tasks: spawning, claiming, cancelling, retrying them, and asking how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal
from uuid import UUID

from absurd_core import arguments, rows
from absurd_core.cancellation import Cancellation, cancellation_json
from absurd_core.errors import InvalidArgument, TaskNotFound
from absurd_core.payloads import Json
from absurd_core.retry import RetryStrategy, retry_json
from absurd_core.statements import Row, Statement, call

State = Literal["pending", "running", "sleeping", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Spawned:
    """A task that was spawned, found by its idempotency key, or retried.

    Attributes:
        task_id: the task.
        run_id: its newest run.
        attempt: that run's number, from 1.
        created: False when the task was there before.
    """

    task_id: UUID
    run_id: UUID
    attempt: int
    created: bool


@dataclass(frozen=True, slots=True)
class ClaimedTask:
    """A run handed to a worker, with what it needs to work on the task.

    Attributes:
        run_id: the run that was claimed.
        task_id: its task.
        attempt: the run's number, from 1.
        task_name: which code is to run.
        params: what it was spawned with.
        retry_strategy: as stored; None for none.
        max_attempts: None for no limit.
        headers: as stored; None for none.
        wake_event: the event whose wait timed out; None otherwise.
        event_payload: the payload of the event that woke the run; None otherwise.
    """

    run_id: UUID
    task_id: UUID
    attempt: int
    task_name: str
    params: Any
    retry_strategy: Any
    max_attempts: int | None
    headers: Any
    wake_event: str | None
    event_payload: Any


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A task's state, and how it ended if it has.

    Attributes:
        task_id: the task.
        state: pending, running, sleeping, completed, failed or cancelled.
        result: what a completed task returned; None otherwise.
        failure_reason: why the last run of a failed task failed; None otherwise.
        has_result: False when no result is stored; it tells that from a stored JSON ``null``.
    """

    task_id: UUID
    state: State
    result: Any
    failure_reason: Any
    has_result: bool

    @property
    def finished(self) -> bool:
        """True when the task will not move by itself any more."""
        return self.state in ("completed", "failed", "cancelled")


def spawn(
    queue: str,
    task_name: str,
    params: Json = None,
    *,
    headers: Mapping[str, Json] | None = None,
    retry_strategy: RetryStrategy | Mapping[str, Any] | None = None,
    max_attempts: int | None = None,
    cancellation: Cancellation | Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Statement[Spawned]:
    """Spawn a task. Calls ``absurd.spawn_task``.

    Args:
        queue: where.
        task_name: which code is to run.
        params: any JSON value; the engine stores JSON ``null`` for none.
        headers: a JSON object that travels with the task.
        retry_strategy: when to try again; a mapping is one as the engine stores it.
        max_attempts: at least 1; None for no limit.
        cancellation: when to give up; a mapping is one as the engine stores it.
        idempotency_key: a second spawn with the same key in the same queue returns the first's
            task and creates nothing.

    Returns:
        The task and its newest run; ``created`` says whether it is new.

    Raises:
        InvalidArgument: an argument is not acceptable.
        InvalidRetryStrategy: the mapping is not a retry strategy (engines from 0.5 on say so).
        QueueNotFound: there is no such queue.
        PartitionMissing: the queue has no partition for now, and no default one.
        IdempotencyConflict: the key's former task was being cleaned up; :class:`Client` repeats
            the call by itself.
    """
    options = {
        "headers": _object("headers", headers),
        "retry_strategy": None if retry_strategy is None else retry_json(retry_strategy),
        "max_attempts": _attempts(max_attempts),
        "cancellation": None if cancellation is None else cancellation_json(cancellation),
        "idempotency_key": _key(idempotency_key),
    }
    return call(
        "spawn_task",
        arguments.queue(queue),
        arguments.name("task_name", task_name),
        arguments.payload("params", params),
        arguments.payload("options", _given(options)),
        read=rows.only(_spawned),
        repeatable=idempotency_key is not None,
    )


def claim(
    queue: str, worker_id: str, claim_timeout: int | timedelta = 30, qty: int = 1
) -> Statement[list[ClaimedTask]]:
    """Claim runs that are due, oldest first. Calls ``absurd.claim_task``.

    Cancels tasks past their limits and fails runs with expired leases on the way, as many of
    these as ``qty`` at most.

    Args:
        queue: where.
        worker_id: who claims; shown to operators.
        claim_timeout: the lease in whole seconds; 0 for one that never expires.
        qty: how many runs at most, at least 1.

    Returns:
        The runs, now running; none when nothing is due.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
    """
    return call(
        "claim_task",
        arguments.queue(queue),
        arguments.name("worker_id", worker_id),
        arguments.seconds("claim_timeout", claim_timeout),
        arguments.whole_number("qty", qty, least=1),
        read=rows.each(_claimed),
    )


def cancel(queue: str, task_id: UUID | str) -> Statement[None]:
    """Cancel a task; nothing happens to a finished one. Calls ``absurd.cancel_task``.

    A worker in the middle of it learns of it at its next checkpoint or heartbeat.

    Args:
        queue: the task's queue.
        task_id: the task.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        TaskNotFound: the queue has no such task.
    """
    return call(
        "cancel_task",
        arguments.queue(queue),
        arguments.identifier("task_id", task_id),
        read=rows.nothing,
        repeatable=True,
    )


def retry(
    queue: str, task_id: UUID | str, *, spawn_new: bool = False, max_attempts: int | None = None
) -> Statement[Spawned]:
    """Retry a failed task, in place or as a copy. Calls ``absurd.retry_task``.

    Args:
        queue: the task's queue.
        task_id: the task.
        spawn_new: spawn a new task with the same inputs, except for the idempotency key.
        max_attempts: in place, one more than now by default, and more than the attempts made so
            far; for a copy, the original's by default.

    Returns:
        The retried task and its new run, or the copy and its first (``created``).

    Raises:
        InvalidArgument: an argument is not acceptable, or ``max_attempts`` is used up already.
        QueueNotFound: there is no such queue.
        TaskNotFound: the queue has no such task.
        TaskNotFailed: it is not failed.
    """
    options = {"spawn_new": spawn_new, "max_attempts": _attempts(max_attempts)}
    return call(
        "retry_task",
        arguments.queue(queue),
        arguments.identifier("task_id", task_id),
        arguments.payload("options", _given(options)),
        read=rows.only(_spawned),
    )


def result(queue: str, task_id: UUID | str) -> Statement[TaskResult]:
    """Ask for a task's state, and its result or failure. Calls ``absurd.get_task_result``.

    Args:
        queue: the task's queue.
        task_id: the task.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        TaskNotFound: the queue has no such task.
        SchemaTooOld: an engine before 0.3.
    """
    task = arguments.identifier("task_id", task_id)
    return call(
        "get_task_result",
        arguments.queue(queue),
        task,
        columns="*, result is not null as has_result",
        read=rows.required(_result, partial(TaskNotFound, queue=queue, task_id=task.value)),
        repeatable=True,
    )


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def _object(name: str, value: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
    if value is not None and not isinstance(value, Mapping):
        raise InvalidArgument(argument=name, problem="is not a mapping")
    arguments.payload(name, value)
    return value


def _attempts(value: int | None) -> int | None:
    if value is None:
        return None
    attempts: int = arguments.whole_number("max_attempts", value, least=1).value
    return attempts


def _key(value: str | None) -> str | None:
    return None if value is None else str(arguments.name("idempotency_key", value).value)


def _spawned(row: Row) -> Spawned:
    return Spawned(row["task_id"], row["run_id"], row["attempt"], row["created"])


def _claimed(row: Row) -> ClaimedTask:
    return ClaimedTask(**row)


def _result(row: Row) -> TaskResult:
    return TaskResult(**row)
