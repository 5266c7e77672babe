"""Bulk operations: the dry run, the confirmation, the progress, and all of them in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from absurd_core.errors import InvalidArgument
from absurd_dashboard import twins
from absurd_dashboard.access import Access
from absurd_dashboard.bulk import background, desk, failed, sources
from absurd_dashboard.bulk.report import PAGE, Progress, in_sight, newest, report
from absurd_dashboard.bulk.slices import Source
from absurd_dashboard.bulk.verbs import VERBS
from absurd_dashboard.bulk.workflow_tasks import workflow_run
from absurd_dashboard.choices import query_url
from absurd_dashboard.display import Count
from absurd_dashboard.engine import snapshot
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.gate import Outcome, Result
from absurd_dashboard.lineage import uuid
from absurd_dashboard.links import Links
from absurd_dashboard.models import BulkOperation
from absurd_dashboard.pages import Page, View, access_to, answered, page, refused
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.windows import window

_STATUS = {Result.DONE: 200, Result.NOTHING: 409, Result.REFUSED: 403, Result.FAILED: 502}
_MOST_ATTEMPTS = 1_000
_LONGEST = 1_000
State = BulkOperation.State


@dataclass(frozen=True, slots=True)
class BulkList:
    """What the list of operations shows."""

    operations: tuple[Progress, ...]
    older: str


@page("bulk", "bulk/list")
def operations(request: HttpRequest, access: Access) -> Page:
    """The tenant's bulk operations, newest first."""
    found = newest(access, _moment(request.GET.get("older", "")))
    older = query_url({"older": found[-1].created_at.isoformat()}) if len(found) == PAGE else ""
    return Page(_("Bulk operations"), BulkList(found, older), live=request.get_full_path())


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@page("bulk", "bulk/detail")
def operation(request: HttpRequest, access: Access, operation_id: UUID) -> Page:
    """One operation: its dry run before it is confirmed, its progress afterwards."""
    found = _found(access, operation_id)
    if found.state == State.RUNNING:
        background.ensure()
    after = request.GET.get("after", "")
    shown = report(access, found, int(after) if after.isdecimal() and len(after) < 9 else -1)
    ended = found.state == State.FINISHED
    return Page(shown.progress.title, shown, live="" if ended else request.get_full_path())


def posted(function: Callable[..., HttpResponseBase]) -> View:
    """Make a view of a function that answers a POST."""

    def body(request: HttpRequest, tenant: str | None = None, **kwargs: Any) -> HttpResponseBase:
        with access_to(request, tenant) as access:
            pass
        return function(request, access, **kwargs)

    @wraps(function)
    @transaction.non_atomic_requests
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return answered(request, body, section="bulk", methods=("POST",), kwargs=kwargs)

    return view


@posted
def new(request: HttpRequest, access: Access) -> HttpResponseBase:
    """Begin a dry run.

    ``action`` is a key of VERBS; ``attempts`` how many more a retried task gets. ``from`` says
    where the targets come from: ``selected`` (each ``task`` is one), or everything that the
    ``query`` of a list (``tasks`` or ``failures``) finds, or all of what a page is about: a
    ``cause`` of failures by its ``fingerprint``, or a ``workflow`` run by its id.
    """
    verb = request.POST.get("action", "")
    if verb not in VERBS:
        said = _("is none of {words}").format(words=", ".join(VERBS))
        raise InvalidArgument(argument="action", problem=said)
    if not all(policy().may(access, each) for each in (Action.BULK, VERBS[verb].action)):
        return refused(request, "bulk", 403, _("You may not do this."))
    options = {"attempts": _attempts(request)} if verb == "retry" else {}
    source = _source(request, access)
    if source is None:
        raise Http404(_("Nothing with this id, or nothing that you may see"))
    begun = desk.draft(request, access, verb, options, source)
    desk.work_on(begun)
    return _onward(request, begun)


def _source(request: HttpRequest, access: Access) -> Source | None:
    query = request.POST.get("query", "")[:5_000].lstrip("?")
    if request.POST.get("from") != "selected":
        _everything_is_looked_into(access, query)
    match request.POST.get("from"):
        case "tasks":
            return sources.task_list(query, access.now)
        case "failures":
            return failed.failure_list(query, access.now)
        case "cause":
            return failed.cause(_name(request, "fingerprint"), query, access.now)
        case "workflow":
            return _workflow(request, access, QueryDict(query))
    chosen = request.POST.getlist("task")[: sources.MOST_SELECTED]
    if not chosen:
        raise InvalidArgument(argument="task", problem=_("is missing: no task is selected"))
    return sources.selection(map(_task_id, chosen))


def _everything_is_looked_into(access: Access, query: str) -> None:
    """Refuse to take everything that matches where only the busiest queues would be read."""
    if access.near is not None and not TaskFilter.from_query(QueryDict(query)).queue:
        said = _(
            "names no queue: of {all} only {some} would be looked into, so narrow the list to one"
        ).format(all=Count(len(access.scopes)), some=Count(len(access.near)))
        raise InvalidArgument(argument="query", problem=said)


def _workflow(request: HttpRequest, access: Access, query: QueryDict) -> Source | None:
    span, task = window(query.get("window"), "30d"), uuid(query.get("task"))
    with snapshot(access.database):
        access.confine()
        return workflow_run(access, _name(request, "workflow"), span, task)


def _name(request: HttpRequest, field: str) -> str:
    text = request.POST.get(field, "").replace("\x00", "")[:_LONGEST]
    if not text:
        raise InvalidArgument(argument=field, problem=_("is missing"))
    return text


def _task_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidArgument(argument="task", problem=_("is no task's id")) from error


def _attempts(request: HttpRequest) -> int:
    text = request.POST.get("attempts") or "1"
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= _MOST_ATTEMPTS):
        said = _("is not from {least} to {most}").format(least=1, most=Count(_MOST_ATTEMPTS))
        raise InvalidArgument(argument="attempts", problem=said)
    return int(text)


@posted
def step(request: HttpRequest, access: Access, operation_id: UUID) -> HttpResponseBase:
    """Go on with the dry run, or with the work, for as long as a request may take."""
    found = _found(access, operation_id)
    if not policy().may(access, Action.BULK):
        return refused(request, "bulk", 403, _("You may not do this."))
    desk.work_on(found)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)  # the page renews itself
    return _onward(request, found)


def _steps(which: desk.Step) -> View:
    def body(request: HttpRequest, access: Access, operation_id: UUID) -> HttpResponseBase:
        found = _found(access, operation_id)
        return _said(request, found, desk.take(request, access, found, which))

    return posted(body)


confirm, stop, resume = map(_steps, (desk.CONFIRM, desk.STOP, desk.RESUME))


def _said(request: HttpRequest, about: BulkOperation, outcome: Outcome) -> HttpResponseBase:
    status = _STATUS[outcome.result]
    if twins.wanted(request):
        return twins.response(outcome, status=status)
    if outcome.result is Result.REFUSED:
        return refused(request, "bulk", status, outcome.detail)
    messages.info(request, outcome.detail)  # after a second click too: its page shows how it stands
    return redirect(_address(request, about))


def _onward(request: HttpRequest, about: BulkOperation) -> HttpResponseBase:
    if twins.wanted(request):
        return twins.response({"id": about.pk, "url": _address(request, about)}, status=201)
    return redirect(_address(request, about))


def _address(request: HttpRequest, about: BulkOperation) -> str:
    return Links.of(request).to("bulk_operation", about.pk)


def _found(access: Access, operation_id: UUID) -> BulkOperation:
    found = in_sight(access, operation_id)
    if found is None:
        raise Http404(_("No bulk operation with this id, or none that you may see"))
    return found
