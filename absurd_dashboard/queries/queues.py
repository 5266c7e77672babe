"""Queues: what is open in each, what failed lately, and how each is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connections

from absurd_dashboard.access import Access, Row
from absurd_dashboard.display import Count, Precision

if TYPE_CHECKING:
    from absurd_dashboard.queries.pace import Pace

#: What "failed" on the overview looks back over.
FAILED_WITHIN = timedelta(hours=24)
# The index that finds failures is ordered by claim, which comes before the failure.
_LONGEST_RUN = timedelta(hours=24)
#: Where counting stops: runs of one state, claims, and failed attempts whose tasks are looked at.
MOST, CLAIMS, LOOKED = 10_000, 1_000, 1_000


_COUNTED = ("pending", "running", "sleeping", "failed", "expired", "workers")


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """What goes on in a queue.

    Attributes:
        pending: runs ready to be claimed.
        running: runs that a worker holds, dead leases among them.
        sleeping: runs that wait for a time or an event.
        failed: tasks that failed for good in the last 24 hours.
        expired: running ones whose lease has run out: their worker is gone.
        workers: distinct workers that hold a live claim.
        oldest_due: since when the run that is due longest waits for a worker; None when none is.
        at_least: names of the numbers above where counting stopped.
        estimated: names of the numbers above that a sample stands for.
        pace: its last hour, where that was read.
    """

    queue: str
    pending: int
    running: int
    sleeping: int
    failed: int
    expired: int
    workers: int
    oldest_due: datetime | None
    at_least: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    pace: Pace | None = None

    @property
    def counts(self) -> dict[str, Count]:
        """Its numbers by name, each with how it was come by."""
        return {name: self._count(name) for name in _COUNTED}

    def _count(self, name: str) -> Count:
        value: int = getattr(self, name)
        if name in self.at_least:
            return Count(value, Precision.CAPPED)
        return Count.estimated(value) if name in self.estimated else Count(value)

    @property
    def nobody_works(self) -> bool:
        """Whether work is due and no worker holds anything here."""
        return self.oldest_due is not None and self.workers == 0


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """How a queue is stored and cleaned; None where the engine's version does not say.

    Attributes:
        cleanup_ttl: how long finished tasks are kept, as PostgreSQL prints the interval.
    """

    queue: str
    created_at: datetime | None
    storage_mode: str | None
    default_partition: str | None
    partition_lookahead: str | None
    partition_lookback: str | None
    cleanup_ttl: str | None
    cleanup_limit: int | None
    detach_mode: str | None
    detach_min_age: str | None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty in a queue: how many claims there are, up to :data:`MOST`; and whether work is
    due and nobody holds any, which is ``idle``."""

    queue: str
    running: int
    idle: bool


def duties(access: Access) -> list[Duty]:
    """Every queue in sight, for a part of what :func:`summaries` costs; by name."""
    given = {"now": access.now, "most": MOST, "claims": CLAIMS}
    rows = access.each_queue("duty", given, tail="order by queue_name")
    return [Duty(row["queue_name"], row["running"], row["idle"]) for row in rows]


def summaries(
    access: Access, queues: Iterable[str] | None = None, *, exact: bool = False
) -> list[QueueSummary]:
    """Every queue in sight, or some; by name.

    Args:
        access: what the viewer may see.
        queues: these alone.
        exact: count to the end, however long that takes.
    """
    rows = access.each_queue(
        "overview",
        {
            "now": access.now,
            "failed_since": access.now - FAILED_WITHIN,
            "claimed_since": access.now - FAILED_WITHIN - _LONGEST_RUN,
            "most": None if exact else MOST,
            "claims": None if exact else CLAIMS,
            "looked": None if exact else LOOKED,
        },
        queues=queues,
    )
    found = [_summary(row, exact) for row in rows]
    return sorted(found, key=lambda summary: summary.queue)


def _summary(row: Row, exact: bool) -> QueueSummary:
    """A queue's numbers, each that met its limit marked as what it is."""
    looked, read, runs = (row.pop(f"failed_{name}") for name in ("looked", "read", "runs"))
    limits = dict.fromkeys(_COUNTED, MOST) | {"expired": CLAIMS, "workers": MOST}
    at_least = [name for name, limit in limits.items() if not exact and row[name] >= limit]
    if not exact and row["running"] >= CLAIMS:  # only the newest claims were asked who made them
        at_least.append("workers")
    estimated: tuple[str, ...] = ()
    if not exact and read >= LOOKED:
        row["failed"] = round(row["failed"] / max(looked, 1) * max(runs, looked))
        at_least, estimated = (
            ([*at_least, "failed"], ()) if runs >= MOST else (at_least, ("failed",))
        )
    return QueueSummary(
        queue=row.pop("queue_name"), **row, at_least=tuple(at_least), estimated=estimated
    )


def policies(access: Access) -> dict[str, QueuePolicy]:
    """The policy of every queue in sight, by name."""
    # As JSON, because the columns differ between versions of the engine.
    statement = """
        select q.queue_name, q.created_at, to_jsonb(q)->>'storage_mode',
               to_jsonb(q)->>'default_partition', to_jsonb(q)->>'partition_lookahead',
               to_jsonb(q)->>'partition_lookback', to_jsonb(q)->>'cleanup_ttl',
               (to_jsonb(q)->>'cleanup_limit')::integer, to_jsonb(q)->>'detach_mode',
               to_jsonb(q)->>'detach_min_age'
          from absurd.queues q where q.queue_name = any(%s)"""
    with connections[access.database].cursor() as cursor:
        cursor.execute(statement, [list(access.queue_names)])
        return {row[0]: QueuePolicy(*row) for row in cursor.fetchall()}
