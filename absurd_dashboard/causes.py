"""The table of causes of failures, and the marks that make one stand out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from absurd_dashboard import display, markup
from absurd_dashboard.links import Links
from absurd_dashboard.queries.failure_groups import Group
from absurd_dashboard.sparkline import sparkline
from absurd_dashboard.tables import EngineTable

#: Names of tasks or queues in one cell, and characters of a message.
_NAMES, _MESSAGE = 2, 160


def marks(group: Group, now: datetime) -> SafeString:
    """What stands out about a cause: muted, spiking, new, acknowledged."""
    note = group.note
    badges: list[tuple[str, SafeString, object]] = []
    if note is not None and note.muted:
        until = format_html("{} {}", _("muted until"), markup.instant(note.muted_until, now))
        badges.append(("", markup.icon("pause"), until))
    elif group.spiking:
        badges.append(("abs-state-failed", markup.icon("warning"), _("spiking")))
    if group.new and not group.muted:
        badges.append(("", markup.icon("info"), _("new")))
    if note is not None and note.acknowledged_at is not None:
        badges.append(("", markup.icon("check"), _("acknowledged")))
    return format_html_join("", ' <span class="abs-badge {}">{}{}</span>', badges)


class CauseTable(EngineTable):
    """Causes of failures.

    Args:
        rows: the causes.
        slot: how much time a bar of their sparklines is.
        query: what their links carry, such as the window.
        now: the engine's clock.
        links: where the pages are.
        caption: what the table holds, for screen readers.
    """

    cause = tables.Column(
        verbose_name=gettext_lazy("Cause"),
        empty_values=(),
        attrs={"td": {"class": "abs-primary"}, "th": {"class": "abs-primary"}},
    )
    message = tables.Column(
        verbose_name=gettext_lazy("Message"),
        empty_values=(),
        attrs={"td": {"class": "abs-wide"}, "th": {"class": "abs-wide"}},
    )
    attempts = tables.Column(
        verbose_name=gettext_lazy("Failed"),
        attrs={"td": {"class": "abs-number"}, "th": {"class": "abs-number"}},
    )
    slots = tables.Column(verbose_name=gettext_lazy("Over time"))
    task_names = tables.Column(verbose_name=gettext_lazy("Tasks"))
    last_seen = tables.Column(
        verbose_name=gettext_lazy("Last"),
        attrs={"td": {"class": "abs-number"}, "th": {"class": "abs-number"}},
    )

    def __init__(
        self,
        rows: Iterable[Group],
        slot: timedelta,
        query: dict[str, str],
        *,
        now: datetime,
        links: Links,
        caption: str,
    ) -> None:
        self.slot, self.query = slot, query
        super().__init__(rows, now=now, links=links, caption=caption)

    def render_cause(self, record: Group) -> SafeString:
        """The error's name, which leads to the cause, and what stands out."""
        name = record.example.error_name if record.example else None
        link = self.link(name or _("No error name"), "failure", record.fingerprint, **self.query)
        return format_html("{}{}", link, marks(record, self.now))

    def render_message(self, record: Group) -> SafeString:
        """The newest failure's message, as one line."""
        message = " ".join(((record.example and record.example.error_message) or "").split())
        shown = display.visible(display.shortened(message, _MESSAGE))
        return format_html('<span class="abs-muted">{}</span>', shown)

    def render_attempts(self, record: Group) -> SafeString:
        """How many failed."""
        return markup.count(record.attempts)

    def render_slots(self, record: Group) -> SafeString:
        """When."""
        return sparkline(record.slots, self.slot)

    def render_task_names(self, record: Group) -> SafeString:
        """Which tasks, and in which queues."""
        names = _few([markup.name(name) for name in record.task_names])
        queues = _few([self.link(queue, "queue", queue) for queue in record.queues])
        return format_html('{}<br><span class="abs-muted">{}</span>', names, queues)

    def render_last_seen(self, record: Group) -> SafeString:
        """Until when, and since when."""
        last, first = (markup.instant(at, self.now) for at in (record.last_seen, record.first_seen))
        began = format_html(_("first {moment}"), moment=first)
        return format_html('{}<br><span class="abs-muted">{}</span>', last, began)


def _few(names: Sequence[SafeString]) -> SafeString:
    """The first few, and how many more there are."""
    few = format_html_join(", ", "{}", ((name,) for name in names[:_NAMES]))
    more = len(names) - _NAMES
    return format_html("{} +{}", few, more) if more > 0 else few
