"""The facts of one task's history, as the engine's tables hold them, before anything is inferred.

A timeline and a sentence are pure functions of these facts, so that they can be tested on facts
alone and never query. Every instant is timezone-aware; sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from absurd_dashboard.display import Count


@dataclass(frozen=True, slots=True)
class TaskFact:
    """A row of ``t_<queue>``, without its payloads."""

    task_id: UUID
    queue: str
    name: str
    state: str
    enqueue_at: datetime
    first_started_at: datetime | None
    cancelled_at: datetime | None
    attempts: int
    max_attempts: int | None
    retry_strategy: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class RunFact:
    """A row of ``r_<queue>``: one attempt.

    Attributes:
        started_at: the latest claim; the engine overwrites it whenever a run is resumed.
        available_at: None for the engine's ``infinity``: the run waits without a time.
        wake_event: the event that a suspended run waits for, or whose wait has just timed out.
        error_name: ``name`` of the failure, where it is an object that has one.
    """

    run_id: UUID
    attempt: int
    state: str
    claimed_by: str | None
    claim_expires_at: datetime | None
    available_at: datetime | None
    wake_event: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    error_name: str | None
    error_message: str | None


@dataclass(slots=True)  # thousands are made, and freezing costs more than all else of them
class CheckpointFact:
    """A row of ``c_<queue>``, without its state; nothing changes one.

    Attributes:
        owner_run_id: the run that wrote it last.
        updated_at: when it was written: the end of a step, the beginning of a sleep.
        wake_at: the state read as an instant where it is an ISO 8601 string, as a sleep's is.
        size: bytes that the state takes as it is stored.
    """

    name: str
    owner_run_id: UUID | None
    updated_at: datetime
    wake_at: datetime | None
    size: int


@dataclass(frozen=True, slots=True)
class WaitFact:
    """A row of ``w_<queue>``: a run's registration for an event, there only while it waits."""

    run_id: UUID
    step_name: str
    event_name: str
    created_at: datetime
    timeout_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventFact:
    """An event that the task awaited; ``emitted_at`` is None while it was never emitted."""

    name: str
    emitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueFact:
    """What is known of the workers of the task's queue, where somebody looked.

    Attributes:
        workers: how many different workers hold a live claim now.
        last_claim_at: the latest claim seen in the queue.
    """

    workers: int
    last_claim_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlikeFact:
    """Other tasks of the queue that failed of the same cause lately.

    Attributes:
        fingerprint: names the cause.
        tasks: how many; a capped count is at least that.
    """

    fingerprint: str
    tasks: Count


@dataclass(frozen=True, slots=True)
class History:
    """Everything known of one task at one instant of the engine's clock.

    Attributes:
        alike: None unless the task failed for good and somebody looked.
    """

    task: TaskFact
    runs: Sequence[RunFact]
    checkpoints: Sequence[CheckpointFact]
    waits: Sequence[WaitFact]
    events: Sequence[EventFact]
    now: datetime
    queue: QueueFact | None = None
    alike: AlikeFact | None = None
