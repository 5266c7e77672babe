"""Payloads on a row's page in Django's admin: their beginnings, redacted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib import admin

from absurd_dashboard.models.union import EngineModel
from absurd_dashboard.payload import Json, preview
from absurd_dashboard.redaction import Redactor

M = TypeVar("M", bound=EngineModel)


def begun(columns: Iterable[str]) -> dict[str, Any]:
    """Annotations: the beginning of each payload, and how long it is."""
    return {key: part for name in columns for key, part in preview(name).items()}


def redacted(redactor: Redactor, row: M, columns: Iterable[str]) -> M:
    """Replace what was read of a row's payloads by what may be shown."""
    for name in columns:
        text, size = getattr(row, f"{name}_text"), getattr(row, f"{name}_size")
        setattr(row, f"{name}_text", _said(Json.of(redactor, text, size)))
    return row


def shown(columns: Mapping[str, Any]) -> list[Callable[[Any], str]]:
    """The fields of a row's page that show its payloads.

    Args:
        columns: what each is called.
    """
    return [_field(name, label) for name, label in columns.items()]


def _field(name: str, label: Any) -> Callable[[Any], str]:
    @admin.display(description=label)
    def field(row: Any) -> str:
        return str(getattr(row, f"{name}_text"))

    field.__name__ = name
    return field


def _said(value: Json | None) -> str:
    if value is None:
        return ""
    return f"{value.text} …" if value.truncated else value.text
