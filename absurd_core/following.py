"""Keeps workflow runs in step with their root tasks: the engine says how it stands with those."""

from __future__ import annotations

from uuid import UUID

from psycopg import sql

from absurd_core import arguments
from absurd_core.payloads import SQL_NULL, Json, SqlNull
from absurd_core.rows import each, nothing
from absurd_core.statements import Statement
from absurd_core.workflow_rows import Status, read_id, statement


def started(workflow_run_id: UUID, *, run_id: UUID, queue: str) -> Statement[None]:
    """Say that a worker took up the root task of a workflow run: updates ``workflow_run``.

    Unlike :func:`absurd_core.workflows.update` it also reopens one that failed or completed,
    since the engine hands out such a task only after somebody retried it. It does nothing to
    one that is cancelled, and nothing where none is recorded under this id.

    Args:
        workflow_run_id: which.
        run_id: the root task's run.
        queue: the root task's queue.

    Raises:
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    return statement(
        "started",
        {
            "workflow_run_id": workflow_run_id,
            "absurd_run_id": run_id,
            "absurd_queue": arguments.queue(queue).value,
        },
        nothing,
    )


def finished(
    workflow_run_id: UUID,
    status: Status,
    *,
    run_id: UUID,
    result: Json | SqlNull = SQL_NULL,
    error: Json | SqlNull = SQL_NULL,
) -> Statement[None]:
    """Say how the run that :func:`started` a workflow run ended it: updates ``workflow_run``.

    It does nothing if the workflow run is over, or another run has started it since.

    Args:
        workflow_run_id: which.
        status: completed, failed or cancelled.
        run_id: the root task's run.
        result: what it came to.
        error: why it failed.

    Raises:
        InvalidArgument: a value that cannot be stored.
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    return statement(
        "finished",
        {
            "workflow_run_id": workflow_run_id,
            "absurd_run_id": run_id,
            "status": arguments.choice("status", status, "completed", "failed", "cancelled").value,
            "result": arguments.payload("result", result).value,
            "error": arguments.payload("error", error).value,
        },
        nothing,
    )


def settle(queue: str) -> Statement[list[UUID]]:
    """End the open workflow runs of a queue whose root task is over.

    What no worker is there to tell: the root task was cancelled, or lost its last attempt with
    its worker. Updates ``workflow_run`` from the queue's tasks and runs.

    Args:
        queue: whose.

    Returns:
        The ids of the workflow runs that ended.

    Raises:
        QueueNotFound: no queue has this name.
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    name = arguments.queue(queue).value
    return statement(
        "settle",
        {"queue": name},
        each(read_id),
        runs=sql.Identifier(f"r_{name}"),
        tasks=sql.Identifier(f"t_{name}"),
    )
