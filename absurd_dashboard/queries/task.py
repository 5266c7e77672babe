"""Everything about one task: facts, attempts, checkpoints, waits, payloads; each bounded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, TextField
from django.db.models.functions import Cast, Left, Length

from absurd_dashboard import anchors
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.conventions import awaited_event
from absurd_dashboard.history import (
    AlikeFact,
    CheckpointFact,
    EventFact,
    History,
    QueueFact,
    RunFact,
    TaskFact,
    WaitFact,
)
from absurd_dashboard.models import Task
from absurd_dashboard.payload import Json, preview
from absurd_dashboard.queries.alike import alike
from absurd_dashboard.redaction import LONGEST_NAME, MARGIN, Redactor
from absurd_dashboard.states import FAILED

#: Attempts on a task page, newest first.
ATTEMPTS = 100
#: Checkpoints that a timeline is drawn from: the newest.
CHECKPOINTS = 5_000
#: Checkpoints whose values stand on one page, and characters of each.
STEPS = 100
_STEP_PREVIEW = 4_000
_WAITS = 100
# SDKs keep the payload of an awaited event under this prefix and the event's name.
_AWAIT = "$awaitEvent:"
_LONGEST_INSTANT = 40
# Characters of an error's parts that are shown.
_LONGEST_ERROR_NAME, _LONGEST_MESSAGE, _LONGEST_TRACE = 200, 4_000, 60_000
_PAYLOADS = ("params", "headers", "retry_strategy", "cancellation", "completed_payload")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run, with its error taken apart.

    Attributes:
        error: None unless it failed.
        result: what the run returned, when it completed with something.
    """

    fact: RunFact
    error: Error | None
    result: Json | None

    @property
    def key(self) -> str:
        """Its id, for ids in HTML."""
        return str(self.fact.run_id)


@dataclass(frozen=True, slots=True)
class Error:
    """Why an attempt failed, as far as its reason has a shape we know.

    Attributes:
        traceback: its first 60,000 characters.
        traceback_size: characters of the whole.
        traceback_cut: whether ``traceback`` is only the beginning.
        reason: the whole JSON as stored, or its beginning.
    """

    name: str | None
    message: str | None
    traceback: str | None
    traceback_size: int
    traceback_cut: bool
    reason: Json


@dataclass(frozen=True, slots=True)
class Step:
    """A checkpoint with its value."""

    fact: CheckpointFact
    attempt: int | None
    value: Json | None

    @property
    def fold(self) -> str:
        """Id of what folds its value; names of steps may hold anything, so it is a digest."""
        return anchors.step(self.fact.name)


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task page's data.

    Attributes:
        attempts: newest first, at most :data:`ATTEMPTS`.
        steps: one page of checkpoints in the order they were written.
        step_page: which page that is, from 1.
        step_pages: how many pages there are.
        chosen: the checkpoint that was asked for, on whatever page it is.
        checkpoints_capped: more than :data:`CHECKPOINTS` exist, and the rest is not shown.
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


def detail(
    access: Access, task_id: UUID, *, step_page: int = 1, step: str = ""
) -> TaskDetail | None:
    """Read a task by its id, wherever it is in sight.

    Args:
        access: what the viewer may see.
        task_id: the task.
        step_page: which page of checkpoints to read with their values, from 1.
        step: a checkpoint to read with its value besides, by its name.

    Returns:
        None when the task is out of sight or does not exist.
    """
    task = access.first(lambda part: _task(part, task_id))
    if task is None:
        return None
    queue = task.queue_name
    redactor = access.redactor(task.task_name)
    attempts = _attempts(access, redactor, queue, task_id)
    facts = _checkpoints(access, redactor, queue, task_id)
    shown = facts[-CHECKPOINTS:]
    pages = max(1, -(-len(shown) // STEPS))
    number = min(max(step_page, 1), pages)
    numbers = {attempt.fact.run_id: attempt.fact.attempt for attempt in attempts}
    paged = shown[(number - 1) * STEPS : number * STEPS]
    chosen = [fact for fact in shown if fact.name == step] if step else []
    read = _steps(access, redactor, task, [*paged, *chosen], numbers)
    payloads = {name: _json(redactor, task, name) for name in _PAYLOADS}
    return TaskDetail(
        queue=queue,
        idempotency_key=redactor.text(task.idempotency_key),
        history=_history(access, task, attempts, shown),
        params=payloads["params"],
        headers=payloads["headers"],
        retry_strategy=payloads["retry_strategy"],
        cancellation=payloads["cancellation"],
        result=payloads["completed_payload"],
        attempts=attempts,
        steps=read[: len(paged)],
        step_page=number,
        step_pages=pages,
        chosen=read[-1] if chosen else None,
        checkpoints_capped=len(facts) > CHECKPOINTS,
    )


def _task(access: Access, task_id: UUID) -> Task | None:
    annotations: dict[str, Any] = {}
    for name in _PAYLOADS:
        annotations |= preview(name)
    tasks = access.tasks().filter(task_id=task_id)
    return tasks.annotate(**annotations).defer(*_PAYLOADS).first()


def _json(redactor: Redactor, row: Task, column: str) -> Json | None:
    return Json.of(redactor, getattr(row, f"{column}_text"), getattr(row, f"{column}_size"))


def _attempts(access: Access, redactor: Redactor, queue: str, task_id: UUID) -> tuple[Attempt, ...]:
    rows = access.each_queue(
        "attempts",
        {
            "task_id": task_id,
            "limit": ATTEMPTS,
            "preview": dashboard_settings().payload_preview,
            "name": _LONGEST_ERROR_NAME + MARGIN,
            "message": _LONGEST_MESSAGE + MARGIN,
            "trace": _LONGEST_TRACE + MARGIN,
        },
        tail="order by attempt desc, created_at desc",
        queues=[queue],
    )
    return tuple(
        Attempt(_run_fact(redactor, row), _error(redactor, row), _result(redactor, row))
        for row in rows
    )


def _run_fact(redactor: Redactor, row: dict[str, Any]) -> RunFact:
    facts = {name: row[name] for name in RunFact.__dataclass_fields__}
    return RunFact(**{**facts, **_said(redactor, row)})


def _said(redactor: Redactor, row: dict[str, Any]) -> dict[str, str | None]:
    """Name and message of the error."""
    return {
        "error_name": redactor.member(["name"], row["error_name"], _LONGEST_ERROR_NAME),
        "error_message": redactor.member(["message"], row["error_message"], _LONGEST_MESSAGE),
    }


def _error(redactor: Redactor, row: dict[str, Any]) -> Error | None:
    reason = Json.of(redactor, row["reason_text"], row["reason_size"])
    if reason is None:
        return None
    said, size = _said(redactor, row), row["traceback_size"] or 0
    trace = redactor.member(["traceback", "stack"], row["traceback"], _LONGEST_TRACE)
    return Error(
        name=said["error_name"],
        message=said["error_message"],
        traceback=trace,
        traceback_size=size,
        traceback_cut=size > _LONGEST_TRACE,
        reason=reason,
    )


def _result(redactor: Redactor, row: dict[str, Any]) -> Json | None:
    return Json.of(redactor, row["result_text"], row["result_size"])


def _checkpoints(
    access: Access, redactor: Redactor, queue: str, task_id: UUID
) -> list[CheckpointFact]:
    text = Cast(F("state"), TextField())
    rows = (
        access.checkpoints([queue])
        .filter(task_id=task_id)
        .annotate(start=Left(text, _LONGEST_INSTANT, output_field=CharField()), size=Length(text))
        .order_by("-updated_at", "-checkpoint_name")
        .values_list("checkpoint_name", "owner_run_id", "updated_at", "start", "size")
    )
    newest = [
        CheckpointFact(name, owner, updated, _instant(redactor, start, size), size or 0)
        for name, owner, updated, start, size in rows[: CHECKPOINTS + 1]
    ]
    return newest[::-1]


def _instant(redactor: Redactor, start: str | None, size: int | None) -> datetime | None:
    """The instant that a sleep stores, an ISO 8601 string with an offset; None if it is hidden."""
    if not start or start[0] != '"' or (size or 0) > _LONGEST_INSTANT:
        return None
    if redactor.json(start) != start:
        return None
    try:
        moment = datetime.fromisoformat(json.loads(start))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _steps(
    access: Access,
    redactor: Redactor,
    task: Task,
    facts: list[CheckpointFact],
    attempts: dict[UUID, int],
) -> tuple[Step, ...]:
    rows = (
        access.checkpoints([task.queue_name])
        .filter(task_id=task.task_id, checkpoint_name__in=[fact.name for fact in facts])
        .annotate(**preview("state", longest=_STEP_PREVIEW))
        .values("checkpoint_name", *preview("state"))
    )
    values = {
        row["checkpoint_name"]: Json.of(redactor, row["state_text"], row["state_size"])
        for row in rows
    }
    return tuple(
        Step(
            fact,
            attempts.get(fact.owner_run_id) if fact.owner_run_id else None,
            values.get(fact.name),
        )
        for fact in facts
    )


def _history(
    access: Access, task: Task, attempts: tuple[Attempt, ...], checkpoints: list[CheckpointFact]
) -> History:
    waits = _waits(access, task)
    return History(
        task=_task_fact(task, access.now),
        runs=[attempt.fact for attempt in reversed(attempts)],
        checkpoints=checkpoints,
        waits=waits,
        events=_events(access, task.queue_name, checkpoints, waits),
        now=access.now,
        queue=_queue(access, task.queue_name),
        alike=_alike(access, task, attempts),
    )


def _alike(access: Access, task: Task, attempts: tuple[Attempt, ...]) -> AlikeFact | None:
    if task.state != FAILED.name or not attempts:
        return None
    return alike(access, task.queue_name, attempts[0].fact.run_id)


def _task_fact(task: Task, now: datetime) -> TaskFact:
    strategy = task.retry_strategy_text  # type: ignore[attr-defined]
    return TaskFact(
        task_id=task.task_id,
        queue=task.queue_name,
        name=task.task_name[:LONGEST_NAME],
        state=task.state,
        enqueue_at=task.enqueue_at or now,
        first_started_at=task.first_started_at,
        cancelled_at=task.cancelled_at,
        attempts=task.attempts,
        max_attempts=task.max_attempts,
        retry_strategy=_mapping(strategy),
    )


def _mapping(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _waits(access: Access, task: Task) -> list[WaitFact]:
    waits = access.waits([task.queue_name]).filter(task_id=task.task_id).order_by("created_at")
    return [
        WaitFact(wait.run_id, wait.step_name, wait.event_name, wait.created_at, wait.timeout_at)
        for wait in waits[:_WAITS]
    ]


def _events(
    access: Access, queue: str, checkpoints: list[CheckpointFact], waits: list[WaitFact]
) -> list[EventFact]:
    """The events that the task awaits or awaited, emitted or not."""
    awaited = [event for point in reversed(checkpoints) for event in _awaited(point.name)]
    names = list(dict.fromkeys([*(wait.event_name for wait in waits), *awaited]))[:_WAITS]
    if not names:
        return []
    rows = access.events([queue]).filter(event_name__in=names)
    emitted = dict(rows.values_list("event_name", "emitted_at"))
    return [EventFact(name, emitted.get(name)) for name in names]


def _awaited(checkpoint: str) -> list[str]:
    """Names of the event that a checkpoint may hold the payload of: with and without ``#2``."""
    if not checkpoint.startswith(_AWAIT):
        return []
    return [checkpoint.removeprefix(_AWAIT), awaited_event(checkpoint) or ""]


def _queue(access: Access, queue: str) -> QueueFact:
    (row,) = access.each_queue("pulse", {"now": access.now}, queues=[queue])
    return QueueFact(row["workers"], row["last_claim_at"])


def text_of(access: Access, task_id: UUID, column: str) -> str | None:
    """A payload of a task in full, what is to be hidden replaced.

    Args:
        access: what the viewer may see.
        task_id: the task.
        column: one of ``params``, ``headers``, ``result``.

    Returns:
        JSON; None when there is no such task in sight, or it has none.
    """
    field = {"params": "params", "headers": "headers", "result": "completed_payload"}[column]
    row = access.tasks().filter(task_id=task_id).values_list("task_name", field).first()
    return _redacted(access, *row) if row else None


def step_text(access: Access, task_id: UUID, step: str) -> str | None:
    """A checkpoint's value in full; otherwise as :func:`text_of`."""
    rows = access.checkpoints().filter(task_id=task_id, checkpoint_name=step)
    state = rows.values_list("state", flat=True).first()
    name = _name_of(access, task_id)
    return None if name is None else _redacted(access, name, state)


def reason_text(access: Access, run_id: UUID) -> str | None:
    """The reason of a failed attempt in full; otherwise as :func:`text_of`."""
    run = access.runs().filter(run_id=run_id).values_list("task_id", "failure_reason").first()
    if run is None:
        return None
    name = _name_of(access, run[0])
    return None if name is None else _redacted(access, name, run[1])


def _name_of(access: Access, task_id: UUID) -> str | None:
    """The task's name, which decides what is hidden; None without a task, so that all is."""
    return access.tasks().filter(task_id=task_id).values_list("task_name", flat=True).first()


def _redacted(access: Access, task_name: str, text: str | None) -> str | None:
    return None if text is None else access.redactor(task_name).json(text)
