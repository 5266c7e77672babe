"""The tag that draws rows of a page as one of the tables: ``{% load absurd_tables %}``."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from absurd_dashboard.links import Links
from absurd_dashboard.rendering import to_string
from absurd_dashboard.tables import TABLES

register = template.Library()


@register.simple_tag(takes_context=True)
def table(
    context: Context, kind: str, rows: Iterable[Any], caption: str, columns: Sequence[str] = ()
) -> SafeString:
    """Draw rows.

    Args:
        kind: a key of :data:`absurd_dashboard.tables.TABLES`.
        rows: what a query returned.
        caption: what the table holds, for screen readers.
        columns: the columns to show, in their order; all if empty.
    """
    request = context.get("request")
    drawn = TABLES[kind](
        rows,
        now=context["page"].now,
        links=Links.of(request),
        caption=caption,
        columns=columns,
    )
    return mark_safe(to_string(request, drawn.template_name, {"table": drawn}))  # noqa: S308
