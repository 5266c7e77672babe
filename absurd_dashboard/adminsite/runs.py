"""Runs in Django's admin: the attempts at tasks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.engine import EngineAdmin, whole
from absurd_dashboard.adminsite.filters import (
    EngineFilter,
    QueueFilter,
    RunStateFilter,
    RunWindowFilter,
)
from absurd_dashboard.adminsite.payloads import shown
from absurd_dashboard.models import Run


class RunAdmin(EngineAdmin[Run]):
    """Runs of the tasks in sight."""

    key = ("run_id",)
    listed = ("run_id", "task_id", "attempt", "state", "claimed_by", "created_at")
    payloads: ClassVar[dict[str, Any]] = {
        "result": _("result"),
        "failure_reason": _("failure"),
        "event_payload": _("event's payload"),
    }
    list_display = (
        *("run_id", "state", "attempt", "queue_name", "task_link", "claimed_by", "created_at"),
    )
    list_filter = (EngineFilter, QueueFilter, RunWindowFilter, RunStateFilter)
    search_help_text = _("A run's id or the first digits of one, or a task's id")
    ordering = ("-run_id",)
    fields: ClassVar[Any] = (
        *("run_id", "task_link", "queue_name", "attempt", "state"),
        *("claimed_by", "claim_expires_at", "available_at", "wake_event"),
        *("created_at", "started_at", "completed_at", "failed_at"),
        *shown(payloads),
    )
    readonly_fields = fields

    def rows(self, access: Access) -> QuerySet[Run]:
        """Runs."""
        return access.runs()

    def found(self, rows: QuerySet[Run], text: str) -> QuerySet[Run]:
        """By id, or by the task's."""
        meant, task = ids.parse(text), whole(text)
        if meant is None:
            return rows.none()
        by_id = rows.filter(run_id__gte=meant.first, run_id__lte=meant.last)
        return rows.filter(task_id=task) if task and not by_id[:1] else by_id
