"""A task's life as a list knows it: queued until its first claim, then at work until its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from absurd_dashboard.states import PENDING, RUNNING, state_of
from absurd_dashboard.timeline.model import Kind, Span

if TYPE_CHECKING:
    from absurd_dashboard.queries.tasks import TaskRow


def lifetime(task: TaskRow) -> list[Span]:
    """At most two spans; pauses between claims are not known here."""
    spawned = task.enqueued_at
    if spawned is None:
        return []
    end, claimed = task.ended_at, task.started_at
    if claimed is None:
        return [Span(Kind.QUEUED, "", PENDING.name, spawned, end)]
    state = task.state if state_of(task.state).finished else RUNNING.name
    lasted = Span(Kind.RUNNING, task.name, state, claimed, max(end, claimed) if end else None)
    queued = Span(Kind.QUEUED, "", PENDING.name, spawned, max(claimed, spawned))
    return [queued, lasted] if claimed > spawned else [lasted]
