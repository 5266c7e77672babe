"""Lengths of time as an operator types them: ``30d``, ``12h``, ``1w 2d``, ``90s``."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils.translation import gettext as _

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"\s*([0-9]{1,9})\s*([wdhms])")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+\s*")


def read(text: str) -> timedelta:
    """Read a length of time.

    Raises:
        ValueError: it is none, or longer than anything.
    """
    if not _WHOLE.fullmatch(text):
        raise ValueError(_("give numbers with w, d, h, m or s, such as 30d or 12h 30m"))
    try:
        parts = (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(text))
        return sum(parts, timedelta())
    except OverflowError as error:
        raise ValueError(_("is too long")) from error


def write(length: timedelta) -> str:
    """Write a length of time so that :func:`read` reads the same, but for fractions of seconds."""
    rest = int(length.total_seconds())
    found = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        many, rest = divmod(rest, seconds)
        if many:
            found.append(f"{many}{unit}")
    return " ".join(found) or "0s"
