"""JSON values on their way into and out of jsonb: strict going in, no digit lost coming out."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from absurd_core.errors import InvalidArgument, UnreadablePayload

#: What jsonb holds. Integers of any size and Decimals are stored exactly.
Json = str | int | float | Decimal | bool | None | Sequence[Any] | Mapping[str, Any]


class SqlNull(Enum):
    """The type of :data:`SQL_NULL`."""

    SQL_NULL = "SQL NULL"


#: Passed where a payload goes, stores no value at all; None stores the JSON value ``null``.
SQL_NULL: Final = SqlNull.SQL_NULL

#: Before a Decimal, until it is written as a number. It is random and never leaves the process, so
#: no string of anybody's is taken for one.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f'"{_MARK}([^"]*)"')

#: An escaped NUL, in the ways json.dumps writes one: after an even number of backslashes.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def dumps(name: str, value: Json | SqlNull) -> str | None:
    """Write a value as JSON text that jsonb accepts, or None for :data:`SQL_NULL`.

    Args:
        name: what the caller calls the value, for error messages.
        value: anything ``json.dumps`` takes, and Decimals. As there, tuples become arrays, and
            keys that are numbers, booleans or None become strings.

    Raises:
        InvalidArgument: not JSON (NaN, infinities, other types, circular or too deeply nested),
            or text that PostgreSQL can't store (NUL, half a surrogate pair).
    """
    if value is SQL_NULL:
        return None
    text = _encoded(name, value)
    check_text(name, text)
    if "\\u0000" in text and _NUL.search(text):
        raise InvalidArgument(argument=name, problem="contains a NUL character")
    return text


def loads(data: str | bytes) -> Any:
    """Read JSON text; a number that a float can't hold exactly as written is a Decimal.

    Raises:
        UnreadablePayload: nested deeper than Python's recursion limit.
    """
    try:
        return json.loads(data, parse_int=_integer, parse_float=_fraction)
    except RecursionError as error:
        raise UnreadablePayload from error


def check_text(name: str, text: str) -> None:
    """Raise InvalidArgument unless the text can be stored as UTF-8 by PostgreSQL."""
    if "\0" in text:
        raise InvalidArgument(argument=name, problem="contains a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgument(argument=name, problem="contains half a surrogate pair") from error


def _encoded(name: str, value: Any) -> str:
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, default=_marked)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(argument=name, problem="is not JSON") from error
    return _MARKED.sub(r"\1", text) if _MARK in text else text


def _marked(value: object) -> str:
    """Stand in for a Decimal, which json.dumps can't write as a number."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{_MARK}{value}"
    raise TypeError("not JSON")


def _integer(text: str) -> int | Decimal:
    """Python refuses to read integers of more than a few thousand digits; Decimal does not."""
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def _fraction(text: str) -> float | Decimal:
    number, exact = float(text), Decimal(text)
    return number if Decimal(repr(number)) == exact else exact
