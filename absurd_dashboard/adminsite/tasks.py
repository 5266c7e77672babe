"""Tasks in Django's admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.charge import access_of
from absurd_dashboard.adminsite.engine import EngineAdmin, named
from absurd_dashboard.adminsite.filters import (
    EngineFilter,
    QueueFilter,
    StateFilter,
    WindowFilter,
    newest,
)
from absurd_dashboard.adminsite.payloads import shown
from absurd_dashboard.models import Task
from absurd_dashboard.redaction import LONGEST_NAME, Redactor


class TaskAdmin(EngineAdmin[Task]):
    """Tasks of the queues in sight."""

    key = ("task_id",)
    listed = ("task_id", "state", "attempts", "enqueue_at")
    payloads: ClassVar[dict[str, Any]] = {
        "params": _("params"),
        "headers": _("headers"),
        "retry_strategy": _("retry strategy"),
        "cancellation": _("cancellation policy"),
        "completed_payload": _("result"),
    }
    list_display = ("task_id", "name_shown", "queue_name", "state", "attempts", "enqueue_at")
    list_filter = (EngineFilter, QueueFilter, WindowFilter, StateFilter)
    search_help_text = _("A task's id, the first digits of one, or how a new task's name begins")
    ordering = ("-task_id",)
    fields: ClassVar[Any] = (
        *("task_id", "task_name", "queue_name", "state", "attempts", "max_attempts"),
        *("enqueue_at", "first_started_at", "cancelled_at", "idempotency_key"),
        *shown(payloads),
    )
    readonly_fields = fields

    def rows(self, access: Access) -> QuerySet[Task]:
        """Tasks, with the beginnings of their names."""
        return access.tasks().annotate(name=Left("task_name", LONGEST_NAME))

    def redactor(self, access: Access, row: Task) -> Redactor:
        """What is hidden in tasks of this name."""
        return access.redactor(row.task_name)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Task | None:
        """One task, its idempotency key redacted too."""
        task, access = super().get_object(request, object_id, from_field), access_of(request)
        if task is not None and access is not None:
            task.idempotency_key = self.redactor(access, task).text(task.idempotency_key)
        return task

    def found(self, rows: QuerySet[Task], text: str) -> QuerySet[Task]:
        """By id, or among the newest by how a name begins."""
        meant = ids.parse(text)
        if meant:
            by_id = rows.filter(task_id__gte=meant.first, task_id__lte=meant.last)
            if by_id[:1]:
                return by_id
        return newest(rows, "task_id").filter(task_name__startswith=text).order_by(*self.ordering)

    @admin.display(description=_("task name"))
    def name_shown(self, task: Any) -> str:
        """Its name."""
        return named(task.name)
