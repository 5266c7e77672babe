"""What ties tasks together: headers that record it, and checkpoints from which it is concluded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from absurd_dashboard.conventions import awaited_task

if TYPE_CHECKING:
    from absurd_dashboard.queries.tasks import TaskRow

#: Characters of a workflow run's id.
LONGEST = 500
#: Members under which SDKs keep the id of a task that they spawned.
_MEMBERS = ("taskID", "task_id")


class Source(StrEnum):
    """How a tie is known."""

    RECORDED = "recorded"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Mention:
    """A task id that a checkpoint names.

    Attributes:
        by: the task whose checkpoint it is.
        step: the checkpoint's name.
        task_id: the task it names, if there is one of that id.
    """

    by: UUID
    step: str
    task_id: UUID


@dataclass(frozen=True, slots=True)
class Ties:
    """What a task's headers say, whatever there is of it.

    Attributes:
        parent: ``parent_task_id``; ``workflow`` is ``workflow_run_id``.
    """

    parent: str | None
    workflow: str | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A task that is tied to another.

    Attributes:
        source: whether a header says so, or a checkpoint suggests it.
        step: the checkpoint that suggests it; empty when it is recorded.
    """

    task: TaskRow
    source: Source
    step: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a search for tasks by their headers went.

    Attributes:
        since: spawned from then on.
        until: and until then.
        cut: whether more were spawned in between than may be looked at, so ``until`` is earlier
            than it should be.
    """

    since: datetime
    until: datetime
    cut: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a task belongs to.

    Attributes:
        workflow: its header ``workflow_run_id``.
        parent: None when it names none, or none in sight.
        children: in the order in which they were spawned.
        capped: whether there are more children than are listed.
        reach: where children were looked for by their headers.
    """

    workflow: str | None
    parent: Relative | None
    children: tuple[Relative, ...]
    capped: bool
    reach: Reach

    @property
    def known(self) -> bool:
        """Whether it belongs to anything."""
        return bool(self.workflow or self.parent or self.children)

    @property
    def ties(self) -> tuple[object, ...]:
        """All of it but how far the search went, which the clock moves."""
        return (self.workflow, self.parent, self.children, self.capped)


def named(workflow: str | None) -> bool:
    """Whether a header names a workflow run: it is neither empty nor longer than any id."""
    return workflow is not None and 0 < len(workflow) <= LONGEST


def mentions(by: UUID, step: str, state: str | None) -> Iterator[Mention]:
    """The task ids that a checkpoint names: in its own name, or as its value.

    Args:
        by: the checkpoint's task.
        step: the checkpoint's name.
        state: its value as JSON, or None where that is too long to be an id's.
    """
    for text in (awaited_task(step), _held(state)):
        task_id = uuid(text)
        if task_id is not None and task_id != by:
            yield Mention(by, step, task_id)


def _held(state: str | None) -> object:
    try:
        value = json.loads(state or "null")
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        return next((value[name] for name in _MEMBERS if name in value), None)
    return value


def uuid(text: object) -> UUID | None:
    """An id as people and programs write it; None for anything else."""
    if not isinstance(text, str) or len(text) != len(str(UUID(int=0))):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
