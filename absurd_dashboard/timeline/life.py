"""The life of a run from its making to its end: backing off, queued, running, suspended, lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from absurd_dashboard.states import CANCELLED, PENDING, RUNNING, SLEEPING, state_of
from absurd_dashboard.timeline.facts import Edge, RunFacts
from absurd_dashboard.timeline.model import Kind, Span

_UNCLAIMED = frozenset({PENDING.name, SLEEPING.name, CANCELLED.name})


def lived(facts: RunFacts, steps: Sequence[Span]) -> list[Span]:
    """Adjoining spans over the whole life of a run.

    Args:
        facts: the run.
        steps: what :func:`absurd_dashboard.timeline.steps.read` made of its checkpoints.
    """
    life = _Life(facts, Edge(facts.run.created_at, False))
    if not life.backs_off():
        life.is_queued()
        stops = [step for step in steps if step.kind.suspends and step.end != step.start]
        for stop, following in zip(stops, [*stops[1:], None], strict=False):
            life.is_suspended(stop)
            life.awaits_claim(stop.end, following.start if following else None)
        life.ends()
    return life.spans


@dataclass(slots=True)
class _Life:
    """Appends spans from left to right.

    Attributes:
        at: the end of the latest span; None once a span lasts.
    """

    facts: RunFacts
    at: Edge | None
    spans: list[Span] = field(default_factory=list)

    def backs_off(self) -> bool:
        """The pause before a retry; True while it lasts."""
        due = self.facts.due
        lasts = self.facts.run.started_at is None and due.at > self.facts.history.now
        self._until(Kind.BACKOFF, PENDING.name, None if lasts else due, planned=due.at)
        return lasts

    def is_queued(self) -> None:
        """The time until the first claim."""
        claim = self.facts.first_claim
        end = claim or self._end()
        self._until(Kind.QUEUED, PENDING.name, end)

    def is_suspended(self, stop: Span) -> None:
        """A suspension, and the run's work before it."""
        self._until(Kind.RUNNING, self._tone(), Edge(stop.start, stop.start_inferred))
        end = None if stop.end is None else Edge(stop.end, stop.end_inferred)
        self._until(stop.kind, stop.state, end, planned=stop.until, label=stop.label)

    def awaits_claim(self, since: datetime | None, following: datetime | None) -> None:
        """The time from a suspension's end to the claim after it, where that claim is known.

        Args:
            since: the suspension's end.
            following: the beginning of the next one. Only a run's latest claim is stored.
        """
        claimed = self.facts.run.started_at
        if since is None or claimed is None:
            return
        if since <= claimed and (following is None or claimed <= following):
            self._until(Kind.QUEUED, PENDING.name, Edge(claimed, False))
        elif following is None and self.facts.run.state in _UNCLAIMED:
            self._until(Kind.QUEUED, PENDING.name, self._end())
        else:
            self.at = Edge(since, True) if self.at else None

    def ends(self) -> None:
        """The work after the last suspension, and the time in which a lost run wasn't swept."""
        state, lease_over = self._tone(), self.facts.lease_over
        if lease_over is not None:
            self._until(Kind.RUNNING, state, Edge(lease_over, False))
            self._until(Kind.LOST, state, self._end())
        elif self.facts.first_claim is not None:
            self._until(Kind.RUNNING, state, self._end())

    def _tone(self) -> str:
        """Work is shown as what became of it."""
        state = state_of(self.facts.run.state)
        return state.name if state.finished else RUNNING.name

    def _end(self) -> Edge | None:
        return None if self.facts.end is None else Edge(self.facts.end, False)

    def _until(
        self,
        kind: Kind,
        state: str,
        end: Edge | None,
        *,
        planned: datetime | None = None,
        label: str = "",
    ) -> None:
        """Add a span from the latest one's end to this end, unless there is no time between."""
        if self.at is None:
            return
        if end is not None and end.at <= self.at.at:
            self.at = Edge(self.at.at, self.at.inferred and (end.inferred or end.at < self.at.at))
            return
        self.spans.append(
            Span(
                kind,
                label,
                state,
                self.at.at,
                end.at if end else None,
                self.at.inferred,
                end.inferred if end else False,
                planned if end is None else None,
            )
        )
        self.at = end
