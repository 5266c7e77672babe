"""The tags that draw timelines: ``{% load absurd_timeline %}``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from absurd_dashboard.lineage import Relative
from absurd_dashboard.links import Links
from absurd_dashboard.timeline import Timeline, markup
from absurd_dashboard.timeline.addresses import SCALE, STEP, Addresses, Query
from absurd_dashboard.timeline.drawing import draw
from absurd_dashboard.timeline.panel import panel
from absurd_dashboard.timeline.picture import Lane, Track
from absurd_dashboard.timeline.table import tabulate

if TYPE_CHECKING:
    from absurd_dashboard.queries.checkpoints import Step

register = template.Library()
register.filter("bars", markup.bars)
register.filter("table_rows", markup.rows)


@register.inclusion_tag("absurd_dashboard/timeline/timeline.html", takes_context=True)
def task_timeline(
    context: Context,
    timeline: Timeline,
    children: Iterable[Relative] = (),
    chosen: Step | None = None,
    chosen_page: int = 1,
) -> dict[str, Any]:
    """A task's timeline, its legend and its table.

    Args:
        context: holds the request, whose query says which scale and which page of the table.
        timeline: what to draw.
        children: what the task may have awaited.
        chosen: the checkpoint whose panel is open.
        chosen_page: on which page of the checkpoints it is.
    """
    request = context.get("request")
    addresses = Addresses.of(_query(request))
    table = tabulate(timeline, addresses.table_page or 1)
    true_scale = addresses.is_true_scale
    return {
        "request": request,
        "addresses": addresses,
        "panel": panel(timeline, chosen),
        "among_url": addresses.step(chosen.fact.name, chosen_page) if chosen else "",
        "close_url": f"{addresses.changed(STEP, None)}#timeline",
        "drawing": draw(
            timeline,
            true_scale=true_scale,
            children={str(each.task.task_id): each.task for each in children},
            unfolded=addresses.unfolded,
        ),
        "table": table,
        "open": addresses.table_page is not None,
        "note": _("{first} to {last} of {total}").format(
            first=f"{table.first:,}", last=f"{table.last:,}", total=f"{table.total:,}"
        ),
        "toggle_url": addresses.changed(SCALE, None if true_scale else "true"),
        "table_url": addresses.table(1),
        "before_url": addresses.table(table.before),
        "after_url": addresses.table(table.after),
    }


@register.simple_tag(takes_context=True)
def lines(context: Context, lane: Lane, tracks: Iterable[Track]) -> SafeString:
    """The lines of an attempt, or some of them."""
    opened = context["panel"]
    chosen = opened.step.fact.name if opened else None
    task_url = partial(Links.of(context["request"]).to, "task")
    return markup.Lines(lane.row.attempt, context["addresses"], task_url, chosen).html(tracks)


def _query(request: object) -> Query:
    if not isinstance(request, HttpRequest):
        return []
    return [(key, value) for key, values in request.GET.lists() for value in values]
