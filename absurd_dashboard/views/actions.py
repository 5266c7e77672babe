"""Actions as tiny resources: a POST each, answered with what the engine did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from absurd_core.errors import InvalidArgument
from absurd_dashboard import actions, twins
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result, Target, act
from absurd_dashboard.jsoninput import InvalidJson, parse
from absurd_dashboard.links import Links
from absurd_dashboard.pages import View, access_to, answered, refused, rendered
from absurd_dashboard.policy import Action
from absurd_dashboard.views.tasks import task_answer

_STATUS = {Result.DONE: 200, Result.NOTHING: 409, Result.REFUSED: 403, Result.FAILED: 502}
Perform = Callable[..., Outcome]


def action(find: Callable[..., Target]) -> Callable[[Perform], View]:
    """Make a view of a function that does one action to what ``find`` finds in sight."""

    def decorate(perform: Perform) -> View:
        def body(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            tenant = kwargs.pop("tenant", None)
            with access_to(request, tenant) as access:
                target = find(access, **kwargs)
            return _said(request, target, perform(request, access, target))

        @wraps(perform)
        @transaction.non_atomic_requests
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return answered(request, body, methods=("POST",), section="tasks", kwargs=kwargs)

        return view

    return decorate


def _said(request: HttpRequest, target: Target, outcome: Outcome) -> HttpResponseBase:
    """Tell the operator, in the form that was asked for."""
    status = _STATUS[outcome.result]
    if twins.wanted(request):
        return twins.response(outcome, status=status)
    address = _next(request, target, outcome)
    if outcome.result is Result.DONE:
        messages.success(request, outcome.detail)
        return redirect(address)
    return refused(request, "tasks", status, outcome.detail, href=address)


def _next(request: HttpRequest, target: Target, outcome: Outcome) -> str:
    links = Links.of(request)
    if target.event:
        return links.to("event", target.queue, target.event)
    return links.to("task", outcome.task_id or target.task_id)


def _task(access: Access, task_id: UUID) -> Target:
    found = access.tasks().filter(task_id=task_id).only("queue_name", "task_name").first()
    if found is None:
        raise Http404("No task with this id, or none that you may see")
    return Target(found.queue_name, task_id, found.task_name)


def _event(access: Access, queue: str, event: str) -> Target:
    if queue not in access.queue_names:
        raise Http404("No queue with this name, or none that you may see")
    return Target(queue, event=event)


@action(_task)
def retry(request: HttpRequest, access: Access, target: Target) -> Outcome:
    """Retry a failed task. ``copy`` makes a new task; ``max_attempts`` is a number or empty."""
    copy = request.POST.get("copy") == "1"
    most = _number("max_attempts", request.POST.get("max_attempts", ""))
    asked = {"copy": copy, "max_attempts": most}
    return act(
        request,
        access,
        Action.RETRY,
        target,
        lambda: actions.retry(access, target, copy=copy, max_attempts=most),
        asked,
    )


@action(_task)
def cancel(request: HttpRequest, access: Access, target: Target) -> Outcome:
    """Cancel an open task."""
    return act(request, access, Action.CANCEL, target, lambda: actions.cancel(access, target))


@action(_event)
def emit(request: HttpRequest, access: Access, target: Target) -> Outcome:
    """Emit an event with the JSON in ``payload``; empty means ``null``."""
    try:
        payload = parse(request.POST.get("payload", "") or "null")
    except InvalidJson as error:
        raise InvalidArgument(argument="payload", problem=str(error)) from error
    return act(request, access, Action.EMIT, target, lambda: actions.emit(access, target, payload))


@transaction.non_atomic_requests
def reveal(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Show a task with nothing hidden, once, and on record."""
    return answered(request, _revealed, methods=("POST",), section="tasks", kwargs=kwargs)


def _revealed(request: HttpRequest, task_id: UUID, tenant: str | None = None) -> HttpResponseBase:
    with access_to(request, tenant) as access:
        target = _task(access, task_id)
    outcome = act(
        request, access, Action.REVEAL, target, lambda: Outcome(Result.DONE, "Shown unredacted.")
    )
    if outcome.result is not Result.DONE:
        return refused(request, "tasks", 403, outcome.detail)
    with access_to(request, tenant) as fresh:
        # A poll would hide it all again, so the page does not renew itself.
        answer = replace(task_answer(request, fresh.revealing(), task_id), live="", revealed=True)
        return rendered(request, answer, fresh, "tasks", "tasks/detail")


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise InvalidArgument(argument=name, problem="is not a whole number below 100,000")
    return int(text)
