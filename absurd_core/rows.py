"""How the rows of a call become its result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from absurd_core.statements import Row

T = TypeVar("T")


def nothing(_rows: Sequence[Row]) -> None:
    """Read a procedure that returns void."""


def scalar(rows: Sequence[Row]) -> Any:
    """Read the only column of the only row."""
    (value,) = rows[0].values()
    return value


def each(read: Callable[[Row], T]) -> Callable[[Sequence[Row]], list[T]]:
    """Read every row."""
    return lambda rows: [read(row) for row in rows]


def only(read: Callable[[Row], T]) -> Callable[[Sequence[Row]], T]:
    """Read the one row that there always is."""
    return lambda rows: read(rows[0])


def maybe(read: Callable[[Row], T]) -> Callable[[Sequence[Row]], T | None]:
    """Read the row if there is one."""
    return lambda rows: read(rows[0]) if rows else None


def required(
    read: Callable[[Row], T], missing: Callable[[], Exception]
) -> Callable[[Sequence[Row]], T]:
    """Read the row, or raise what its absence means."""

    def _read(rows: Sequence[Row]) -> T:
        if not rows:
            raise missing()
        return read(rows[0])

    return _read


def utc(value: datetime | None) -> datetime | None:
    """The same instant in UTC, whatever the time zone of the connection."""
    return None if value is None else value.astimezone(UTC)
