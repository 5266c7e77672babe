"""What can be done to many tasks: to which of them it applies, and how the engine is asked.

Each function is given tasks of one queue, in the order of their ids, inside of a transaction on
the engine's database, and says for each what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import ngettext_lazy

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
        title: of an operation on ``count`` tasks, written ``n``.
        states: those it applies to.
        refusal: why it does not apply to other states.
        perform: asks the engine.
    """

    action: Action
    title: Any
    states: frozenset[str]
    refusal: str
    perform: Perform


def _retry(access: Access, queue: str, seen: Sequence[Seen], job: Job) -> list[Outcome]:
    """Retry in place what has not moved since the dry run. Calls ``absurd.retry_task``."""
    held = _standing(access, "bulk_hold", queue, seen)
    ready = _unmoved(seen, held)
    given = {"tasks": ready, "most": [held[task].attempts + job.attempts for task in ready]}
    rows = _called(access, "retry_task", "bulk_retry", queue, given) if ready else []
    attempts = {row["task_id"]: row["attempt"] for row in rows}

    def said(task: Seen) -> Outcome:
        words = f"Attempt {attempts[task.task_id]} is ready to be claimed."
        return Outcome(Result.DONE, words, task.task_id)

    return [_moved(task, held.get(task.task_id)) or said(task) for task in seen]


def _spawn_alike(access: Access, queue: str, seen: Sequence[Seen], job: Job) -> list[Outcome]:
    """Spawn a task with the same inputs for each, once. Calls ``absurd.spawn_task``."""
    held = _standing(access, "bulk_hold", queue, seen)
    ready = _unmoved(seen, held)
    given = {"tasks": ready, "key": f"absurd-dashboard:bulk:{job.operation_id}:"}
    rows = _called(access, "spawn_task", "bulk_spawn", queue, given) if ready else []
    spawned = {row["original"]: row["task_id"] for row in rows}

    def said(task: Seen) -> Outcome:
        words = "Spawned a new task with the same inputs."
        return Outcome(Result.DONE, words, spawned[task.task_id], new=True)

    return [_moved(task, held.get(task.task_id)) or said(task) for task in seen]


def _cancel(access: Access, queue: str, seen: Sequence[Seen], job: Job) -> list[Outcome]:
    """Cancel what is still open. Calls ``absurd.cancel_task``, which takes its own locks."""
    before = _standing(access, "bulk_now", queue, seen)
    still = [task for task in before if before[task].state in _OPEN]
    if still:
        _called(access, "cancel_task", "bulk_cancel", queue, {"tasks": sorted(still)})
    after = _standing(access, "bulk_now", queue, seen)
    return [_ended(task, before.get(task.task_id), after.get(task.task_id)) for task in seen]


def _called(
    access: Access, procedure: str, statement: str, queue: str, given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Call a procedure for many tasks in one statement."""
    with translated(procedure, {"queue": queue}):
        return access.each_queue(statement, given, queues=[queue])


def _unmoved(seen: Sequence[Seen], held: Mapping[UUID, Standing]) -> list[UUID]:
    """Those that are as the dry run saw them."""
    return [task.task_id for task in seen if not _moved(task, held.get(task.task_id))]


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
        ngettext_lazy("Retry %(n)s task", "Retry %(n)s tasks", "count"),
        frozenset({"failed"}),
        "Only failed tasks can be retried.",
        _retry,
    ),
    "copy": Verb(
        Action.RETRY,
        ngettext_lazy("Retry %(n)s task as a new one", "Retry %(n)s tasks as new ones", "count"),
        frozenset({"failed"}),
        "Only failed tasks can be retried.",
        _spawn_alike,
    ),
    "cancel": Verb(
        Action.CANCEL,
        ngettext_lazy("Cancel %(n)s task", "Cancel %(n)s tasks", "count"),
        _OPEN,
        "The task has already ended.",
        _cancel,
    ),
    "run_again": Verb(
        Action.RUN_AGAIN,
        ngettext_lazy("Run %(n)s task again", "Run %(n)s tasks again", "count"),
        _FINISHED,
        "Only a task that has ended can be run again.",
        _spawn_alike,
    ),
}
