"""The task that another was made from by somebody's action, and what both were spawned with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from absurd_dashboard.access import Access
from absurd_dashboard.jsondiff import Pair
from absurd_dashboard.models import AuditEntry
from absurd_dashboard.payload import Json, preview
from absurd_dashboard.queries.task import TaskDetail

_INPUTS = {
    "params": gettext_noop("Params"),
    "headers": gettext_noop("Headers"),
    "retry_strategy": gettext_noop("Retry strategy"),
    "cancellation": gettext_noop("Cancellation policy"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a task comes from.

    Attributes:
        task_id: the task that was run again, or retried as a new one.
        inputs: of that task and of the one made from it, each under its name.
    """

    task_id: UUID
    inputs: tuple[Pair, ...]


def origin(access: Access, found: TaskDetail) -> Origin | None:
    """What a task was made from; None where that is not on record, or out of sight."""
    made = AuditEntry.objects.filter(
        instance=access.instance,
        outcome__new_task_id=found.history.task.task_id,
        task_id__isnull=False,
    )
    task_id = made.values_list("task_id", flat=True).first()
    row = access.first(lambda part: _row(part, task_id)) if task_id else None
    if task_id is None or row is None:
        return None
    redactor = access.redactor(row["task_name"])
    was = {name: Json.of(redactor, row[f"{name}_text"], row[f"{name}_size"]) for name in _INPUTS}
    pairs = (
        Pair(name, _(label), was[name], getattr(found, name)) for name, label in _INPUTS.items()
    )
    return Origin(task_id, tuple(pair for pair in pairs if pair.before or pair.after))


def _row(access: Access, task_id: UUID) -> dict[str, Any] | None:
    parts = {key: part for name in _INPUTS for key, part in preview(name).items()}
    tasks = access.tasks().filter(task_id=task_id).annotate(**parts)
    row: dict[str, Any] | None = tasks.values("task_name", *parts).first()
    return row
