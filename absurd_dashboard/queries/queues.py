"""Queues: what is open in each, what failed lately, and how each is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections

from absurd_dashboard.access import Access

#: What "failed" on the overview looks back over.
FAILED_WITHIN = timedelta(hours=24)
# The index that finds failures is ordered by claim, which comes before the failure.
_LONGEST_RUN = timedelta(hours=24)


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
    """

    queue: str
    pending: int
    running: int
    sleeping: int
    failed: int
    expired: int
    workers: int
    oldest_due: datetime | None

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


def summaries(access: Access, queue: str | None = None) -> list[QueueSummary]:
    """Every queue in sight, or one; by name."""
    rows = access.each_queue(
        "overview",
        {
            "now": access.now,
            "failed_since": access.now - FAILED_WITHIN,
            "claimed_since": access.now - FAILED_WITHIN - _LONGEST_RUN,
        },
        queues=None if queue is None else [queue],
    )
    found = [QueueSummary(queue=row.pop("queue_name"), **row) for row in rows]
    return sorted(found, key=lambda summary: summary.queue)


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
