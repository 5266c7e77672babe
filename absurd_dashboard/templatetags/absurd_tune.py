"""The tag of the page of indexes: ``{% load absurd_tune %}``."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from absurd_dashboard.links import Links
from absurd_dashboard.rendering import to_string
from absurd_dashboard.tune.proposals import Proposal
from absurd_dashboard.tune.table import IndexTable

register = template.Library()


@register.simple_tag(takes_context=True)
def index_table(context: Context, rows: Iterable[Proposal], caption: str) -> SafeString:
    """Draw indexes.

    Args:
        rows: the proposals.
        caption: what the table holds, for screen readers.
    """
    request = context.get("request")
    drawn = IndexTable(rows, now=context["page"].now, links=Links.of(request), caption=caption)
    return mark_safe(to_string(request, drawn.template_name, {"table": drawn}))  # noqa: S308
