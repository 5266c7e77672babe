"""What maintenance of a queue would do: what is old, which partitions there are, which jobs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction

from absurd_core import maintenance, queues
from absurd_core.maintenance import DetachCandidate
from absurd_core.queues import QueuePolicy
from absurd_core.statements import run
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import translated
from absurd_dashboard.errors import QueryTimedOut
from absurd_dashboard.models.scope import PREFIXES

#: Counting what is old stops after this, so that the page comes in any case.
COUNTING = timedelta(seconds=2)
_PARTITIONS = 200

_PARTITION_QUERY = """
select child.relname, found[1]::uuid, found[2]::uuid, child.reltuples
  from pg_inherits
  join pg_class child on child.oid = inhrelid
  cross join lateral regexp_match(
         pg_get_expr(child.relpartbound, child.oid), $$FROM \\('(.*)'\\) TO \\('(.*)'\\)$$) as found
 where inhparent = to_regclass(format('absurd.%%I', 't_' || %s::text))
 order by found[1]
 limit %s
"""
_BOUNDS = """
select name, absurd.uuidv7_timestamp(lower), absurd.uuidv7_timestamp(upper), rows
  from ({}) as part (name, lower, upper, rows)
"""
_ALL_TABLES = """
select count(*) from pg_inherits
 where inhparent in (select to_regclass(format('absurd.%%I', kind || '_' || %s::text))
                       from unnest(array['t', 'r', 'c', 'w']) kind)
"""
_READABLE = """
select coalesce(has_table_privilege(to_regclass('cron.job'), 'select'), false)
"""
_JOBS = "select jobname, schedule from cron.job where jobname ~ %s order by jobname limit 100"


@dataclass(frozen=True, slots=True)
class Due:
    """What a cleanup would delete, all batches together.

    Attributes:
        markers: rows that the engine keeps for events that were awaited and never came.
        limit: how many tasks, and how many events, one batch deletes at most.
    """

    tasks: int
    events: int
    markers: int
    limit: int


@dataclass(frozen=True, slots=True)
class Partition:
    """A week's partition of a queue's tasks; its other tables have one alike.

    Attributes:
        since: None for the default partition, which takes what no other does.
        rows: estimated by the database; None before it has.
    """

    name: str
    since: datetime | None
    until: datetime | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """A pg_cron job of the queue's, or of all queues together."""

    name: str
    schedule: str


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Everything about a queue's maintenance.

    Attributes:
        policy: None on an engine that has none, before 0.4.
        due: None where it could not be counted in time.
        cron: whether pg_cron is there.
    """

    policy: QueuePolicy | None
    due: Due | None
    partitions: tuple[Partition, ...]
    candidates: tuple[DetachCandidate, ...]
    cron: bool
    jobs: tuple[Job, ...]
    open: int


def upkeep(access: Access, queue: str) -> Upkeep:
    """Read it, inside a page's snapshot."""
    policy = _policy(access, queue)
    parted = policy is not None and policy.storage_mode == "partitioned"
    jobs = _jobs(access, queue)
    return Upkeep(
        policy=policy,
        due=_due(access, policy) if policy else None,
        partitions=_partitions(access, queue) if parted else (),
        candidates=_candidates(access, queue) if parted else (),
        cron=jobs is not None,
        jobs=jobs or (),
        open=open_tasks(access, queue),
    )


def open_tasks(access: Access, queue: str) -> int:
    """How many tasks of a queue are not finished, exactly."""
    (found,) = access.each_queue("open_runs", {}, queues=[queue])
    return int(found["open"])


def partition_count(access: Access, queue: str) -> int:
    """Partitions of all the queue's tables."""
    ((count,),) = _rows(access, _ALL_TABLES, queue)
    return int(count)


def exists(access: Access, queue: str) -> bool:
    """Whether there is such a queue; holds it until the transaction ends."""
    query = "select 1 from absurd.queues where queue_name = %s for update"
    return bool(_rows(access, query, queue))


def tables_taken(access: Access, queue: str) -> bool:
    """Whether a table of the queue's name exists without it: a partition of another queue's.

    The engine would take such a table for the new queue's own, with all that is in it.
    """
    names = [f"{prefix}_{queue}" for prefix in (*PREFIXES, "i")]
    query = """
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'absurd' and c.relname::text = any(%s) limit 1"""
    return bool(_rows(access, query, names))


def _policy(access: Access, queue: str) -> QueuePolicy | None:
    query = "select to_regproc('absurd.get_queue_policy') is not null"
    ((known,),) = _rows(access, query)
    return run(connections[access.database], queues.policy(queue)) if known else None


def _due(access: Access, policy: QueuePolicy) -> Due | None:
    """Count with a limit of its own on time, which leaves the page's transaction whole."""
    before = access.now - timedelta(seconds=policy.cleanup_ttl // timedelta(seconds=1))
    limits = COUNTING, dashboard_settings().statement_timeout
    try:
        with translated(), transaction.atomic(using=access.database):
            _bound(access, min(limits))
            (found,) = access.each_queue("cleanup_due", {"before": before}, queues=[policy.queue])
            _bound(access, limits[1])
    except QueryTimedOut:
        return None
    return Due(found["tasks"], found["events"], found["markers"], policy.cleanup_limit)


def _bound(access: Access, longest: timedelta) -> None:
    milliseconds = int(longest.total_seconds() * 1000)
    _rows(access, "select set_config('statement_timeout', %s, true)", str(milliseconds))


def _partitions(access: Access, queue: str) -> tuple[Partition, ...]:
    rows = _rows(access, _BOUNDS.format(_PARTITION_QUERY), queue, _PARTITIONS)
    return tuple(
        Partition(name, since, until, None if count < 0 else round(count))
        for name, since, until, count in rows
    )


def _candidates(access: Access, queue: str) -> tuple[DetachCandidate, ...]:
    statement = maintenance.detach_candidates(queue)
    return tuple(run(connections[access.database], statement)[:_PARTITIONS])


def _jobs(access: Access, queue: str) -> tuple[Job, ...] | None:
    """The jobs that concern a queue; None without pg_cron. Their names end as the engine says."""
    ((readable,),) = _rows(access, _READABLE)
    if not readable:
        return None
    # The engine names a queue's jobs by the beginning of the MD5 of the queue's name.
    suffix = hashlib.md5(queue.encode(), usedforsecurity=False).hexdigest()[:12]
    rows = _rows(access, _JOBS, f"^absurd_[a-z_]+_(all|{suffix})(_|$)")
    return tuple(Job(*row) for row in rows)


def _rows(access: Access, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connections[access.database].cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
