"""Slices of a source: each looks at so many rows, whether they match or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.models import Task
from absurd_dashboard.queries.targets import OWNER

#: Rows that a slice looks at.
SIZE = 20_000

#: Columns of a task that an operation is held to.
COLUMNS = ("queue_name", "task_id", "task_name", "state", "attempts", "last_attempt_run", "owner")

Source = Mapping[str, Any]
Cursor = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of a source's tasks, and where the next slice begins; None at the end."""

    tasks: tuple[Seen, ...]
    cursor: Cursor | None


def seen(tasks: QuerySet[Task]) -> tuple[Seen, ...]:
    """Tasks as they are now, newest first."""
    rows = tasks.annotate(owner=OWNER).order_by("-task_id").values_list(*COLUMNS)
    return tuple(Seen(*row) for row in rows)


def downwards(wanted: QuerySet[Task], every: QuerySet[Task], cursor: Cursor) -> Slice:
    """The next slice of tasks, newest first.

    Args:
        wanted: the tasks that match.
        every: those among which they are looked for.
        cursor: where the slice before ended.
    """
    if "below" in cursor:
        wanted, every = (rows.filter(task_id__lt=cursor["below"]) for rows in (wanted, every))
    # Not the next page of matches: the end of the next so many rows, whether they match or not.
    ends = every.order_by("-task_id").values_list("task_id", flat=True)[SIZE - 1 : SIZE]
    for lowest in ends:
        return Slice(seen(wanted.filter(task_id__gte=lowest)), {"below": str(lowest)})
    return Slice(seen(wanted), None)
