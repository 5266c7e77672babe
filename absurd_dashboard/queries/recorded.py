"""Recorded workflow runs: the table workflow_run, where there is one, as far as in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connections
from psycopg import sql

from absurd_core.sqlfiles import read_sql
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models.scope import QueueScope, sql_text
from absurd_dashboard.payload import Json
from absurd_dashboard.redaction import Redactor

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A recorded workflow run.

    Attributes:
        root_run: a run of its root task, in ``root_queue``; None before it is taken up.
        task_count: how many tasks it is said to have.
    """

    workflow_run_id: UUID
    name: str
    version: str
    status: str
    hash: str | None
    created_by: str | None
    task_count: int | None
    root_run: UUID | None
    root_queue: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    tags: Json | None
    inputs: Json | None
    result: Json | None
    error: Json | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The workflow run that a page ends with."""

    created_at: datetime
    workflow_run_id: UUID

    def text(self) -> str:
        """For a URL, to the microsecond."""
        moment = self.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
        return f"{moment}_{self.workflow_run_id}"

    @classmethod
    def parse(cls, text: str | None) -> Cursor | None:
        """Read it back; None for anything else."""
        moment, _, key = (text or "").partition("_")
        try:
            naive = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f")  # noqa: DTZ007  UTC follows
            return cls(naive.replace(tzinfo=UTC), UUID(key))
        except ValueError:
            return None


def installed(access: Access) -> bool:
    """Whether the search path leads to a table of workflow runs that may be read."""
    with connections[access.database].cursor() as cursor:
        cursor.execute(
            "select coalesce(has_table_privilege(to_regclass('workflow_run'), 'select'), false)"
            " and to_regprocedure('workflow_run_schema_version()') is not null"
        )
        return bool(cursor.fetchone()[0])


def page(
    access: Access, *, name: str, status: str, after: Cursor | None, rows: int
) -> list[Record]:
    """Recorded workflow runs in sight, newest first, without inputs, result and error.

    Args:
        access: what the viewer may see.
        name: only of this name; empty for all.
        status: only of this status; empty for all.
        after: the last of the page before.
        rows: how many.
    """
    given = {
        "name": name or None,
        "status": status or None,
        "created_at": after.created_at if after else None,
        "after": after.workflow_run_id if after else None,
        "rows": rows,
    }
    return [_record(access, row) for row in _read(access, "workflow_runs", given)]


def one(access: Access, workflow_run_id: UUID, *, is_named: bool) -> Record | None:
    """One recorded workflow run with its payloads; None when it is out of sight or nowhere.

    Args:
        access: what the viewer may see.
        workflow_run_id: which.
        is_named: whether a task in sight names it; that is enough as long as nobody knows in
            which queue its root task is.
    """
    given = {
        "workflow_run_id": workflow_run_id,
        "is_named": is_named,
        "preview": dashboard_settings().payload_preview,
    }
    rows = _read(access, "workflow_run", given)
    return _record(access, rows[0]) if rows else None


def _read(access: Access, name: str, parameters: Mapping[str, Any]) -> list[Row]:
    visible = sql.SQL(sql_text(_visible(access)))
    query = sql.SQL(read_sql(f"dashboard/{name}")).format(visible=visible)
    with connections[access.database].cursor() as cursor:
        cursor.execute(query.as_string(None), parameters)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _visible(access: Access) -> sql.Composable:
    """Which rows are in sight: those whose root task is.

    Tasks further down are not asked, as anybody who may spawn can write a header.
    """
    if _sees_everything(access):
        return sql.SQL("true")
    whole = [scope.queue for scope in access.scopes if scope.tenants is None]
    parts: list[sql.Composable] = [sql.SQL("absurd_queue = any({})").format(sql.Literal(whole))]
    parts += [_root_in(scope) for scope in access.scopes if scope.tenants is not None]
    return sql.SQL("({})").format(sql.SQL(" or ").join(parts))


def _root_in(scope: QueueScope) -> sql.Composable:
    return sql.SQL(
        "absurd_queue = {} and exists (select from {} r where r.run_id = w.absurd_run_id)"
    ).format(sql.Literal(scope.queue), scope.relation("r"))


def _sees_everything(access: Access) -> bool:
    if access.tenant is not None or any(scope.tenants is not None for scope in access.scopes):
        return False
    with connections[access.database].cursor() as cursor:
        cursor.execute("select count(*) from absurd.queues")
        return bool(cursor.fetchone()[0] == len(access.scopes))


def _record(access: Access, row: Row) -> Record:
    # Its payloads may have been any of its tasks': every rule counts.
    redactor = Redactor(access.redactions)
    return Record(
        workflow_run_id=row["workflow_run_id"],
        name=row["workflow_name"],
        version=row["workflow_version"],
        status=row["status"],
        hash=row.get("workflow_hash"),
        created_by=row["created_by"],
        task_count=row["task_count"],
        root_run=row.get("absurd_run_id"),
        root_queue=row.get("absurd_queue"),
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        **{part: _json(redactor, row, part) for part in ("tags", "inputs", "result", "error")},
    )


def _json(redactor: Redactor, row: Row, part: str) -> Json | None:
    return Json.of(redactor, row.get(f"{part}_text"), row.get(f"{part}_size"))
