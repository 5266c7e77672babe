"""Where the targets of an operation come from: selected tasks, a task list, or failures.

Each is read in slices of bounded work: a slice looks at so many rows, whether they match or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.choices import query_url
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models import Task
from absurd_dashboard.queries.failures import LONGEST_RUN
from absurd_dashboard.queries.targets import OWNER
from absurd_dashboard.queries.tasks import matching
from absurd_dashboard.windows import window

#: Rows that a slice looks at.
SLICE = 20_000
#: Tasks that can be selected one by one; Django takes no more than 1,000 fields in a form.
MOST_SELECTED = 900

_COLUMNS = ("queue_name", "task_id", "task_name", "state", "attempts", "last_attempt_run", "owner")

Source = Mapping[str, Any]
Cursor = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of a source's tasks, and where the next slice begins; None at the end."""

    tasks: tuple[Seen, ...]
    cursor: Cursor | None


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


def failure_list(query: str, now: datetime) -> Source:
    """Everything that the failures page shows, on all its pages; arguments as above."""
    given = QueryDict(query)
    kept = {key: given.get(key, "")[:500].replace("\x00", "") for key in ("queue", "name")}
    span = window(given.get("window"), "24h")
    query = query_url({"view": "list", "window": span.key, **kept}).removeprefix("?")
    return {"kind": "failures", "window": span.key, "now": now.isoformat(), "query": query, **kept}


def read(access: Access, source: Source, cursor: Cursor | None) -> Slice:
    """Read one slice.

    Args:
        access: what may be seen.
        source: where to look.
        cursor: where the slice begins; empty for the first.
    """
    return _READERS[source["kind"]](access, source, cursor or {})


def _selected(access: Access, source: Source, _cursor: Cursor) -> Slice:
    return Slice(_seen(access.tasks().filter(task_id__in=source["tasks"])), None)


def _listed(access: Access, source: Source, cursor: Cursor) -> Slice:
    chosen = TaskFilter.from_query(QueryDict(source["query"]))
    now = datetime.fromisoformat(source["now"])
    tasks = matching(replace(access, now=now), chosen)
    if chosen.id:
        return Slice(_seen(tasks), None)
    every: QuerySet[Task] = access.tasks([chosen.queue] if chosen.queue else None)
    if since := chosen.span.since(now):
        every = every.filter(task_id__gte=ids.floor(since))
    if cursor:
        tasks, every = (rows.filter(task_id__lt=cursor["below"]) for rows in (tasks, every))
    # Not the next page of matches: the end of the next so many rows, whether they match or not.
    ends = every.order_by("-task_id").values_list("task_id", flat=True)[SLICE - 1 : SLICE]
    for lowest in ends:
        return Slice(_seen(tasks.filter(task_id__gte=lowest)), {"below": str(lowest)})
    return Slice(_seen(tasks), None)


def _seen(tasks: QuerySet[Task]) -> tuple[Seen, ...]:
    rows = tasks.annotate(owner=OWNER).order_by("-task_id").values_list(*_COLUMNS)
    return tuple(Seen(*row) for row in rows)


def _failed(access: Access, source: Source, cursor: Cursor) -> Slice:
    """Failed attempts of one queue after the other, newest claim first."""
    queues = sorted(name for name in access.queue_names if source["queue"] in ("", name))
    queue = cursor.get("queue") or next(iter(queues), None)
    if queue is None:
        return Slice((), None)
    rows = access.each_queue("bulk_failures", _parameters(source, cursor), queues=[queue])
    found = tuple(Seen(*(row[column] for column in _COLUMNS)) for row in rows if row["matches"])
    return Slice(found, _after(rows, queue, queues))


def _parameters(source: Source, cursor: Cursor) -> dict[str, Any]:
    now = datetime.fromisoformat(source["now"])
    since = window(source["window"], "24h").since(now) or datetime(1970, 1, 1, tzinfo=UTC)
    return {
        "since": since,
        "now": now,
        "claimed_since": since - LONGEST_RUN,
        "name": source["name"] or None,
        "before": cursor.get("before"),
        "before_run": cursor.get("before_run"),
        "size": SLICE,
    }


def _after(rows: list[dict[str, Any]], queue: str, queues: list[str]) -> Cursor | None:
    if len(rows) == SLICE:
        last = rows[-1]
        before = last["available_at"].isoformat()
        return {"queue": queue, "before": before, "before_run": str(last["run_id"])}
    following = next((name for name in queues if name > queue), None)
    return {"queue": following} if following is not None else None


_READERS: dict[str, Callable[[Access, Source, Cursor], Slice]] = {
    "selection": _selected,
    "tasks": _listed,
    "failures": _failed,
}
