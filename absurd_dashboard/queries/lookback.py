"""Searching history for what no index serves: newest first, slice by slice, within a budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Generic, TypeVar
from uuid import UUID

from absurd_dashboard import ids

#: The first slice; the following grow as long as they are cheap.
_FIRST = timedelta(hours=1)
_GROWTH = 4
# Older than this, everything that is left is one slice.
_LONGEST = timedelta(days=400)
_LOWEST = UUID(int=0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice:
    """Ids from ``first`` (included) up to ``end`` (excluded; None for no bound).

    Attributes:
        bottom: when ``first`` was made.
        length: how much time lies between its bounds.
    """

    first: UUID
    end: UUID | None
    bottom: datetime
    length: timedelta

    def below(self, growth: int, lowest: UUID) -> Slice:
        """The next older slice, so many times as long; all the rest when that is very long."""
        length = self.length * growth
        return _slice(self.first, self.bottom, length, lowest)


def _slice(end: UUID | None, top: datetime, length: timedelta, lowest: UUID) -> Slice:
    if length > _LONGEST:
        return Slice(lowest, end, top, length)
    bottom = top - length
    return Slice(max(lowest, ids.floor(bottom)), end, bottom, length)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What a search found.

    Attributes:
        rows: newest first.
        stopped_at: everything from this id on was looked at; None when all of history was, or
            as many rows were found as were wanted.
        took: seconds.
    """

    rows: list[T]
    stopped_at: UUID | None
    took: float


def search(
    read: Callable[[Slice, int], list[T]],
    wanted: int,
    *,
    now: datetime,
    below: UUID | None,
    since: UUID | None,
    budget: timedelta,
) -> Found[T]:
    """Look through history until enough is found, or it ends, or the budget does.

    Args:
        read: reads at most so many matching rows of a slice, newest first.
        wanted: how many rows.
        now: where to begin, unless ``below`` is older.
        below: begin below this id.
        since: end at this id.
        budget: how long to look; a slice that is expected not to fit in is not begun.
    """
    began, lowest = monotonic(), since or _LOWEST
    top = min(now, (ids.timestamp(below) or now)) if below else now
    # A search that goes on far back goes on in steps that befit the distance.
    piece = _slice(below, top, max(_FIRST, (now - top) / _GROWTH), lowest)
    rows: list[T] = []
    while True:
        slice_began = monotonic()
        rows += read(piece, wanted - len(rows))
        spent, took = monotonic() - began, monotonic() - slice_began
        if len(rows) >= wanted or piece.first <= lowest:
            return Found(rows, None, spent)
        left = budget.total_seconds() - spent
        if took > left:
            return Found(rows, piece.first, spent)
        piece = piece.below(_GROWTH if took * _GROWTH < left else 1, lowest)
