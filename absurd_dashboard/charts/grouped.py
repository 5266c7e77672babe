"""The tables of percentiles by queue and by task name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import display, markup
from absurd_dashboard.charts.figures import Group, Spread
from absurd_dashboard.tables import EngineTable

_NUMBER = {"td": {"class": "abs-number"}, "th": {"class": "abs-number"}}
_PRIMARY = {"td": {"class": "abs-primary"}, "th": {"class": "abs-primary"}}


class GroupTable(EngineTable):
    """Percentiles of groups of attempts, each leading to the charts of it alone.

    Args:
        query: what the links keep of the page's query string.
        by_name: whether each row is a task name, or a whole queue.
    """

    name = tables.Column(verbose_name=_("Task name"), attrs=_PRIMARY)
    queue = tables.Column(verbose_name=_("Queue"), attrs=_PRIMARY)
    latency = tables.Column(verbose_name=_("Latency p50 · p95 · p99"), attrs=_NUMBER)
    duration = tables.Column(verbose_name=_("Duration p50 · p95 · p99"), attrs=_NUMBER)
    looked_at = tables.Column(verbose_name=_("Looked at"), attrs=_NUMBER)

    def __init__(
        self, rows: Iterable[Any], *, query: Mapping[str, str], by_name: bool, **frame: Any
    ) -> None:
        self.query = query
        super().__init__(rows, **frame)
        if not by_name:
            self.columns.hide("name")

    def render_name(self, record: Group) -> SafeString:
        """The task name."""
        return self.link(record.name, "charts", queue=record.queue, name=record.name, **self.query)

    def render_queue(self, record: Group) -> SafeString:
        """The queue."""
        return self.link(record.queue, "charts", queue=record.queue, **self.query)

    def render_latency(self, record: Group) -> str:
        """How long tasks waited for their first claim."""
        return _spread(record.latency)

    def render_duration(self, record: Group) -> str:
        """How long completed attempts took."""
        return _spread(record.duration)

    def render_looked_at(self, record: Group) -> SafeString:
        """How many attempts the percentiles are of."""
        return markup.count(record.looked_at)


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return markup.duration(None)
    return " · ".join(map(display.duration, (spread.p50, spread.p95, spread.p99)))
