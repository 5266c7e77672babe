"""How an action is answered: to a program as JSON, to htmx and to a form by leading onwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from absurd_dashboard import twins
from absurd_dashboard.gate import Outcome, Result, Target
from absurd_dashboard.headers import LIVE_HEADER
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, access_to, refused, rendered

_STATUS = {Result.DONE: 200, Result.NOTHING: 409, Result.REFUSED: 403, Result.FAILED: 502}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page says of an action that was not done; ``href`` leads to what it was about."""

    outcome: Outcome
    href: str


def answer(
    request: HttpRequest, section: str, target: Target, outcome: Outcome, *, href: str = ""
) -> HttpResponseBase:
    """Tell the operator what happened, in the form that was asked for.

    Args:
        request: the request.
        section: which entry of the navigation is current.
        target: what the action was about.
        outcome: what came of it.
        href: where to go next; the target's page, or that of the task that was made, if empty.
    """
    status = _STATUS[outcome.result]
    if twins.wanted(request):
        return twins.response(outcome, status=status)
    onwards = href or next_page(request, target, outcome)
    if request.headers.get("HX-Request") == "true":
        return _by_htmx(request, outcome, status, onwards)
    if outcome.result is Result.DONE:
        messages.success(request, outcome.detail)
        return redirect(onwards)
    if LIVE_HEADER in request.headers:
        return refused(request, section, status, outcome.detail)
    return _not_done(request, section, outcome, status, onwards)


def next_page(request: HttpRequest, target: Target, outcome: Outcome) -> str:
    """Where to look after an action."""
    links = Links.of(request)
    if target.event:
        return links.to("event", target.queue, target.event)
    task_id = outcome.task_id or target.task_id
    return links.to("task", task_id) if task_id else links.to("overview")


def _by_htmx(request: HttpRequest, outcome: Outcome, status: int, onwards: str) -> HttpResponse:
    """The page with its fresh state, and a message on it; htmx gets both by itself."""
    say = messages.success if outcome.result is Result.DONE else messages.warning
    say(request, outcome.detail)
    place = {"path": onwards, "target": "#main", "select": "#main", "swap": "outerHTML show:none"}
    return HttpResponse(status=status, headers={"HX-Location": json.dumps(place)})


def _not_done(
    request: HttpRequest, section: str, outcome: Outcome, status: int, onwards: str
) -> HttpResponseBase:
    tenant: Any = Links.of(request).tenant
    with access_to(request, tenant) as access:
        shown = Page(outcome.detail, Answer(outcome, onwards), status=status)
        return rendered(request, shown, access, section, "actions/outcome")
