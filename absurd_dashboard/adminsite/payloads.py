"""Payloads on a task's page in Django's admin: their beginnings, redacted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin

from absurd_dashboard.access import Access
from absurd_dashboard.models import Task
from absurd_dashboard.payload import Json, preview

#: Columns that hold JSON, and what they are called.
PAYLOADS = {
    "params": "params",
    "headers": "headers",
    "retry_strategy": "retry strategy",
    "cancellation": "cancellation policy",
    "completed_payload": "result",
}


def begun() -> dict[str, Any]:
    """Annotations: the beginning of each payload, and how long it is."""
    return {key: part for name in PAYLOADS for key, part in preview(name).items()}


def redacted(access: Access, task: Task) -> Task:
    """Replace what was read of a task's payloads by what may be shown."""
    redactor = access.redactor(task.task_name)
    for name in PAYLOADS:
        text, size = getattr(task, f"{name}_text"), getattr(task, f"{name}_size")
        setattr(task, f"{name}_text", _said(Json.of(redactor, text, size)))
    task.idempotency_key = redactor.text(task.idempotency_key)
    return task


def shown(name: str) -> Callable[[Any], str]:
    """The field of a task's page that shows a payload."""

    @admin.display(description=PAYLOADS[name])
    def field(task: Any) -> str:
        return str(getattr(task, f"{name}_text"))

    field.__name__ = name
    return field


def _said(value: Json | None) -> str:
    if value is None:
        return ""
    return f"{value.text} …" if value.truncated else value.text
