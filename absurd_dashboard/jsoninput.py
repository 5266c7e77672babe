"""What an operator types or a program sends: exact numbers, errors with line and column, bounded.

A form and a JSON object ask for the same things; :class:`Fields` reads both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from absurd_core.errors import InvalidArgument

#: Characters of JSON that a form may send.
LONGEST = 1_000_000
_LONGEST_INT = 4_000
_SURROGATE = re.compile("[\ud800-\udfff]")


class InvalidJson(ValueError):
    """The text is no JSON, or too much of it; the message says where, and quotes nothing."""


def parse(text: str, *, longest: int = LONGEST) -> Any:
    """Read JSON text; fractions come as ``Decimal``, so that ``1.10`` stays what it is.

    Args:
        text: JSON.
        longest: characters that are too many are refused.

    Raises:
        InvalidJson: it cannot be read.
    """
    if len(text) > longest:
        raise InvalidJson(f"is longer than {longest:,} characters")
    try:
        return json.loads(
            text, parse_int=_integer, parse_float=Decimal, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise InvalidJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise InvalidJson("is nested too deeply") from error


def _integer(text: str) -> int | Decimal:
    """Python refuses to read integers of more than a few thousand digits; Decimal does not."""
    return int(text) if len(text) < _LONGEST_INT else Decimal(text)


def _no_constant(name: str) -> Any:
    raise InvalidJson(f"{name} is not JSON")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = parse(body.decode())
    except (InvalidJson, UnicodeDecodeError) as error:
        raise InvalidArgument(argument="the body", problem=str(error)) from error
    if not isinstance(found, dict):
        raise InvalidArgument(argument="the body", problem="is not a JSON object")
    return found


def _storable(value: Any) -> bool:
    """Whether no text in it has a NUL or half a surrogate pair, which PostgreSQL refuses."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str) and ("\x00" in each or _SURROGATE.search(each)):
            return False
        if isinstance(each, Mapping):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
    return True


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a request.

    Attributes:
        values: texts of a form, or the members of a JSON object.
        typed: whether they come from a form, where everything is text.
    """

    values: Mapping[str, Any]
    typed: bool = True

    @classmethod
    def of(cls, request: HttpRequest) -> Fields:
        """Read a form's fields, or a JSON object by its content type.

        Raises:
            InvalidArgument: the body is no JSON object, or holds what PostgreSQL cannot store.
        """
        if request.content_type != "application/json":
            return cls(request.POST.dict())
        body = _object(request.body)
        if not _storable(body):
            raise InvalidArgument(argument="the body", problem="holds a NUL or half a character")
        return cls(body, typed=False)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        """A text, without the carriage returns that browsers put into forms."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise InvalidArgument(argument=name, problem="is not text")
        return value.replace("\r\n", "\n")

    def flag(self, name: str) -> bool:
        """Whether a box is ticked: ``1`` in a form, ``true`` in JSON."""
        return self.values.get(name) in ("1", True)

    def whole_number(self, name: str) -> int | None:
        """A number from 0 to 99,999; None for an empty field or ``null``."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        text = str(value).strip()
        if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) < 6):
            raise InvalidArgument(argument=name, problem="is not a whole number below 100,000")
        return int(text)

    def json(self, name: str, default: str = "null") -> Any:
        """A JSON value: text to be read in a form, the value itself in JSON.

        Args:
            name: the field.
            default: JSON text for an absent or empty field.

        Raises:
            InvalidJson: the text cannot be read.
        """
        if not self.typed and name in self.values:
            return self.values[name]
        return parse(self.text(name).strip() or default)
