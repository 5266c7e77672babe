"""What maintenance does to a queue, through the engine's procedures, and what came of it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from absurd_core import maintenance, queues
from absurd_core.errors import (
    CronUnavailable,
    DefaultPartitionInUse,
    QueueExists,
    QueueNotPartitioned,
)
from absurd_core.statements import run
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result
from absurd_dashboard.queries.maintenance import (
    exists,
    open_tasks,
    partition_count,
    tables_taken,
)
from absurd_dashboard.writing import writing, written

#: Seconds after which a cleanup begins no further batch.
_CLEANING = 3.0
_GONE = Outcome(Result.NOTHING, "The queue no longer exists; nothing was done.")
_TAKEN = Outcome(Result.NOTHING, "This name is not free; nothing was done.")
_NO_CRON = Outcome(Result.NOTHING, "This database has no pg_cron; nothing was done.")


def create(access: Access, queue: str, storage_mode: Any) -> Outcome:
    """Create a queue. Calls ``absurd.create_queue``, which says nothing of one that is there."""
    there = Outcome(Result.NOTHING, "There is a queue with this name already; nothing was done.")
    try:
        with writing(access) as connection:
            if exists(access, queue):
                return there
            if tables_taken(access, queue):
                return _TAKEN
            run(connection, queues.create(queue, storage_mode))
    except QueueExists:
        return there
    return Outcome(Result.DONE, f"Created, {storage_mode}.")


def set_policy(access: Access, queue: str, changes: dict[str, Any]) -> Outcome:
    """Change a queue's maintenance policy. Calls ``absurd.set_queue_policy``."""
    if not changes:
        return Outcome(Result.NOTHING, "The policy is like this already; nothing was done.")
    try:
        written(access, queues.set_policy(queue, **changes))
    except (DefaultPartitionInUse, QueueNotPartitioned) as error:
        return Outcome(Result.NOTHING, f"Nothing was changed: {error}.")
    return Outcome(Result.DONE, f"Changed: {', '.join(sorted(changes))}.")


def cleanup(access: Access, queue: str) -> Outcome:
    """Delete what is old, batch by batch for a few seconds. Calls ``absurd.cleanup_all_queues``.

    Each batch is a transaction of its own, so what is deleted stays deleted if a later one fails.
    """
    limit = written(access, queues.policy(queue)).cleanup_limit
    gone = Counter[str]()
    more, end = True, time.monotonic() + _CLEANING
    while more and time.monotonic() < end:
        batch = _batch(access, queue)
        gone.update(batch)
        more = batch["tasks"] == limit or batch["events"] + batch["markers"] == limit
    if not gone.total():
        return Outcome(Result.NOTHING, "Nothing is old enough; nothing was deleted.")
    said = f"Deleted {_many(gone['tasks'], 'task')} and {_many(gone['events'], 'event')}."
    if not gone["tasks"] and not gone["events"]:
        said = "Deleted only what the engine kept for events that never came."
    return Outcome(Result.DONE, f"{said} More is due: run it again." if more else said)


def _batch(access: Access, queue: str) -> dict[str, int]:
    """One batch; the engine counts the rows of events that never came as events."""
    with writing(access) as connection:
        (markers,) = access.each_queue("markers", {}, queues=[queue])
        (batch,) = run(connection, maintenance.cleanup_all_queues(queue))
    never = min(markers["many"], batch.events_deleted)
    return {
        "tasks": batch.tasks_deleted,
        "events": batch.events_deleted - never,
        "markers": never,
    }


def ensure_partitions(access: Access, queue: str) -> Outcome:
    """Make the partitions that the policy asks for. Calls ``absurd.ensure_partitions``."""
    with writing(access) as connection:
        before = partition_count(access, queue)
        run(connection, maintenance.ensure_partitions(queue))
        made = partition_count(access, queue) - before
    if not made:
        said = "Every partition that the policy asks for is there; nothing was done."
        return Outcome(Result.NOTHING, said)
    return Outcome(Result.DONE, f"Made {_many(made, 'partition')}.")


def detach(access: Access, queue: str) -> Outcome:
    """Let pg_cron detach and drop old partitions. Calls ``absurd.schedule_detach_jobs``."""
    try:
        jobs = written(access, maintenance.schedule_detach_jobs(queue))
    except CronUnavailable:
        return _NO_CRON
    if not jobs:
        said = "Nothing is to be detached, or a job for it is under way; nothing was done."
        return Outcome(Result.NOTHING, said)
    names = ", ".join(sorted({job.partition_table for job in jobs}))
    return Outcome(Result.DONE, f"Scheduled {_many(len(jobs), 'job')} for {names}.")


def enable_cron(access: Access, queue: str, schedules: dict[str, str]) -> Outcome:
    """Schedule the queue's maintenance. Calls ``absurd.enable_cron``."""
    try:
        jobs = written(access, maintenance.enable_cron(queue, **schedules))
    except CronUnavailable:
        return _NO_CRON
    return Outcome(Result.DONE, f"Scheduled {len(jobs)} jobs.")


def disable_cron(access: Access, queue: str) -> Outcome:
    """Remove the queue's own jobs. Calls ``absurd.disable_cron``."""
    try:
        jobs = written(access, maintenance.disable_cron(queue))
    except CronUnavailable:
        return _NO_CRON
    if not jobs:
        return Outcome(Result.NOTHING, "The queue has no jobs of its own; nothing was done.")
    return Outcome(Result.DONE, f"Removed {_many(len(jobs), 'job')}.")


def drop(access: Access, queue: str, *, confirmed: int | None) -> Outcome:
    """Drop a queue with everything in it. Calls ``absurd.drop_queue``.

    Args:
        access: what may be seen and done.
        queue: the queue.
        confirmed: how many tasks were open when it was confirmed; None where nobody was told.
    """
    with writing(access) as connection:
        if not exists(access, queue):
            return _GONE
        dying = open_tasks(access, queue)
        if confirmed == 0 and dying:
            said = f"{_many(dying, 'task')} came meanwhile; nothing was dropped."
            return Outcome(Result.NOTHING, said)
        run(connection, queues.drop(queue))
    return Outcome(Result.DONE, f"Dropped, and {_many(dying, 'open task')} with it.")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"
