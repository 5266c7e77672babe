"""What sentences are made from: the facts to look at, and phrases that several rules share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from absurd_dashboard import backoff, display
from absurd_dashboard.conventions import CLAIM_TIMEOUT, awaited_event
from absurd_dashboard.history import History, RunFact, TaskFact
from absurd_dashboard.speech import Part, Sentence, clock, named, quoted, say
from absurd_dashboard.suspension import Suspension, suspension

#: Work that nobody takes for so long says that nobody polls the queue.
_SILENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts that rules look at.

    Attributes:
        run: the latest attempt; None where none is known.
        before: the attempt before it.
        stop: what the latest attempt is suspended in.
    """

    history: History
    run: RunFact | None
    before: RunFact | None
    stop: Suspension | None

    @classmethod
    def of(cls, history: History) -> Situation:
        """The situation at the end of a history."""
        runs = sorted(history.runs, key=lambda run: (run.attempt, run.created_at))
        before, run = [None, None, *runs][-2:]
        return cls(history, run, before, suspension(history, run) if run else None)

    @property
    def task(self) -> TaskFact:
        """The task."""
        return self.history.task

    @property
    def queue(self) -> Part:
        """The name of the task's queue."""
        return named(self.task.queue)

    @property
    def worker(self) -> Part:
        """The name of the worker that holds the latest attempt, or held it."""
        return named((self.run.claimed_by if self.run else None) or _("a worker"))

    @property
    def attempt(self) -> str:
        """``attempt 2 of 5``."""
        number = self.run.attempt if self.run else self.task.attempts
        return _numbered(number, self.task.max_attempts)

    @property
    def aside(self) -> str | None:
        """The attempt in brackets, unless it is the first."""
        if self.run is None or self.run.attempt <= 1:
            return None
        return _(" ({attempt})").format(attempt=self.attempt)

    def is_idle_since(self, instant: datetime) -> bool:
        """Whether nobody claimed anything from the queue since this task was to be taken.

        A worker that polls an empty queue leaves no trace, so only due work left alone tells.
        """
        queue = self.history.queue
        if queue is None or queue.workers or self.history.now - instant <= _SILENCE:
            return False
        return queue.last_claim_at is None or queue.last_claim_at < instant

    def is_past(self, instant: datetime | None) -> bool:
        """Whether an instant is known and not ahead."""
        return instant is not None and instant <= self.history.now

    def ago(self, instant: datetime) -> str:
        """How long ago an instant was."""
        return display.duration(self.history.now - instant)

    def left(self, instant: datetime) -> str:
        """How long it is until an instant."""
        return display.duration(instant - self.history.now)

    def clock(self, instant: datetime) -> Part:
        """An instant as a time of day."""
        return clock(instant, self.history.now)


def because(run: RunFact | None) -> Sentence | None:
    """The error of an attempt, after a colon."""
    if run is None:
        return None
    if run.error_name == CLAIM_TIMEOUT:
        worker = named(run.claimed_by or _("its worker"))
        return say(_(": the lease of {worker} ran out"), worker=worker)
    name, message = run.error_name, run.error_message
    return say(
        "{name}{message}",
        name=say(_(": {error}"), error=named(name)) if name else None,
        message=say(_(": {error}"), error=quoted(message)) if message and message.strip() else None,
    )


def others(it: Situation) -> Sentence | None:
    """How many other tasks failed of the same cause lately, where somebody looked."""
    alike = it.history.alike
    if alike is None or not alike.tasks.value:
        return None
    many = alike.tasks.value
    capped = alike.tasks.precision is display.Precision.CAPPED
    template = ngettext(
        ", the same as {many} other in this queue in the last 24 h",
        ", the same as {many} others in this queue in the last 24 h",
        many,
    )
    return say(template, many=f"≥ {many:,}" if capped else f"{many:,}")


def progress(it: Situation, run: RunFact) -> Sentence:
    """The latest checkpoint of an attempt."""
    own = [point for point in it.history.checkpoints if point.owner_run_id == run.run_id]
    latest = max(own, key=lambda point: point.updated_at, default=None)
    if latest is None:
        return say(
            _("no checkpoint of this attempt yet") if run.attempt > 1 else _("no checkpoint yet")
        )
    ago = it.ago(latest.updated_at)
    return say(_("last checkpoint {name} {length} ago"), name=named(latest.name), length=ago)


def given_up(it: Situation, run: RunFact) -> str:
    """What follows when an attempt is given up."""
    most = it.task.max_attempts
    if most is not None and run.attempt >= most:
        return _("the task has then failed for good")
    pause = backoff.delay(it.task.retry_strategy, run.attempt)
    attempt = _numbered(run.attempt + 1, most)
    if not pause:
        return _("{attempt} follows").format(attempt=attempt)
    length = display.duration(pause)
    return _("{attempt} follows, {length} later").format(attempt=attempt, length=length)


def emitted(it: Situation, name: str) -> str | None:
    """Whether an awaited event was ever emitted, where that is known."""
    events = [event for event in it.history.events if event.name == name]
    if not events:
        return None
    moment = events[0].emitted_at
    if moment is None:
        return _("; never emitted in this queue")
    return _("; emitted {length} ago").format(length=it.ago(moment))


def woken_by(it: Situation, run: RunFact) -> Sentence | None:
    """The event that woke an attempt: it wrote its checkpoint at the same instant."""
    for point in it.history.checkpoints:
        if point.owner_run_id == run.run_id and point.updated_at == run.available_at:
            return say(_(" by {event}"), event=named(awaited_event(point.name) or point.name))
    return None


def deferrals(it: Situation, run: RunFact) -> Sentence | None:
    """How often an attempt can have been put back: only its first and latest claim are stored."""
    first, latest, until = it.task.first_started_at, run.started_at, run.available_at
    if first is None or latest is None or until is None or run.attempt > 1 or until <= latest:
        return None
    most = (latest - first) // (until - latest) + 1
    if most < 2:
        return say(_(" once"))
    template = ngettext(
        " up to {many} time since {moment}", " up to {many} times since {moment}", most
    )
    return say(template, many=f"{most:,}", moment=it.clock(first))


def taken(it: Situation, since: datetime) -> Sentence:
    """Who takes a task that is due since an instant, and whether anybody is there."""
    if it.is_idle_since(since):
        template = _("It moves as soon as a worker polls {queue}, which nobody seems to do.")
    else:
        template = _("It moves as soon as a worker polls {queue}.")
    return say(template, queue=it.queue)


def _numbered(number: int, most: int | None) -> str:
    if most is None:
        return _("attempt {number}").format(number=number)
    return _("attempt {number} of {most}").format(number=number, most=most)
