"""What a task is doing now and what would make it move: two plain sentences made from facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from absurd_dashboard import display
from absurd_dashboard.history import History
from absurd_dashboard.situation import (
    Situation,
    because,
    deferrals,
    emitted,
    given_up,
    others,
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
    took = display.duration(ended - it.task.enqueue_at) if ended else ""
    now = say(
        _("Completed{ago}{took}{attempt}."),
        ago=_(" {length} ago").format(length=it.ago(ended)) if ended else None,
        took=_(", {length} after it was spawned").format(length=took) if took else None,
        attempt=_(", on {attempt}").format(attempt=it.attempt) if it.task.attempts > 1 else None,
    )
    return Status(now, say(_("It is finished; nothing moves it any more.")))


def _failed(it: Situation) -> Status | None:
    if it.task.state != FAILED.name:
        return None
    many, most = it.task.attempts, it.task.max_attempts
    if most:
        template = ngettext(
            "Failed for good after {many} of {most} attempt{why}{others}.",
            "Failed for good after {many} of {most} attempts{why}{others}.",
            most,
        )
    else:
        template = ngettext(
            "Failed for good after {many} attempt{why}{others}.",
            "Failed for good after {many} attempts{why}{others}.",
            many,
        )
    now = say(
        template, many=str(many), most=str(most or ""), why=because(it.run), others=others(it)
    )
    return Status(now, say(_("It stays failed until somebody retries it.")))


def _cancelled(it: Situation) -> Status | None:
    if it.task.state != CANCELLED.name:
        return None
    when, started = it.task.cancelled_at, it.task.first_started_at is not None
    template = (
        _("Cancelled{ago}, during {attempt}.")
        if started
        else _("Cancelled{ago}, before any worker had claimed it.")
    )
    ago = _(" {length} ago").format(length=it.ago(when)) if when else None
    now = say(template, ago=ago, attempt=it.attempt)
    return Status(now, say(_("It stays cancelled; its inputs can be spawned again as a new task.")))


def _lease_over(it: Situation) -> Status | None:
    run = it.run
    if run is None or run.state != RUNNING.name or run.claim_expires_at is None:
        return None
    if not it.is_past(run.claim_expires_at):
        return None
    idle = it.is_idle_since(run.claim_expires_at)
    now = say(
        _("The lease of {worker} ran out {length} ago, during {attempt}{nobody}."),
        worker=it.worker,
        length=it.ago(run.claim_expires_at),
        attempt=it.attempt,
        nobody=_(", and nobody seems to poll this queue") if idle else None,
    )
    after = _("The next worker that polls {queue} gives this attempt up; {follows}.")
    return Status(now, say(after, queue=it.queue, follows=given_up(it, run)))


def _running(it: Situation) -> Status | None:
    run = it.run
    if run is None or run.state != RUNNING.name:
        return None
    lease, since = run.claim_expires_at, run.started_at
    now = say(
        _("Running on {worker}{since}{attempt}; {progress}{lease}."),
        worker=it.worker,
        since=_(" for {length}").format(length=it.ago(since)) if since else None,
        attempt=it.aside,
        progress=progress(it, run),
        lease=_(", lease for {length} more").format(length=it.left(lease))
        if lease
        else _(", without a lease"),
    )
    moves = _("The worker moves it by saving a checkpoint or finishing.")
    if lease is None:
        return Status(now, say(moves))
    lost = _("If its lease runs out, the attempt is given up; {follows}.")
    return Status(
        now, say("{moves} {lost}", moves=moves, lost=say(lost, follows=given_up(it, run)))
    )


def _due(it: Situation) -> Status | None:
    """Suspended, but only until an instant that has passed."""
    if it.stop is None or it.stop.until is None or not it.is_past(it.stop.until):
        return None
    template = {
        Reason.WAIT: _("The wait for {name} timed out {late} ago; no worker has taken it since."),
        Reason.SLEEP: _("The sleep in {name} ended {late} ago; no worker has taken it since."),
        Reason.BACKOFF: _("Due for {attempt} for {late}; no worker has taken it since."),
    }.get(it.stop.reason, _("Due again for {late}; no worker has taken it since."))
    late = it.ago(it.stop.until)
    now = say(template, name=named(it.stop.name), late=late, attempt=it.attempt)
    return Status(now, taken(it, it.stop.until))


def _waiting(it: Situation) -> Status | None:
    stop = it.stop
    if stop is None or stop.reason is not Reason.WAIT:
        return None
    now = say(
        _("Waits for {event}{since}{attempt}{timeout}{emitted}."),
        event=named(stop.name),
        since=_since(it, stop.since) if stop.since else None,
        attempt=it.aside,
        timeout=_("; times out in {length}").format(length=it.left(stop.until))
        if stop.until
        else _("; it never times out"),
        emitted=emitted(it, stop.name),
    )
    following = (
        _("The event {event} wakes it when emitted, or the time-out, which the task then handles.")
        if stop.until
        else _("The event {event} wakes it when emitted.")
    )
    return Status(now, say(following, event=named(stop.name)))


def _since(it: Situation, instant: datetime) -> Sentence:
    return say(_(" since {moment} ({length})"), moment=it.clock(instant), length=it.ago(instant))


def _backing_off(it: Situation) -> Status | None:
    stop = it.stop
    if stop is None or stop.reason is not Reason.BACKOFF or stop.until is None:
        return None
    now = say(
        _("Backs off for {length} more before {attempt}{why}."),
        length=it.left(stop.until),
        attempt=it.attempt,
        why=because(it.before),
    )
    return Status(now, _due_at(it, stop.until))


def _deferred(it: Situation) -> Status | None:
    stop, run = it.stop, it.run
    if stop is None or run is None or stop.reason is not Reason.DEFERRED:
        return None
    template = _(
        "Deferred{times}: put back without a checkpoint, as a worker does that doesn't know {task}."
    )
    now = say(template, times=deferrals(it, run), task=named(it.task.name))
    if stop.until is None:
        following = say(_("Start a worker that registers {task}."), task=named(it.task.name))
    else:
        following = say(
            _("Start a worker that registers {task}. It is offered again in {length}."),
            task=named(it.task.name),
            length=it.left(stop.until),
        )
    return Status(now, following)


def _sleeping(it: Situation) -> Status | None:
    stop = it.stop
    if stop is None or stop.until is None:
        return None
    inside = say(_(" inside {name}"), name=named(stop.name)) if stop.name else None
    length = it.left(stop.until)
    template = _("Sleeping for {length} more{inside}{attempt}.")
    now = say(template, length=length, inside=inside, attempt=it.aside)
    return Status(now, _due_at(it, stop.until))


def _pending(it: Situation) -> Status | None:
    run = it.run
    if run is None or run.state != PENDING.name:
        return None
    due = run.available_at or run.created_at
    since = it.ago(due)
    if run.started_at is not None:
        template = _("Woken {length} ago{by}; no worker has taken it since.")
    elif run.attempt > 1:
        template = _("Due for {attempt} for {length}; no worker has claimed it yet.")
    else:
        template = _("Pending for {length}; no worker has claimed it yet.")
    now = say(template, length=since, by=woken_by(it, run), attempt=it.attempt)
    return Status(now, taken(it, due))


def _unknown(it: Situation) -> Status:
    """A newer engine's state, or facts that contradict each other."""
    template = _("In the state {state}, of which nothing more is known.")
    now = say(template, state=named(it.task.state))
    return Status(now, say(_("Whatever put it there moves it.")))


def _due_at(it: Situation, instant: datetime) -> Sentence:
    template = _("It is due at {moment}; a worker that polls {queue} takes it.")
    return say(template, moment=it.clock(instant), queue=it.queue)


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
