"""A task as a host's own links and panels get to know it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from absurd_dashboard.payload import Json
from absurd_dashboard.queries.task import TaskDetail


@dataclass(frozen=True, slots=True)
class TaskInView:
    """The task of a page, as far as its viewer may see it.

    Attributes:
        queue: the queue's name.
        task_id: the task.
        task_name: which code it runs.
        state: ``pending``, ``running``, ``sleeping``, ``completed``, ``failed`` or ``cancelled``.
        run_id: its newest run; None where it has none any more.
        headers: with what is redacted replaced; empty where they are too long to be shown whole.
    """

    queue: str
    task_id: UUID
    task_name: str
    state: str
    run_id: UUID | None
    headers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, found: TaskDetail) -> TaskInView:
        """The task that a page shows."""
        fact = found.history.task
        newest = max(found.history.runs, key=lambda run: run.attempt, default=None)
        return cls(
            queue=fact.queue,
            task_id=fact.task_id,
            task_name=fact.name,
            state=fact.state,
            run_id=newest.run_id if newest else None,
            headers=_object(found.headers),
        )


def _object(value: Json | None) -> Mapping[str, Any]:
    if value is None or value.truncated:
        return {}
    read = json.loads(value.text)
    return read if isinstance(read, dict) else {}
