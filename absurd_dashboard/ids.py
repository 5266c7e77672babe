"""UUIDv7 as time: bounds for windows, and ranges for a prefix that somebody pasted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_HEX = re.compile(r"[0-9a-f]{4,32}")


def floor(moment: datetime) -> UUID:
    """The lowest UUIDv7 of a moment, as ``absurd.uuidv7_floor`` makes it."""
    milliseconds = max(0, min(int(moment.timestamp() * 1000), 2**48 - 1))
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62))


def timestamp(identifier: UUID) -> datetime | None:
    """When a UUIDv7 was made, in UTC; None for other versions."""
    if identifier.version != 7:
        return None
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class IdRange:
    """All UUIDs that begin alike, first and last included."""

    first: UUID
    last: UUID


def parse(text: str) -> IdRange | None:
    """Read a UUID, or at least four leading digits of one: any case, braces, spaces.

    Returns:
        The range of ids meant (of one id when it is whole), or None when it is no id.
    """
    digits = re.sub(r"[\s{}-]|^urn:uuid:", "", text.strip().lower())
    if not _HEX.fullmatch(digits):
        return None
    return IdRange(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f")))
