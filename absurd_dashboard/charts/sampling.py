"""How much of a long time is looked at: all of it, or short slices spread evenly over it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: How many of a queue's newest runs tell how fast they come.
PILOT = 5_000
#: Slices that a sampled time is divided into, at most, and rows to be found in each: a slice costs
#: a search, which is worth some rows, and in a partitioned queue one in each partition.
_SLICES, _IN_SLICE = 240, 25


@dataclass(frozen=True, slots=True)
class Depth:
    """What is known of a queue's runs of one outcome before they are read.

    Attributes:
        read: runs claimed in the time in question, of which at most :data:`PILOT` were counted.
        reaches: when the oldest of these was claimed.
        rows: all of the queue's runs, from the database's statistics.
        oldest: when the first of all with that outcome was claimed.
    """

    queue: str
    read: int
    reaches: datetime | None
    rows: float
    oldest: datetime | None

    def expected(self, begin: datetime, now: datetime) -> float:
        """About how many runs were claimed since ``begin``; exact below :data:`PILOT`."""
        if self.read < PILOT or self.reaches is None or self.oldest is None:
            return self.read
        recent = _portion(begin, self.reaches, now) * PILOT
        if begin > self.reaches:  # as evenly as they come, less than what was counted
            return recent
        even = self.rows / max(_portion(self.oldest, begin, now), 1.0)
        return max(recent, even, PILOT)


def _portion(longer: datetime, shorter: datetime, now: datetime) -> float:
    """How many times as long ago one instant is as another."""
    return (now - longer).total_seconds() / max((now - shorter).total_seconds(), 0.001)


@dataclass(frozen=True, slots=True)
class Slices:
    """The parts of the time from ``begin`` on that are looked at.

    Attributes:
        first: number of the first step, counted from the epoch, so that an open page that asks
            again gets the same slices; 0 where everything is looked at.
        last: number of the last one.
        step: how much time a step is.
        share: of each step, one part in so many is looked at.
    """

    begin: datetime
    first: int
    last: int
    step: timedelta
    share: int

    @classmethod
    def whole(cls, begin: datetime, now: datetime) -> Slices:
        """All of the time."""
        return cls(begin, 0, 0, now - begin + timedelta(seconds=1), 1)

    @classmethod
    def sampled(cls, begin: datetime, now: datetime, share: int, number: int) -> Slices:
        """One part in ``share`` of each of so many."""
        step = (now - begin) / number
        epoch = datetime.fromtimestamp(0, begin.tzinfo)
        return cls(epoch, (begin - epoch) // step, (now - epoch) // step, step, share)

    @property
    def parameters(self) -> dict[str, Any]:
        """Values for the placeholders of the SQL that reads slices."""
        return {
            "begin": self.begin,
            "first": self.first,
            "last": self.last,
            "step": self.step,
            "share": self.share,
            "length": self.step / self.share,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Which queues are read as a whole, and which in how many slices."""

    whole: tuple[str, ...]
    sampled: tuple[str, ...]
    share: int
    slices: int = _SLICES

    @classmethod
    def of(
        cls, depths: Iterable[Depth], begin: datetime, now: datetime, budget: int, every: int = 0
    ) -> Plan:
        """Read about ``budget`` runs in total, and everything where there are no more.

        Args:
            depths: what is known of the queues.
            begin: of the time in question.
            now: its end.
            budget: how many runs to read where there are more.
            every: everything is read where there are no more than these, if that is more.
        """
        expected = {depth.queue: depth.expected(begin, now) for depth in depths}
        if sum(expected.values()) <= max(budget, every):
            return cls(tuple(expected), (), 1)
        # A queue is sampled when it takes more than an even part of the budget.
        even = budget / len(expected)
        large = {queue: rows for queue, rows in expected.items() if rows > even}
        small = tuple(queue for queue in expected if queue not in large)
        left = max(budget - sum(expected[queue] for queue in small), budget / 2)
        share = math.ceil(sum(large.values()) / left)
        return cls(small, tuple(large), share, min(max(budget // _IN_SLICE, 1), _SLICES))

    def parts(self, begin: datetime, now: datetime) -> list[tuple[tuple[str, ...], Slices]]:
        """Queues with the slices to read of them."""
        parts = [(self.whole, Slices.whole(begin, now))]
        if self.sampled:
            sampled = Slices.sampled(begin, now, self.share, self.slices)
            parts.append((self.sampled, sampled))
        return [part for part in parts if part[0]]
