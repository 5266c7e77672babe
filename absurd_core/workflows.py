"""Records workflow runs, which the engine itself has no notion of, in the table workflow_run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from psycopg import sql

from absurd_core import arguments
from absurd_core.errors import InvalidArgument
from absurd_core.payloads import SQL_NULL, Json, SqlNull
from absurd_core.rows import only
from absurd_core.statements import Statement
from absurd_core.workflow_rows import (
    Cursor,
    Page,
    Status,
    WorkflowRun,
    read_id,
    read_one,
    read_page,
    read_updated,
    statement,
)

#: A status, and those a workflow run may have before it. Completed, failed and cancelled are final.
FOLLOWS: Mapping[Status, tuple[Status, ...]] = {
    "pending": ("pending",),
    "running": ("pending", "running"),
    "completed": ("running",),
    "failed": ("pending", "running"),
    "cancelled": ("pending", "running"),
}


def create(
    workflow_name: str,
    workflow_version: str,
    *,
    inputs: Json | SqlNull = SQL_NULL,
    workflow_run_id: UUID | None = None,
    workflow_hash: str | None = None,
    absurd_run_id: UUID | None = None,
    absurd_queue: str | None = None,
    created_by: str | None = None,
    tags: Mapping[str, Json] | None = None,
) -> Statement[UUID]:
    """Record a pending workflow run: inserts into ``workflow_run``.

    Args:
        workflow_name: lower-case letters, digits and single underscores; starts with a letter.
        workflow_version: letters, digits, ``.``, ``-`` and single underscores.
        inputs: what the workflow was started with.
        workflow_run_id: its id; a random one by default.
        workflow_hash: a hash of the workflow's definition.
        absurd_run_id: a run of its root task, if that is spawned already.
        absurd_queue: the root task's queue.
        created_by: who started it.
        tags: a JSON object to find it by.

    Returns:
        The id, for the header ``workflow_run_id`` of its tasks.

    Raises:
        InvalidArgument: a name, version or value that cannot be stored.
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    return statement(
        "create",
        {
            "workflow_run_id": workflow_run_id,
            "workflow_name": _matching(_NAME, "workflow_name", workflow_name),
            "workflow_version": _matching(_VERSION, "workflow_version", workflow_version),
            "workflow_hash": workflow_hash,
            "absurd_run_id": absurd_run_id,
            "absurd_queue": arguments.optional_queue(absurd_queue).value,
            "inputs": arguments.payload("inputs", inputs).value,
            "created_by": created_by,
            "tags": _tags(tags),
        },
        only(read_id),
    )


def update(
    workflow_run_id: UUID,
    status: Status | None = None,
    *,
    result: Json | SqlNull = SQL_NULL,
    error: Json | SqlNull = SQL_NULL,
    started_at: datetime | None = None,
    completed_at: datetime | None = None,
    task_count: int | None = None,
) -> Statement[WorkflowRun]:
    """Change what is given of a workflow run: updates ``workflow_run``.

    Args:
        workflow_run_id: which.
        status: its new status; see :data:`FOLLOWS`.
        result: what it came to.
        error: why it failed.
        started_at: by default the server's time when it becomes running.
        completed_at: by default the server's time when it ends.
        task_count: how many tasks it has.

    Returns:
        The workflow run as it is now.

    Raises:
        WorkflowRunNotFound: there is none with this id.
        IllegalTransition: its present status does not lead to the new one.
        InvalidArgument: a status that does not exist, or a value that cannot be stored.
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    return statement(
        "update",
        {
            "workflow_run_id": workflow_run_id,
            "status": _status(status),
            "allowed": list(FOLLOWS if status is None else FOLLOWS[status]),
            "result": arguments.payload("result", result).value,
            "error": arguments.payload("error", error).value,
            "started_at": arguments.optional_instant("started_at", started_at).value,
            "completed_at": arguments.optional_instant("completed_at", completed_at).value,
            "task_count": _task_count(task_count),
        },
        lambda rows: read_updated(rows, workflow_run_id, status),
    )


def get(workflow_run_id: UUID) -> Statement[WorkflowRun]:
    """Read one workflow run with its payloads from ``workflow_run``.

    Args:
        workflow_run_id: which.

    Raises:
        WorkflowRunNotFound: there is none with this id.
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    return statement(
        "get",
        {"workflow_run_id": workflow_run_id},
        lambda rows: read_one(rows, workflow_run_id),
    )


def page(
    *,
    workflow_name: str | None = None,
    status: Status | None = None,
    tags: Mapping[str, Json] | None = None,
    after: Cursor | None = None,
    limit: int = 50,
) -> Statement[Page]:
    """Read workflow runs, newest first, from ``workflow_run``.

    Args:
        workflow_name: only those of this name.
        status: only those of this status.
        tags: only those whose tags contain these.
        after: the cursor that the page before this one ended with.
        limit: rows of a page, at least one.

    Raises:
        InvalidArgument: a status that does not exist, or a limit below one.
        SchemaMissing: there is no ``workflow_run`` on the search path.
    """
    rows = arguments.whole_number("limit", limit, least=1).value
    values = {
        "workflow_name": workflow_name,
        "status": _status(status),
        "tags": _tags(tags),
        "created_at": after and after.created_at,
        "workflow_run_id": after and after.workflow_run_id,
    }
    # Only the conditions that are asked for are written, so that each keeps its index.
    conditions = [sql.SQL(text) for name, text in _CONDITIONS.items() if values[name] is not None]
    return statement(
        "page",
        {**values, "rows": rows + 1},
        lambda found: read_page(found, rows),
        conditions=sql.SQL(" and ").join([sql.SQL("true"), *conditions]),
    )


_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"[a-zA-Z0-9._-]+")

_CONDITIONS = {
    "workflow_name": "workflow_name = %(workflow_name)s",
    "status": "status = %(status)s",
    "tags": "tags @> %(tags)s::jsonb",
    "created_at": "(created_at, workflow_run_id) < (%(created_at)s, %(workflow_run_id)s)",
}


def _matching(pattern: re.Pattern[str], argument: str, value: str) -> str:
    if not isinstance(value, str) or "__" in value or not pattern.fullmatch(value):
        problem = f'must match ^{pattern.pattern}$ without "__"'
        raise InvalidArgument(argument=argument, problem=problem)
    return value


def _status(value: Status | None) -> str | None:
    return None if value is None else str(arguments.choice("status", value, *FOLLOWS).value)


def _tags(value: Mapping[str, Json] | None) -> str | None:
    return None if value is None else str(arguments.payload("tags", value).value)


def _task_count(value: int | None) -> int | None:
    return None if value is None else int(arguments.whole_number("task_count", value).value)
