"""What a new task may be made from: a task's inputs, and the names that a queue knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Left

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Target
from absurd_dashboard.inputs import Inputs
from absurd_dashboard.models import Task
from absurd_dashboard.queries.targets import task_target
from absurd_dashboard.redaction import LONGEST_NAME

#: The newest tasks of a queue, among which its task names are looked for.
NEWEST = 1_000
_NAMES = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A task to be run again."""

    target: Target
    state: str
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class KnownName:
    """A task name that was spawned lately, and the last task with it."""

    name: str
    task_id: UUID

    @property
    def at(self) -> datetime | None:
        """When that task was spawned."""
        return ids.timestamp(self.task_id)


def source(access: Access, task_id: UUID) -> Source | None:
    """A task in sight with its inputs in full; None when it is not in sight."""
    target = task_target(access, task_id)
    task = access.tasks().filter(task_id=task_id).first()
    if target is None or task is None:
        return None
    return Source(target, task.state, _inputs(task))


def last_inputs(access: Access, queue: str, name: str) -> Inputs | None:
    """What the newest task with a name was spawned with, if it is among the newest in sight."""
    known = [each.task_id for each in known_names(access, queue) if each.name == name]
    task = access.tasks([queue]).filter(task_id=known[0]).first() if known else None
    return _inputs(task) if task else None


def known_names(access: Access, queue: str) -> list[KnownName]:
    """Task names of the newest tasks in sight in a queue, sorted."""
    names = Left("task_name", LONGEST_NAME)
    newest = access.tasks([queue]).order_by("-task_id").values_list(names, "task_id")[:NEWEST]
    last: dict[str, UUID] = {}
    for name, task_id in newest:
        last.setdefault(name, task_id)
    return [KnownName(*pair) for pair in sorted(last.items())[:_NAMES]]


def _inputs(task: Task) -> Inputs:
    return Inputs(
        task.params, task.headers, task.retry_strategy, task.cancellation, task.max_attempts
    )
