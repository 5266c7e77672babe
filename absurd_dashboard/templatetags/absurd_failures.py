"""Tags of the pages of failures: ``{% load absurd_failures %}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from absurd_dashboard.causes import CauseTable, marks
from absurd_dashboard.links import Links
from absurd_dashboard.rendering import to_string
from absurd_dashboard.sparkline import sparkline

if TYPE_CHECKING:
    from absurd_dashboard.views.failures import CauseList

register = template.Library()
register.simple_tag(sparkline, name="sparkline")
register.simple_tag(marks, name="marks")


@register.simple_tag(takes_context=True)
def cause_table(context: Context, view: CauseList) -> SafeString:
    """Draw the causes of a page."""
    request = context.get("request")
    query = {"window": view.span.key, "attempts": "all" if view.every else ""}
    drawn = CauseTable(
        view.rows,
        view.slot,
        query,
        now=context["page"].now,
        links=Links.of(request),
        caption=_("Failures by cause"),
    )
    return mark_safe(to_string(request, drawn.template_name, {"table": drawn}))  # noqa: S308
