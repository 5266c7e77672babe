"""Charts over time: what ended, how long it took, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext

from absurd_dashboard.access import Access
from absurd_dashboard.charts.drawing import CHARTS
from absurd_dashboard.charts.ranges import RANGES, chosen
from absurd_dashboard.choices import Choice, chips, query_url
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.charts import Figures, figures

#: Longer values are nobody's queue or task name.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class ChartsView:
    """What the page of charts shows.

    Attributes:
        span: key of the range.
        known: whether the queue that is asked for is in sight; true when none is.
        tables: keys of the charts that are wanted as tables, too.
    """

    span: str
    queue: str
    name: str
    known: bool
    ranges: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    figures: Figures
    tables: tuple[str, ...]

    def with_table(self, chart: str) -> str:
        """The address of the page with one more chart as a table, too."""
        kept = _kept(self.queue, self.name, self.span, (*self.tables, chart))
        return f"{query_url(kept)}#chart-{chart}-table"


@page("charts", "charts/page", shared=True)
def charts(request: HttpRequest, access: Access) -> Page:
    """The charts of a range, of all queues in sight or one, of all task names or one."""
    span = chosen(request.GET.get("window"))
    queue, name = _text(request, "queue"), _text(request, "name")
    asked = _text(request, "tables").split(",")
    tables = tuple(key for key in CHARTS if key in asked)
    kept = _kept(queue, name, span.key, tables)
    shown = ChartsView(
        span=span.key,
        queue=queue,
        name=name,
        known=queue in ("", *access.queue_names),
        ranges=tuple(
            Choice(gettext(each.label), query_url({**kept, "window": each.key}), each == span)
            for each in RANGES
        ),
        chips=chips(kept, ("queue", "name")),
        figures=figures(access, span, queue=queue, name=name),
        tables=tables,
    )
    return Page(gettext("Charts"), shown, live=request.get_full_path(), every=span.refreshed)


def _kept(queue: str, name: str, span: str, tables: Sequence[str]) -> dict[str, str]:
    """The page's query string."""
    return {"queue": queue, "name": name, "window": span, "tables": ",".join(tables)}


def _text(request: HttpRequest, key: str) -> str:
    return request.GET.get(key, "").strip().replace("\x00", "")[:_LONGEST]
