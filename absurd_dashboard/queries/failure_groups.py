"""Failures by cause: PostgreSQL puts alike ones together, their fingerprints join what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from absurd_dashboard import fingerprint
from absurd_dashboard.access import Access
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.errors import QueryTimedOut
from absurd_dashboard.queries import shallower
from absurd_dashboard.queries.failure_notes import Note, notes
from absurd_dashboard.queries.failures import LONGEST_RUN
from absurd_dashboard.redaction import MARGIN, Redactor
from absurd_dashboard.windows import Window

#: Failed attempts of each queue that are looked at, newest claim first; see :mod:`.shallower`.
DEPTHS = (10_000, 1_000, 100)
#: Slots of a sparkline, which together are the window.
SLOTS = 24
#: Groups of alike failures of each queue that are told apart; the commonest.
_KINDS = 1_000
#: Causes that are read with an example.
SHOWN = 50
_LONGEST_NAME, _LONGEST_MESSAGE = 200, 2_000
# Fingerprints by the key of failure_groups.sql, which holds all that a fingerprint is made of.
_known: dict[int, str] = {}
_REMEMBERED = 50_000
# A cause is new when it began in the last quarter of the window.
_NEW = 4
# A cause spikes when its newest slot has so many failures, and so many times the average of others.
_SPIKE_LEAST, _SPIKE_TIMES = 5, 3

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """The newest failure of a cause, what is to be hidden replaced.

    Attributes:
        traceback: the whole, or both of its ends when ``traceback_cut``.
    """

    queue: str
    task_id: UUID
    run_id: UUID
    error_name: str | None
    error_message: str | None
    traceback: str | None = field(repr=False)
    traceback_cut: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The failures of one cause in a window.

    Attributes:
        attempts: how many failed; those that were final, unless all were asked for.
        tasks: how many of them ended a task for good.
        slots: ``attempts`` by time, oldest first, :data:`SLOTS` parts of the window.
        new: it began in the last quarter of the window.
        spiking: the newest slot stands out, as :func:`spikes` says.
    """

    fingerprint: str
    attempts: Count
    tasks: Count
    queues: tuple[str, ...]
    task_names: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    slots: tuple[int, ...]
    new: bool
    spiking: bool
    note: Note | None
    example: Example | None = None

    @property
    def muted(self) -> bool:
        """Whether somebody asked not to be told of it for now."""
        return self.note is not None and self.note.muted


@dataclass(frozen=True, slots=True)
class Groups:
    """Failures by cause.

    Attributes:
        rows: marked ones first, then the commonest; muted ones last.
        slot: how much time one slot of a sparkline is.
        more: causes that are not in ``rows``.
        rest: attempts in causes too rare to be told apart.
        depth: failed attempts of each queue that were looked at.
    """

    rows: tuple[Group, ...]
    slot: timedelta
    more: int
    rest: int
    depth: int


@dataclass(frozen=True, slots=True)
class Found:
    """One cause.

    Attributes:
        alike: the keys of its failures in ``sql/dashboard/failures.sql``.
        depth: failed attempts of each queue that were looked at.
    """

    group: Group
    alike: list[int]
    slot: timedelta
    depth: int


def spikes(slots: Sequence[int]) -> bool:
    """Whether the newest slot has at least 5 failures and 3 times the average of the others."""
    *before, last = slots
    average = sum(before) / max(1, len(before))
    return last >= max(_SPIKE_LEAST, _SPIKE_TIMES * average)


def groups(
    access: Access, span: Window, *, queue: str = "", name: str = "", every: bool = False
) -> Groups:
    """Read failures by cause.

    Args:
        access: what the viewer may see.
        span: failures since when.
        queue: of this queue only.
        name: of tasks with this name only.
        every: all failed attempts, not only those that ended a task.
    """
    read = _read(access, span, queue, name, every=every)
    ranked = sorted(_groups(access, read), key=_rank)
    rest = sum({row["queue_name"]: row["total"] for row in read.rows}.values()) - sum(
        row["attempts"] for row in read.rows
    )
    more = max(0, len(ranked) - SHOWN)
    shown = _illustrated(access, read, ranked[:SHOWN])
    return Groups(shown, read.slot, more, int(rest), read.depth)


def one(access: Access, fingerprint: str, span: Window, *, every: bool = False) -> Found | None:
    """Read one cause; None when nothing in sight failed of it in the window.

    Args:
        access: what the viewer may see.
        fingerprint: which.
        span: failures since when.
        every: see :func:`groups`.

    Raises:
        QueryTimedOut: so few failures could be read in time that it may be among the others.
    """
    read = _read(access, span, every=every)
    rows = read.parts.get(fingerprint)
    if rows is None and read.depth < DEPTHS[0]:
        raise QueryTimedOut
    if rows is None:
        return None
    found = _groups(access, replace(read, parts={fingerprint: rows}))
    (group,) = _illustrated(access, read, found)
    return Found(group, sorted({row["key"] for row in rows}), read.slot, read.depth)


@dataclass(frozen=True, slots=True)
class _Read:
    """What PostgreSQL put together: ``rows``, and by fingerprint in ``parts``."""

    rows: list[Row]
    parts: dict[str, list[Row]]
    since: datetime
    slot: timedelta
    depth: int


def _read(access: Access, span: Window, queue: str = "", name: str = "", *, every: bool) -> _Read:
    queues = [queue] if queue else None
    since = span.since(access.now) or _oldest(access, queues)
    slot = max((access.now - since) / SLOTS, timedelta(seconds=1))
    parameters = _parameters(since, slot, name, every=every)
    rows, depth = shallower.read(access, "failure_groups", parameters, DEPTHS, queues=queues)
    prints = fingerprints(access, rows)
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[prints[row["key"]]].append(row)
    return _Read(rows, dict(parts), since, slot, depth)


def _oldest(access: Access, queues: list[str] | None) -> datetime:
    rows = access.each_queue("failures_oldest", {}, queues=queues)
    return min((row["oldest"] for row in rows if row["oldest"]), default=access.now)


def _parameters(since: datetime, slot: timedelta, name: str, *, every: bool) -> dict[str, Any]:
    return {
        "since": since,
        "from": since,
        "claimed_since": since - LONGEST_RUN,
        "slots": SLOTS,
        "slot_seconds": slot.total_seconds(),
        "name": name or None,
        "every": every,
        "most": _KINDS,
    }


def fingerprints(access: Access, rows: Iterable[Row]) -> dict[int, str]:
    """The fingerprint of each key.

    Args:
        access: what may be seen.
        rows: failed attempts, with their ``key``, ``run_id`` and ``queue_name``.
    """
    wanted = {row["key"]: row for row in rows}
    known = {key: found for key in wanted if (found := _known.get(key)) is not None}
    samples = _samples(access, [row for key, row in wanted.items() if key not in known])
    fresh = {key: _print(samples[row["run_id"]]) for key, row in wanted.items() if key not in known}
    if len(_known) + len(fresh) > _REMEMBERED:
        _known.clear()
    _known.update(fresh)
    return known | fresh


def _print(sample: Row) -> str:
    message = sample["error_message"] or sample["reason_text"]
    return fingerprint.fingerprint(sample["error_name"], message, sample["traceback"])


def _groups(access: Access, read: _Read) -> list[Group]:
    """One group for each fingerprint, without its example."""
    capped = any(row["looked"] >= read.depth for row in read.rows)
    new_since = access.now - (access.now - read.since) / _NEW
    known = notes(access, read.parts)
    return [
        _group(key, rows, known.get(key), capped=capped, new_since=new_since)
        for key, rows in read.parts.items()
    ]


def _group(
    key: str, rows: list[Row], note: Note | None, *, capped: bool, new_since: datetime
) -> Group:
    slots = _slots(rows)
    first_seen = min(row["first_seen"] for row in rows)
    return Group(
        fingerprint=key,
        attempts=_count(rows, "attempts", capped=capped),
        tasks=_count(rows, "tasks", capped=capped),
        queues=tuple(sorted({row["queue_name"] for row in rows})),
        task_names=tuple(sorted({row["task_name"] for row in rows})),
        first_seen=first_seen,
        last_seen=max(row["last_seen"] for row in rows),
        slots=slots,
        new=not capped and first_seen >= new_since,
        spiking=spikes(slots),
        note=note,
    )


def _illustrated(access: Access, read: _Read, groups: Iterable[Group]) -> tuple[Group, ...]:
    """The groups with the newest failure of each."""
    newest = {
        group.fingerprint: max(read.parts[group.fingerprint], key=lambda row: row["last_seen"])
        for group in groups
    }
    samples = _samples(access, list(newest.values()))
    examples = {
        key: _example(access, row["task_name"], samples[row["run_id"]])
        for key, row in newest.items()
    }
    return tuple(replace(group, example=examples[group.fingerprint]) for group in groups)


def _count(rows: Iterable[Row], column: str, *, capped: bool) -> Count:
    total = int(sum(row[column] for row in rows))
    return Count(total, Precision.CAPPED if capped else Precision.EXACT)


def _slots(rows: Iterable[Row]) -> tuple[int, ...]:
    counts = [0] * SLOTS
    for row in rows:
        for slot, attempts in zip(row["slots"], row["slot_attempts"], strict=True):
            counts[slot] += attempts
    return tuple(counts)


def _samples(access: Access, rows: Sequence[Row]) -> dict[UUID, Row]:
    """The newest failure of each row."""
    queues = {row["queue_name"] for row in rows}
    parameters = {
        "runs": [row["run_id"] for row in rows],
        "ends": fingerprint.TRACE,
        "longest_name": _LONGEST_NAME + MARGIN,
        "longest_message": _LONGEST_MESSAGE + MARGIN,
    }
    found = access.each_queue("failure_samples", parameters, queues=queues) if queues else []
    return {row["run_id"]: row for row in found}


def _example(access: Access, task_name: str, sample: Row) -> Example:
    redactor = access.redactor(task_name)
    message = redactor.member(["message"], sample["error_message"], _LONGEST_MESSAGE)
    if sample["reason_text"] is not None:  # it has no message that is a text
        cut = len(sample["reason_text"]) == _LONGEST_MESSAGE + MARGIN
        message = redactor.json(sample["reason_text"], cut=cut)[:_LONGEST_MESSAGE]
    return Example(
        queue=sample["queue_name"],
        task_id=sample["task_id"],
        run_id=sample["run_id"],
        error_name=redactor.member(["name"], sample["error_name"], _LONGEST_NAME),
        error_message=message,
        traceback=_trace(redactor, sample["traceback"], sample["traceback_size"]),
        traceback_cut=sample["traceback_size"] > 2 * fingerprint.TRACE,
    )


def _trace(redactor: Redactor, trace: str | None, size: int) -> str | None:
    """A traceback, or its two ends; then a match across the cut might show, so less of both."""
    names, ends = ("traceback", "stack"), fingerprint.TRACE
    hidden = any(redactor.hides((name,)) for name in names)
    if trace is None or hidden or size <= 2 * ends or not redactor.patterns:
        return redactor.member(names, trace, len(trace or ""))
    head, tail = trace[:ends], trace[ends + 1 :]
    first = redactor.text(head, longest=ends - MARGIN)
    return f"{first}\n{redactor.text(tail, skip=MARGIN)}"


def _rank(group: Group) -> tuple[bool, bool, bool, int]:
    marked = (not group.spiking, not group.new)
    return (group.muted, *marked, -group.attempts.value)
