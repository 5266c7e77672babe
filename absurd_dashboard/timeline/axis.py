"""The axis of time: instants to fractions of its width, with idle gaps collapsed or not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]

#: An axis has some length, even when everything happened at one instant.
_SHORTEST = timedelta(milliseconds=1)
#: Collapsed gaps take at most this much of the width, each and together.
_GAP, _GAPS = 0.08, 0.4
#: A gap is worth collapsing above this share of the time in which something happened, if all such
#: gaps together are longer than that time.
_WORTH = 0.5
#: More gaps than these aren't collapsed, the longest are.
_MOST_GAPS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the axis on which time runs evenly.

    Attributes:
        left: fraction of the width at which it begins; ``right`` likewise.
        idle: True for a collapsed gap.
        speed: fractions of the width that a second takes.
    """

    start: datetime
    end: datetime
    left: float
    right: float
    idle: bool = False
    speed: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Thousands of instants are placed on a piece, so what that takes is computed once."""
        object.__setattr__(self, "speed", (self.right - self.left) / self.length.total_seconds())

    @property
    def length(self) -> timedelta:
        """How much time it stands for."""
        return self.end - self.start

    def position(self, instant: datetime) -> float:
        """Where an instant lies on it; one outside lies at its nearer end."""
        place = self.left + (instant - self.start).total_seconds() * self.speed
        return min(max(place, self.left, 0.0), self.right, 1.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps instants to fractions of the width; always from 0 to 1 and never backwards."""

    pieces: Sequence[Piece]
    starts: Sequence[datetime]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Axis:
        """An axis of adjoining pieces."""
        return cls(pieces, [piece.start for piece in pieces])

    @property
    def start(self) -> datetime:
        """The instant at its left."""
        return self.pieces[0].start

    @property
    def end(self) -> datetime:
        """The instant at its right."""
        return self.pieces[-1].end

    @property
    def gaps(self) -> list[Piece]:
        """The collapsed stretches."""
        return [piece for piece in self.pieces if piece.idle]

    def position(self, instant: datetime) -> float:
        """Where an instant lies, from 0 to 1; one outside of the axis lies at its nearer end."""
        return self._piece(instant).position(instant)

    def extent(self, start: datetime, end: datetime) -> tuple[float, float]:
        """Where a span begins and ends: mostly on one piece, which then is looked for once."""
        piece = self._piece(start)
        last = piece if end <= piece.end else self._piece(end)
        return piece.position(start), last.position(end)

    def _piece(self, instant: datetime) -> Piece:
        return self.pieces[max(bisect_right(self.starts, instant) - 1, 0)]


def even(start: datetime, end: datetime) -> Axis:
    """The true axis: time runs evenly over the whole of it."""
    return Axis.of([Piece(start, max(end, start + _SHORTEST), 0.0, 1.0)])


def collapsed(scale: Axis, busy: Iterable[Interval]) -> Axis:
    """The same axis with its idle gaps collapsed.

    Args:
        scale: the true axis.
        busy: when something happened, in any order, overlapping or not.

    Returns:
        The collapsed axis, or ``scale`` itself where no gap is worth it.
    """
    merged = _merged(busy, scale)
    gaps = _worthwhile(_between(merged, scale), merged)
    return _laid_out(gaps, scale) if gaps else scale


def _merged(intervals: Iterable[Interval], scale: Axis) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        start, end = max(start, scale.start), min(end, scale.end)
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start < end:
            merged.append((start, end))
    return merged


def _between(merged: Sequence[Interval], scale: Axis) -> list[Interval]:
    starts = [*(start for start, _ in merged), scale.end]
    ends = [scale.start, *(end for _, end in merged)]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]


def _worthwhile(gaps: Sequence[Interval], merged: Sequence[Interval]) -> list[Interval]:
    """The gaps to collapse, in order of time."""
    busy = _total(merged)
    long = [gap for gap in gaps if gap[1] - gap[0] > busy * _WORTH]
    if not merged or _total(long) <= busy:
        return []
    return sorted(sorted(long, key=lambda gap: gap[0] - gap[1])[:_MOST_GAPS])


def _total(intervals: Sequence[Interval]) -> timedelta:
    return sum((end - start for start, end in intervals), timedelta())


def _laid_out(gaps: Sequence[Interval], scale: Axis) -> Axis:
    """Gaps get a fixed width each; the time between shares the rest in proportion."""
    busy = (scale.end - scale.start) - _total(gaps)
    width = min(_GAP, _GAPS / len(gaps))
    rest = 1.0 - width * len(gaps)
    pieces: list[Piece] = []
    for start, end, is_gap in _alternating(gaps, scale):
        left = pieces[-1].right if pieces else 0.0
        right = left + (width if is_gap else rest * ((end - start) / busy))
        pieces.append(Piece(start, end, left, right, is_gap))
    return Axis.of(pieces)


def _alternating(
    gaps: Sequence[Interval], scale: Axis
) -> Iterable[tuple[datetime, datetime, bool]]:
    at = scale.start
    for start, end in gaps:
        if at < start:
            yield at, start, False
        yield start, end, True
        at = end
    if at < scale.end:
        yield at, scale.end, False
