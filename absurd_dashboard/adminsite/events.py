"""Events, and the waits for them, in Django's admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.engine import EngineAdmin, whole
from absurd_dashboard.adminsite.filters import (
    EngineFilter,
    EventWindowFilter,
    QueueFilter,
    RunWindowFilter,
)
from absurd_dashboard.adminsite.payloads import shown
from absurd_dashboard.models import Event, Wait
from absurd_dashboard.redaction import Redactor


class EventAdmin(EngineAdmin[Event]):
    """Emitted events in sight."""

    key = ("queue_name", "event_name")
    listed = ("event_name", "emitted_at")
    payloads: ClassVar[dict[str, Any]] = {"payload": _("payload")}
    list_display = ("event_name", "queue_name", "emitted_at")
    list_filter = (EngineFilter, QueueFilter, EventWindowFilter)
    search_help_text = _("An event's whole name")
    ordering = ("-emitted_at", "-event_name")
    fields: ClassVar[Any] = ("event_name", "queue_name", "emitted_at", *shown(payloads))
    readonly_fields = fields

    def rows(self, access: Access) -> QuerySet[Event]:
        """Events, without the engine's lock rows."""
        return access.events()

    def redactor(self, access: Access, row: Event) -> Redactor:
        """An event belongs to no task, so every rule counts for its payload."""
        return Redactor(access.redactions)

    def found(self, rows: QuerySet[Event], text: str) -> QuerySet[Event]:
        """By name."""
        return rows.filter(event_name=text)


class WaitAdmin(EngineAdmin[Wait]):
    """What the tasks in sight wait for now."""

    key = ("run_id", "step_name")
    listed = ("run_id", "task_id", "step_name", "event_name", "timeout_at", "created_at")
    list_display = (
        *("event_name", "task_link", "queue_name", "step_name", "timeout_at", "created_at"),
    )
    list_filter = (EngineFilter, QueueFilter, RunWindowFilter)
    search_help_text = _("An event's whole name, or the id of a task or of a run")
    ordering = ("-run_id", "-step_name")
    fields: ClassVar[Any] = (
        *("event_name", "task_link", "queue_name", "run_id", "step_name"),
        *("timeout_at", "created_at"),
    )
    readonly_fields = fields

    def rows(self, access: Access) -> QuerySet[Wait]:
        """Waits."""
        return access.waits()

    def found(self, rows: QuerySet[Wait], text: str) -> QuerySet[Wait]:
        """By what is waited for, or by who waits."""
        meant = whole(text)
        if meant is None:
            return rows.filter(event_name=text)
        of_run = rows.filter(run_id=meant)
        return of_run if of_run[:1] else rows.filter(task_id=meant)
