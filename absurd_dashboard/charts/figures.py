"""The numbers of charts: percentiles, counts by slot, and what waited when; pure functions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

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


class Attempt(NamedTuple):
    """A run that was claimed; instants in seconds since 1970. A page has thousands of them.

    Attributes:
        ended: when it completed; None if it did not.
        due: when its task was spawned, if this was the task's first claim; None where the engine
            does not keep since when it was due.
    """

    queue_name: str
    task_name: str
    started: float
    ended: float | None
    due: float | None


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


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long some attempts took, in seconds, each with the instant that it is shown at.

    Attributes:
        latencies: from spawning a task to its first claim, at that claim.
        durations: from an attempt's last claim to its completion, at its completion.
    """

    latencies: list[tuple[float, float]] = field(default_factory=list)
    durations: list[tuple[float, float]] = field(default_factory=list)

    def add(self, other: Lengths) -> None:
        """Those of other attempts, too."""
        self.latencies.extend(other.latencies)
        self.durations.extend(other.durations)

    def group(self, queue: str, name: str) -> Group:
        """Their percentiles."""
        latency, duration = (
            Spread.over([length for _, length in pairs])
            for pairs in (self.latencies, self.durations)
        )
        return Group(queue, name, latency, duration)


#: By queue and task name; the name is empty for all of a queue.
ByGroup = dict[tuple[str, str], Lengths]


def lengths(attempts: Iterable[Attempt], since: float) -> ByGroup:
    """What can be said of attempts since an instant, by queue and task name."""
    found: ByGroup = defaultdict(Lengths)
    for queue, name, started, ended, due in attempts:
        # Two clocks may disagree by more than the length: nothing takes less than no time.
        if due is not None and started > since:
            found[queue, name].latencies.append((started, max(0.0, started - due)))
        if ended is not None and ended > since:
            found[queue, name].durations.append((ended, max(0.0, ended - started)))
    return found


def by_queue(found: ByGroup) -> ByGroup:
    """The same by queue alone."""
    queues: ByGroup = defaultdict(Lengths)
    for (queue, _), each in found.items():
        queues[queue, ""].add(each)
    return queues


def most_frequent(found: ByGroup) -> list[Group]:
    """The most frequent groups, each with its percentiles."""
    made = [each.group(queue, name) for (queue, name), each in found.items()]
    made.sort(key=lambda group: (-group.looked_at, group.queue, group.name))
    return made[:_MOST_GROUPS]


@dataclass(frozen=True, slots=True)
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

    def places(self, instants: Iterable[float]) -> list[int]:
        """In which slots instants are, in seconds since 1970; beyond the ends where in none."""
        # Thousands are placed, so this is no call for each.
        first, length = self.first.timestamp(), self.slot.total_seconds()
        return [math.floor((instant - first) / length) for instant in instants]

    def spreads(self, lengths: Sequence[tuple[float, float]]) -> list[Spread | None]:
        """Percentiles by slot, of pairs of an instant and a length."""
        found: list[list[float]] = [[] for _ in range(len(self))]
        places = self.places(instant for instant, _ in lengths)
        for place, (_, length) in zip(places, lengths, strict=True):
            if 0 <= place < len(found):
                found[place].append(length)
        return [Spread.over(each) for each in found]

    def waiting(self, waits: Sequence[tuple[float, float]]) -> list[int]:
        """How many waited at the end of each slot, of pairs of when a wait began and ended."""
        changes = [0] * (len(self) + 1)
        last = len(self)
        begun = self.places(began for began, _ in waits)
        over = self.places(ended for _, ended in waits)
        for begin, end in zip(begun, over, strict=True):
            # At the end of its own slot something waits that began in it; it no longer does at
            # the end of the slot that its wait ended in.
            if (enter := max(begin, 0)) < end:
                changes[min(enter, last)] += 1
                changes[min(end, last)] -= 1
        return running_total(changes)[:-1]


def running_total(changes: Iterable[int]) -> list[int]:
    """The sums of all changes up to each."""
    total, found = 0, []
    for change in changes:
        total += change
        found.append(total)
    return found
