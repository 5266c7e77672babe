"""Whether drawing a page asked who looks: what did not may be shown to others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

#: What a request knows of the viewer, where the middleware for it is there.
_VIEWER = ("user", "session", "COOKIES", "_messages")
#: Where :func:`django.middleware.csrf.get_token` says that it was called.
_TOKEN = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105  no secret


@contextmanager
def noticing(request: HttpRequest) -> Iterator[list[str]]:
    """Note what the block asks a request about its viewer.

    Args:
        request: what it asks is answered as ever; a form's CSRF token counts as well.

    Yields:
        What was asked for, complete after the block.
    """
    asked: list[str] = []
    known = {name: getattr(request, name) for name in _VIEWER if hasattr(request, name)}

    def told(name: str) -> Any:
        asked.append(name)
        return known[name]

    before = request.META.pop(_TOKEN, None)
    for name in known:
        setattr(request, name, SimpleLazyObject(partial(told, name)))
    try:
        yield asked
    finally:
        for name, value in known.items():
            setattr(request, name, value)
        if request.META.get(_TOKEN):
            asked.append(_TOKEN)
        elif before is not None:
            request.META[_TOKEN] = before
