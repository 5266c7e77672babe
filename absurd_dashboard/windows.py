"""Time windows over history: every page that reads history shows one and offers wider ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a page looks.

    Attributes:
        key: its value in a URL.
        label: in words, after "in the", in the viewer's language.
        length: None reaches back to the beginning.
    """

    key: str
    label: str | Promise
    length: timedelta | None

    def since(self, now: datetime) -> datetime | None:
        """The earliest moment inside, or None for no bound."""
        return None if self.length is None else now - self.length


WINDOWS = (
    Window("1h", _("last hour"), timedelta(hours=1)),
    Window("24h", _("last 24 hours"), timedelta(hours=24)),
    Window("7d", _("last 7 days"), timedelta(days=7)),
    Window("30d", _("last 30 days"), timedelta(days=30)),
    Window("all", _("whole history"), None),
)
_BY_KEY = {window.key: window for window in WINDOWS}


def window(key: str | None, default: str) -> Window:
    """The window of a URL; an unknown key means the default."""
    return _BY_KEY.get(key or default, _BY_KEY[default])


def wider(current: Window) -> Window | None:
    """The next wider window, or None when this is the widest."""
    position = WINDOWS.index(current)
    return WINDOWS[position + 1] if position + 1 < len(WINDOWS) else None
