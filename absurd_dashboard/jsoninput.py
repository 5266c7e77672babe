"""JSON that an operator types: exact numbers, errors with line and column, bounded size."""

import json
from typing import Any

from absurd_core.errors import UnreadablePayload
from absurd_core.payloads import loads

#: Characters of JSON that a form may send.
LONGEST = 1_000_000


class InvalidJson(ValueError):
    """The text is no JSON, or too much of it; the message says where, and quotes nothing."""


def parse(text: str) -> Any:
    """Read JSON text; numbers that a float cannot hold come as ``Decimal``.

    Raises:
        InvalidJson: it cannot be read.
    """
    if len(text) > LONGEST:
        raise InvalidJson(f"is longer than {LONGEST:,} characters")
    try:
        return loads(text)
    except json.JSONDecodeError as error:
        raise InvalidJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except UnreadablePayload as error:
        raise InvalidJson("is nested too deeply") from error
