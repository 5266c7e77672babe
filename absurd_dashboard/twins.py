"""The JSON twin of a page: the same data under the same permissions, numbers as stored."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from absurd_dashboard.payload import Json


def wanted(request: HttpRequest) -> bool:
    """Whether the client asks for JSON rather than a page."""
    if request.GET.get("format") == "json":
        return True
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def response(data: Any, status: int = 200) -> HttpResponse:
    """A page's data as JSON."""
    return HttpResponse(encode(data), content_type="application/json", status=status)


def problem(status: int, title: str, detail: str = "") -> HttpResponse:
    """An error as a problem document (RFC 9457)."""
    body = {"status": status, "title": title, **({"detail": detail} if detail else {})}
    return HttpResponse(json.dumps(body), content_type="application/problem+json", status=status)


def encode(value: Any) -> str:
    """JSON of a dataclass; a stored JSON value stands in it to the digit.

    A value that was cut off is given as ``{"truncated": true, "size": …, "start": "…"}``.
    """
    if isinstance(value, Json):
        cut = {"truncated": True, "size": value.size, "start": value.text}
        return json.dumps(cut) if value.truncated else value.text
    if is_dataclass(value):
        pairs = ((item.name, getattr(value, item.name)) for item in fields(value))
        return _object(pairs)
    if isinstance(value, dict):
        return _object((str(key), item) for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(encode, value))}]"
    return json.dumps(_plain(value))


def _object(pairs: Any) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {encode(item)}" for key, item in pairs) + "}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
