"""Rules that say what needs somebody: what it means, where to look, and the usual cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

import absurdctl
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from absurd_dashboard.links import Links
from absurd_dashboard.queries.attention import DEPTH, FAILED_DEPTH, Partitions, QueueFacts
from absurd_dashboard.queries.lookalikes import Lookalike

#: Work may wait this long without anybody holding a claim: workers poll every few seconds.
_UNTAKEN = timedelta(seconds=30)
#: Finished tasks may stay this much longer than their queue says.
_SLACK = timedelta(days=1)
_RUNNING_OUT = timedelta(days=7)
#: A spike has so many failures in an hour, and so many times the average of the hours before.
_SPIKE_LEAST, _SPIKE_TIMES, _HOUR = 5, 3, timedelta(hours=1)
#: Items that are shown.
_MOST = 15


class Severity(IntEnum):
    """How soon somebody should look."""

    NOW = 1
    SOON = 2
    SOMETIME = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that needs somebody.

    Attributes:
        kind: names the rule.
        icon: a shape of icons.svg.
        title: what is so, in a few words.
        meaning: what that means, in a sentence.
        cure: what usually helps.
        url: where exactly those tasks are.
        since: since when.
        tasks: some of the tasks.
        cure_url: the same tasks by cause, where there may be several.
    """

    kind: str
    severity: Severity
    icon: str
    queue: str
    title: str
    meaning: str
    cure: str
    url: str
    since: datetime | None = None
    tasks: tuple[UUID, ...] = ()
    cure_url: str = ""


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs somebody, the most urgent first; ``more`` is how many items are left out."""

    items: tuple[Item, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the rules look at.

    Attributes:
        late_after: how long due work may wait for a worker.
        version: of the engine's schema.
        unreadable: queues that the database's role may not read.
    """

    now: datetime
    version: str
    late_after: timedelta
    queues: Sequence[QueueFacts]
    partitions: Sequence[Partitions]
    lookalikes: Sequence[Lookalike]
    unreadable: Sequence[str] = ()


def needs(situation: Situation, links: Links) -> Attention:
    """Apply all rules.

    Args:
        situation: the facts.
        links: where the pages are.
    """
    found = [
        item for facts in situation.queues for rule in _RULES
        if (item := rule(facts, situation, links)) is not None
    ]  # fmt: skip
    found += [*_partitions(situation, links), *_old_schema(situation, links)]
    found += [_lookalike(each, links) for each in situation.lookalikes]
    found += [_unreadable(queue, links) for queue in situation.unreadable]
    found.sort(key=lambda item: item.severity)
    return Attention(tuple(found[:_MOST]), max(0, len(found) - _MOST))


def _dead_leases(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    n, queue = facts.summary.expired, facts.summary.queue
    if not n:
        return None
    return Item(
        "dead_leases",
        Severity.NOW,
        "warning",
        queue,
        ngettext("{n} lease ran out", "{n} leases ran out", n).format(
            n=facts.summary.counts["expired"]
        ),
        _(
            "The worker died or hangs; nobody has claimed in this queue since,"
            " or it would be swept."
        ),
        _("Start a worker for this queue: its next claim begins a new attempt."),
        links.to("tasks", queue=queue, state="running", window="all"),
        tasks=tuple(facts.expired_tasks),
    )


def _untaken(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    due, queue = facts.summary.oldest_due, facts.summary.queue
    if due is None or facts.summary.workers or situation.now - due < _UNTAKEN:
        return None
    return Item(
        "untaken",
        Severity.NOW,
        "pending",
        queue,
        _("Work is due and nobody holds a claim"),
        _("No worker polls this queue, or none has a free slot."),
        _("Start a worker for this queue."),
        links.to("tasks", queue=queue, state="pending", window="all"),
        since=due,
    )


def _late(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    due, queue = facts.summary.oldest_due, facts.summary.queue
    if due is None or not facts.summary.workers or situation.now - due < situation.late_after:
        return None
    return Item(
        "late",
        Severity.SOON,
        "pending",
        queue,
        _("Due work waits too long"),
        _("Workers hold claims here, but not enough to keep up."),
        _("Add workers or slots, or find out what the running tasks are busy with."),
        links.to("tasks", queue=queue, state="pending", window="all"),
        since=due,
    )


def _spike(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    counts = (facts.failed_lately, facts.failed_before, facts.failed_oldest)
    if _young(facts, situation.now) or not spiking(situation.now, *counts):
        return None
    queue = facts.summary.queue
    return Item(
        "spike",
        Severity.NOW,
        "failed",
        queue,
        _("{n} attempts failed within the hour").format(n=f"{facts.failed_lately:,}"),
        _("In the 24 hours before it were {n}; something broke lately.").format(
            n=f"{facts.failed_before:,}"
        ),
        _("Look at the causes, new and spiking ones first; compare with your deployments."),
        links.to("failures", queue=queue, window="24h", attempts="all"),
    )


def _young(facts: QueueFacts, now: datetime) -> bool:
    """Whether nothing in the queue is old enough to compare this hour with."""
    return facts.began_at is None or now - facts.began_at <= _HOUR


def spiking(now: datetime, lately: int, before: int, oldest: datetime | None) -> bool:
    """Whether this hour's failures stand out from the previous 24 hours'.

    Args:
        now: the end of the hour.
        lately: failures within it.
        before: failures before it that were looked at.
        oldest: the oldest of all; when less than 24 hours were looked at, the average is of those.
    """
    if lately < _SPIKE_LEAST:
        return False
    hours = 24.0
    if oldest is not None and lately + before >= FAILED_DEPTH:
        hours = min(max((now - oldest) / _HOUR - 1, 1), hours)
    return lately >= _SPIKE_TIMES * before / hours


def _deferred(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    n, queue = facts.deferred, facts.summary.queue
    if not n:
        return None
    names = facts.deferred_names or []
    return Item(
        "deferred",
        Severity.SOON,
        "pause",
        queue,
        _("{tasks} put back untouched, again and again").format(tasks=_many(n)),
        _("No worker of this queue knows {names}.").format(names=", ".join(names[:3])),
        _("Deploy a worker that registers this name, or cancel the tasks."),
        links.to(
            "tasks",
            queue=queue,
            state="sleeping",
            window="all",
            name=names[0] if len(names) == 1 else "",
        ),
        since=facts.deferred_since,
        tasks=tuple(facts.deferred_tasks or ()),
    )


def _late_waits(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    n, queue = facts.late_waits, facts.summary.queue
    if not n:
        return None
    return Item(
        "late_waits",
        Severity.SOON,
        "events",
        queue,
        _("{tasks} waiting past the time-out").format(tasks=_many(n)),
        _("Their waits are over, but a run learns that only when a worker claims it."),
        _("Start a worker for this queue, or emit what they wait for."),
        links.to("tasks", queue=queue, state="sleeping", window="all"),
        since=facts.late_wait_since,
        tasks=tuple(facts.late_wait_tasks or ()),
    )


def _retention(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    oldest, ttl, queue = facts.oldest_finished, facts.cleanup_ttl, facts.summary.queue
    if oldest is None or ttl is None or situation.now - oldest < ttl + _SLACK:
        return None
    return Item(
        "retention",
        Severity.SOMETIME,
        "info",
        queue,
        _("Cleanup falls behind"),
        ngettext(
            "Finished tasks are to go after {n} day, and older ones are still there.",
            "Finished tasks are to go after {n} days, and older ones are still there.",
            ttl.days,
        ).format(n=ttl.days),
        _("Have absurd.cleanup_all_queues called regularly, or raise the queue's cleanup_limit."),
        links.to("queue", queue),
        since=oldest,
    )


def _failed(facts: QueueFacts, situation: Situation, links: Links) -> Item | None:
    n, queue = facts.summary.failed, facts.summary.queue
    if not n:
        return None
    return Item(
        "failed",
        Severity.SOON,
        "failed",
        queue,
        ngettext("{n} task failed for good", "{n} tasks failed for good", n).format(
            n=facts.summary.counts["failed"]
        ),
        _("All their attempts within the last 24 hours were in vain."),
        _("Look at the cause, and retry them when it is gone."),
        links.to("failures", view="list", queue=queue),
        cure_url=links.to("failures", queue=queue),
    )


def _partitions(situation: Situation, links: Links) -> Iterator[Item]:
    for each in situation.partitions:
        url = links.to("queue", each.queue)
        if each.default_rows:
            yield Item(
                "default_partition", Severity.SOON, "warning", each.queue,
                _("The default partition holds tasks"),
                _("They came when no partition was there for their week; it can't be dropped now."),
                _("Call absurd.ensure_partitions regularly; clean up what is in the default one."),
                url,
            )  # fmt: skip
        if each.until is None or each.until - situation.now < _RUNNING_OUT:
            yield Item(
                "partitions", Severity.NOW, "warning", each.queue,
                _("Partitions run out"),
                _("New tasks will go to the default partition, or be refused where there is none."),
                _("Call absurd.ensure_partitions, and have it called regularly."),
                url,
                since=each.until,
            )  # fmt: skip


def _unreadable(queue: str, links: Links) -> Item:
    return Item(
        "unreadable",
        Severity.SOON,
        "warning",
        queue,
        _("Not readable by the dashboard's database role"),
        _("It was probably created after the role got its rights; nothing of it is shown."),
        _("Run manage.py absurd_roles again; it gives the role what it lacks."),
        links.to("queues"),
    )


def _old_schema(situation: Situation, links: Links) -> Iterator[Item]:
    wanted = absurdctl.ABSURD_SCHEMA_TARGET_VERSION
    released = situation.version.replace(".", "").isdecimal()
    if released and _older(situation.version, wanted):
        yield Item(
            "schema", Severity.SOMETIME, "info", "",
            _("The engine's schema is {version}").format(version=situation.version),
            _(
                "absurdctl {wanted} is installed here; what is newer in it is not in the database."
            ).format(wanted=wanted),
            _("Run absurdctl migrate when your workers' SDKs agree."),
            links.to("queues"),
        )  # fmt: skip


def _older(version: str, than: str) -> bool:
    key: Callable[[str], tuple[int, ...]] = absurdctl.version_sort_key
    return key(version) < key(than)


def _lookalike(found: Lookalike, links: Links) -> Item:
    return Item(
        "lookalike",
        Severity.SOON,
        "events",
        found.queue,
        _("A wait for a name that looks mistyped"),
        _("Somebody waits for {awaited}, never emitted; {emitted} was.").format(
            awaited=found.awaited, emitted=found.emitted
        ),
        _("Correct the name where it is awaited or emitted; an emit lets the waiting tasks go on."),
        links.to("event", found.queue, found.awaited),
    )


def _many(n: int) -> str:
    many = f"{DEPTH:,}+" if n >= DEPTH else f"{n:,}"
    return ngettext("{n} task", "{n} tasks", n).format(n=many)


Rule = Callable[[QueueFacts, Situation, Links], Item | None]
_RULES: Iterable[Rule] = (
    _dead_leases,
    _untaken,
    _spike,
    _deferred,
    _late_waits,
    _late,
    _failed,
    _retention,
)
