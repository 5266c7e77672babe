"""The frame around every answer: what its templates know, whether or not the engine does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url

from absurd_dashboard import twins
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.extend.navigation import entries
from absurd_dashboard.headers import LIVE_HEADER, nonce
from absurd_dashboard.policy import Action
from absurd_dashboard.rendering import render


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What the frame around a page needs; ``page`` in templates."""

    title: str
    section: str
    now: datetime | None = None
    refresh_ms: int = 0
    site_title: str = ""
    logo: str = ""
    navigation: tuple[tuple[str, str], ...] = ()
    logout_url: str = ""
    live_url: str = ""
    token: str = ""
    queues: tuple[str, ...] = ()
    tenant: str | None = None
    tenant_name: str = ""
    tenants: tuple[tuple[str, str], ...] = ()
    instance: str = ""
    instances: tuple[tuple[str, str], ...] = ()
    behind: timedelta | None = None
    looked_into: int = 0
    left_out: int = 0
    may: frozenset[Action] = frozenset()
    redacted: bool = False
    frame: str = "absurd_dashboard/base.html"
    revealed: bool = False
    live_template: str = ""


def frame(request: HttpRequest, title: str, section: str) -> dict[str, Any]:
    """What every answer knows, whether or not the engine does."""
    given = dashboard_settings()
    part = "partial" if request.headers.get("HX-Request") == "true" else "base"
    return {
        "title": title,
        "section": section,
        "refresh_ms": int(given.refresh_interval.total_seconds() * 1000),
        "site_title": given.title,
        "logo": given.logo,
        "navigation": entries(),
        "logout_url": resolve_url(given.logout_url) if given.logout_url else "",
        "frame": f"absurd_dashboard/{part}.html",
    }


def context(request: HttpRequest, info: PageInfo, **more: Any) -> dict[str, Any]:
    """Variables of every template, whatever context processors the host has."""
    return {
        "page": info,
        "request": request,
        "messages": get_messages(request),
        "csp_nonce": nonce(request),
        **more,
    }


def refused(
    request: HttpRequest, section: str, status: int, title: str, remedy: str = "", *, href: str = ""
) -> HttpResponseBase:
    """Say why something is not there or was not done, in the form that was asked for.

    Args:
        request: the request.
        section: which entry of the navigation is current.
        status: the HTTP status.
        title: what happened, in words.
        remedy: what to do about it.
        href: where to look next.
    """
    if LIVE_HEADER in request.headers or twins.wanted(request):
        return twins.problem(status, title, remedy)
    template = f"absurd_dashboard/{status if status in {403, 404, 409} else 'error'}.html"
    info = PageInfo(**frame(request, title, section))
    error = {"title": title, "message": "", "works": "", "remedy": remedy, "href": href}
    return render(request, template, context(request, info, error=error), status=status)
