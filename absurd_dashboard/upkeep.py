"""What maintenance does to a queue, through the engine's procedures, and what came of it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from absurd_core import maintenance, queues
from absurd_core.errors import (
    CronUnavailable,
    DefaultPartitionInUse,
    QueueExists,
    QueueNotPartitioned,
)
from absurd_core.statements import run
from absurd_dashboard.access import Access
from absurd_dashboard.display import Count
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


def _gone() -> Outcome:
    return Outcome(Result.NOTHING, _("The queue no longer exists; nothing was done."))


def _taken() -> Outcome:
    return Outcome(Result.NOTHING, _("This name is not free; nothing was done."))


def _no_cron() -> Outcome:
    return Outcome(Result.NOTHING, _("This database has no pg_cron; nothing was done."))


def create(access: Access, queue: str, storage_mode: Any) -> Outcome:
    """Create a queue. Calls ``absurd.create_queue``, which says nothing of one that is there."""
    there = Outcome(Result.NOTHING, _("There is a queue with this name already; nothing was done."))
    try:
        with writing(access) as connection:
            if exists(access, queue):
                return there
            if tables_taken(access, queue):
                return _taken()
            run(connection, queues.create(queue, storage_mode))
    except QueueExists:
        return there
    return Outcome(Result.DONE, _("Created, {mode}.").format(mode=storage_mode))


def set_policy(access: Access, queue: str, changes: dict[str, Any]) -> Outcome:
    """Change a queue's maintenance policy. Calls ``absurd.set_queue_policy``."""
    if not changes:
        return Outcome(Result.NOTHING, _("The policy is like this already; nothing was done."))
    try:
        written(access, queues.set_policy(queue, **changes))
    except DefaultPartitionInUse:
        said = _("Nothing was changed: the default partition holds rows and cannot be disabled.")
        return Outcome(Result.NOTHING, said)
    except QueueNotPartitioned:
        said = _("Nothing was changed: the queue is not partitioned, so it has no such partition.")
        return Outcome(Result.NOTHING, said)
    return Outcome(Result.DONE, _("Changed: {names}.").format(names=", ".join(sorted(changes))))


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
        return Outcome(Result.NOTHING, _("Nothing is old enough; nothing was deleted."))
    said = _("Deleted {tasks} and {events}.").format(
        tasks=ngettext("{n} task", "{n} tasks", gone["tasks"]).format(n=Count(gone["tasks"])),
        events=ngettext("{n} event", "{n} events", gone["events"]).format(n=Count(gone["events"])),
    )
    if not gone["tasks"] and not gone["events"]:
        said = _("Deleted only what the engine kept for events that never came.")
    if more:
        said += " " + _("More is due: run it again.")
    return Outcome(Result.DONE, said)


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
        said = _("Every partition that the policy asks for is there; nothing was done.")
        return Outcome(Result.NOTHING, said)
    said = ngettext("Made {n} partition.", "Made {n} partitions.", made)
    return Outcome(Result.DONE, said.format(n=Count(made)))


def detach(access: Access, queue: str) -> Outcome:
    """Let pg_cron detach and drop old partitions. Calls ``absurd.schedule_detach_jobs``."""
    try:
        jobs = written(access, maintenance.schedule_detach_jobs(queue))
    except CronUnavailable:
        return _no_cron()
    if not jobs:
        said = _("Nothing is to be detached, or a job for it is under way; nothing was done.")
        return Outcome(Result.NOTHING, said)
    names = ", ".join(sorted({job.partition_table for job in jobs}))
    said = ngettext("Scheduled {n} job for {names}.", "Scheduled {n} jobs for {names}.", len(jobs))
    return Outcome(Result.DONE, said.format(n=Count(len(jobs)), names=names))


def enable_cron(access: Access, queue: str, schedules: dict[str, str]) -> Outcome:
    """Schedule the queue's maintenance. Calls ``absurd.enable_cron``."""
    try:
        jobs = written(access, maintenance.enable_cron(queue, **schedules))
    except CronUnavailable:
        return _no_cron()
    said = ngettext("Scheduled {n} job.", "Scheduled {n} jobs.", len(jobs))
    return Outcome(Result.DONE, said.format(n=Count(len(jobs))))


def disable_cron(access: Access, queue: str) -> Outcome:
    """Remove the queue's own jobs. Calls ``absurd.disable_cron``."""
    try:
        jobs = written(access, maintenance.disable_cron(queue))
    except CronUnavailable:
        return _no_cron()
    if not jobs:
        return Outcome(Result.NOTHING, _("The queue has no jobs of its own; nothing was done."))
    said = ngettext("Removed {n} job.", "Removed {n} jobs.", len(jobs))
    return Outcome(Result.DONE, said.format(n=Count(len(jobs))))


def drop(access: Access, queue: str, *, confirmed: int | None) -> Outcome:
    """Drop a queue with everything in it. Calls ``absurd.drop_queue``.

    Args:
        access: what may be seen and done.
        queue: the queue.
        confirmed: how many tasks were open when it was confirmed; None where nobody was told.
    """
    with writing(access) as connection:
        if not exists(access, queue):
            return _gone()
        dying = open_tasks(access, queue)
        if confirmed == 0 and dying:
            said = ngettext(
                "{n} task came meanwhile; nothing was dropped.",
                "{n} tasks came meanwhile; nothing was dropped.",
                dying,
            )
            return Outcome(Result.NOTHING, said.format(n=Count(dying)))
        run(connection, queues.drop(queue))
    said = ngettext(
        "Dropped, and {n} open task with it.", "Dropped, and {n} open tasks with it.", dying
    )
    return Outcome(Result.DONE, said.format(n=Count(dying)))
