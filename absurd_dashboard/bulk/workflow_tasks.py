"""A workflow run's tasks as the source of an operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.bulk.slices import Cursor, Slice, Source, downwards, seen
from absurd_dashboard.choices import query_url
from absurd_dashboard.queries import workflows
from absurd_dashboard.queries.lineage import header
from absurd_dashboard.windows import Window


def workflow_run(access: Access, key: str, span: Window, task: UUID | None) -> Source | None:
    """What its page shows, and every other task that names it in the header.

    Args:
        access: what may be seen.
        key: the workflow run's id, or whatever the header says.
        span: how far back to look for its first task, where nothing leads to it.
        task: one of its tasks, where one is known.

    Returns:
        None when nothing of it is in sight.
    """
    found = workflows.one(access, key, span, task)
    if found is None:
        return None
    query = {"window": span.key, "task": str(task or "")}
    return {
        "kind": "workflow",
        "workflow": key,
        "members": [str(member.task.task_id) for member in found.members],
        "since": found.reach.since.isoformat(),
        "query": query_url(query).removeprefix("?"),
    }


def read(access: Access, source: Source, cursor: Cursor) -> Slice:
    """First the tasks of its page, which need no header; then the others, newest first."""
    members = source["members"]
    if not cursor:
        return Slice(seen(access.tasks().filter(task_id__in=members)), {"others": True})
    every = access.tasks().filter(task_id__gte=ids.floor(datetime.fromisoformat(source["since"])))
    named = every.annotate(workflow=header("workflow_run_id")).filter(workflow=source["workflow"])
    return downwards(named.exclude(task_id__in=members), every, cursor)
