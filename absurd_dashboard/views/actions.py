"""Actions as tiny resources: a POST each, answered with what the engine did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from absurd_dashboard import actions
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result, Target, act
from absurd_dashboard.jsoninput import Fields
from absurd_dashboard.pages import View, access_to, answered, refused, rendered
from absurd_dashboard.policy import Action
from absurd_dashboard.queries.targets import task_target
from absurd_dashboard.views.answers import answer
from absurd_dashboard.views.tasks import task_answer

Perform = Callable[[HttpRequest, Access, Target, Fields], Outcome]


def find_task(access: Access, task_id: UUID) -> Target:
    """A task in sight, as the target of an action."""
    target = task_target(access, task_id)
    if target is None:
        raise Http404(_("No task with this id, or none that you may see"))
    return target


def action(perform: Perform) -> View:
    """Make a view of a function that does one action to a task."""

    def body(request: HttpRequest, task_id: UUID, tenant: str | None = None) -> HttpResponseBase:
        fields = Fields.of(request)
        with access_to(request, tenant) as access:
            target = find_task(access, task_id)
        return answer(request, "tasks", target, perform(request, access, target, fields))

    @wraps(perform)
    @transaction.non_atomic_requests
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return answered(request, body, methods=("POST",), section="tasks", kwargs=kwargs)

    return view


@action
def retry(request: HttpRequest, access: Access, target: Target, fields: Fields) -> Outcome:
    """Retry a failed task. ``copy`` makes a new task; ``max_attempts`` is a number or empty."""
    asked = {"copy": fields.flag("copy"), "max_attempts": fields.whole_number("max_attempts")}

    def do() -> Outcome:
        return actions.retry(access, target, **asked)  # type: ignore[arg-type]

    return act(request, access, Action.RETRY, target, do, asked)


@action
def cancel(request: HttpRequest, access: Access, target: Target, fields: Fields) -> Outcome:
    """Cancel an open task."""
    return act(request, access, Action.CANCEL, target, lambda: actions.cancel(access, target))


@action
def release(request: HttpRequest, access: Access, target: Target, fields: Fields) -> Outcome:
    """Fail a run whose lease has run out, so that the task moves on; takes what a retry takes."""

    def do() -> Outcome:
        return actions.release(access, target)

    return act(request, access, Action.RETRY, target, do, verb="release")


@transaction.non_atomic_requests
def reveal(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Show a task with nothing hidden, once, and on record."""
    return answered(request, _revealed, methods=("POST",), section="tasks", kwargs=kwargs)


def _revealed(request: HttpRequest, task_id: UUID, tenant: str | None = None) -> HttpResponseBase:
    with access_to(request, tenant) as access:
        target = find_task(access, task_id)
    outcome = act(
        request, access, Action.REVEAL, target, lambda: Outcome(Result.DONE, _("Shown unredacted."))
    )
    if outcome.result is not Result.DONE:
        return refused(request, "tasks", 403, outcome.detail)
    with access_to(request, tenant) as fresh:
        page = task_answer(request, fresh.revealing(), task_id)
        # One task is on record as revealed, so the one that it was made from is not shown. A poll
        # would hide it all again, so the page does not renew itself.
        data = replace(page.data, origin=None)
        shown = replace(page, data=data, live="", revealed=True)
        return rendered(request, shown, fresh, "tasks", "tasks/detail")
