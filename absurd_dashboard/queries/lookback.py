"""Searching history for what no index serves: newest first, slice by slice, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Generic, TypeVar
from uuid import UUID

from absurd_dashboard import engine, ids
from absurd_dashboard.access import Access
from absurd_dashboard.errors import QueryTimedOut

#: Tasks of a queue that the first slice holds at most: where thousands are spawned in a second, an
#: hour is too much to look through at once.
CROWD = 2_000
#: The first slice; the following grow as long as they are cheap.
_FIRST, _SHORTEST = timedelta(hours=1), timedelta(milliseconds=1)
_GROWTH = 4
# Older than this, everything that is left is one slice.
_LONGEST = timedelta(days=400)
_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)
# A slice is given up after so many budgets: it was expected to take less than one.
_OVERRUN = 4

T = TypeVar("T")
#: Reads at most so many rows below an id, newest first; None where there is no way but slices.
Rest = Callable[[UUID, int], list[T] | None]


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


def crowd(access: Access, queues: Iterable[str] | None, piece: Slice) -> UUID | None:
    """The newest task that has :data:`CROWD` newer ones of its queue in a slice.

    Args:
        access: what the viewer may see.
        queues: where to look.
        piece: the slice.

    Returns:
        None where no queue has so many in it.
    """
    given = {"first": piece.first, "below": piece.end or _HIGHEST, "many": CROWD}
    found = (row["task_id"] for row in access.each_queue("crowd", given, queues=queues))
    return max((each for each in found if each is not None), default=None)


def search(
    read: Callable[[Slice, int], list[T]],
    wanted: int,
    *,
    now: datetime,
    below: UUID | None,
    since: UUID | None,
    budget: timedelta,
    crowded: Callable[[Slice], UUID | None] | None = None,
    database: str = "",
    rest: Rest[T] | None = None,
) -> Found[T]:
    """Look through history until enough is found, or it ends, or the budget does.

    Args:
        read: reads at most so many matching rows of a slice, newest first.
        wanted: how many rows.
        now: where to begin, unless ``below`` is older.
        below: begin below this id.
        since: end at this id.
        budget: how long to look; a slice that is expected not to fit in is not begun.
        crowded: where to end the first slice instead, if it holds too many; see :func:`crowd`.
        database: where it is read; a slice that takes far longer than expected is given up there,
            and the search with it. Without, slices may take as long as any statement.
        rest: asked once the first slice was not enough, for another way to what is below it. It
            has as long as a slice.
    """
    lowest = since or _LOWEST
    top = min(now, (ids.timestamp(below) or now)) if below else now
    look = _Look(read, wanted, lowest, budget)
    # A search that goes on far back goes on in steps that befit the distance.
    first = _slice(below, top, max(_FIRST, (now - top) / _GROWTH), lowest)
    if crowded and (found := crowded(first)) and (made := ids.timestamp(found)):
        first = _slice(below, top, max(top - made, _SHORTEST), lowest)
    piece = look.into(first)
    left_at = look.stopped_at
    if left_at is not None:
        # The first slice is outside of it: where that takes too long, there is nothing to show.
        limit = engine.at_most(database, budget * _OVERRUN) if database else nullcontext()
        with suppress(QueryTimedOut), limit:
            if rest is not None and look.all_of(rest, left_at):
                piece = None
            while piece is not None:
                piece = look.into(piece)
    return Found(look.rows, look.stopped_at, monotonic() - look.began)


@dataclass(slots=True)
class _Look(Generic[T]):
    """A search on its way.

    Attributes:
        stopped_at: see :class:`Found`.
    """

    read: Callable[[Slice, int], list[T]]
    wanted: int
    lowest: UUID
    budget: timedelta
    rows: list[T] = field(default_factory=list)
    stopped_at: UUID | None = None
    began: float = field(default_factory=monotonic)

    def all_of(self, rest: Rest[T], below: UUID) -> bool:
        """Whether there is another way to what is left; then that is found, too."""
        rows = rest(below, self.wanted - len(self.rows))
        if rows is None:
            return False
        self.rows += rows
        self.stopped_at = None
        return True

    def into(self, piece: Slice) -> Slice | None:
        """Read a slice; the next one, or None when the search is over."""
        began, self.stopped_at = monotonic(), piece.end
        self.rows += self.read(piece, self.wanted - len(self.rows))
        if len(self.rows) >= self.wanted or piece.first <= self.lowest:
            self.stopped_at = None
            return None
        self.stopped_at, took = piece.first, monotonic() - began
        left = self.budget.total_seconds() - (monotonic() - self.began)
        if took > left:
            return None
        return piece.below(_GROWTH if took * _GROWTH < left else 1, self.lowest)
