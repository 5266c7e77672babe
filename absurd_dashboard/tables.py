"""The tables of the list pages: which columns, and how a cell is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import display, markup
from absurd_dashboard.links import Links
from absurd_dashboard.queries.events import EventRow, Waiter
from absurd_dashboard.queries.failures import FailureRow
from absurd_dashboard.queries.pace import SLOT
from absurd_dashboard.queries.queues import QueueSummary
from absurd_dashboard.queries.tasks import TaskRow
from absurd_dashboard.queries.workers import Claim, Worker
from absurd_dashboard.sparkline import sparkline
from absurd_dashboard.states import state_of


def _row_id(record: object) -> SafeString:
    """What keeps a row the same row when a page renews itself."""
    task_id = getattr(record, "task_id", None)
    return format_html(' id="task-{}"', task_id) if task_id else SafeString()


_NUMBER = {"td": {"class": "abs-number"}, "th": {"class": "abs-number"}}
_PRIMARY = {"td": {"class": "abs-primary"}, "th": {"class": "abs-primary"}}
_WIDE = {"td": {"class": "abs-wide"}, "th": {"class": "abs-wide"}}


class EngineTable(tables.Table):  # type: ignore[misc]  # it comes without types
    """A table of rows that a query returned, in their order.

    Args:
        rows: the rows.
        now: the engine's clock.
        links: where the pages are.
        caption: what the table holds, for screen readers.
        columns: the columns to show, in their order, besides ``select``; all if empty.
    """

    def __init__(
        self,
        rows: Iterable[Any],
        *,
        now: datetime,
        links: Links,
        caption: str,
        columns: Sequence[str] = (),
    ) -> None:
        self.now, self.links, self.caption = now, links, caption
        first = [name for name in ("select",) if name in self.base_columns]
        hidden = [name for name in self.base_columns if name not in (*first, *columns)]
        super().__init__(
            list(rows),
            exclude=hidden if columns else None,
            sequence=[*first, *columns, "..."] if columns else None,
            orderable=False,
            template_name="absurd_dashboard/components/table.html",
        )

    @cached_property
    def body(self) -> SafeString:
        """The rows, each cell drawn by the ``render_<column>`` of its column with the record.

        django-tables2 asks for the signature of that method at every cell, which takes longer
        than all the rest of a page; the columns are its own, only this loop is not.
        """
        drawing = [
            (
                format_html('<td data-label="{}" {}>', column.header, column.attrs["td"].as_html()),
                getattr(self, f"render_{column.name}"),
            )
            for column in self.columns
        ]
        return SafeString(
            "".join(
                format_html("<tr{}>", _row_id(record))
                + "".join(
                    f"{start}{conditional_escape(draw(record))}</td>" for start, draw in drawing
                )
                + "</tr>\n"
                for record in self.data.data
            )
        )

    def link(self, text: object, page: str, *args: object, **query: object) -> SafeString:
        """A name that leads to its page."""
        return format_html(
            '<a href="{}">{}</a>', self.links.to(page, *args, **query), markup.name(text)
        )

    def number(self, value: display.Count, **query: object) -> SafeString:
        """A count that leads to the tasks counted; a quiet dash for none."""
        if not value.value:
            return markup.count(None)
        return format_html(
            '<a href="{}">{}</a>', self.links.to("tasks", **query), markup.count(value)
        )


class QueueTable(EngineTable):
    """Queues and what is open in them."""

    queue = tables.Column(verbose_name=_("Queue"), attrs=_PRIMARY)
    pending = tables.Column(verbose_name=_("Pending"), attrs=_NUMBER)
    running = tables.Column(verbose_name=_("Running"), attrs=_NUMBER)
    sleeping = tables.Column(verbose_name=_("Sleeping"), attrs=_NUMBER)
    failed = tables.Column(verbose_name=_("Failed, 24 h"), attrs=_NUMBER)
    oldest_due = tables.Column(verbose_name=_("Oldest due"), attrs=_NUMBER, empty_values=())
    workers = tables.Column(verbose_name=_("Workers"), attrs=_NUMBER)
    pace = tables.Column(verbose_name=_("Attempts, 1 h"), attrs=_WIDE, empty_values=())

    def render_queue(self, record: QueueSummary) -> SafeString:
        """Its name."""
        return self.link(record.queue, "queue", record.queue)

    def render_pending(self, record: QueueSummary) -> SafeString:
        """Pending tasks."""
        return self.number(record.counts["pending"], queue=record.queue, state="pending")

    def render_running(self, record: QueueSummary) -> SafeString:
        """Running tasks, dead leases marked."""
        number = self.number(record.counts["running"], queue=record.queue, state="running")
        if not record.expired:
            return number
        said = _("%(count)s with a lease that has run out") % {"count": record.counts["expired"]}
        return format_html(
            '{} <span class="abs-state-failed" title="{}">{}</span>',
            number,
            said,
            markup.icon("warning"),
        )

    def render_sleeping(self, record: QueueSummary) -> SafeString:
        """Sleeping tasks."""
        return self.number(record.counts["sleeping"], queue=record.queue, state="sleeping")

    def render_failed(self, record: QueueSummary) -> SafeString:
        """Tasks that failed for good lately."""
        if not record.failed:
            return markup.count(None)
        url = self.links.to("failures", queue=record.queue)
        return format_html(
            '<a class="abs-state-failed" href="{}">{}</a>',
            url,
            markup.count(record.counts["failed"]),
        )

    def render_oldest_due(self, record: QueueSummary) -> SafeString:
        """How long the oldest due run waits for a worker."""
        if record.oldest_due is None:
            return markup.duration(None)
        return markup.duration(self.now - record.oldest_due)

    def render_workers(self, record: QueueSummary) -> SafeString:
        """Workers that hold a live claim."""
        return markup.count(record.counts["workers"] if record.workers else None)

    def render_pace(self, record: QueueSummary) -> SafeString:
        """Its last hour: what completed, and what failed."""
        courses = record.pace.courses.items() if record.pace else ()
        drawn = [
            (name, sparkline(course.slots, SLOT), markup.icon(state_of(name).tone),
             state_of(name).label, markup.count(course.total))
            for name, course in courses
            if course.total.value
        ]  # fmt: skip
        if not drawn:
            return markup.count(None)
        return format_html(
            '<a class="abs-pace" href="{}">{}</a>',
            self.links.to("charts", queue=record.queue),
            format_html_join(
                "",
                '<span class="abs-state-{}">{} {}<span class="abs-sr">{}</span> {}</span>',
                drawn,
            ),
        )


class TaskTable(EngineTable):
    """Tasks, newest first."""

    name = tables.Column(verbose_name=_("Task"), attrs=_PRIMARY)
    task_id = tables.Column(verbose_name=_("Id"))
    queue = tables.Column(verbose_name=_("Queue"))
    state = tables.Column(verbose_name=_("State"))
    attempts = tables.Column(verbose_name=_("Attempt"), attrs=_NUMBER)
    enqueued_at = tables.Column(verbose_name=_("Spawned"), attrs=_NUMBER)
    took = tables.Column(
        verbose_name=_("Duration"), attrs=_NUMBER, accessor="started_at", empty_values=()
    )

    def render_name(self, record: TaskRow) -> SafeString:
        """Its name, which leads to its page."""
        return self.link(record.name, "task", record.task_id)

    def render_task_id(self, record: TaskRow) -> SafeString:
        """Its id, to copy."""
        return markup.identifier(record.task_id)

    def render_queue(self, record: TaskRow) -> SafeString:
        """Its queue."""
        return self.link(record.queue, "queue", record.queue)

    def render_state(self, record: TaskRow) -> SafeString:
        """Its state."""
        return markup.state_badge(record.state)

    def render_attempts(self, record: TaskRow) -> str:
        """Attempt n of m."""
        most = "∞" if record.max_attempts is None else record.max_attempts
        return f"{record.attempts} / {most}"

    def render_enqueued_at(self, record: TaskRow) -> SafeString:
        """Its age."""
        return markup.instant(record.enqueued_at, self.now)

    def render_took(self, record: TaskRow) -> SafeString:
        """From its first claim to its end, or until now."""
        if record.started_at is None:
            return markup.duration(None)
        return markup.duration((record.ended_at or self.now) - record.started_at)


class SelectableTaskTable(TaskTable):
    """Tasks with a box each, for the form ``bulk`` elsewhere on the page."""

    select = tables.Column(verbose_name=_("Select"), accessor="task_id", empty_values=())

    class Meta:
        sequence = ("select", "...")

    def render_select(self, record: TaskRow) -> SafeString:
        """A box that selects it."""
        said = _("Select %(task)s") % {"task": display.name(record.name)}
        return format_html(
            '<input type="checkbox" name="task" value="{}" form="bulk" aria-label="{}">',
            record.task_id,
            said,
        )


class FailureTable(EngineTable):
    """Tasks that failed for good."""

    name = tables.Column(verbose_name=_("Task"), attrs=_PRIMARY)
    error = tables.Column(
        verbose_name=_("Error"), attrs=_WIDE, accessor="error_name", empty_values=()
    )
    queue = tables.Column(verbose_name=_("Queue"))
    attempts = tables.Column(verbose_name=_("Attempts"), attrs=_NUMBER)
    failed_at = tables.Column(verbose_name=_("Failed"), attrs=_NUMBER)

    def render_name(self, record: FailureRow) -> SafeString:
        """The task, which leads to the attempt that failed."""
        url = self.links.to("task", record.task_id)
        return format_html(
            '<a href="{}#run-{}">{}</a>', url, record.run_id, markup.name(record.name)
        )

    def render_error(self, record: FailureRow) -> SafeString:
        """Name and first line of the message."""
        message = (record.error_message or "").split("\n", 1)[0]
        if record.error_name is None:
            return markup.name(message or _("no reason given"))
        return format_html(
            '<strong>{}</strong> <span class="abs-muted">{}</span>',
            markup.name(record.error_name),
            display.visible(display.shortened(message, 200)),
        )

    def render_queue(self, record: FailureRow) -> SafeString:
        """Its queue."""
        return self.link(record.queue, "queue", record.queue)

    def render_attempts(self, record: FailureRow) -> str:
        """How many of how many."""
        most = "∞" if record.max_attempts is None else record.max_attempts
        return f"{record.attempts} / {most}"

    def render_failed_at(self, record: FailureRow) -> SafeString:
        """When."""
        return markup.instant(record.failed_at, self.now)


class EventTable(EngineTable):
    """Emitted events."""

    name = tables.Column(verbose_name=_("Event"), attrs=_PRIMARY)
    queue = tables.Column(verbose_name=_("Queue"))
    emitted_at = tables.Column(verbose_name=_("Emitted"), attrs=_NUMBER)

    def render_name(self, record: EventRow) -> SafeString:
        """Its name, which leads to its page."""
        return self.link(record.name, "event", record.queue, record.name)

    def render_queue(self, record: EventRow) -> SafeString:
        """Its queue."""
        return self.link(record.queue, "queue", record.queue)

    def render_emitted_at(self, record: EventRow) -> SafeString:
        """When."""
        return markup.instant(record.emitted_at, self.now)


class WaiterTable(EngineTable):
    """Runs that wait for one event."""

    task_id = tables.Column(verbose_name=_("Task"), attrs=_PRIMARY)
    step = tables.Column(verbose_name=_("Step"))
    since = tables.Column(verbose_name=_("Waits since"), attrs=_NUMBER)
    until = tables.Column(verbose_name=_("Times out"), attrs=_NUMBER, empty_values=())

    def render_task_id(self, record: Waiter) -> SafeString:
        """The waiting task."""
        return markup.identifier(record.task_id, self.links.to("task", record.task_id))

    def render_step(self, record: Waiter) -> SafeString:
        """The step that waits."""
        return markup.name(record.step)

    def render_since(self, record: Waiter) -> SafeString:
        """Since when."""
        return markup.instant(record.since, self.now)

    def render_until(self, record: Waiter) -> SafeString:
        """Until when, or a dash when it waits for ever."""
        return markup.instant(record.until, self.now)


class WorkerTable(EngineTable):
    """Workers, dead leases first."""

    name = tables.Column(verbose_name=_("Worker"), attrs=_PRIMARY, empty_values=())
    queues = tables.Column(verbose_name=_("Queues"), attrs=_WIDE)
    held = tables.Column(
        verbose_name=_("Claims"), attrs=_NUMBER, accessor="claims", empty_values=()
    )
    oldest = tables.Column(verbose_name=_("Oldest claim"), attrs=_NUMBER, empty_values=())
    expired = tables.Column(verbose_name=_("Lease ran out"), attrs=_NUMBER)
    completed = tables.Column(verbose_name=_("Completed, 1 h"), attrs=_NUMBER)
    failed = tables.Column(verbose_name=_("Failed, 1 h"), attrs=_NUMBER)
    last_seen = tables.Column(verbose_name=_("Last claim"), attrs=_NUMBER, empty_values=())

    def render_name(self, record: Worker) -> SafeString:
        """The name it claims under."""
        return markup.name(record.name or _("unnamed"))

    def render_queues(self, record: Worker) -> SafeString:
        """Where it works."""
        links = [self.link(queue, "queue", queue) for queue in record.queues]
        return format_html("{}" + ", {}" * (len(links) - 1), *links) if links else SafeString()

    def render_held(self, record: Worker) -> SafeString:
        """How many runs it holds."""
        return markup.count(record.claims or None)

    def render_oldest(self, record: Worker) -> SafeString:
        """Since when it holds its oldest."""
        return markup.instant(record.oldest, self.now)

    def render_expired(self, record: Worker) -> SafeString:
        """How many of its leases have run out."""
        number = markup.count(record.expired or None)
        return (
            format_html('<span class="abs-state-failed">{}</span>', number)
            if record.expired
            else number
        )

    def render_completed(self, record: Worker) -> SafeString:
        """How many runs it completed lately."""
        return markup.count(record.completed or None)

    def render_failed(self, record: Worker) -> SafeString:
        """How many of its runs failed lately."""
        return markup.count(record.failed or None)

    def render_last_seen(self, record: Worker) -> SafeString:
        """When it claimed last."""
        return markup.instant(record.last_seen, self.now)


class ClaimTable(EngineTable):
    """Runs that are held now."""

    task_id = tables.Column(verbose_name=_("Task"), attrs=_PRIMARY)
    queue = tables.Column(verbose_name=_("Queue"))
    worker = tables.Column(verbose_name=_("Worker"), empty_values=())
    attempt = tables.Column(verbose_name=_("Attempt"), attrs=_NUMBER)
    claimed_at = tables.Column(verbose_name=_("Claimed"), attrs=_NUMBER, empty_values=())
    expires_at = tables.Column(verbose_name=_("Lease ends"), attrs=_NUMBER, empty_values=())

    def render_task_id(self, record: Claim) -> SafeString:
        """The task, which leads to the run."""
        return markup.identifier(record.task_id, self.links.to("task", record.task_id))

    def render_queue(self, record: Claim) -> SafeString:
        """Its queue."""
        return self.link(record.queue, "queue", record.queue)

    def render_worker(self, record: Claim) -> SafeString:
        """Who holds it."""
        return markup.name(record.worker)

    def render_attempt(self, record: Claim) -> SafeString:
        """Which attempt it is."""
        return markup.count(record.attempt)

    def render_claimed_at(self, record: Claim) -> SafeString:
        """Since when."""
        return markup.instant(record.claimed_at, self.now)

    def render_expires_at(self, record: Claim) -> SafeString:
        """Until when; in red when that is past."""
        end = markup.instant(record.expires_at, self.now)
        return (
            format_html('<span class="abs-state-failed">{}</span>', end) if record.expired else end
        )


TABLES: dict[str, type[EngineTable]] = {
    "claims": ClaimTable,
    "events": EventTable,
    "failures": FailureTable,
    "queues": QueueTable,
    "selectable": SelectableTaskTable,
    "tasks": TaskTable,
    "waiters": WaiterTable,
    "workers": WorkerTable,
}
