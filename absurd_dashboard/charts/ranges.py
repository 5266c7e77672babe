"""How far back a chart looks, and how long the slots are that it counts in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_noop as _

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: Slots begin at round instants from here, midnight among them.
ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Range:
    """The time that a chart shows.

    Attributes:
        key: its value in a URL.
        label: in words, to be translated.
        length: from its beginning to now.
        slot: how much time is counted together; at most 121 slots cover the length.
    """

    key: str
    label: str
    length: timedelta
    slot: timedelta

    @property
    def refreshed(self) -> timedelta:
        """How often an open page asks for what is new: a quarter of a slot, a minute at most."""
        return min(self.slot / 4, timedelta(minutes=1))

    @property
    def longest_run(self) -> timedelta:
        """An attempt that was claimed longer before the range is not looked for in it."""
        return min(max(self.length / 4, _HOUR), _DAY)

    def first_slot(self, now: datetime) -> datetime:
        """When the slot begins in which the range does."""
        since = now - self.length
        return since - (since - ORIGIN) % self.slot


RANGES = (
    Range("1h", _("Last hour"), _HOUR, timedelta(minutes=1)),
    Range("6h", _("6 hours"), 6 * _HOUR, timedelta(minutes=5)),
    Range("24h", _("24 hours"), _DAY, timedelta(minutes=15)),
    Range("7d", _("7 days"), 7 * _DAY, timedelta(hours=2)),
    Range("30d", _("30 days"), 30 * _DAY, timedelta(hours=6)),
)
_BY_KEY = {each.key: each for each in RANGES}


def chosen(key: str | None) -> Range:
    """The range of a URL; an unknown key means the shortest."""
    return _BY_KEY.get(key or "", RANGES[0])
