"""Facts about queues from which it is told what needs somebody; each of bounded cost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from psycopg import sql

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.models.scope import sql_text
from absurd_dashboard.queries.failures import LONGEST_RUN
from absurd_dashboard.queries.queues import QueueSummary

#: Rows that a count looks at, and failed attempts; a count that meets the first means at least.
DEPTH, FAILED_DEPTH = 100, 10_000
#: A task that was put back untouched is deferred once it is so old.
_DEFERRED_AFTER = timedelta(minutes=5)
#: How long a claim may take to notice that a wait is over.
_GRACE = timedelta(seconds=30)
_LATELY, _BEFORE = timedelta(hours=1), timedelta(hours=24)
_EXAMPLES = 5
_BOUND = re.compile(r"TO \('([0-9a-f-]{36})'\)")


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What of one queue may need somebody.

    Attributes:
        expired_tasks: some of those whose lease has run out, the longest over first.
        deferred: tasks that were claimed and put back without anything saved.
        late_waits: runs whose wait has timed out and that nobody claimed since.
        failed_lately: attempts that failed in the last hour.
        failed_before: in the 24 hours before it.
        failed_oldest: the oldest of both that was looked at.
        oldest_finished: when the oldest tasks by id ended; None when none of them has.
        began_at: when the oldest task by id was spawned; None in an empty queue.
        cleanup_ttl: how long finished tasks are to be kept; None where the engine has no such.
    """

    summary: QueueSummary
    expired_tasks: list[UUID]
    deferred: int
    deferred_tasks: list[UUID] | None
    deferred_names: list[str] | None
    deferred_since: datetime | None
    late_waits: int
    late_wait_tasks: list[UUID] | None
    late_wait_since: datetime | None
    failed_lately: int
    failed_before: int
    failed_oldest: datetime | None
    oldest_finished: datetime | None
    cleanup_ttl: timedelta | None
    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class Partitions:
    """The partitions of a queue's table of tasks.

    Attributes:
        until: where the last one ends; None when there is none but the default one.
        default_rows: whether the default partition holds anything.
    """

    queue: str
    until: datetime | None
    default_rows: bool


def facts(access: Access, summaries: Sequence[QueueSummary]) -> list[QueueFacts]:
    """Read the facts of all queues in sight.

    Args:
        access: what the viewer may see.
        summaries: of the same queues.
    """
    rows = access.each_queue("attention", _parameters(access.now))
    found = {row.pop("queue_name"): row for row in rows}
    return [QueueFacts(each, **found[each.queue]) for each in summaries if each.queue in found]


def _parameters(now: datetime) -> dict[str, Any]:
    lately = now - _LATELY
    return {
        "now": now,
        "examples": _EXAMPLES,
        "depth": DEPTH,
        "failed_depth": FAILED_DEPTH,
        "deferred_before": now - _DEFERRED_AFTER,
        "late_before": now - _GRACE,
        "lately": lately,
        "before": lately - _BEFORE,
        "claimed_since": lately - _BEFORE - LONGEST_RUN,
    }


def partitions(access: Access) -> list[Partitions]:
    """The partitions of the queues that are wholly in sight and have any, by name."""
    names = {f"t_{scope.queue}": scope.queue for scope in access.scopes if scope.tenants is None}
    with connections[access.database].cursor() as cursor:
        cursor.execute(
            "select parent.relname, child.relname, pg_get_expr(child.relpartbound, child.oid),"
            "       has_table_privilege(child.oid, 'select')"
            "  from pg_class parent join pg_inherits on inhparent = parent.oid"
            "  join pg_class child on child.oid = inhrelid"
            " where parent.relnamespace = 'absurd'::regnamespace and parent.relkind = 'p'"
            "   and parent.relname = any(%s)",
            [list(names)],
        )
        found: dict[str, dict[str, str]] = {}
        for parent, child, bound, readable in cursor.fetchall():
            # A role that policies bind reads no partition, and cannot tell what is in one.
            known = readable or bound != "DEFAULT"
            found.setdefault(names[parent], {})[child] = bound if known else ""
    filled = _filled(access, [child for each in found.values() for child in _defaults(each)])
    return [
        Partitions(queue, _until(children), bool(filled.intersection(_defaults(children))))
        for queue, children in sorted(found.items())
    ]


def _defaults(children: dict[str, str]) -> list[str]:
    return [child for child, bound in children.items() if bound == "DEFAULT"]


def _until(children: dict[str, str]) -> datetime | None:
    ends = (found[1] for bound in children.values() if (found := _BOUND.search(bound)))
    moments = (ids.timestamp(UUID(end)) for end in ends)
    return max((moment for moment in moments if moment), default=None)


def _filled(access: Access, tables: Sequence[str]) -> set[str]:
    """Which of some tables of the engine hold anything."""
    if not tables:
        return set()
    arms = sql.SQL(" union all ").join(
        sql.SQL("select {} where exists (select from {})").format(
            sql.Literal(table), sql.Identifier("absurd", table)
        )
        for table in tables
    )
    with connections[access.database].cursor() as cursor:
        cursor.execute(sql_text(arms), {})
        return {table for (table,) in cursor.fetchall()}
