"""Ages in a query as instants."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from absurd_dashboard.search.grammar import Query, Value

_AGE = re.compile(r"([0-9]{1,6})(s|m|min|h|d|w)", re.ASCII | re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=36_500)


def length(text: str) -> timedelta | None:
    """How long ``90m``, ``2h``, ``7d`` … is, at most a century; None for anything else."""
    found = _AGE.fullmatch(text)
    if found is None:
        return None
    return min(_LONGEST, timedelta(**{_UNITS[found[2].lower()]: int(found[1])}))


def moment(value: Value, now: datetime) -> datetime:
    """The instant that a checked age means."""
    age = length(value.parts[0])
    if age is None:
        raise ValueError(f"not an age: {value.text}")
    return now - age


def oldest(query: Query, now: datetime) -> datetime | None:
    """Since when everything was spawned that is young enough for a query; None for no bound."""
    ages = (value for term in query if term.qualifier == "age" for value in term.values)
    young = [moment(value, now) for value in ages if value.compare.startswith("<")]
    return max(young, default=None)
