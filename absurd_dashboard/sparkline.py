"""A row of counts over time as a small picture: an SVG that says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from absurd_dashboard import display

_BAR, _GAP, _HEIGHT = 4, 1, 24


def sparkline(counts: Sequence[int], slot: timedelta) -> SafeString:
    """Draw counts, oldest first, one bar for each.

    Args:
        counts: how many in each slot.
        slot: how much time a slot is.
    """
    most = max(counts, default=0)
    said = _("%(slots)s slots of %(slot)s: at most %(most)s in one, %(last)s in the newest") % {
        "slots": len(counts),
        "slot": display.duration(slot),
        "most": most,
        "last": counts[-1] if counts else 0,
    }
    bars = format_html_join(
        "", '<rect x="{}" y="{}" width="{}" height="{}"/>', _bars(counts, max(most, 1))
    )
    return format_html(
        '<svg class="abs-spark" viewBox="0 0 {} {}" fill="currentColor" role="img"'
        ' preserveAspectRatio="none"><title>{}</title>{}</svg>',
        max(1, len(counts) * (_BAR + _GAP)),
        _HEIGHT,
        said,
        bars,
    )


def _bars(counts: Sequence[int], most: int) -> list[tuple[int, int, int, int]]:
    """Place and size of every bar; none is the base line alone, one failure can be seen."""
    heights = [max(1 + 2 * (count > 0), round(_HEIGHT * count / most)) for count in counts]
    return [
        (place * (_BAR + _GAP), _HEIGHT - height, _BAR, height)
        for place, height in enumerate(heights)
    ]
