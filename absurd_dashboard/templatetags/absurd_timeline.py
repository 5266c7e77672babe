"""The tag that draws a task's timeline: ``{% load absurd_timeline %}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.translation import gettext as _

from absurd_dashboard import anchors
from absurd_dashboard.lineage import Relative
from absurd_dashboard.timeline import Timeline
from absurd_dashboard.timeline.drawing import draw
from absurd_dashboard.timeline.panel import panel
from absurd_dashboard.timeline.table import tabulate

if TYPE_CHECKING:
    from absurd_dashboard.queries.checkpoints import Step

register = template.Library()

#: What the page's query string says of the timeline: its scale, the page of its table, and of the
#: checkpoints below, and the checkpoint whose panel is open.
SCALE, PAGE, STEPS, STEP = "scale", "timeline", "steps", "step"
_LONGEST_NUMBER = 6


@register.inclusion_tag("absurd_dashboard/timeline/timeline.html", takes_context=True)
def task_timeline(
    context: Context,
    timeline: Timeline,
    children: Iterable[Relative] = (),
    steps: Mapping[str, int] | None = None,
    chosen: Step | None = None,
) -> dict[str, Any]:
    """A task's timeline, its legend and its table.

    Args:
        context: holds the request, whose query says which scale and which page of the table.
        timeline: what to draw.
        children: what the task may have awaited.
        steps: on which page of the checkpoints each of them is, by name.
        chosen: the checkpoint whose panel is open.
    """
    query = _query(context)
    true_scale = query.get(SCALE) == "true"
    table = tabulate(timeline, _number(query.get(PAGE)))
    return {
        "request": context.get("request"),
        "steps": steps or {},
        "panel": panel(timeline, chosen),
        "panels": _prefix(query),
        "close_url": f"{_url(query, STEP, None)}#timeline",
        "drawing": draw(
            timeline,
            true_scale=true_scale,
            children={str(each.task.task_id): each.task for each in children},
        ),
        "table": table,
        "open": PAGE in query,
        "note": _("{first} to {last} of {total}").format(
            first=f"{table.first:,}", last=f"{table.last:,}", total=f"{table.total:,}"
        ),
        "toggle_url": _url(query, SCALE, None if true_scale else "true"),
        "before_url": _page_url(query, table.before),
        "after_url": _page_url(query, table.after),
    }


@register.simple_tag(takes_context=True)
def step_url(context: Context, checkpoint: str) -> str:
    """Where a checkpoint's value and owner are, on this page of the task or on another."""
    page = context["steps"].get(checkpoint, 1)
    return f"{_url(_query(context), STEPS, str(page))}#{anchors.step(checkpoint)}-row"


@register.simple_tag(takes_context=True)
def panel_url(context: Context, checkpoint: str) -> str:
    """Where the panel of a checkpoint is open."""
    return f"{context['panels']}{urlencode({STEP: checkpoint})}#step"


def _prefix(query: QueryDict) -> str:
    """The query as it is, but for the panel, up to where its name goes."""
    rest = _url(query, STEP, None)
    return rest if rest == "?" else f"{rest}&"


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET if isinstance(request, HttpRequest) else QueryDict()


def _number(text: str | None) -> int:
    return (
        int(text)
        if text and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
        else 1
    )


def _page_url(query: QueryDict, page: int | None) -> str:
    return f"{_url(query, PAGE, str(page))}#timeline-table" if page else ""


def _url(query: QueryDict, key: str, value: str | None) -> str:
    """The same page with one thing changed in its query; ``?`` alone where nothing is left."""
    changed = query.copy()
    changed.pop(key, None)
    if value is not None:
        changed[key] = value
    return f"?{changed.urlencode()}"
