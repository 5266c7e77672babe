"""A run's steps, sleeps and waits, read from its checkpoints: one mark each, where two are needed.

A checkpoint says when a step ended, or a sleep began, or an event came. Where it began is concluded
from the mark before it: the checkpoint before, or a claim.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from absurd_dashboard.conventions import (
    awaited_event,
    awaited_task,
    timed_out_event,
)
from absurd_dashboard.history import CheckpointFact
from absurd_dashboard.states import CANCELLED, COMPLETED, FAILED, RUNNING, SLEEPING
from absurd_dashboard.suspension import Reason
from absurd_dashboard.timeline.evidence import reclaimed, slept, woken
from absurd_dashboard.timeline.facts import RunFacts
from absurd_dashboard.timeline.model import Kind, Span

_KINDS = {
    Reason.WAIT: Kind.WAIT,
    Reason.SLEEP: Kind.SLEEP,
    Reason.DEFERRED: Kind.DEFERRED,
    Reason.UNKNOWN: Kind.SUSPENDED,
}


def read(facts: RunFacts) -> list[Span]:
    """What a run did, in order of time; a run that was never claimed did nothing."""
    claim = facts.first_claim
    if claim is None:
        return []
    reader = _Reader(facts, claim.at)
    for point, following in zip(facts.own, [*facts.own[1:], None], strict=False):
        reader.checkpoint(point, following)
    reader.present()
    return reader.spans


@dataclass(slots=True)
class _Reader:
    """Walks over a run's marks.

    Attributes:
        at: the latest mark: the earliest instant at which the next thing can have begun.
        suspended: whether the run was suspended at that mark, and needs a claim to go on.
    """

    facts: RunFacts
    at: datetime
    suspended: bool = False
    spans: list[Span] = field(default_factory=list)

    def checkpoint(self, point: CheckpointFact, following: CheckpointFact | None) -> None:
        """Read one checkpoint."""
        self._pass_claim(point.updated_at)
        if slept(self.facts, point, following):
            span = self._sleep(point)
        elif event := awaited_event(point.name, self.facts.emitted):
            span = self._wait(point, event)
        elif woken(self.facts, point):
            span = self._wait(point, point.name)
        else:
            span = self._step(point)
        self._append(span)

    def present(self) -> None:
        """Read what the run does now, or how it ended."""
        self._pass_claim(None)
        state = self.facts.run.state
        if state == SLEEPING.name:
            self._suspended_now()
        elif state in (RUNNING.name, FAILED.name, CANCELLED.name) and not self.suspended:
            self._append(self._cut_off() or self._unsaved())

    def _append(self, span: Span) -> None:
        """Clocks may disagree: no span ends before it begins. What is due, lasts no longer."""
        if span.end is None and span.until is not None and span.until <= self.facts.history.now:
            span = replace(span, end=span.until, until=None)
        if span.end is not None and span.end < span.start:
            span = replace(span, end=span.start, end_inferred=True)
        self.at = max(self.at, span.end or span.start)
        self.suspended = span.kind.suspends and span.end != span.start
        self.spans.append(span)

    def _pass_claim(self, moment: datetime | None) -> None:
        """Pass the latest claim if it lies between the last mark and the moment."""
        claim = self.facts.run.started_at
        if claim is None or claim <= self.at or (moment is not None and moment < claim):
            return
        if not self.suspended:
            self._append(self._untold(claim))
        self.at, self.suspended = claim, False

    def _untold(self, claim: datetime) -> Span:
        """A run is claimed again only after a suspension, even one of which nothing is left.

        How long it then waited for a worker is lost, so it counts until the claim.
        """
        run = self.facts.run
        event = run.wake_event or timed_out_event(run.error_message)
        kind = Kind.WAIT if event else Kind.SUSPENDED
        note = _("timed out") if event else _("left no trace")
        return Span(kind, event or "", SLEEPING.name, self.at, claim, True, note=note)

    def _sleep(self, point: CheckpointFact) -> Span:
        facts, now, start = self.facts, self.facts.suspension, point.updated_at
        if now is not None and now.checkpoint == point:
            return _saved(point, Kind.SLEEP, point.name, start, None, until=now.until)
        cut = None if reclaimed(facts, point) else facts.end
        return _saved(point, Kind.SLEEP, point.name, start, cut or point.wake_at)

    def _wait(self, point: CheckpointFact, event: str) -> Span:
        came, end = self.facts.emitted.get(event), point.updated_at
        if came is not None and came < end:
            return _saved(point, Kind.WAIT, event, end, end, note=_("had come before"))
        start = min(self.at, end)
        return _saved(point, Kind.WAIT, event, start, end, start_inferred=True)

    def _step(self, point: CheckpointFact) -> Span:
        child, end = awaited_task(point.name), point.updated_at
        kind = Kind.CHILD if child else Kind.STEP
        start = min(self.at, end)
        return _saved(point, kind, child or point.name, start, end, start_inferred=True)

    def _suspended_now(self) -> None:
        now = self.facts.suspension
        drawn = bool(self.spans) and self.suspended
        if now is None or now.reason is Reason.BACKOFF or drawn:
            return
        start = max(now.since or self.at, self.at)
        inferred = now.reason is not Reason.WAIT or now.since is None
        kind = _KINDS[now.reason]
        self._append(Span(kind, now.name, SLEEPING.name, start, None, inferred, until=now.until))

    def _cut_off(self) -> Span | None:
        """A wait that the run's end cut off: the event was named, and its time was yet to come."""
        run, end = self.facts.run, self.facts.end
        due = run.available_at
        if run.state != CANCELLED.name or not run.wake_event or end is None or (due and due <= end):
            return None
        return Span(Kind.WAIT, run.wake_event, SLEEPING.name, self.at, end, start_inferred=True)

    def _unsaved(self) -> Span:
        """What the run did since its last mark: something that saved nothing, or not yet."""
        run, end = self.facts.run, self.facts.lease_over or self.facts.end
        note = _("the lease ran out") if self.facts.lease_over else run.error_name or ""
        return Span(Kind.UNSAVED, "", run.state, self.at, end, start_inferred=True, note=note)


def _saved(
    point: CheckpointFact,
    kind: Kind,
    label: str,
    start: datetime,
    end: datetime | None,
    *,
    start_inferred: bool = False,
    until: datetime | None = None,
    note: str = "",
) -> Span:
    """What a checkpoint tells: a suspension, or work that was completed."""
    return Span(
        kind,
        label,
        SLEEPING.name if kind.suspends else COMPLETED.name,
        start,
        end,
        start_inferred,
        until=until,
        note=note,
        checkpoint=point.name,
        size=point.size,
    )
