"""Checkpoints in Django's admin: the saved results of steps."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.engine import EngineAdmin
from absurd_dashboard.adminsite.filters import EngineFilter, QueueFilter, WindowFilter
from absurd_dashboard.adminsite.payloads import shown
from absurd_dashboard.models import Checkpoint


class CheckpointAdmin(EngineAdmin[Checkpoint]):
    """Checkpoints of the tasks in sight, those of the newest task first."""

    key = ("task_id", "checkpoint_name")
    listed = ("task_id", "checkpoint_name", "status", "updated_at")
    payloads: ClassVar[dict[str, Any]] = {"state": _("result")}
    list_display = ("checkpoint_name", "task_link", "queue_name", "status", "updated_at")
    list_filter = (EngineFilter, QueueFilter, WindowFilter)
    search_help_text = _("A task's id, or the first digits of one")
    ordering = ("-task_id", "-checkpoint_name")
    fields: ClassVar[Any] = (
        *("checkpoint_name", "task_link", "queue_name", "status", "owner_run_id", "updated_at"),
        *shown(payloads),
    )
    readonly_fields = fields

    def rows(self, access: Access) -> QuerySet[Checkpoint]:
        """Checkpoints."""
        return access.checkpoints()

    def found(self, rows: QuerySet[Checkpoint], text: str) -> QuerySet[Checkpoint]:
        """By the task's id."""
        meant = ids.parse(text)
        if meant is None:
            return rows.none()
        return rows.filter(task_id__gte=meant.first, task_id__lte=meant.last)
