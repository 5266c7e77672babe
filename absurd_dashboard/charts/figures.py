"""The numbers of charts: percentiles, counts by slot, and what waited when; pure functions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

#: Rows of the tables by queue and by task name.
_MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class Spread:
    """Lengths of time in seconds, by nearest rank.

    Attributes:
        of: how many lengths these are the percentiles of.
    """

    of: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def over(cls, lengths: Sequence[float]) -> Spread | None:
        """The spread of some lengths; None of none."""
        if not lengths:
            return None
        ranked = sorted(lengths)
        p50, p95, p99 = (ranked[math.ceil(len(ranked) * p) - 1] for p in (0.5, 0.95, 0.99))
        return cls(len(ranked), p50, p95, p99)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run that was claimed; instants in seconds since 1970.

    Attributes:
        ended: when it completed; None if it did not.
        due: when its task was spawned, if this was the task's first claim; None where the engine
            does not keep since when it was due.
    """

    queue: str
    name: str
    started: float
    ended: float | None
    due: float | None

    @property
    def duration(self) -> float | None:
        """From its last claim to its completion."""
        return None if self.ended is None else max(0.0, self.ended - self.started)

    @property
    def latency(self) -> float | None:
        """From spawning the task to its first claim."""
        return None if self.due is None else max(0.0, self.started - self.due)


@dataclass(frozen=True, slots=True)
class Slot:
    """What happened in a slot of time.

    Attributes:
        failed: attempts after which a task failed for good.
        retried: failed attempts after which it was tried again, or cancelled.
        waiting: work that waited for a worker at the slot's end, or now in the last one.
        latency: of tasks first claimed in the slot; ``duration`` of attempts completed in it.
    """

    start: datetime
    completed: int
    failed: int
    retried: int
    waiting: int
    latency: Spread | None
    duration: Spread | None


@dataclass(frozen=True, slots=True)
class Group:
    """Attempts of one queue, or of one task name in it; ``name`` is empty for all of a queue."""

    queue: str
    name: str
    latency: Spread | None
    duration: Spread | None

    @property
    def looked_at(self) -> int:
        """How many attempts its percentiles are of."""
        return max(each.of for each in (self.latency, self.duration) if each)


def groups(
    attempts: Iterable[Attempt], since: float, key: Callable[[Attempt], tuple[str, str]]
) -> list[Group]:
    """The most frequent groups, each with its percentiles."""
    latencies: dict[tuple[str, str], list[float]] = defaultdict(list)
    durations: dict[tuple[str, str], list[float]] = defaultdict(list)
    for attempt in attempts:
        group, latency, duration = key(attempt), attempt.latency, attempt.duration
        if latency is not None and attempt.started > since:
            latencies[group].append(latency)
        if duration is not None and (attempt.ended or 0) > since:
            durations[group].append(duration)
    found = [
        Group(*each, Spread.over(latencies.get(each, [])), Spread.over(durations.get(each, [])))
        for each in {**durations, **latencies}
    ]
    found.sort(key=lambda group: (-group.looked_at, group.queue, group.name))
    return found[:_MOST_GROUPS]


@dataclass(frozen=True)  # without slots, for what it keeps
class Grid:
    """Adjoining slots of one length, of which the last is not over yet."""

    first: datetime
    slot: timedelta
    until: datetime

    @property
    def starts(self) -> list[datetime]:
        """When each slot begins."""
        return [self.first + number * self.slot for number in range(len(self))]

    def __len__(self) -> int:
        return -((self.first - self.until) // self.slot)

    def place(self, instant: float) -> int:
        """In which slot an instant is, in seconds since 1970; beyond the ends where in none."""
        first, length = self._scale
        return math.floor((instant - first) / length)

    @cached_property
    def _scale(self) -> tuple[float, float]:
        """The same in seconds: thousands of instants are placed."""
        return self.first.timestamp(), self.slot.total_seconds()

    def spreads(self, lengths: Iterable[tuple[float, float]]) -> list[Spread | None]:
        """Percentiles by slot, of pairs of an instant and a length."""
        found: list[list[float]] = [[] for _ in range(len(self))]
        for instant, length in lengths:
            place = self.place(instant)
            if 0 <= place < len(found):
                found[place].append(length)
        return [Spread.over(each) for each in found]

    def waiting(self, waits: Iterable[tuple[float, float]]) -> list[int]:
        """How many waited at the end of each slot, of pairs of when a wait began and ended."""
        changes = [0] * (len(self) + 1)
        for began, ended in waits:
            # At the end of its own slot something waits that began in it; it no longer does at
            # the end of the slot that its wait ended in.
            enter, leave = max(self.place(began), 0), max(self.place(ended), 0)
            if enter < leave:
                changes[min(enter, len(self))] += 1
                changes[min(leave, len(self))] -= 1
        return running_total(changes)[:-1]


def running_total(changes: Iterable[int]) -> list[int]:
    """The sums of all changes up to each."""
    total, found = 0, []
    for change in changes:
        total += change
        found.append(total)
    return found
