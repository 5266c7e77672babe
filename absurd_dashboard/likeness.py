"""Whether one name looks like another mistyped: other case or separators, or a slip of the keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_SEPARATORS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
#: For every so many letters one slip, two at most: short names are near each other by nature.
_LETTERS_PER_SLIP, _MOST_SLIPS = 5, 2
#: Longer names are made of data, and names of one bucket beyond these are not compared.
_LONGEST, _BUCKET = 200, 100


def alike(one: str, other: str) -> bool:
    """Whether two names look like one of them mistyped.

    Names that differ in a digit are about different things, so they are not.
    """
    if one == other or not (_short(one) and _short(other)) or _digits(one) != _digits(other):
        return False
    if _plain(one) == _plain(other):
        return True
    slips = min(_MOST_SLIPS, min(len(one), len(other)) // _LETTERS_PER_SLIP)
    return slips > 0 and _within(one, other, slips)


def pairs(names: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every name with the first of the others that it is alike; bounded work."""
    short = list(filter(_short, names))
    buckets: dict[tuple[str, ...], list[str]] = {_digits(name): [] for name in short}
    for other in others:  # thousands, most of which are about something else
        bucket = buckets.get(_digits(other)) if _short(other) else None
        if bucket is not None and len(bucket) < _BUCKET:
            bucket.append(other)
    for name in short:
        found = (other for other in buckets[_digits(name)] if alike(name, other))
        if (first := next(found, None)) is not None:
            yield name, first


@lru_cache(maxsize=4096)
def _digits(name: str) -> tuple[str, ...]:
    return tuple(_DIGITS.findall(name))


def _short(name: str) -> bool:
    return len(name) <= _LONGEST


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


def _within(one: str, other: str, slips: int) -> bool:
    """Whether so many letters left out, added or changed make one of the other."""
    if abs(len(one) - len(other)) > slips:
        return False
    same = next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    one, other = one[same:], other[same:]
    if not one or not other:
        return True  # their lengths differ by no more than the slips
    return slips > 0 and (
        _within(one[1:], other[1:], slips - 1)
        or _within(one[1:], other, slips - 1)
        or _within(one, other[1:], slips - 1)
    )
