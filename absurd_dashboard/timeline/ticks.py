"""Where an axis is labelled: at round instants, never so close that labels touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import dateformat

from absurd_dashboard.timeline.axis import Axis, Piece

#: Labels stand at least this fraction of the width apart; exact ones are wider.
_APART, _EXACT_APART = 0.14, 0.19
#: Labels this close to an end of the axis stand beside their line and not over it.
MARGIN = 0.1
_MILLISECOND, _SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_STEPS = (
    *(_MILLISECOND * n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(_SECOND * n for n in (1, 2, 5, 10, 15, 30)),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 28, 91, 182, 364, 3_640, 36_400)),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled instant.

    Attributes:
        position: fraction of the axis' width.
        form: how exact its label is: ``day``, ``minute``, ``second`` or ``millisecond``.
        dated: True where it is another day than at the tick before, or at the axis' start.
    """

    at: datetime
    position: float
    form: str
    dated: bool

    @property
    def label(self) -> str:
        """The instant in UTC."""
        date = dateformat.format(self.at, "j M")
        if self.form == "day":
            return date
        time = f"{self.at:{_FORMS[self.form]}}"
        time = time[:-3] if self.form == "millisecond" else time
        return f"{date} {time}" if self.dated else time


_FORMS = {"minute": "%H:%M", "second": "%H:%M:%S", "millisecond": "%H:%M:%S.%f"}


def ticks(axis: Axis, *, margin: float = MARGIN) -> list[Tick]:
    """The labels of an axis, from left to right; its collapsed gaps get none.

    Args:
        axis: what is labelled.
        margin: fraction of the width at either end where labels stand beside their lines.
    """
    found: list[Tick] = []
    for piece in axis.pieces:
        if piece.idle:
            continue
        step = _step(piece)
        for instant in _round(piece, step):
            place = axis.position(instant)
            last = found[-1] if found else None
            if last and place - last.position < _room(last.position, place, step, margin):
                continue
            before = last.at if last else axis.start.astimezone(UTC)
            found.append(Tick(instant, place, _form(step), before.date() != instant.date()))
    return found


def _step(piece: Piece) -> timedelta:
    """The smallest step whose labels have room."""
    width = piece.right - piece.left
    fitting = (step for step in _STEPS if piece.length <= step * max(int(width / _apart(step)), 1))
    return next(fitting, _STEPS[-1])


def _apart(step: timedelta) -> float:
    return _EXACT_APART if step < _SECOND else _APART


def _room(before: float, place: float, step: timedelta, margin: float) -> float:
    """How far apart two labels must be; one beside its line reaches half its width farther."""
    beside = (before < margin) + (place > 1 - margin)
    return _apart(step) + beside * (_apart(step) - _APART / 2) / 2


def _round(piece: Piece, step: timedelta) -> Iterator[datetime]:
    start = piece.start.astimezone(UTC)
    late = (start - _EPOCH) % step
    instant = start + (step - late) if late else start
    while instant <= piece.end:
        yield instant
        instant += step


def _form(step: timedelta) -> str:
    if step >= _DAY:
        return "day"
    if step >= _MINUTE:
        return "minute"
    return "second" if step >= _SECOND else "millisecond"
