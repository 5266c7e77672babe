"""The facts of a history, run by run: whose checkpoint, which claim, due when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from absurd_dashboard import backoff
from absurd_dashboard.conventions import CLAIM_TIMEOUT, split_repeat
from absurd_dashboard.history import CheckpointFact, History, RunFact, TaskFact
from absurd_dashboard.states import CANCELLED, RUNNING
from absurd_dashboard.suspension import Suspension, suspension

#: The engine makes the next attempt in the transaction that fails the one before.
_SAME_TRANSACTION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Edge:
    """An instant, and whether it is stored or concluded."""

    at: datetime
    inferred: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of one run.

    Attributes:
        own: its checkpoints in the order in which they were written.
        previous: the attempt before it.
        suspension: what it is suspended in now.
        emitted: when those of the task's events were emitted that were, by name.
        emissions: those instants alone.
    """

    history: History
    run: RunFact
    previous: RunFact | None
    own: Sequence[CheckpointFact]
    suspension: Suspension | None
    emitted: Mapping[str, datetime]
    emissions: Collection[datetime]

    @property
    def task(self) -> TaskFact:
        """The run's task."""
        return self.history.task

    @property
    def end(self) -> datetime | None:
        """When the run reached its final state, or None."""
        cancelled = self.task.cancelled_at if self.run.state == CANCELLED.name else None
        return self.run.completed_at or self.run.failed_at or cancelled

    @property
    def lease_over(self) -> datetime | None:
        """When the worker's lease ran out, if that is what ended its work."""
        run, expired = self.run, self.run.claim_expires_at
        dead = run.state == RUNNING.name and expired is not None and expired <= self.history.now
        return expired if dead or run.error_name == CLAIM_TIMEOUT else None

    @property
    def retried(self) -> bool:
        """Whether somebody retried the task in place after it had failed for good."""
        failed_at = self.previous.failed_at if self.previous else None
        return failed_at is not None and self.run.created_at - failed_at > _SAME_TRANSACTION

    @property
    def due(self) -> Edge:
        """When the run could first be claimed."""
        created, claimed = self.run.created_at, self.run.started_at
        if claimed is None:
            return Edge(max(self.run.available_at or created, created), False)
        pause = self._back_off()
        if not pause:
            return Edge(created, False)
        return Edge(max(min(created + pause, claimed), created), True)

    @property
    def first_claim(self) -> Edge | None:
        """When the run was first claimed; None if it never was."""
        run, task = self.run, self.task
        if run.started_at is None:
            return Edge(self.due.at, True) if self.own else None
        if run.attempt == 1 and task.first_started_at is not None:
            return Edge(min(task.first_started_at, run.started_at), False)
        if self.own and self.own[0].updated_at < run.started_at:
            return Edge(self.due.at, True)
        return Edge(run.started_at, False)

    def _back_off(self) -> timedelta | None:
        if self.previous is None or self.retried:
            return None
        return backoff.delay(self.task.retry_strategy, self.previous.attempt)


def arranged(history: History) -> list[RunFacts]:
    """The facts of every run, in order of attempts."""
    runs = sorted(history.runs, key=lambda run: (run.attempt, run.created_at))
    own = _by_owner(history.checkpoints, runs)
    emitted = {event.name: event.emitted_at for event in history.events if event.emitted_at}
    emissions = frozenset(emitted.values())
    return [
        RunFacts(
            history, run, before, own[run.run_id], suspension(history, run), emitted, emissions
        )
        for before, run in zip([None, *runs], runs, strict=False)
    ]


def _by_owner(
    checkpoints: Sequence[CheckpointFact], runs: Sequence[RunFact]
) -> Mapping[UUID, list[CheckpointFact]]:
    """Checkpoints by run; one whose owner is unknown goes to the run that was newest then."""
    known = {run.run_id for run in runs}
    own: dict[UUID, list[CheckpointFact]] = defaultdict(list)
    for point in _in_order(checkpoints):
        owner = point.owner_run_id
        if owner is not None and owner in known:
            own[owner].append(point)
        elif runs:
            own[_newest(runs, point.updated_at).run_id].append(point)
    return own


def _in_order(checkpoints: Sequence[CheckpointFact]) -> Iterator[CheckpointFact]:
    """As they were written; of those written at one instant, in the order of their numbers."""
    for _, written in groupby(sorted(checkpoints, key=_WRITTEN), key=_WRITTEN):
        at_once = list(written)
        yield from at_once if len(at_once) == 1 else sorted(at_once, key=_numbered)


_WRITTEN = attrgetter("updated_at")


def _numbered(point: CheckpointFact) -> tuple[int, str]:
    base, number = split_repeat(point.name)
    return number, base


def _newest(runs: Sequence[RunFact], moment: datetime) -> RunFact:
    before = [run for run in runs if run.created_at <= moment]
    return before[-1] if before else runs[0]
