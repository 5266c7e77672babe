"""Everything about one task: facts, attempts, checkpoints, waits, payloads; each bounded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from absurd_dashboard.access import Access, Row
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.conventions import AWAITED_EVENT, awaited_event
from absurd_dashboard.history import (
    AlikeFact,
    CheckpointFact,
    EventFact,
    History,
    QueueFact,
    TaskFact,
    WaitFact,
)
from absurd_dashboard.lineage import LONGEST, Ties
from absurd_dashboard.payload import Json
from absurd_dashboard.queries import attempts as all_attempts
from absurd_dashboard.queries import checkpoints as all_checkpoints
from absurd_dashboard.queries.alike import alike
from absurd_dashboard.queries.attempts import Attempt
from absurd_dashboard.queries.checkpoints import Step
from absurd_dashboard.queries.tasks import TaskRow
from absurd_dashboard.redaction import LONGEST_NAME, Redactor
from absurd_dashboard.states import FAILED

_WAITS = 100


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task page's data.

    Attributes:
        attempts: newest first.
        steps: one page of checkpoints in the order they were written.
        step_page: which page that is, from 1.
        step_pages: how many pages there are.
        chosen: the checkpoint that was asked for, on whatever page it is.
        checkpoints_capped: more exist than are read, and the rest is not shown.
    """

    queue: str
    idempotency_key: str | None
    history: History
    params: Json | None
    headers: Json | None
    retry_strategy: Json | None
    cancellation: Json | None
    result: Json | None
    attempts: tuple[Attempt, ...]
    steps: tuple[Step, ...]
    step_page: int
    step_pages: int
    chosen: Step | None
    checkpoints_capped: bool

    @property
    def row(self) -> TaskRow:
        """The task as a list shows it."""
        task, last = self.history.task, self.attempts[0].fact if self.attempts else None
        ended = (last.completed_at or last.failed_at) if last else None
        return TaskRow(
            queue=self.queue,
            task_id=task.task_id,
            name=task.name,
            state=task.state,
            attempts=task.attempts,
            max_attempts=task.max_attempts,
            enqueued_at=task.enqueue_at,
            started_at=task.first_started_at,
            ended_at=ended or task.cancelled_at,
        )


def detail(
    access: Access, task_id: UUID, *, step_page: int = 1, step: str = ""
) -> tuple[TaskDetail, Ties] | None:
    """Read a task by its id, wherever it is in sight.

    Args:
        access: what the viewer may see.
        task_id: the task.
        step_page: which page of checkpoints to read with their values, from 1.
        step: a checkpoint to read with its value besides, by its name.

    Returns:
        The task, and what its headers say that it belongs to; None when it is out of sight or
        does not exist.
    """
    row = _row(access, task_id)
    if row is None:
        return None
    queue = row["queue_name"]
    redactor = access.redactor(row["task_name"])
    attempts = all_attempts.read(access, redactor, queue, task_id)
    numbers = {attempt.fact.run_id: attempt.fact.attempt for attempt in attempts}
    points = all_checkpoints.read(
        access, redactor, queue, task_id, numbers, page=step_page, step=step
    )
    found = TaskDetail(
        queue=queue,
        idempotency_key=redactor.text(row["idempotency_key"]),
        history=_history(access, row, attempts, points.facts),
        params=_json(redactor, row, "params"),
        headers=_json(redactor, row, "headers"),
        retry_strategy=_json(redactor, row, "retry_strategy"),
        cancellation=_json(redactor, row, "cancellation"),
        result=_json(redactor, row, "completed_payload"),
        attempts=attempts,
        steps=points.steps,
        step_page=points.page,
        step_pages=points.pages,
        chosen=points.chosen,
        checkpoints_capped=points.capped,
    )
    return found, Ties(row["parent"], row["workflow"])


def _row(access: Access, task_id: UUID) -> Row | None:
    """The task's own row: its queue is found first, by what every queue is asked alike."""
    queue = access.first(lambda part: _queue_of(part, task_id))
    if queue is None:
        return None
    asked = {
        "task_id": task_id,
        "name": LONGEST_NAME,
        "header": LONGEST + 1,
        "preview": dashboard_settings().payload_preview,
    }
    return next(iter(access.each_queue("task", asked, queues=[queue])), None)


def _queue_of(access: Access, task_id: UUID) -> str | None:
    rows = access.each_queue("task_queue", {"task_id": task_id}, queues=access.queue_names)
    return rows[0]["queue_name"] if rows else None


def _json(redactor: Redactor, row: Row, column: str) -> Json | None:
    return Json.of(redactor, row[f"{column}_text"], row[f"{column}_size"])


def _history(
    access: Access, row: Row, attempts: Sequence[Attempt], checkpoints: Sequence[CheckpointFact]
) -> History:
    waits = _waits(access, row)
    return History(
        task=_task_fact(row, access.now),
        runs=[attempt.fact for attempt in reversed(attempts)],
        checkpoints=checkpoints,
        waits=waits,
        events=_events(access, row["queue_name"], checkpoints, waits),
        now=access.now,
        queue=_queue(access, row["queue_name"]),
        alike=_alike(access, row, attempts),
    )


def _alike(access: Access, row: Row, attempts: Sequence[Attempt]) -> AlikeFact | None:
    if row["state"] != FAILED.name or not attempts:
        return None
    return alike(access, row["queue_name"], attempts[0].fact.run_id)


def _task_fact(row: Row, now: datetime) -> TaskFact:
    return TaskFact(
        task_id=row["task_id"],
        queue=row["queue_name"],
        name=row["task_name"],
        state=row["state"],
        enqueue_at=row["enqueue_at"] or now,
        first_started_at=row["first_started_at"],
        cancelled_at=row["cancelled_at"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        retry_strategy=_mapping(row["retry_strategy_text"]),
    )


def _mapping(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _waits(access: Access, row: Row) -> list[WaitFact]:
    asked = {"task_id": row["task_id"], "most": _WAITS}
    return [
        WaitFact(**wait) for wait in access.each_queue("waits", asked, queues=[row["queue_name"]])
    ]


def _events(
    access: Access,
    queue: str,
    checkpoints: Sequence[CheckpointFact],
    waits: Sequence[WaitFact],
) -> list[EventFact]:
    """The events that the task awaits or awaited, emitted or not."""
    awaited = (event for point in reversed(checkpoints) for event in _awaited(point.name))
    names = list(dict.fromkeys([*(wait.event_name for wait in waits), *awaited]))[:_WAITS]
    if not names:
        return []
    rows = access.each_queue("emitted", {"names": names}, queues=[queue])
    emitted = {row["event_name"]: row["emitted_at"] for row in rows}
    return [EventFact(name, emitted.get(name)) for name in names]


def _awaited(checkpoint: str) -> list[str]:
    """Names of the event that a checkpoint may hold the payload of: with and without ``#2``."""
    if not checkpoint.startswith(AWAITED_EVENT):
        return []
    return [checkpoint.removeprefix(AWAITED_EVENT), awaited_event(checkpoint) or ""]


def _queue(access: Access, queue: str) -> QueueFact:
    (row,) = access.each_queue("pulse", {"now": access.now}, queues=[queue])
    return QueueFact(row["workers"], row["last_claim_at"])
