"""The smallest components as HTML: a state, a name, an id, an instant, a duration, a count.

Lists draw hundreds of them, so they are functions and not templates; table columns call them too.
Each escapes what it is given.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from absurd_dashboard import display
from absurd_dashboard.states import state_of

#: Characters of a name that fit nearly everywhere; a longer one is repeated whole in a tooltip.
_FITS = 40
#: A dash, where there is no value.
NOTHING = mark_safe('<span class="abs-none">–</span>')


def icon(shape: str) -> SafeString:
    """A shape of icons.svg, hidden from screen readers: the text beside it says the same."""
    return _icon(shape, get_script_prefix())


@cache
def _icon(shape: str, prefix: str) -> SafeString:
    """Drawn once: there is an icon in every row, and shapes are few."""
    return format_html(
        '<svg class="abs-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("absurd_dashboard/icons.svg"),
        shape,
    )


@receiver(setting_changed)
def _forget(*, setting: str, **_: Any) -> None:
    if setting in {"STATIC_URL", "STORAGES"}:
        _icon.cache_clear()


def state_badge(state: str) -> SafeString:
    """A state's shape and label in its colour."""
    known = state_of(state)
    return format_html(
        '<span class="abs-badge {}">{}<span>{}</span></span>',
        known.css,
        icon(known.tone),
        display.name(known.label),
    )


def name(value: object) -> SafeString:
    """A name from code or from a stranger, isolated from the direction of the text around it."""
    if value is None:
        return NOTHING
    text, shown = str(value), display.name(value)
    if len(text) <= _FITS:
        return format_html('<bdi class="abs-name">{}</bdi>', shown)
    whole = display.visible(display.shortened(text, display.LONGEST_TITLE))
    return format_html('<bdi class="abs-name" title="{}">{}</bdi>', whole, shown)


def identifier(value: object, href: str = "") -> SafeString:
    """An id shortened to the part that differs, whole in its tooltip, with a button that copies it.

    Args:
        value: the id; None draws a dash.
        href: what the id links to, if anything.
    """
    if value is None:
        return NOTHING
    whole = display.shortened(str(value), display.LONGEST_TITLE)
    short = display.visible(display.short_id(value))
    text = format_html('<a href="{}">{}</a>', href, short) if href else short
    return format_html(
        '<span class="abs-id"><bdi title="{}">{}</bdi>{}</span>',
        display.visible(whole),
        text,
        copy_button(whole),
    )


def copy_button(text: str) -> SafeString:
    """A button that copies a text; absent without JavaScript."""
    return format_html(
        '<button type="button" class="abs-copy" data-copy="{}" aria-label="{}">{}</button>',
        text,
        _("Copy %(text)s") % {"text": display.short_id(text)},
        icon("copy"),
    )


def instant(value: datetime | None, now: datetime) -> SafeString:
    """An instant relative to now, exact in its tooltip; time.js keeps it current."""
    if value is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        value.isoformat(),
        display.exact(value),
        display.relative(value, now),
    )


def moment(value: datetime | None) -> SafeString:
    """An instant to the millisecond; time.js turns it to the viewer's time zone."""
    if value is None:
        return NOTHING
    shown = display.exact(value)
    return format_html(
        '<time datetime="{}" title="{}" data-form="exact">{}</time>',
        value.isoformat(),
        shown,
        shown,
    )


def duration(value: timedelta | float | None) -> SafeString:
    """How long something took; seconds in its ``value``."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    return format_html('<data value="{}">{}</data>', f"{seconds:.3f}", display.duration(seconds))


def count(value: display.Count | int | None) -> SafeString:
    """A number of things; one that is not exact says so in its tooltip."""
    if value is None:
        return NOTHING
    counted = value if isinstance(value, display.Count) else display.Count(value)
    if counted.precision is display.Precision.EXACT:
        return format_html('<data value="{}">{}</data>', counted.value, counted)
    said = {
        display.Precision.CAPPED: _("Counting stopped there"),
        display.Precision.ESTIMATED: _("Estimated, not counted"),
    }[counted.precision]
    return format_html('<data value="{}" title="{}">{}</data>', counted.value, said, counted)
