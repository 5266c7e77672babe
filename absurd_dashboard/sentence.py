"""What a task is doing now and what would make it move: two plain sentences made from facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from absurd_dashboard import display
from absurd_dashboard.history import History
from absurd_dashboard.situation import (
    Situation,
    because,
    deferrals,
    emitted,
    given_up,
    progress,
    taken,
    woken_by,
)
from absurd_dashboard.speech import Sentence, named, say
from absurd_dashboard.states import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING
from absurd_dashboard.suspension import Reason


@dataclass(frozen=True, slots=True)
class Status:
    """The two sentences.

    Attributes:
        now: what the task is doing.
        next: what would make it move.
    """

    now: Sentence
    next: Sentence


def describe(history: History) -> Status:
    """Say what a task is doing and what would make it move.

    Args:
        history: the task's facts; see :class:`absurd_dashboard.history.History`.

    Returns:
        What the first rule says that knows the situation.
    """
    situation = Situation.of(history)
    said = (rule(situation) for rule in RULES)
    return next((status for status in said if status is not None), _unknown(situation))


def _completed(it: Situation) -> Status | None:
    if it.task.state != COMPLETED.name:
        return None
    ended = it.run.completed_at if it.run else None
    took = display.duration(ended - it.task.enqueue_at) if ended else None
    now = say(
        "Completed",
        f" {it.ago(ended)} ago" if ended else None,
        f", {took} after it was spawned" if took else None,
        f", on {it.attempt}" if it.task.attempts > 1 else None,
        ".",
    )
    return Status(now, say("It is finished; nothing moves it any more."))


def _failed(it: Situation) -> Status | None:
    if it.task.state != FAILED.name:
        return None
    many, most = it.task.attempts, it.task.max_attempts
    count = f"{many} of {most}" if most else f"{many}"
    plural = "" if (most or many) == 1 else "s"
    now = say(f"Failed for good after {count} attempt{plural}", because(it.run), ".")
    return Status(now, say("It stays failed until somebody retries it."))


def _cancelled(it: Situation) -> Status | None:
    if it.task.state != CANCELLED.name:
        return None
    when, started = it.task.cancelled_at, it.task.first_started_at is not None
    now = say(
        "Cancelled",
        f" {it.ago(when)} ago" if when else None,
        f", during {it.attempt}." if started else ", before any worker had claimed it.",
    )
    return Status(now, say("It stays cancelled; its inputs can be spawned again as a new task."))


def _lease_over(it: Situation) -> Status | None:
    run = it.run
    if run is None or run.state != RUNNING.name or run.claim_expires_at is None:
        return None
    if not it.is_past(run.claim_expires_at):
        return None
    now = say(
        "The lease of ",
        it.worker,
        f" ran out {it.ago(run.claim_expires_at)} ago, during {it.attempt}",
        ", and nobody seems to poll this queue" if it.is_idle_since(run.claim_expires_at) else None,
        ".",
    )
    after = f" gives this attempt up; {given_up(it, run)}."
    return Status(now, say("The next worker that polls ", it.queue, after))


def _running(it: Situation) -> Status | None:
    run = it.run
    if run is None or run.state != RUNNING.name:
        return None
    since = f" for {it.ago(run.started_at)}" if run.started_at else None
    lease = run.claim_expires_at
    rest = f", lease for {it.left(lease)} more" if lease else ", without a lease"
    now = say("Running on ", it.worker, since, it.aside, "; ", progress(it, run), rest, ".")
    lost = (
        f" If its lease runs out, the attempt is given up; {given_up(it, run)}." if lease else None
    )
    return Status(now, say("The worker moves it by saving a checkpoint or finishing.", lost))


def _due(it: Situation) -> Status | None:
    """Suspended, but only until an instant that has passed."""
    if it.stop is None or it.stop.until is None or not it.is_past(it.stop.until):
        return None
    late = it.ago(it.stop.until)
    what = {
        Reason.WAIT: say("The wait for ", named(it.stop.name), f" timed out {late} ago"),
        Reason.SLEEP: say("The sleep in ", named(it.stop.name), f" ended {late} ago"),
        Reason.BACKOFF: say("Due for ", it.attempt, f" for {late}"),
    }.get(it.stop.reason, say(f"Due again for {late}"))
    return Status(say(what, "; no worker has taken it since."), taken(it, it.stop.until))


def _waiting(it: Situation) -> Status | None:
    stop = it.stop
    if stop is None or stop.reason is not Reason.WAIT:
        return None
    since = say(" since ", it.clock(stop.since), f" ({it.ago(stop.since)})") if stop.since else None
    out = f"; times out in {it.left(stop.until)}" if stop.until else "; it never times out"
    now = say("Waits for ", named(stop.name), since, it.aside, out, emitted(it, stop.name), ".")
    otherwise = ", or the time-out, which the task then handles" if stop.until else None
    return Status(
        now, say("The event ", named(stop.name), " wakes it when emitted", otherwise, ".")
    )


def _backing_off(it: Situation) -> Status | None:
    stop = it.stop
    if stop is None or stop.reason is not Reason.BACKOFF or stop.until is None:
        return None
    left = it.left(stop.until)
    now = say(f"Backs off for {left} more before {it.attempt}", because(it.before), ".")
    return Status(now, _due_at(it, stop.until))


def _deferred(it: Situation) -> Status | None:
    stop, run = it.stop, it.run
    if stop is None or run is None or stop.reason is not Reason.DEFERRED:
        return None
    now = say(
        "Deferred",
        deferrals(it, run),
        ": put back without a checkpoint, as a worker does that doesn't know ",
        named(it.task.name),
        ".",
    )
    offered = f" It is offered again in {it.left(stop.until)}." if stop.until else ""
    return Status(now, say("Start a worker that registers ", named(it.task.name), ".", offered))


def _sleeping(it: Situation) -> Status | None:
    stop = it.stop
    if stop is None or stop.until is None:
        return None
    inside = say(" inside ", named(stop.name)) if stop.name else None
    now = say(f"Sleeping for {it.left(stop.until)} more", inside, it.aside, ".")
    return Status(now, _due_at(it, stop.until))


def _pending(it: Situation) -> Status | None:
    run = it.run
    if run is None or run.state != PENDING.name:
        return None
    due = run.available_at or run.created_at
    since = it.ago(due)
    if run.started_at is not None:
        now = say(f"Woken {since} ago", woken_by(it, run), "; no worker has taken it since.")
    elif run.attempt > 1:
        now = say(f"Due for {it.attempt} for {since}; no worker has claimed it yet.")
    else:
        now = say(f"Pending for {since}; no worker has claimed it yet.")
    return Status(now, taken(it, due))


def _unknown(it: Situation) -> Status:
    """A newer engine's state, or facts that contradict each other."""
    now = say("In the state ", named(it.task.state), ", of which nothing more is known.")
    return Status(now, say("Whatever put it there moves it."))


def _due_at(it: Situation, instant: datetime) -> Sentence:
    return say("It is due at ", it.clock(instant), "; a worker that polls ", it.queue, " takes it.")


#: In order: the first one that knows the situation speaks.
RULES: Sequence[Callable[[Situation], Status | None]] = (
    _completed,
    _failed,
    _cancelled,
    _lease_over,
    _running,
    _due,
    _waiting,
    _backing_off,
    _deferred,
    _sleeping,
    _pending,
)
