"""The checkpoints of one task: all of them in short, a page of them with their values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from absurd_dashboard import anchors
from absurd_dashboard.access import Access, Row
from absurd_dashboard.history import CheckpointFact
from absurd_dashboard.payload import Json
from absurd_dashboard.redaction import Redactor

#: Checkpoints that a timeline is drawn from: the newest.
CHECKPOINTS = 5_000
#: Checkpoints whose values stand on one page, and characters of each.
STEPS = 100
_STEP_PREVIEW = 4_000
_LONGEST_INSTANT = 38
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
class Checkpoints:
    """The checkpoints of a task.

    Attributes:
        facts: the newest :data:`CHECKPOINTS`, in the order they were written.
        steps: one page of them.
        page: which page that is, from 1; ``pages`` is how many there are.
        chosen: the checkpoint that was asked for, on whatever page it is.
        capped: whether there are more.
    """

    facts: Sequence[CheckpointFact]
    steps: tuple[Step, ...]
    page: int
    pages: int
    chosen: Step | None
    capped: bool


def read(
    access: Access,
    redactor: Redactor,
    queue: str,
    task_id: UUID,
    attempts: Mapping[UUID, int],
    *,
    page: int = 1,
    step: str = "",
) -> Checkpoints:
    """Read a task's checkpoints.

    Args:
        access: what the viewer may see.
        redactor: what to hide in values.
        queue: the task's queue.
        task_id: the task.
        attempts: numbers of its runs.
        page: which page to read with its values, from 1; one behind the last means the last.
        step: a checkpoint to read with its value besides, by its name.
    """
    asked = {
        "task_id": task_id,
        "page": page,
        "step": step.replace("\x00", ""),
        "steps": STEPS,
        "most": CHECKPOINTS,
        "preview": _STEP_PREVIEW,
    }
    found = access.each_queue("checkpoints", asked, queues=[queue])
    rows = found[-CHECKPOINTS:]
    facts = _facts(redactor, rows)
    pages = max(1, -(-len(rows) // STEPS))
    number = min(max(page, 1), pages)
    first = (number - 1) * STEPS

    def steps(places: range) -> tuple[Step, ...]:
        return tuple(_step(redactor, facts[at], rows[at], attempts) for at in places)

    named = [at for at, fact in enumerate(facts) if fact.name == step] if step else []
    chosen = steps(range(named[0], named[0] + 1)) if named else (None,)
    return Checkpoints(
        facts=facts,
        steps=steps(range(first, min(first + STEPS, len(rows)))),
        page=number,
        pages=pages,
        chosen=chosen[0],
        capped=len(found) > CHECKPOINTS,
    )


def _facts(redactor: Redactor, rows: Sequence[Row]) -> list[CheckpointFact]:
    owners = {row["owner"] for row in rows}
    known = {owner: UUID(owner) if owner else None for owner in owners}
    return [
        CheckpointFact(
            row["checkpoint_name"],
            known[row["owner"]],
            _EPOCH + timedelta(microseconds=row["updated"]),
            _instant(redactor, row["instant"]) if row["instant"] else None,
            row["size"],
        )
        for row in rows
    ]


def _instant(redactor: Redactor, text: str) -> datetime | None:
    """The instant that a sleep stores, an ISO 8601 string with an offset; None if it is hidden."""
    if len(text) > _LONGEST_INSTANT or not text[0].isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    stored = json.dumps(text)
    return moment if moment.tzinfo and redactor.json(stored) == stored else None


def _step(redactor: Redactor, fact: CheckpointFact, row: Row, attempts: Mapping[UUID, int]) -> Step:
    attempt = attempts.get(fact.owner_run_id) if fact.owner_run_id else None
    return Step(fact, attempt, Json.of(redactor, row["state_text"], row["state_size"]))
