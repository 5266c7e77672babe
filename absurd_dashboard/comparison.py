"""The attempts of a task side by side: what each came to, where it got to, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from absurd_dashboard.history import CheckpointFact, History, RunFact
from absurd_dashboard.timeline.model import Kind, Row, Timeline

#: Attempts compared, and checkpoints below them: the latest of each.
ATTEMPTS, STEPS = 4, 50
_BEFORE_THE_CLAIM = frozenset({Kind.BACKOFF, Kind.QUEUED})


@dataclass(frozen=True, slots=True)
class Column:
    """An attempt.

    Attributes:
        took: since its first claim; None when it was never claimed.
        saved: how many checkpoints are its own now; ``got_to`` is the last of them.
        found: how many it found saved by attempts before it.
    """

    attempt: int
    run_id: UUID
    state: str
    worker: str | None
    took: timedelta | None
    saved: int
    found: int
    got_to: str | None
    error: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a checkpoint is to an attempt.

    Attributes:
        what: ``saved`` by it; ``found``, saved before it; ``later``, owned by a later attempt now,
            so that what this one saved under the name, if it did, was overwritten; or ``none``.
        owner: the attempt that owns it now.
    """

    attempt: int
    what: str
    owner: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """A checkpoint across the attempts."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Attempts side by side, the latest last.

    Attributes:
        differing: names of the attributes in which the columns differ.
        hidden_steps: how many checkpoints are left out, the earliest.
    """

    columns: Sequence[Column]
    differing: frozenset[str]
    steps: Sequence[StepRow]
    hidden_steps: int


def compare(history: History, timeline: Timeline) -> Comparison | None:
    """Compare the latest attempts at a task.

    Args:
        history: the task's facts.
        timeline: what was made of them.

    Returns:
        None when there is only one.
    """
    if len(timeline.rows) < 2:
        return None
    runs = {run.run_id: run for run in history.runs}
    shown = timeline.rows[-ATTEMPTS:]
    owners = Counter(point.owner_run_id for point in history.checkpoints)
    latest = {point.owner_run_id: point.name for point in history.checkpoints}
    columns = [
        _column(
            row,
            runs[row.run_id],
            history,
            saved=owners[row.run_id],
            found=_found(runs[row.run_id], owners, runs),
            got_to=latest.get(row.run_id),
        )
        for row in shown
    ]
    owned = [point for point in history.checkpoints if point.owner_run_id in runs]
    return Comparison(
        columns=columns,
        differing=frozenset(name for name in _COMPARED if _differs(columns, name)),
        steps=[StepRow(point.name, _cells(point, columns, runs)) for point in owned[-STEPS:]],
        hidden_steps=max(len(owned) - STEPS, 0),
    )


_COMPARED = ("state", "worker", "saved", "found", "got_to", "error", "message")


def _differs(columns: Sequence[Column], name: str) -> bool:
    return len({getattr(column, name) for column in columns}) > 1


def _column(
    row: Row, run: RunFact, history: History, *, saved: int, found: int, got_to: str | None
) -> Column:
    took = _took(row, history) if run.started_at else None
    return Column(
        attempt=run.attempt,
        run_id=run.run_id,
        state=run.state,
        worker=run.claimed_by,
        took=took,
        saved=saved,
        found=found if took is not None else 0,
        got_to=got_to,
        error=run.error_name,
        message=run.error_message,
    )


def _found(run: RunFact, owners: Mapping[UUID | None, int], runs: Mapping[UUID, RunFact]) -> int:
    """How many checkpoints attempts before it own."""
    before = (owner for owner, each in runs.items() if each.attempt < run.attempt)
    return sum(owners.get(owner, 0) for owner in before)


def _took(row: Row, history: History) -> timedelta:
    claimed = [span for span in row.life if span.kind not in _BEFORE_THE_CLAIM]
    return (claimed[-1].end or history.now) - claimed[0].start if claimed else timedelta()


def _cells(
    point: CheckpointFact, columns: Sequence[Column], runs: Mapping[UUID, RunFact]
) -> list[Cell]:
    owner = runs[point.owner_run_id].attempt if point.owner_run_id else 0
    return [Cell(column.attempt, _what(column, owner), owner) for column in columns]


def _what(column: Column, owner: int) -> str:
    if column.attempt == owner:
        return "saved"
    if column.took is None:
        return "none"
    return "found" if owner < column.attempt else "later"
