"""What suspends a run now, told apart from what the engine and the SDKs leave behind.

The engine has one state, sleeping, for a wait, a sleep, a back-off and a deferral.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from absurd_dashboard.history import CheckpointFact, History, RunFact, WaitFact
from absurd_dashboard.states import SLEEPING

#: By how much an SDK's clock and the engine's may differ.
SKEW = timedelta(seconds=5)


class Reason(StrEnum):
    """Why a run is in the state sleeping."""

    WAIT = "wait"
    SLEEP = "sleep"
    BACKOFF = "backoff"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Suspension:
    """What a run is suspended in.

    Attributes:
        name: the event or the sleep's checkpoint; empty where nothing has a name.
        since: when it began; None where that left no trace.
        until: when it ends by itself; None when it doesn't.
    """

    reason: Reason
    name: str
    since: datetime | None
    until: datetime | None
    checkpoint: CheckpointFact | None = None


def suspension(history: History, run: RunFact) -> Suspension | None:
    """What the run is suspended in, or None when its state isn't sleeping."""
    if run.state != SLEEPING.name:
        return None
    wait = next((wait for wait in history.waits if wait.run_id == run.run_id), None)
    if wait is not None or run.wake_event is not None:
        return _waiting(run, wait)
    if run.started_at is None:
        return Suspension(Reason.BACKOFF, "", run.created_at, run.available_at)
    return _sleeping(history.checkpoints, run)


def _waiting(run: RunFact, wait: WaitFact | None) -> Suspension:
    if wait is None:
        return Suspension(Reason.WAIT, run.wake_event or "", None, run.available_at)
    return Suspension(Reason.WAIT, wait.event_name, wait.created_at, wait.timeout_at)


def _sleeping(checkpoints: Sequence[CheckpointFact], run: RunFact) -> Suspension:
    sleep = _sleep(checkpoints, run)
    if sleep is not None:
        began = max(sleep.updated_at, run.started_at or sleep.updated_at)
        return Suspension(Reason.SLEEP, sleep.name, began, run.available_at, sleep)
    # An SDK saves a sleep before it sleeps: a task without checkpoints was put back untouched.
    reason = Reason.UNKNOWN if checkpoints else Reason.DEFERRED
    return Suspension(reason, "", run.started_at, run.available_at)


def _sleep(checkpoints: Sequence[CheckpointFact], run: RunFact) -> CheckpointFact | None:
    """The checkpoint whose wake-up is the run's.

    An earlier attempt may own it: a later one replays up to the same sleep. The two clocks may
    disagree, so one written since the claim counts however far off it is.
    """
    woken = run.available_at
    if woken is None:
        return None
    sleeps = [(abs(point.wake_at - woken), point) for point in checkpoints if point.wake_at]
    nearest = min(sleeps, key=lambda pair: pair[0], default=None)
    if nearest is None:
        return None
    distance, point = nearest
    fresh = run.started_at is not None and point.updated_at >= run.started_at
    return point if distance <= SKEW or fresh else None
