"""Where the targets of an operation come from, and how each such source is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.bulk import failed, workflow_tasks
from absurd_dashboard.bulk.slices import Cursor, Slice, Source, downwards, seen
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models import Task
from absurd_dashboard.queries.tasks import matching

#: Tasks that can be selected one by one; Django takes no more than 1,000 fields in a form.
MOST_SELECTED = 900


def selection(task_ids: Iterable[UUID]) -> Source:
    """Tasks selected one by one."""
    chosen = dict.fromkeys(map(str, task_ids))
    return {"kind": "selection", "tasks": list(chosen)[:MOST_SELECTED]}


def task_list(query: str, now: datetime) -> Source:
    """Everything that a task list shows, on all its pages.

    Args:
        query: the list's query string.
        now: the engine's clock, from which the list's time window is counted.
    """
    chosen = TaskFilter.from_query(QueryDict(query))
    kept = replace(chosen, older=None, newer=None, first=None)
    return {"kind": "tasks", "query": kept.query(), "now": now.isoformat()}


def read(access: Access, source: Source, cursor: Cursor | None) -> Slice:
    """Read one slice.

    Args:
        access: what may be seen.
        source: where to look.
        cursor: where the slice begins; empty for the first.
    """
    return _READERS[source["kind"]](access, source, cursor or {})


def _selected(access: Access, source: Source, _cursor: Cursor) -> Slice:
    return Slice(seen(access.tasks().filter(task_id__in=source["tasks"])), None)


def _listed(access: Access, source: Source, cursor: Cursor) -> Slice:
    chosen = TaskFilter.from_query(QueryDict(source["query"]))
    now = datetime.fromisoformat(source["now"])
    tasks = matching(replace(access, now=now), chosen)
    if chosen.id:
        return Slice(seen(tasks), None)
    every: QuerySet[Task] = access.tasks([chosen.queue] if chosen.queue else None)
    if since := chosen.since(now):
        every = every.filter(task_id__gte=ids.floor(since))
    return downwards(tasks, every, cursor)


_READERS: dict[str, Callable[[Access, Source, Cursor], Slice]] = {
    "selection": _selected,
    "tasks": _listed,
    "failures": failed.read,
    "cause": failed.read_cause,
    "workflow": workflow_tasks.read,
}
