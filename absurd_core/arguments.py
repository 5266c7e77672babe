"""Arguments of procedures, checked before anything is sent.

Each function takes what the caller gave and returns an :class:`Argument`, or raises
:class:`~absurd_core.errors.InvalidArgument` if no state of the engine would accept it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from absurd_core import payloads
from absurd_core.errors import InvalidArgument

#: The longest queue name, in bytes of UTF-8: index names are made from it.
QUEUE_NAME_BYTES = 57
#: The largest PostgreSQL integer, and so the longest duration in seconds (68 years).
INTEGER_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a procedure: its name, the value to send and its SQL type."""

    name: str
    value: Any
    type: str


def queue(value: str) -> Argument:
    """A queue's name: not empty, at most 57 bytes of UTF-8, otherwise any text."""
    text = _text("queue", value)
    if not text:
        raise InvalidArgument(argument="queue", problem="is empty")
    if len(text.encode()) > QUEUE_NAME_BYTES:
        raise InvalidArgument(argument="queue", problem=f"is longer than {QUEUE_NAME_BYTES} bytes")
    return Argument("queue", text, "text")


def optional_queue(value: str | None) -> Argument:
    """A queue's name, or None for all queues."""
    return Argument("queue", None, "text") if value is None else queue(value)


def name(argument: str, value: str) -> Argument:
    """A name that the engine requires: it has more than spaces."""
    text = _text(argument, value)
    if not text.strip(" "):
        raise InvalidArgument(argument=argument, problem="is empty")
    return Argument(argument, text, "text")


def choice(argument: str, value: str, *allowed: str) -> Argument:
    """One of a few words."""
    if value not in allowed:
        raise InvalidArgument(argument=argument, problem=f"must be one of {', '.join(allowed)}")
    return Argument(argument, value, "text")


def identifier(argument: str, value: UUID | str) -> Argument:
    """A task's or run's id, as a UUID or its text."""
    try:
        return Argument(argument, value if isinstance(value, UUID) else UUID(value), "uuid")
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidArgument(argument=argument, problem="is not a UUID") from error


def payload(argument: str, value: payloads.Json | payloads.SqlNull) -> Argument:
    """A JSON value; see :func:`absurd_core.payloads.dumps`."""
    return Argument(argument, payloads.dumps(argument, value), "jsonb")


def whole_number(argument: str, value: int, *, least: int = 0) -> Argument:
    """An integer from ``least`` up to PostgreSQL's largest."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidArgument(argument=argument, problem="is not a whole number")
    if not least <= value <= INTEGER_MAX:
        raise InvalidArgument(argument=argument, problem=f"is not from {least} to {INTEGER_MAX}")
    return Argument(argument, value, "integer")


def seconds(argument: str, value: int | timedelta, *, least: int = 0) -> Argument:
    """A duration of whole seconds, as an integer or a timedelta."""
    if not isinstance(value, timedelta):
        return whole_number(argument, value, least=least)
    if value.microseconds:
        raise InvalidArgument(argument=argument, problem="is not a whole number of seconds")
    return whole_number(argument, value // timedelta(seconds=1), least=least)


def optional_seconds(argument: str, value: int | timedelta | None, *, least: int = 0) -> Argument:
    """A duration of whole seconds, or None."""
    if value is None:
        return Argument(argument, None, "integer")
    return seconds(argument, value, least=least)


def optional_instant(argument: str, value: datetime | None) -> Argument:
    """An aware datetime, or None."""
    return Argument(argument, None, "timestamptz") if value is None else instant(argument, value)


def instant(argument: str, value: datetime) -> Argument:
    """An aware datetime: a naive one would mean whatever the server's time zone is."""
    if not isinstance(value, datetime):
        raise InvalidArgument(argument=argument, problem="is not a datetime")
    if value.utcoffset() is None:
        raise InvalidArgument(argument=argument, problem="has no time zone")
    return Argument(argument, value, "timestamptz")


def flag(argument: str, value: bool) -> Argument:
    """True or False."""
    if not isinstance(value, bool):
        raise InvalidArgument(argument=argument, problem="is not True or False")
    return Argument(argument, value, "boolean")


def _text(argument: str, value: str) -> str:
    if not isinstance(value, str):
        raise InvalidArgument(argument=argument, problem="is not text")
    payloads.check_text(argument, value)
    return value
