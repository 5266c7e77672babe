"""Tags and filters of the dashboard's templates: ``{% load absurd %}``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from absurd_dashboard import display, headers, jsonmarkup, jsontree, markup
from absurd_dashboard.jsondiff import Diff
from absurd_dashboard.links import Links
from absurd_dashboard.payload import Json
from absurd_dashboard.states import state_of

register = template.Library()


def _visible(text: object) -> str:
    """Text of several lines, such as a traceback, with what would be invisible in it drawn."""
    return display.visible(str(text), keep="\n\t")


register.filter("state_badge", markup.state_badge)
register.filter("state_label", lambda name: state_of(name).label)
register.filter("name", markup.name)
register.filter("plain", display.name)
register.filter("since", markup.instant)
register.filter("until", markup.instant)
register.filter("moment", markup.moment)
register.filter("duration", markup.duration)
register.filter("count", markup.count)
register.filter("short_id", display.short_id)
register.filter("visible", _visible)
register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.identifier, name="identifier")
register.simple_tag(markup.copy_button, name="copy_button")

#: JSON of more values is folded.
_FOLD_ABOVE = 16


@register.simple_tag(takes_context=True)
def dash_url(context: Context, page: str, /, *args: object, **query: object) -> str:
    """The address of one of the dashboard's pages.

    Args:
        page: name of the URL pattern, without its namespace.
        args: the pattern's arguments.
        query: what to put into the query string; None and empty values are left out.
    """
    return Links.of(context.get("request")).to(page, *args, **query)


@register.simple_tag(takes_context=True)
def nonce(context: Context) -> SafeString:
    """The attribute that the host's content security policy asks of scripts and styles, if any."""
    found = headers.nonce(context.get("request"))
    return format_html(' nonce="{}"', found) if found else SafeString()


@register.inclusion_tag("absurd_dashboard/components/json.html")
def json(
    value: Json | str | None,
    *,
    id: str,  # noqa: A002 — the attribute of that name
    label: str = "",
    download: str = "",
) -> dict[str, Any]:
    """A JSON value, laid out; folded when it is long.

    Args:
        value: JSON text, perhaps only its beginning; None stands for SQL NULL.
        id: id of the fold, unique on the page, so that it stays open when the page refreshes.
        label: what the value is, for screen readers.
        download: where to get the whole value, and with ``?at=`` a piece of it.
    """
    if value is None:
        return {"absent": True}
    given = value if isinstance(value, Json) else Json(value, len(value))
    grown = jsontree.tree(given.text)
    truncated = given.truncated or grown.truncated
    for root in grown.roots:
        root.cut = root.cut or (root.container and given.truncated)
    return {
        "absent": False,
        "id": id,
        "label": label,
        "download": download,
        "html": jsonmarkup.json_tree(grown, download),
        "of": crc32(given.text.encode()),
        "many": grown.many,
        "size": given.size,
        "folded": grown.many > _FOLD_ABOVE,
        "truncated": truncated,
    }


@register.inclusion_tag("absurd_dashboard/components/diff.html")
def diff(difference: Diff, *, before: str, after: str, label: str = "") -> dict[str, object]:
    """What differs between two JSON values, place by place.

    Args:
        difference: of the two.
        before: what the earlier value is, as the head of its column.
        after: what the later value is.
        label: what both are, for screen readers.
    """
    rows = [
        (change, *jsonmarkup.beside(change.before, change.after)) for change in difference.changes
    ]
    return {"diff": difference, "rows": rows, "before": before, "after": after, "label": label}


@register.inclusion_tag("absurd_dashboard/components/empty.html")
def empty_state(title: str, text: str = "", *, href: str = "", action: str = "") -> dict[str, str]:
    """What would be here, and how to make it so."""
    return {"title": title, "text": text, "href": href, "action": action}


@register.inclusion_tag("absurd_dashboard/components/error.html")
def error_state(
    title: str, text: str = "", *, remedy: str = "", href: str = "", action: str = ""
) -> dict[str, str]:
    """What happened, what still works, and what to do."""
    return {"title": title, "text": text, "remedy": remedy, "href": href, "action": action}


@register.inclusion_tag("absurd_dashboard/components/pager.html")
def pager(*, newer: str = "", older: str = "", note: str = "") -> dict[str, str]:
    """Links to the neighbouring pages of a list.

    Args:
        newer: address of the page above, empty on the first.
        older: address of the page below, empty on the last.
        note: what the page shows, such as ``50 of 10,000+``.
    """
    return {"newer": newer, "older": older, "note": note}


@register.inclusion_tag("absurd_dashboard/components/tabs.html")
def tabs(items: Sequence[object], *, label: str) -> dict[str, object]:
    """Views of one list, one of them current.

    Args:
        items: each with ``label``, ``url``, ``current``, ``count`` (None for none) and ``state``
            (name of the state whose shape it carries, or empty).
        label: what the tabs choose, for screen readers.
    """
    return {"items": items, "label": label}


@register.inclusion_tag("absurd_dashboard/components/chip.html")
def chip(key: str, value: object, *, remove: str) -> dict[str, object]:
    """A filter in force, and a link to the same page without it."""
    return {"key": key, "value": value, "remove": remove}


@register.inclusion_tag("absurd_dashboard/components/new_rows.html")
def new_rows(count: object, url: str) -> dict[str, object]:  # the name of the template's variable
    """How many rows have come since the page was opened; the link shows them."""
    return {"count": count, "url": url}
