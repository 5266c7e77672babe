"""Workflow runs: those recorded, and any tasks that share the header ``workflow_run_id``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from absurd_dashboard import anchors, ids
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.lineage import Mention, Reach, Source, named, uuid
from absurd_dashboard.queries import recorded
from absurd_dashboard.queries.lineage import descendants, header, mentioned
from absurd_dashboard.queries.lookback import Found, Slice, crowd, search
from absurd_dashboard.queries.recorded import Cursor, Record
from absurd_dashboard.queries.tasks import TaskRow, known
from absurd_dashboard.states import FAILED, STATES, state_of
from absurd_dashboard.windows import Window

#: Tasks of one workflow run that its page shows, and ids in their checkpoints that are tried.
MEMBERS, MENTIONS = 1_000, 500
#: Tasks of each queue that are looked through for those of a workflow run.
DEPTH = 10_000
#: Tasks of which one page of the list by header is made.
_NAMED = 500
#: A task that is known may not have been the first.
_BEFORE = timedelta(hours=1)
#: A root task may be spawned just before its workflow run is recorded.
_SLACK = timedelta(minutes=1)
#: Statuses a workflow run may have.
STATUSES = ("pending", "running", "completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow run in a list.

    Attributes:
        key: its id, or whatever the header says.
        done: how many of its known tasks are finished; ``total`` is how many are known.
        task: one of its tasks, where one is known already.
    """

    key: str
    name: str
    version: str
    status: str
    done: int
    total: int
    tags: str
    created_by: str | None
    created_at: datetime | None
    task: UUID | None

    @property
    def anchor(self) -> str:
        """What keeps its row the same row when a page renews itself."""
        return anchors.workflow(self.key)


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """One page of a list.

    Attributes:
        older: cursor of the next page, empty at the end.
        looked_back_to: as in :class:`absurd_dashboard.queries.tasks.TaskPage`.
        took: seconds that a search took.
    """

    rows: tuple[WorkflowRow, ...]
    older: str
    looked_back_to: datetime | None = None
    took: float = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A task of a workflow run.

    Attributes:
        parent: the task above it, if that is known and in sight.
        source: how its parent is known.
    """

    task: TaskRow
    parent: UUID | None
    source: Source


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow run.

    Attributes:
        record: None for tasks that share a header and nothing else.
        members: its tasks in sight, in the order of spawning.
        capped: whether it has more than are shown.
        reach: where its tasks were looked for.
    """

    key: str
    record: Record | None
    members: tuple[Member, ...]
    capped: bool
    reach: Reach

    @property
    def status(self) -> str:
        """As recorded, else what its tasks' states add up to."""
        if self.record:
            return self.record.status
        return summed(member.task.state for member in self.members)

    @property
    def name(self) -> str:
        """As recorded, else its first task's."""
        if self.record:
            return self.record.name
        return self.members[0].task.name if self.members else self.key

    @property
    def has_failed(self) -> bool:
        """Whether any of its tasks failed for good."""
        return FAILED.name in self.tally

    @property
    def is_open(self) -> bool:
        """Whether any of its tasks is not finished."""
        return any(not state_of(state).finished for state in self.tally)

    @property
    def tally(self) -> dict[str, int]:
        """How many of its tasks are in which state, in the order of states."""
        found = Counter(member.task.state for member in self.members)
        return {
            state: found[state]
            for state in (*STATES, *(set(found) - set(STATES)))
            if state in found
        }


def summed(states: Iterable[str]) -> str:
    """What the states of tasks add up to: as long as one is open, the whole is."""
    found = set(states)
    if found <= {"pending"}:
        return "pending"
    if any(not state_of(state).finished for state in found):
        return "running"
    return next((state for state in ("failed", "cancelled") if state in found), "completed")


def recorded_page(access: Access, *, name: str, status: str, older: str) -> WorkflowPage:
    """Recorded workflow runs, newest first.

    Args:
        access: what the viewer may see.
        name: only of this name; empty for all.
        status: only of this status; empty for all.
        older: cursor of the page.
    """
    size = dashboard_settings().page_size
    after = Cursor.parse(older)
    found = recorded.page(access, name=name, status=status, after=after, rows=size + 1)
    shown, last = found[:size], found[size - 1] if len(found) > size else None
    counts = _progress(access, shown)
    return WorkflowPage(
        rows=tuple(_recorded_row(record, counts) for record in shown),
        older=Cursor(last.created_at, last.workflow_run_id).text() if last else "",
    )


def _recorded_row(record: Record, counts: Mapping[str, Counter[str]]) -> WorkflowRow:
    states = counts.get(str(record.workflow_run_id), Counter())
    return WorkflowRow(
        key=str(record.workflow_run_id),
        name=record.name,
        version=record.version,
        status=record.status,
        done=_done(states),
        total=max(states.total(), record.task_count or 0),
        tags=record.tags.text if record.tags else "",
        created_by=record.created_by,
        created_at=record.created_at,
        task=None,
    )


def _done(states: Mapping[str, int]) -> int:
    return sum(many for state, many in states.items() if state_of(state).finished)


def _progress(access: Access, records: Sequence[Record]) -> dict[str, Counter[str]]:
    """States of the tasks that name these workflow runs, as far as a bounded look finds them."""
    counts: dict[str, Counter[str]] = {}
    if not records:
        return counts
    ends = [record.completed_at or access.now for record in records]
    rows = access.each_queue(
        "workflow_progress",
        {
            "first": ids.floor(min(record.created_at for record in records) - _SLACK),
            "end": ids.floor(max(ends) + _SLACK),
            "depth": DEPTH,
            "workflows": [str(record.workflow_run_id) for record in records],
        },
    )
    for row in rows:
        counts.setdefault(row["workflow"], Counter())[row["state"]] += row["tasks"]
    return counts


def grouped_page(
    access: Access, span: Window, *, name: str, status: str, older: str
) -> WorkflowPage:
    """Tasks that share the header ``workflow_run_id``, by the newest task of each group.

    Args:
        access: what the viewer may see.
        span: tasks spawned since when.
        name: only groups whose first task has this name; empty for all.
        status: only groups whose tasks add up to this; empty for all.
        older: cursor of the page. Groups are made of one page's tasks: one that goes on below
            is on both pages, with what each knows of it.
    """
    found = _named(access, span, uuid(older))
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for row in found.rows:
        if named(row[0]):
            groups.setdefault(row[0], []).append(row)
    rows = [_grouped_row(key, tasks) for key, tasks in groups.items()]
    whole = found.stopped_at is None
    last = found.rows[-1][1] if whole and len(found.rows) == _NAMED else found.stopped_at
    return WorkflowPage(
        rows=tuple(row for row in rows if name in ("", row.name) and status in ("", row.status)),
        older=str(last or ""),
        looked_back_to=None if whole else ids.timestamp(found.stopped_at or UUID(int=0)),
        took=found.took,
    )


def _named(
    access: Access, span: Window, below: UUID | None, key: str | None = None, wanted: int = _NAMED
) -> Found[tuple[Any, ...]]:
    """Tasks with the header, newest first: (header, id, name, state, spawned at)."""
    since = span.since(access.now)

    def read(piece: Slice, most: int) -> list[tuple[Any, ...]]:
        tasks = access.tasks().filter(task_id__gte=piece.first)
        if piece.end is not None:
            tasks = tasks.filter(task_id__lt=piece.end)
        told = tasks.annotate(workflow=header("workflow_run_id")).filter(workflow__isnull=False)
        if key is not None:
            told = told.filter(workflow=key)
        columns = ("workflow", "task_id", "task_name", "state", "enqueue_at")
        return list(told.order_by("-task_id").values_list(*columns)[:most])

    return search(
        read,
        wanted,
        now=access.now,
        below=below,
        since=ids.floor(since) if since else None,
        budget=dashboard_settings().search_budget,
        crowded=partial(crowd, access, None),
        database=access.database,
    )


def _grouped_row(key: str, tasks: Sequence[tuple[Any, ...]]) -> WorkflowRow:
    _, task_id, name, _, spawned_at = tasks[-1]
    states = Counter(task[3] for task in tasks)
    return WorkflowRow(
        key, name, "", summed(states), _done(states), len(tasks), "", None, spawned_at, task_id
    )


def one(access: Access, key: str, span: Window, task: UUID | None = None) -> Workflow | None:
    """One workflow run with its tasks.

    Args:
        access: what the viewer may see.
        key: its id, or whatever the header says.
        span: how far back to look for its first task, where nothing leads to it.
        task: one of its tasks, where one is known.

    Returns:
        None when nothing of it is in sight, or nothing was found as far as was looked.
    """
    identifier = uuid(key)
    record = _record(access, identifier, is_named=False)
    root = _root(access, record, identifier)
    start = _start(access, key, span, record, root, task)
    if start is None:
        return None
    end = record.completed_at if record else None
    found = descendants(access, start, end, workflow=key, most=MEMBERS, depth=DEPTH)
    rows = known(access, {*found.parents, *(each.task_id for each in root)})
    members = _members(access, rows, found.parents)
    if found.parents and record is None:
        record = _record(access, identifier, is_named=True)
    if not members and record is None:
        return None
    return Workflow(key, record, members, found.capped, found.reach)


def _record(access: Access, identifier: UUID | None, *, is_named: bool) -> Record | None:
    if identifier is None or not recorded.installed(access):
        return None
    return recorded.one(access, identifier, is_named=is_named)


def _root(access: Access, record: Record | None, identifier: UUID | None) -> tuple[TaskRow, ...]:
    """The task at the root: the record's, or the one whose id is the workflow run's."""
    if record and record.root_run and record.root_queue:
        runs = access.runs([record.root_queue]).filter(run_id=record.root_run)
        return known(access, runs.values_list("task_id", flat=True), [record.root_queue])
    return known(access, [identifier]) if identifier and not record else ()


def _start(
    access: Access,
    key: str,
    span: Window,
    record: Record | None,
    root: Sequence[TaskRow],
    task: UUID | None,
) -> datetime | None:
    """From when on to look for its tasks; None where nothing leads to any."""
    moments = [record.created_at - _SLACK] if record else []
    moments += [_spawned(each.task_id, access) for each in root]
    if moments:
        return min(moments)
    near = known(access, [task] if task else [])
    if near:
        return _spawned(near[0].task_id, access) - _BEFORE
    found = _named(access, span, None, key, 1)
    return _spawned(found.rows[0][1], access) - _BEFORE if found.rows else None


def _spawned(task_id: UUID, access: Access) -> datetime:
    """When a task was, by its id, which is what a search goes by."""
    return ids.timestamp(task_id) or access.now


def _members(
    access: Access, rows: Sequence[TaskRow], parents: Mapping[UUID, str | None]
) -> tuple[Member, ...]:
    """Add the parents that tasks name, and the children that checkpoints suggest."""
    inside = {row.task_id for row in rows}
    above = {uuid(parent) for parent in parents.values()} - inside
    rows = (*known(access, filter(None, above)), *rows)
    inside = {row.task_id for row in rows}
    said: dict[UUID, Mention] = {}
    for mention in mentioned(access, rows, MENTIONS) if rows else ():
        said.setdefault(mention.task_id, mention)
    rows = (*rows, *known(access, said.keys() - inside))
    inside |= {row.task_id for row in rows}
    members = [
        _member(row, parents.get(row.task_id), said.get(row.task_id), inside) for row in rows
    ]
    return tuple(sorted(members, key=lambda member: member.task.task_id))


def _member(row: TaskRow, named: str | None, mention: Mention | None, inside: set[UUID]) -> Member:
    parent = uuid(named)
    if parent in inside:
        return Member(row, parent, Source.RECORDED)
    if mention is not None:
        return Member(row, mention.by, Source.INFERRED)
    return Member(row, None, Source.RECORDED)
