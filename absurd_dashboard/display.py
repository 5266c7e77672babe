"""Durations, ages, counts, ids and names as people read them, in their language."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache

from django.utils.formats import get_format
from django.utils.translation import get_language, gettext

#: Names longer than this are shortened in the middle.
LONGEST_NAME = 120
#: Tooltips repeat a shortened name up to this length.
LONGEST_TITLE = 1_000

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3_600, 86_400, 31_557_600
#: Of an age: name and length of a unit, and of the next one up.
_UNITS = (("s", 1, _MINUTE), ("min", _MINUTE, _HOUR), ("h", _HOUR, _DAY), ("d", _DAY, _YEAR))
#: Characters that draw nothing or reorder their neighbours, besides the control characters.
_DECEIVING = {*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0x61C, 0xFEFF}
#: Joiners shape Arabic, Indic scripts and emoji.
_JOINERS = {0x200C, 0x200D}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def duration(length: timedelta | float) -> str:
    """How long something took.

    Args:
        length: a timedelta, or seconds. Below zero (two clocks disagree) counts as zero.

    Returns:
        The two largest units: ``240 ms``, ``3.2 s``, ``3 m 12 s``, ``2 d 4 h``.
    """
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if seconds < 0.9995:
        return f"{max(0, round(seconds * 1000))} ms"
    if seconds < 9.95:
        return f"{_written(f'{seconds:.1f}')} s"
    return _two_units(round(seconds))


def _written(number: str) -> str:
    """A number with the separators of the viewer's language instead of a comma and a point."""
    return number if number.isdigit() else number.translate(_separators(get_language()))


@lru_cache
def _separators(language: str | None) -> dict[int, str]:
    separators = {",": get_format("THOUSAND_SEPARATOR"), ".": get_format("DECIMAL_SEPARATOR")}
    return str.maketrans(separators)


def _two_units(seconds: int) -> str:
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return _pair(seconds, _MINUTE, "m", 1, "s")
    if seconds < _DAY:
        return _pair(seconds, _HOUR, "h", _MINUTE, "m")
    return _pair(seconds, _DAY, "d", _HOUR, "h")


def _pair(seconds: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    many, rest = divmod(seconds, large)
    few = rest // small
    whole = f"{_written(f'{many:,}')} {large_unit}"
    return f"{whole} {few} {small_unit}" if few else whole


def relative(instant: datetime, now: datetime) -> str:
    """An instant as seen from now: ``12 s ago``, ``5 min ago``, ``in 3 h``, ``now``."""
    seconds = (instant - now).total_seconds()
    if abs(seconds) < 1:
        return gettext("now")
    if seconds > 0:
        return gettext("in {age}").format(age=_age(seconds, round))
    return gettext("{age} ago").format(age=_age(-seconds, math.floor))


def _age(seconds: float, whole: Callable[[float], int]) -> str:
    for unit, length, longer in _UNITS:
        if (many := whole(seconds / length)) * length < longer:
            return f"{many} {unit}"
    return f"{_written(f'{seconds / _YEAR:.1f}')} y"


def exact(instant: datetime) -> str:
    """An instant to the millisecond in UTC."""
    return instant.astimezone(UTC).isoformat(" ", "milliseconds")[:-6] + " UTC"


class Precision(Enum):
    """What a count claims."""

    EXACT = "exact"
    CAPPED = "capped"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things and how it was come by; a capped one means "at least"."""

    value: int
    precision: Precision = Precision.EXACT

    @classmethod
    def capped(cls, value: int, cap: int) -> Count:
        """What a count that stopped above ``cap`` says."""
        return cls(cap, Precision.CAPPED) if value > cap else cls(value)

    @classmethod
    def estimated(cls, value: float) -> Count:
        """What statistics say."""
        return cls(max(0, round(value)), Precision.ESTIMATED)

    def __str__(self) -> str:
        if self.precision is Precision.CAPPED:
            return f"{_written(f'{self.value:,}')}+"
        if self.precision is Precision.ESTIMATED:
            return f"≈ {_rounded(self.value)}"
        return _written(f"{self.value:,}")


def _rounded(value: int) -> str:
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if value >= size:
            return f"{_written(f'{value / size:.1f}')} {unit}"
    return str(value)


def short_id(value: object) -> str:
    """The part of an id that differs from its neighbours'.

    Ids of tasks and runs begin with the time, so those of one moment look alike up to their end.
    """
    text = str(value)
    return text[-8:] if _UUID.fullmatch(text) else shortened(text, 16)


def name(value: object) -> str:
    """A name of any origin as one visible line of at most :data:`LONGEST_NAME` characters."""
    return visible(shortened(str(value), LONGEST_NAME))


def shortened(text: str, longest: int) -> str:
    """The text, its middle replaced by an ellipsis when it is longer than ``longest``."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 2
    return f"{text[: longest - 1 - tail]}…{text[len(text) - tail :]}"


def visible(text: str, *, keep: str = "") -> str:
    """The text with control, bidirectional and zero-width characters drawn as what they are.

    Args:
        text: anything.
        keep: characters to leave alone, such as line breaks in a traceback.
    """
    if text.isprintable():  # nothing hidden is printable
        return text
    return "".join(
        f"⟨U+{ord(char):04X}⟩" if hidden(char) and char not in keep else char for char in text
    )


def hidden(char: str) -> bool:
    """Whether a character draws nothing, or moves its neighbours, and so can deceive."""
    code = ord(char)
    if code in _JOINERS:
        return False
    return code in _DECEIVING or unicodedata.category(char) in {"Cc", "Cs"}
