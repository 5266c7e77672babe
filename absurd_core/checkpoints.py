"""Calls about checkpoints: the saved results of a task's steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from absurd_core import arguments, rows
from absurd_core.payloads import Json, SqlNull
from absurd_core.statements import Row, Statement, call

#: A time that Python can't hold becomes none rather than an error.
_COLUMNS = """
    checkpoint_name, state, status, owner_run_id, state is not null as has_state,
    case when isfinite(updated_at) then updated_at end as updated_at"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The saved result of a step.

    Attributes:
        name: the step's name.
        state: what was saved.
        status: ``committed``.
        owner_run_id: the run that saved it.
        updated_at: when.
        has_state: False when no value is stored; it tells that from a stored JSON ``null``.
    """

    name: str
    state: Any
    status: str
    owner_run_id: UUID | None
    updated_at: datetime | None
    has_state: bool


def set(  # noqa: A001  the module is the noun: checkpoints.set
    queue: str,
    task_id: UUID | str,
    step_name: str,
    state: Json | SqlNull,
    owner_run: UUID | str,
    extend_claim_by: int | timedelta | None = None,
) -> Statement[None]:
    """Save a step's result. Calls ``absurd.set_task_checkpoint_state``.

    What a later attempt has saved under the same name is kept.

    Args:
        queue: the task's queue.
        task_id: the task.
        step_name: the step.
        state: any JSON value; None stores JSON ``null``, ``SQL_NULL`` no value (``await_event``
            takes that for no checkpoint).
        owner_run: the run that saves it.
        extend_claim_by: also let the run's lease end this many whole seconds from now.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotFound: the queue has no such run.
        TaskCancelled: the task was cancelled meanwhile.
        RunAlreadyFailed: the run has failed, for example because its lease expired.
    """
    run = arguments.identifier("run_id", owner_run)
    return call(
        "set_task_checkpoint_state",
        arguments.queue(queue),
        arguments.identifier("task_id", task_id),
        arguments.name("step_name", step_name),
        arguments.payload("state", state),
        run,
        arguments.optional_seconds("extend_claim_by", extend_claim_by),
        read=rows.nothing,
        repeatable=True,
    )


def get(
    queue: str,
    task_id: UUID | str,
    step_name: str,
    include_pending: bool = False,
) -> Statement[Checkpoint | None]:
    """Look one checkpoint up. Calls ``absurd.get_task_checkpoint_state``.

    Args:
        queue: the task's queue.
        task_id: the task.
        step_name: the step.
        include_pending: also return one that is not committed.

    Returns:
        The checkpoint, or None if the task has none of this name, or there is no such task.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
    """
    return call(
        "get_task_checkpoint_state",
        arguments.queue(queue),
        arguments.identifier("task_id", task_id),
        arguments.name("step_name", step_name),
        arguments.flag("include_pending", include_pending),
        columns=_COLUMNS,
        read=rows.maybe(_checkpoint),
        repeatable=True,
    )


def for_run(queue: str, task_id: UUID | str, run_id: UUID | str) -> Statement[list[Checkpoint]]:
    """List what a run may build on. Calls ``absurd.get_task_checkpoint_states``.

    Args:
        queue: the task's queue.
        task_id: the task.
        run_id: one of its runs; what later attempts have saved is left out.

    Returns:
        The checkpoints, oldest first.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotFound: the queue has no such run.
        RunOfAnotherTask: the run belongs to another task.
    """
    return call(
        "get_task_checkpoint_states",
        arguments.queue(queue),
        arguments.identifier("task_id", task_id),
        arguments.identifier("run_id", run_id),
        columns=_COLUMNS,
        read=rows.each(_checkpoint),
        repeatable=True,
    )


def _checkpoint(row: Row) -> Checkpoint:
    return Checkpoint(
        name=row["checkpoint_name"],
        state=row["state"],
        status=row["status"],
        owner_run_id=row["owner_run_id"],
        updated_at=rows.utc(row["updated_at"]),
        has_state=row["has_state"],
    )
