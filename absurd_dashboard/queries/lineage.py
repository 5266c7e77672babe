"""Parents and children of tasks: probed by id where it is known, else looked for within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Func, TextField, Value

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.lineage import (
    LONGEST,
    Lineage,
    Mention,
    Reach,
    Relative,
    Source,
    Ties,
    mentions,
    named,
    uuid,
)
from absurd_dashboard.queries.tasks import TaskRow, known

#: A header is no index's key: of what was spawned after a task, so much is looked through.
WINDOW = timedelta(hours=6)
#: And so many tasks of each queue.
DEPTH = 2_000
#: Children listed, and ids in checkpoints that are tried.
CHILDREN, MENTIONS = 200, 200
# A task's last words may be written just before a child's first; clocks differ.
_SLACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Found:
    """Tasks that name something in their headers.

    Attributes:
        parents: their header ``parent_task_id``, by task, in the order of spawning.
        queues: where they are.
        capped: whether there are more in the stretch that was looked through.
        reach: which stretch that was.
    """

    parents: dict[UUID, str | None]
    queues: frozenset[str]
    capped: bool
    reach: Reach


def of(access: Access, task: TaskRow, ties: Ties) -> Lineage:
    """What a task belongs to.

    Args:
        access: what the viewer may see; other tasks are not even counted.
        task: the task.
        ties: what its headers say.
    """
    parent = ties.parent
    found = descendants(
        access,
        task.enqueued_at or access.now,
        task.ended_at,
        parent=str(task.task_id),
        first=task.task_id,
        most=CHILDREN,
    )
    said = {mention.task_id: mention for mention in mentioned(access, [task])}
    rows = known(access, {*found.parents, *said})
    above = known(access, filter(None, [uuid(parent)]))
    children = tuple(
        _relative(row, said.get(row.task_id), recorded=row.task_id in found.parents)
        for row in rows
        if str(row.task_id) != parent and row.task_id != task.task_id
    )
    return Lineage(
        workflow=ties.workflow if named(ties.workflow) else None,
        parent=Relative(above[0], Source.RECORDED) if above else None,
        children=children[:CHILDREN],
        capped=found.capped or len(children) > CHILDREN,
        reach=found.reach,
    )


def _relative(row: TaskRow, mention: Mention | None, *, recorded: bool) -> Relative:
    if recorded or mention is None:
        return Relative(row, Source.RECORDED)
    return Relative(row, Source.INFERRED, mention.step)


def header(name: str) -> Func:
    """A member of a task's headers, as text; no more than tells one that is too long."""
    return Func(
        F("headers"),
        Value(name),
        template=f"left(%(expressions)s, {LONGEST + 1})",
        arg_joiner=" ->> ",
        output_field=TextField(),
    )


def descendants(
    access: Access,
    since: datetime,
    ended: datetime | None,
    *,
    parent: str | None = None,
    workflow: str | None = None,
    first: UUID | None = None,
    most: int,
    depth: int | None = None,
) -> Found:
    """Tasks that name a parent or a workflow run, among the first that were spawned after it.

    Args:
        access: what the viewer may see.
        since: from when on to look.
        ended: what comes later cannot belong to it; None while it goes on.
        parent: the header ``parent_task_id`` to look for.
        workflow: the header ``workflow_run_id`` to look for.
        first: look from this id on, where that is more exact than ``since``.
        most: how many to find.
        depth: how many tasks of each queue to look at; :data:`DEPTH` by default.
    """
    until = since + WINDOW
    if ended is not None:
        until = max(min(until, ended + _SLACK), since + _SLACK)
    rows = access.each_queue(
        "descendants",
        {
            "first": first or ids.floor(since),
            "end": ids.floor(until),
            "parent": parent,
            "workflow": workflow,
            "depth": depth or DEPTH,
            "most": most + 1,
        },
        tail="order by task_id",
    )
    matches = [row for row in rows if row["task_id"] is not None]
    return Found(
        parents={row["task_id"]: row["parent"] for row in matches[:most]},
        queues=frozenset(row["queue_name"] for row in matches[:most]),
        capped=len(matches) > most,
        reach=_reach(since, min(until, max(access.now, since)), rows),
    )


def _reach(since: datetime, until: datetime, rows: Sequence[dict[str, Any]]) -> Reach:
    """How far the look came in the queue where it came least far."""
    ends = [ids.timestamp(row["last_seen"]) for row in rows if row["is_cut"]]
    return Reach(since, min(filter(None, ends), default=until), bool(ends))


def mentioned(access: Access, tasks: Iterable[TaskRow], most: int = MENTIONS) -> list[Mention]:
    """Task ids that checkpoints of some tasks name, oldest first; most of them are no task's.

    Args:
        access: what the viewer may see.
        tasks: whose checkpoints.
        most: how many checkpoints to read.
    """
    looked = list(tasks)
    rows = access.each_queue(
        "mentions",
        {"tasks": [task.task_id for task in looked], "most": most},
        queues={task.queue for task in looked},
    )
    return [
        mention
        for row in rows
        for mention in mentions(row["task_id"], row["checkpoint_name"], row["state_text"])
    ][:most]
