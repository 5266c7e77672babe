"""What a timeline is made of: spans on lines, lines in the rows of attempts, rows on an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from absurd_dashboard.timeline.axis import Axis


class Kind(StrEnum):
    """What a stretch of time was spent on."""

    BACKOFF = "backoff"
    QUEUED = "queued"
    RUNNING = "running"
    STEP = "step"
    CHILD = "child"
    SLEEP = "sleep"
    WAIT = "wait"
    SUSPENDED = "suspended"
    DEFERRED = "deferred"
    UNSAVED = "unsaved"
    LOST = "lost"

    @property
    def suspends(self) -> bool:
        """Whether no worker holds the run meanwhile."""
        return self in _SUSPENDING


_SUSPENDING = (Kind.SLEEP, Kind.WAIT, Kind.SUSPENDED, Kind.DEFERRED)


@dataclass(slots=True)  # thousands are made, and freezing costs more than all else of them
class Span:
    """A stretch of time; nothing changes one.

    Attributes:
        label: the step, sleep, event or task it is about; empty where the kind says all.
        state: name of the state in whose colour it is drawn.
        end: None while it lasts.
        start_inferred: True where ``start`` is a conclusion and not a stored instant.
        until: when a span that lasts will end by itself, where that is known.
        note: what else is known of it, in a few words.
        size: bytes that the checkpoint's state takes as it is stored.
    """

    kind: Kind
    label: str
    state: str
    start: datetime
    end: datetime | None
    start_inferred: bool = False
    end_inferred: bool = False
    until: datetime | None = None
    note: str = ""
    checkpoint: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One step, sleep or wait of an attempt with all its repetitions."""

    kind: Kind
    label: str
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt.

    Attributes:
        life: what became of the run, without holes, in order.
        lines: what its checkpoints tell, by name, in order of first appearance.
        retried: True where somebody retried a task that had failed for good.
    """

    attempt: int
    run_id: UUID
    state: str
    worker: str | None
    error_name: str | None
    error_message: str | None
    life: Sequence[Span]
    lines: Sequence[Line]
    retried: bool

    @property
    def spans(self) -> list[Span]:
        """Everything the checkpoints tell, in order of time."""
        return sorted((s for line in self.lines for s in line.spans), key=attrgetter("start"))


@dataclass(frozen=True, slots=True)
class Timeline:
    """All attempts of a task on one axis of time.

    Attributes:
        finished: whether the task is; a finished task's axis ends before ``now``.
        scale: the true axis.
        collapsed: the axis on which idle time takes little room; ``scale`` where none is worth it.
    """

    rows: Sequence[Row]
    now: datetime
    finished: bool
    scale: Axis
    collapsed: Axis
