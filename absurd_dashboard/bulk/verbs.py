"""What can be done to many tasks: to which of them it applies, and how the engine is asked.

Each function is given tasks of one queue, in the order of their ids, inside of a transaction on
the engine's database, and says for each what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from absurd_core import tasks
from absurd_core.errors import TaskNotFound
from absurd_core.statements import run
from absurd_core.translation import translated
from absurd_dashboard.access import Access
from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.gate import Outcome, Result
from absurd_dashboard.policy import Action
from absurd_dashboard.states import STATES

_FINISHED = frozenset(name for name, state in STATES.items() if state.finished)
_OPEN = frozenset(STATES) - _FINISHED
_GONE = "The task no longer exists, or is out of sight."


@dataclass(frozen=True, slots=True)
class Job:
    """What an operation asks for.

    Attributes:
        attempts: how many more a task gets that is retried in place.
    """

    operation_id: UUID
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands now."""

    state: str
    attempts: int
    run_id: UUID | None


Perform = Callable[[Access, str, Sequence[Seen], Job], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done to many tasks.

    Attributes:
        action: what the policy is asked about.
        label: for buttons.
        title: of an operation, before the number of its tasks.
        states: those it applies to.
        refusal: why it does not apply to other states.
        perform: asks the engine.
    """

    action: Action
    label: str | Promise
    title: str | Promise
    states: frozenset[str]
    refusal: str
    perform: Perform


def _retry(access: Access, queue: str, seen: Sequence[Seen], job: Job) -> list[Outcome]:
    """Retry in place what has not moved since the dry run. Calls ``absurd.retry_task``."""
    held = _standing(access, "bulk_hold", queue, seen)

    def one(task: Seen) -> Outcome:
        if moved := _moved(task, held.get(task.task_id)):
            return moved
        most = held[task.task_id].attempts + job.attempts
        statement = tasks.retry(queue, task.task_id, max_attempts=most)
        spawned = run(connections[access.database], statement)
        return Outcome(
            Result.DONE, f"Attempt {spawned.attempt} is ready to be claimed.", task.task_id
        )

    return [one(task) for task in seen]


def _spawn_alike(access: Access, queue: str, seen: Sequence[Seen], job: Job) -> list[Outcome]:
    """Spawn a task with the same inputs for each, once. Calls ``absurd.spawn_task``."""
    held = _standing(access, "bulk_hold", queue, seen)

    def one(task: Seen) -> Outcome:
        if moved := _moved(task, held.get(task.task_id)):
            return moved
        key = f"absurd-dashboard:bulk:{job.operation_id}:{task.task_id}"
        given = {"queue": queue, "task_id": task.task_id, "key": key}
        with translated("spawn_task", {"queue": queue, "task_id": task.task_id}):
            (row,) = access.each_queue("spawn_alike", given, queues=[queue])
        said = "Spawned a new task with the same inputs."
        return Outcome(Result.DONE, said, row["task_id"], new=True)

    return [one(task) for task in seen]


def _cancel(access: Access, queue: str, seen: Sequence[Seen], job: Job) -> list[Outcome]:
    """Cancel what is still open. Calls ``absurd.cancel_task``, which takes its own locks."""
    before = _standing(access, "bulk_now", queue, seen)
    for task_id, standing in before.items():
        if standing.state in _OPEN:
            _cancelled(access, queue, task_id)
    after = _standing(access, "bulk_now", queue, seen)
    return [_ended(task, before.get(task.task_id), after.get(task.task_id)) for task in seen]


def _cancelled(access: Access, queue: str, task_id: UUID) -> None:
    try:
        run(connections[access.database], tasks.cancel(queue, task_id))
    except TaskNotFound:
        return  # cleaned up a moment ago: what is read next says so


def _ended(task: Seen, before: Standing | None, after: Standing | None) -> Outcome:
    if before is None or after is None:
        return Outcome(Result.NOTHING, _GONE)
    if before.state in _OPEN and after.state == "cancelled":
        return Outcome(Result.DONE, "Cancelled.", task.task_id)
    said = f"The task is already {after.state}; nothing was cancelled."
    return Outcome(Result.NOTHING, said, task.task_id)


def _moved(task: Seen, now: Standing | None) -> Outcome | None:
    """Why nothing is done to a task that is not as the dry run saw it; None if it is."""
    if now is None:
        return Outcome(Result.NOTHING, _GONE)
    if now.state != task.state:
        said = f"The task was {task.state} and is {now.state} now; nothing was done."
    elif now.run_id != task.run_id:
        said = f"The task is {now.state} anew, by a later attempt; nothing was done."
    else:
        return None
    return Outcome(Result.NOTHING, said, task.task_id)


def _standing(
    access: Access, statement: str, queue: str, seen: Sequence[Seen]
) -> Mapping[UUID, Standing]:
    """Where those of the tasks stand that are still in sight."""
    wanted: dict[str, Any] = {"tasks": [task.task_id for task in seen]}
    rows = access.each_queue(statement, wanted, queues=[queue])
    return {
        row["task_id"]: Standing(row["state"], row["attempts"], row["last_attempt_run"])
        for row in rows
    }


#: By the name that an operation keeps.
VERBS: Mapping[str, Verb] = {
    "retry": Verb(
        Action.RETRY,
        _("Retry in place"),
        _("Retry"),
        frozenset({"failed"}),
        "Only failed tasks can be retried.",
        _retry,
    ),
    "copy": Verb(
        Action.RETRY,
        _("Retry as new tasks"),
        _("Retry as new tasks"),
        frozenset({"failed"}),
        "Only failed tasks can be retried.",
        _spawn_alike,
    ),
    "cancel": Verb(
        Action.CANCEL, _("Cancel"), _("Cancel"), _OPEN, "The task has already ended.", _cancel
    ),
    "run_again": Verb(
        Action.RUN_AGAIN,
        _("Run again"),
        _("Run again"),
        _FINISHED,
        "Only a task that has ended can be run again.",
        _spawn_alike,
    ),
}
