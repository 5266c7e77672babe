"""What a chart's template shows: an axis, shapes, words for each slot, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from absurd_dashboard.charts.scale import HEIGHT, Label
from absurd_dashboard.timeline.axis import Axis, Piece
from absurd_dashboard.timeline.ticks import ticks

if TYPE_CHECKING:
    from absurd_dashboard.charts.figures import Slot

#: Width of a slot in the coordinates of the shapes, which are stretched to the window's width.
SLOT = 10
#: A slot as long as this, or longer, is told by its day too.
_DATED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Series:
    """One of the things that a chart shows.

    Attributes:
        css: class of its shapes; a sample with the same class stands in the legend.
        total: what it comes to, in words; may be empty.
    """

    css: str
    label: str
    total: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A round instant below the chart; ``x`` in percent."""

    x: str
    at: str
    form: str
    dated: bool
    label: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, ready to be put into its template.

    Attributes:
        key: unique on the page.
        note: what must be known to read it.
        empty: said instead, when there is nothing to show; else empty.
        base: pixels from the top to the line of zero, or None where there is none.
        shapes: in coordinates of :data:`SLOT` for each slot, and pixels.
        rows: of the table, oldest slot first; None where nobody asked for it.
    """

    key: str
    title: str
    note: str
    empty: str
    series: Sequence[Series]
    columns: Sequence[str]
    labels: Sequence[Label]
    ticks: Sequence[Tick]
    base: float | None
    shapes: SafeString
    hits: SafeString
    rows: SafeString | None
    width: int
    height: int = HEIGHT


def axis(slots: Sequence[Slot], slot: timedelta) -> list[Tick]:
    """The round instants below slots."""
    start, end = slots[0].start, slots[-1].start + slot
    found = ticks(Axis.of([Piece(start, end, 0.0, 1.0)]), margin=0.0)
    # A label at the very edge would be cut off.
    inner = [tick for tick in found if 0.03 <= tick.position <= 0.97]
    return [
        Tick(
            x=f"{100 * tick.position:.2f}%",
            at=tick.at.isoformat(),
            form=tick.form,
            dated=tick.dated and tick.form != "day",
            label=tick.label,
            minor=number % 2 == 1,
        )
        for number, tick in enumerate(inner)
    ]


def hits(slots: Sequence[Slot], slot: timedelta, said: Sequence[str]) -> SafeString:
    """An invisible column for each slot that says in words what is there."""
    # Hundreds of these and of the rows below are on a page: format_html takes too long for them.
    return SafeString(
        "".join(
            f'<rect class="abs-chart-hit" x="{number * SLOT}" y="0" width="{SLOT}"'
            f' height="{HEIGHT}"><title>'
            f'<time datetime="{each.start.isoformat()}" data-form="moment">'
            f"{when(each.start, slot)} UTC</time> · {escape(words)}</title></rect>"
            for number, (each, words) in enumerate(zip(slots, said, strict=True))
        )
    )


def table(slots: Sequence[Slot], slot: timedelta, cells: Iterable[Sequence[str]]) -> SafeString:
    """Rows of a table, oldest slot first."""
    form = "minute" if slot < _DATED else "day minute"
    return SafeString(
        "\n".join(
            f'<tr><th scope="row"><time datetime="{each.start.isoformat()}" data-form="{form}">'
            f"{when(each.start, slot)}</time></th>"
            + "".join(f'<td class="abs-number">{escape(cell)}</td>' for cell in row)
            + "</tr>"
            for each, row in zip(slots, cells, strict=True)
        )
    )


def when(start: datetime, slot: timedelta) -> str:
    """The beginning of a slot in UTC."""
    return _when(start, slot, get_language())


# Each slot is named twice in each of four charts, and again at the next look.
@lru_cache(maxsize=2_000)
def _when(start: datetime, slot: timedelta, language: str | None) -> str:
    return dateformat.format(start, "H:i" if slot < _DATED else "d M H:i")
