"""The tags that draw a workflow run's tasks: ``{% load absurd_workflows %}``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context

from absurd_dashboard import graph
from absurd_dashboard.lineage import Source
from absurd_dashboard.links import Links
from absurd_dashboard.queries.workflows import Member
from absurd_dashboard.timeline.group import draw_group

register = template.Library()


@register.inclusion_tag("absurd_dashboard/workflows/_graph.html", takes_context=True)
def workflow_graph(context: Context, members: Sequence[Member]) -> dict[str, Any]:
    """The tree of a workflow run's tasks.

    Args:
        context: holds the request.
        members: its tasks, in the order of spawning.
    """
    every = [_member(member) for member in members]
    wide, narrow = graph.layout(every), graph.layout(every, indented=True)
    links, query = Links.of(context.get("request")), context["request"].GET
    return {
        "pictures": [
            (name, drawn, [(node, _address(links, query, node)) for node in drawn.nodes])
            for name, drawn in (("wide", wide), ("narrow", narrow))
        ],
        "left_out": wide.left_out,
        "width": graph.WIDTH,
        "height": graph.HEIGHT,
        "inferred": any(edge.inferred for edge in wide.edges),
    }


def _member(member: Member) -> graph.Member:
    task, parent = member.task, member.parent
    return graph.Member(
        key=str(task.task_id),
        name=task.name,
        state=task.state,
        parent=str(parent) if parent else None,
        inferred=member.source is Source.INFERRED,
    )


def _address(links: Links, query: QueryDict, node: graph.Node) -> str:
    """A task's page; of folded ones the list below, restricted to those that the node tells of."""
    if node.times == 1:
        return links.to("task", node.key)
    wanted = query.copy()
    wanted["state"], wanted["name"] = node.state, node.alike
    return f"?{wanted.urlencode()}#tasks"


@register.inclusion_tag("absurd_dashboard/workflows/_timeline.html", takes_context=True)
def workflow_timeline(context: Context, members: Sequence[Member]) -> dict[str, Any]:
    """One timeline over a workflow run's tasks.

    Args:
        context: holds the request, whose query says which scale, and the page.
        members: its tasks, in the order of their rows.
    """
    query = context["request"].GET.copy()
    true_scale = query.pop("scale", [""])[-1] == "true"
    drawn = draw_group(
        [member.task for member in members], context["page"].now, true_scale=true_scale
    )
    if not true_scale:
        query["scale"] = "true"
    return {
        "group": drawn,
        "drawing": drawn.ground if drawn else None,
        "toggle_url": f"?{query.urlencode()}#timeline",
        "request": context["request"],
    }
