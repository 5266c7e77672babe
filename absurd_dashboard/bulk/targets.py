"""A task as an operation saw it at its dry run: what it is held to, however long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from absurd_dashboard.gate import Target


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """A task at the moment of the dry run.

    Attributes:
        attempts: how many runs it had.
        run_id: the newest of them.
        owner: its header ``tenant_id``, for the record.
    """

    queue: str
    task_id: UUID
    name: str
    state: str
    attempts: int
    run_id: UUID | None
    owner: str | None

    @classmethod
    def read(cls, stored: Sequence[Any]) -> Seen:
        """Read what :meth:`stored` made."""
        queue, task_id, name, state, attempts, run_id, owner = stored
        run = UUID(run_id) if run_id else None
        return cls(queue, UUID(task_id), name, state, attempts, run, owner)

    def stored(self) -> list[Any]:
        """As a JSON array."""
        run_id = str(self.run_id) if self.run_id else None
        seen = [self.queue, str(self.task_id), self.name, self.state, self.attempts]
        return [*seen, run_id, self.owner]

    @property
    def target(self) -> Target:
        """The task as the gate knows it."""
        return Target(self.queue, self.task_id, self.name, owner=self.owner or "")
