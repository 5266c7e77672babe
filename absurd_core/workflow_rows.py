"""Statements on the table workflow_run, and what their rows become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar
from uuid import UUID

from psycopg import sql

from absurd_core.errors import IllegalTransition, WorkflowRunNotFound
from absurd_core.rows import utc
from absurd_core.sqlfiles import read_sql
from absurd_core.statements import Row, Statement

T = TypeVar("T")

Status = Literal["pending", "running", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class WorkflowRunSummary:
    """A workflow run without its payloads, as lists show it."""

    workflow_run_id: UUID
    workflow_name: str
    workflow_version: str
    workflow_hash: str | None
    status: Status
    absurd_run_id: UUID | None
    absurd_queue: str | None
    created_by: str | None
    tags: Mapping[str, Any] | None
    task_count: int | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkflowRun(WorkflowRunSummary):
    """A workflow run. ``absurd_run_id`` is a run of its root task, in ``absurd_queue``."""

    inputs: Any
    result: Any
    error: Any


class Cursor(NamedTuple):
    """The workflow run that a page starts after."""

    created_at: datetime
    workflow_run_id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Some workflow runs, newest first, and where the next page starts; None after the last."""

    runs: Sequence[WorkflowRunSummary]
    next: Cursor | None


def statement(
    name: str,
    parameters: Mapping[str, Any],
    read: Callable[[Sequence[Row]], T],
    **parts: sql.Composable,
) -> Statement[T]:
    """The statement in ``sql/workflows/<name>.sql``, with its parts filled in."""
    return Statement(
        name=f"workflows.{name}",
        query=sql.SQL(read_sql(f"workflows/{name}")).format(**parts),
        parameters=parameters,
        read=read,
        about={"table": "the table workflow_run", "queue": parameters.get("queue")},
        repeatable=True,
    )


def read_id(row: Row) -> UUID:
    """The workflow run's id in a row."""
    found: UUID = row["workflow_run_id"]
    return found


def read_one(rows: Sequence[Row], workflow_run_id: UUID) -> WorkflowRun:
    """The workflow run, or WorkflowRunNotFound without a row."""
    if not rows:
        raise WorkflowRunNotFound(workflow_run_id=workflow_run_id)
    return _read(WorkflowRun, rows[0])


def read_updated(rows: Sequence[Row], workflow_run_id: UUID, wanted: str | None) -> WorkflowRun:
    """The workflow run after an update; an error says why there was none."""
    if rows and not rows[0]["is_changed"]:
        raise IllegalTransition(
            workflow_run_id=workflow_run_id, current=rows[0]["status_before"], wanted=wanted
        )
    return read_one(rows, workflow_run_id)


def read_page(rows: Sequence[Row], limit: int) -> Page:
    """A page of rows, of which one more than the limit was asked for."""
    runs = [_read(WorkflowRunSummary, row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(runs, Cursor(runs[-1].created_at, runs[-1].workflow_run_id) if more else None)


_Summary = TypeVar("_Summary", bound=WorkflowRunSummary)


def _read(cls: type[_Summary], row: Row) -> _Summary:
    values = {field.name: row[field.name] for field in fields(cls)}
    times = {name: utc(row[name]) for name in ("created_at", "started_at", "completed_at")}
    return cls(**{**values, **times})
