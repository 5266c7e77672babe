"""The vertical axes: from numbers to pixels, and where round numbers stand on the way."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from absurd_dashboard import display

#: Pixels from the lowest to the highest place.
HEIGHT = 160
#: What an axis of lengths of time may be labelled with, in seconds: ten times as long, or nearly.
_LENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3_600.0, 36_000.0, 86_400.0, 864_000.0)


@dataclass(frozen=True, slots=True)
class Label:
    """A number beside an axis; ``y`` in pixels from the top."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Linear:
    """Counts: ``up`` above the base line and ``down`` below it, in the same measure."""

    up: int
    down: int
    step: int

    @classmethod
    def over(cls, highest: int, lowest: int = 0) -> Linear:
        """An axis with room for both, ending at round numbers."""
        step = _round_step(max(highest, 1) + lowest)
        return cls(step * max(1, -(-highest // step)), step * -(-lowest // step), step)

    @property
    def base(self) -> float:
        """Where zero is."""
        return self.size(self.up)

    def size(self, count: float) -> float:
        """How many pixels a count takes."""
        return round(HEIGHT * count / (self.up + self.down), 1)

    @property
    def labels(self) -> list[Label]:
        """The round numbers, from the top."""
        return [Label(round(self.base - self.size(n), 1), f"{abs(n):,}")
                for n in range(self.up, -self.down - 1, -self.step)]  # fmt: skip


def _round_step(total: int) -> int:
    """A step of which about four cover the total: 1, 2 or 5 with zeros."""
    rough = max(total / 4, 1)
    size = 10 ** math.floor(math.log10(rough))
    return next(int(size * n) for n in (1, 2, 5, 10) if size * n >= rough)


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Lengths of time: each label is about ten times the one below it."""

    lowest: float
    highest: float

    @classmethod
    def over(cls, lengths: Iterable[float]) -> Logarithmic:
        """An axis with room for all of them."""
        given = [length for length in lengths if length > 0] or [1.0]
        low = [each for each in _LENGTHS if each <= min(given)]
        high = [each for each in _LENGTHS if each >= max(given)]
        lowest = low[-1] if low else _LENGTHS[0]
        highest = high[0] if high else max(given)
        return cls(lowest, highest if highest > lowest else lowest * 10)

    def y(self, length: float) -> float:
        """Where a length is; one that is shorter than the lowest is there."""
        place = math.log(max(length, self.lowest) / self.lowest)
        return round(HEIGHT * (1 - place / math.log(self.highest / self.lowest)), 1)

    @property
    def labels(self) -> list[Label]:
        """The round lengths, from the top."""
        within = [each for each in _LENGTHS if self.lowest <= each <= self.highest]
        return [Label(self.y(each), display.duration(each)) for each in reversed(within)]
