"""Templates drawn alike in every host, whose way to write numbers must not reach scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.context import make_context
from django.template.loader import select_template


def render(
    request: HttpRequest,
    template: str | Sequence[str],
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a template; arguments as for ``django.shortcuts.render``."""
    return HttpResponse(to_string(request, template, context), status=status)


def to_string(
    request: HttpRequest | None, template: str | Sequence[str], context: Mapping[str, Any]
) -> str:
    """Draw a template, in which a number is written as scripts and SVG read it.

    What is meant for people is written by the dashboard's own filters.
    """
    names = [template] if isinstance(template, str) else list(template)
    found: Any = select_template(names)
    made = make_context(dict(context), request, autoescape=found.backend.engine.autoescape)
    made.use_l10n = False
    drawn: str = found.template.render(made)
    return drawn
