"""The task list: newest first over all queues in sight, by keyset, without payloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Left

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models import Task
from absurd_dashboard.models.scope import ByRuns
from absurd_dashboard.models.union import ScopedQuerySet
from absurd_dashboard.queries.few import by_runs
from absurd_dashboard.queries.lookback import Found, Slice, crowd, search
from absurd_dashboard.redaction import LONGEST_NAME
from absurd_dashboard.search import conditions
from absurd_dashboard.search.hidden import refusals
from absurd_dashboard.search.reader import Problem

T = TypeVar("T")

#: More new tasks than this are announced as "100+ new".
_NEW_CAP = 100
# A name may be of any length, so a list fetches its beginning.
_NAME = {"name": Left("task_name", LONGEST_NAME)}
_COLUMNS = (
    "queue_name",
    "task_id",
    "state",
    "attempts",
    "max_attempts",
    "enqueue_at",
    "first_started_at",
    "last_attempt_run",
    "cancelled_at",
)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list.

    Attributes:
        started_at: its first claim; None before.
        ended_at: None while it is open.
    """

    queue: str
    task_id: UUID
    name: str
    state: str
    attempts: int
    max_attempts: int | None
    enqueued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of the list.

    Attributes:
        older: cursor of the next page, None at the end.
        newer: cursor of the previous page, None on the first.
        first: the newest task's id; a live page keeps to what is not above it.
        new: how many tasks came since the page was opened, at most ``new_cap``.
        looked_back_to: where the search stopped because its time was over; ``older`` goes on
            from there. None when it did not have to stop.
        took: seconds that the search took; 0 where an index led straight to the rows.
    """

    rows: tuple[TaskRow, ...]
    older: UUID | None
    newer: UUID | None
    first: UUID | None
    new: int
    looked_back_to: datetime | None
    took: float
    new_cap: int = _NEW_CAP


def page(access: Access, chosen: TaskFilter) -> TaskPage:
    """Read one page.

    Args:
        access: what the viewer may see.
        chosen: filter and position.
    """
    meant = matching(access, chosen)
    size = dashboard_settings().page_size
    if chosen.newer is not None:
        narrow = few(access, chosen)
        every = meant if narrow is None else narrow
        above = every.filter(task_id__gt=chosen.newer).order_by("task_id")
        found = Found(list(above[: size + 1]), None, 0)
        if len(found.rows) < size:  # the newest page, and no longer full: show it from the top
            return page(access, replace(chosen, newer=None))
        tasks, more_newer, more_older = found.rows[:size][::-1], len(found.rows) > size, True
    else:
        found = _downwards(access, meant, chosen, size + 1)
        tasks, more_newer = found.rows[:size], chosen.older is not None
        more_older = len(found.rows) > size
    return TaskPage(
        rows=_rows(access, tasks),
        older=tasks[-1].task_id if tasks and more_older else found.stopped_at,
        newer=(tasks[0].task_id if tasks else chosen.older) if more_newer else None,
        first=tasks[0].task_id if tasks else None,
        new=_count_new(meant, chosen),
        looked_back_to=ids.timestamp(found.stopped_at) if found.stopped_at else None,
        took=found.took,
    )


def _downwards(
    access: Access, meant: QuerySet[Task], chosen: TaskFilter, wanted: int
) -> Found[Task]:
    """The newest matching tasks below the page's position."""
    if not chosen.searched:  # the primary keys lead straight to them
        return Found(list(_below(meant, chosen).order_by("-task_id")[:wanted]), None, 0)
    budget = dashboard_settings().search_budget
    return newest(access, meant, chosen, wanted, budget, lambda tasks: tasks)


def newest(
    access: Access,
    meant: QuerySet[Task],
    chosen: TaskFilter,
    wanted: int,
    budget: timedelta,
    read: Callable[[QuerySet[Task]], QuerySet[Task, T]],
) -> Found[T]:
    """Look for the newest tasks of a filter, below its page's position.

    Args:
        access: what the viewer may see.
        meant: what :func:`matching` says of the filter.
        chosen: the filter.
        wanted: how many.
        budget: how long to look, where it is a search.
        read: what to read of the tasks.
    """

    def part(piece: Slice, most: int) -> list[T]:
        tasks = _below(meant, chosen).filter(task_id__gte=piece.first)
        if piece.end is not None:
            tasks = tasks.filter(task_id__lt=piece.end)
        return list(read(tasks.order_by("-task_id"))[:most])

    def rest(below: UUID, most: int) -> list[T] | None:
        tasks = few(access, chosen)
        if tasks is None:
            return None
        return list(read(tasks.filter(task_id__lt=below).order_by("-task_id"))[:most])

    since = chosen.since(access.now)
    return search(
        part,
        wanted,
        now=access.now,
        below=chosen.older,
        since=ids.floor(since) if since else None,
        budget=budget,
        crowded=partial(crowd, access, queues_of(access, chosen)),
        database=access.database,
        rest=rest,
    )


def locate(access: Access, identifier: UUID) -> UUID | None:
    """The task with this id, or whose run has it; None when it is out of sight or nowhere."""
    return access.first(lambda part: _located(part, identifier))


def _located(access: Access, identifier: UUID) -> UUID | None:
    if access.tasks().filter(task_id=identifier).exists():
        return identifier
    run = access.runs().filter(run_id=identifier).only("task_id").first()
    return run.task_id if run else None


def known(
    access: Access, task_ids: Iterable[UUID], queues: Iterable[str] | None = None
) -> tuple[TaskRow, ...]:
    """The tasks in sight among these ids, in the order in which they were spawned.

    Args:
        access: what the viewer may see.
        task_ids: ids of tasks, or of nothing.
        queues: where to look; everywhere in sight when None.
    """
    wanted = list(task_ids)
    if not wanted:
        return ()
    tasks = access.tasks(queues).filter(task_id__in=wanted).only(*_COLUMNS).annotate(**_NAME)
    return _rows(access, list(tasks.order_by("task_id")))


def _below(meant: QuerySet[Task], chosen: TaskFilter) -> QuerySet[Task]:
    if chosen.older is not None:
        return meant.filter(task_id__lt=chosen.older)
    if chosen.first is not None:
        return meant.filter(task_id__lte=chosen.first)
    return meant


def matching(access: Access, chosen: TaskFilter, by: ByRuns | None = None) -> QuerySet[Task]:
    """Every task that a filter lets through, whatever its page; in no order, without payloads.

    None where the query makes no sense, or asks for what is hidden from the viewer.

    Args:
        access: what the viewer may see.
        chosen: which tasks.
        by: how to come by them, if not by looking at all; see :func:`few`.
    """
    queues = queues_of(access, chosen)
    every: ScopedQuerySet[Task] = access.tasks(queues)
    tasks = (every.by_runs(by) if by else every).only(*_COLUMNS).annotate(**_NAME)
    if any(problems(access, chosen)):
        return tasks.none()
    if chosen.state:
        tasks = tasks.filter(state=chosen.state)
    if chosen.name.endswith("*"):
        tasks = tasks.filter(task_name__startswith=chosen.name.rstrip("*"))
    elif chosen.name:
        tasks = tasks.filter(task_name=chosen.name)
    meant = conditions.restricted(access, tasks, chosen.terms, queues)
    if chosen.id:
        return _with_id(access, meant, chosen)
    since = chosen.since(access.now)
    return meant if since is None else meant.filter(task_id__gte=ids.floor(since))


def few(access: Access, chosen: TaskFilter) -> QuerySet[Task] | None:
    """What :func:`matching` says, by way of runs; None where these are too many, or no way."""
    by = by_runs(access, chosen, queues_of(access, chosen))
    return None if by is None else matching(access, chosen, by)


def problems(access: Access, chosen: TaskFilter) -> Iterator[Problem]:
    """What of a query makes no sense, or may not be asked; nothing is found then."""
    reading = chosen.reading
    yield from reading.problems
    yield from refusals(access, reading.query)


def queues_of(access: Access, chosen: TaskFilter) -> tuple[str, ...]:
    """The queues that a filter looks into."""
    wanted = conditions.queues(access, chosen.terms)
    if chosen.queue:
        return tuple(name for name in wanted if name == chosen.queue)
    return access.near_names if len(wanted) == len(access.scopes) else wanted


def _with_id(access: Access, tasks: QuerySet[Task], chosen: TaskFilter) -> QuerySet[Task]:
    """Tasks whose own id, or the id of one of whose runs, is meant."""
    meant = chosen.id_range
    if meant is None:
        return tasks.none()
    runs = access.runs(queues_of(access, chosen)).filter(
        run_id__gte=meant.first, run_id__lte=meant.last
    )
    size = dashboard_settings().page_size
    of_runs = [run.task_id for run in runs.only("task_id").order_by("-run_id")[:size]]
    own = tasks.filter(task_id__gte=meant.first, task_id__lte=meant.last)
    found = [task.task_id for task in own.order_by("-task_id")[: size + 1]]
    return tasks.filter(task_id__in=[*found, *of_runs])


def _count_new(meant: QuerySet[Task], chosen: TaskFilter) -> int:
    if chosen.first is None or not chosen.on_first_page:
        return 0
    newer = meant.filter(task_id__gt=chosen.first).order_by()
    return newer.values("task_id")[:_NEW_CAP].count()


def _rows(access: Access, tasks: list[Task]) -> tuple[TaskRow, ...]:
    """Add the ends, which only the last run of a task knows."""
    last = [task.last_attempt_run for task in tasks if task.last_attempt_run]
    queues = {task.queue_name for task in tasks}
    runs = access.runs(queues).filter(run_id__in=last).only("task_id", "completed_at", "failed_at")
    ends = {run.task_id: run.completed_at or run.failed_at for run in runs} if last else {}
    return tuple(_row(task, ends.get(task.task_id)) for task in tasks)


def _row(task: Task, end: datetime | None) -> TaskRow:
    return TaskRow(
        queue=task.queue_name,
        task_id=task.task_id,
        name=task.name,  # type: ignore[attr-defined]
        state=task.state,
        attempts=task.attempts,
        max_attempts=task.max_attempts,
        enqueued_at=task.enqueue_at,
        started_at=task.first_started_at,
        ended_at=end or task.cancelled_at,
    )
