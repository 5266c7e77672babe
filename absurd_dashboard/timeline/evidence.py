"""Which checkpoints were sleeps, and which were waits that an event ended."""

from __future__ import annotations

from absurd_dashboard.history import CheckpointFact
from absurd_dashboard.states import CANCELLED, FAILED, SLEEPING
from absurd_dashboard.suspension import SKEW
from absurd_dashboard.timeline.facts import RunFacts


def slept(facts: RunFacts, point: CheckpointFact, following: CheckpointFact | None) -> bool:
    """Whether a checkpoint that reads as an instant was a sleep until then.

    A step may return an instant too; but a run that slept did nothing before it, and was either
    claimed again after it or is still suspended.
    """
    if facts.suspension is not None and facts.suspension.checkpoint == point:
        return True
    wake = point.wake_at
    if wake is None or wake <= point.updated_at:
        return False
    if following is not None and following.updated_at < wake - SKEW:
        return False
    if reclaimed(facts, point):
        return facts.run.started_at is not None and facts.run.started_at >= wake - SKEW
    return following is None and suspended_last(facts)


def reclaimed(facts: RunFacts, point: CheckpointFact) -> bool:
    """Whether the run's latest claim came after the checkpoint."""
    claimed = facts.run.started_at
    return claimed is not None and claimed > point.updated_at


def suspended_last(facts: RunFacts) -> bool:
    """Whether the run was suspended when last heard of: a suspension takes its worker away."""
    state = facts.run.state
    gone = facts.run.claimed_by is None and state in (CANCELLED.name, FAILED.name)
    return state == SLEEPING.name or gone


def woken(facts: RunFacts, point: CheckpointFact) -> bool:
    """Whether an event wrote the checkpoint, which it does at the instant it wakes the run."""
    if point.updated_at in facts.emissions:
        return True
    run = facts.run
    return run.started_at != run.available_at and run.available_at == point.updated_at
