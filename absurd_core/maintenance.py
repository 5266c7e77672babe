"""Calls that keep queues small: cleanup, partitions, and pg_cron jobs that do it by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from absurd_core import arguments, rows
from absurd_core.partitioning import call_in_utc
from absurd_core.statements import Row, Statement, call


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What one cleanup of a queue deleted.

    Attributes:
        queue: the queue.
        tasks_deleted: finished tasks, with their runs, checkpoints and waits.
        events_deleted: events.
    """

    queue: str
    tasks_deleted: int
    events_deleted: int


@dataclass(frozen=True, slots=True)
class DetachCandidate:
    """An old and empty partition.

    Attributes:
        queue: the queue.
        parent_table: the table it is a partition of, in the schema absurd.
        partition_table: the partition, in the schema absurd.
    """

    queue: str
    parent_table: str
    partition_table: str


@dataclass(frozen=True, slots=True)
class DetachJob:
    """A pg_cron job that detaches or drops one partition.

    Attributes:
        name: the job's name.
        job_id: pg_cron's id of it.
        queue: the queue.
        partition_table: the partition.
        kind: ``detach`` or ``drop``.
    """

    name: str
    job_id: int
    queue: str
    partition_table: str
    kind: Literal["detach", "drop"]


@dataclass(frozen=True, slots=True)
class CronJob:
    """A pg_cron job of the engine's.

    Attributes:
        name: the job's name.
        job_id: pg_cron's id of it.
    """

    name: str
    job_id: int


def cleanup_tasks(queue: str, ttl: int | timedelta, limit: int = 1000) -> Statement[int]:
    """Delete finished tasks that are older. Calls ``absurd.cleanup_tasks``.

    Args:
        queue: where.
        ttl: how long ago they must have finished, in whole seconds.
        limit: how many at most, at least 1.

    Returns:
        How many were deleted; as many as ``limit`` means that there may be more.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
    """
    return _cleanup("cleanup_tasks", queue, ttl, limit)


def cleanup_events(queue: str, ttl: int | timedelta, limit: int = 1000) -> Statement[int]:
    """Delete events that are older. Calls ``absurd.cleanup_events``.

    Args:
        queue: where.
        ttl: how long ago they must have been emitted, in whole seconds.
        limit: how many at most, at least 1.

    Returns:
        How many were deleted. The engine's own markers of events that are waited for count too.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
    """
    return _cleanup("cleanup_events", queue, ttl, limit)


def cleanup_all_queues(queue: str | None = None) -> Statement[list[Cleaned]]:
    """Clean queues up once, by their policies. Calls ``absurd.cleanup_all_queues``.

    Args:
        queue: only this one; None for all.

    Raises:
        InvalidArgument: the name is not acceptable.
        QueueNotFound: there is no such queue.
        SchemaTooOld: an engine before 0.4.
    """
    read = rows.each(_cleaned)
    return call("cleanup_all_queues", arguments.optional_queue(queue), read=read)


def ensure_partitions(queue: str | None = None) -> Statement[None]:
    """Make the weekly partitions that policies ask for. Calls ``absurd.ensure_partitions``.

    Args:
        queue: only this one; None for all that are partitioned.

    Raises:
        InvalidArgument: the name is not acceptable.
        QueueNotFound: there is no such queue.
        SchemaTooOld: an engine before 0.4.
    """
    return call_in_utc("ensure_partitions", arguments.optional_queue(queue))


def detach_candidates(queue: str | None = None) -> Statement[list[DetachCandidate]]:
    """List empty partitions past their policy's age. Calls ``absurd.list_detach_candidates``.

    Args:
        queue: only this one; None for all that are partitioned with ``detach_mode`` ``empty``.

    Raises:
        InvalidArgument: the name is not acceptable.
        QueueNotFound: there is no such queue.
        SchemaTooOld: an engine before 0.4.
    """
    read = rows.each(_candidate)
    return call(
        "list_detach_candidates", arguments.optional_queue(queue), read=read, repeatable=True
    )


def drop_detached_partition(
    partition_table: str, unschedule_job: str | None = None
) -> Statement[bool]:
    """Drop a partition if it has been detached. Calls ``absurd.drop_detached_partition``.

    Args:
        partition_table: a table in the schema absurd, as :class:`DetachCandidate` names it. The
            engine drops any table there that is not a partition: pass nothing else.
        unschedule_job: the pg_cron job to end once the table is gone.

    Returns:
        True when it was dropped; False when it is still attached or was gone.

    Raises:
        InvalidArgument: an argument is not acceptable.
        SchemaTooOld: an engine before 0.4.
    """
    checked = [arguments.name("partition_table", partition_table)]
    if unschedule_job is not None:
        checked.append(arguments.name("unschedule_job", unschedule_job))
    return call("drop_detached_partition", *checked, read=rows.scalar)


def schedule_detach_jobs(queue: str | None = None) -> Statement[list[DetachJob]]:
    """Schedule jobs that detach and drop old partitions. Calls ``absurd.schedule_detach_jobs``.

    Args:
        queue: only this one; None for all.

    Returns:
        The new jobs: for each table its oldest partition's, unless one is under way.

    Raises:
        InvalidArgument: the name is not acceptable.
        CronUnavailable: the database has no pg_cron.
        QueueNotFound: there is no such queue.
        SchemaTooOld: an engine before 0.4.
    """
    read = rows.each(_detach_job)
    return call("schedule_detach_jobs", arguments.optional_queue(queue), read=read)


def enable_cron(
    queue: str | None = None,
    partition_schedule: str = "5 * * * *",
    cleanup_schedule: str = "17 * * * *",
    detach_schedule: str = "29 * * * *",
) -> Statement[list[CronJob]]:
    """Schedule maintenance, replacing earlier jobs of the same scope. Calls ``absurd.enable_cron``.

    Args:
        queue: only this one; None for one set of jobs for all.
        partition_schedule: when partitions are made, in cron's syntax.
        cleanup_schedule: when finished tasks and events are deleted.
        detach_schedule: when old partitions are looked for.

    Raises:
        InvalidArgument: an argument is not acceptable.
        CronUnavailable: the database has no pg_cron.
        QueueNotFound: there is no such queue.
        SchemaTooOld: an engine before 0.4.
    """
    return call(
        "enable_cron",
        arguments.optional_queue(queue),
        arguments.name("partition_schedule", partition_schedule),
        arguments.name("cleanup_schedule", cleanup_schedule),
        arguments.name("detach_schedule", detach_schedule),
        read=rows.each(_cron_job),
    )


def disable_cron(queue: str | None = None) -> Statement[list[CronJob]]:
    """Remove the jobs that :func:`enable_cron` made. Calls ``absurd.disable_cron``.

    Args:
        queue: those of this queue; None for those of all queues.

    Returns:
        The jobs that were removed.

    Raises:
        InvalidArgument: the name is not acceptable.
        CronUnavailable: the database has no pg_cron.
        SchemaTooOld: an engine before 0.4.
    """
    return call("disable_cron", arguments.optional_queue(queue), read=rows.each(_cron_job))


def _cleanup(procedure: str, queue: str, ttl: int | timedelta, limit: int) -> Statement[int]:
    return call(
        procedure,
        arguments.queue(queue),
        arguments.seconds("ttl", ttl),
        arguments.whole_number("limit", limit, least=1),
        read=rows.scalar,
    )


def _cleaned(row: Row) -> Cleaned:
    return Cleaned(row["queue_name"], row["tasks_deleted"], row["events_deleted"])


def _candidate(row: Row) -> DetachCandidate:
    return DetachCandidate(row["queue_name"], row["parent_table"], row["partition_table"])


def _detach_job(row: Row) -> DetachJob:
    return DetachJob(
        row["job_name"], row["job_id"], row["queue_name"], row["partition_table"], row["job_kind"]
    )


def _cron_job(row: Row) -> CronJob:
    return CronJob(row["job_name"], row["job_id"])
