"""Tags of the page of charts: ``{% load absurd_charts %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from absurd_dashboard.charts import drawing
from absurd_dashboard.charts.grouped import GroupTable
from absurd_dashboard.links import Links
from absurd_dashboard.rendering import to_string

register = template.Library()


@register.inclusion_tag("absurd_dashboard/charts/_chart.html")
def chart(kind: str, view: Any) -> dict[str, Any]:
    """Draw one of the charts.

    Args:
        kind: one of :data:`absurd_dashboard.charts.drawing.CHARTS`.
        view: the page's data.
    """
    drawn = drawing.CHARTS[kind](view.figures, tabled=kind in view.tables)
    return {"chart": drawn, "table_url": view.with_table(kind)}


@register.simple_tag(takes_context=True)
def group_table(context: Context, view: Any, *, by_name: bool, caption: str) -> SafeString:
    """Draw the percentiles by queue, or by task name.

    Args:
        view: the page's data.
        by_name: which of the two.
        caption: what the table holds, for screen readers.
    """
    request = context.get("request")
    drawn = GroupTable(
        view.figures.names if by_name else view.figures.queues,
        query={"window": view.span},
        by_name=by_name,
        now=context["page"].now,
        links=Links.of(request),
        caption=caption,
    )
    return mark_safe(to_string(request, drawn.template_name, {"table": drawn}))  # noqa: S308
