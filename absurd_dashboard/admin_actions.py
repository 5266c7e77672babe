"""Retry, cancel, run again and emit as actions of Django's admin, each confirmed on a page first.

They pass the same gate as the dashboard's own. Tasks are acted upon one by one, in the name of the
tenant whose grant allows it; for more than a page of them there are bulk operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from absurd_core.errors import AbsurdError
from absurd_dashboard import actions, ids, problems, spawning
from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.charge import engine_grants, engine_of
from absurd_dashboard.adminsite.tasks import TaskAdmin
from absurd_dashboard.engine import snapshot
from absurd_dashboard.errors import DashboardError
from absurd_dashboard.gate import Outcome, Result, Target, act
from absurd_dashboard.jsoninput import Fields, InvalidJson
from absurd_dashboard.models import Task
from absurd_dashboard.policy import Action
from absurd_dashboard.queries.spawn import Source, source
from absurd_dashboard.states import FAILED, state_of

#: Tasks that one action is done to at most.
MOST = 100
CONFIRMED = "absurd_confirmed"
_TEMPLATE = "absurd_dashboard/actions/admin_confirm.html"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task that was ticked, and the access with which it is acted upon.

    Attributes:
        events: what it waits for.
    """

    access: Access
    source: Source
    events: tuple[str, ...]

    @property
    def target(self) -> Target:
        """As the gate knows it."""
        return self.source.target


@dataclass(frozen=True, slots=True)
class Verb:
    """One action.

    Attributes:
        action: the permission that it takes.
        label: in the list of actions, and on the page that asks.
        applies: whether it can be done to a task.
        perform: does it; with the fields of the page that asked.
    """

    action: Action
    label: Any
    applies: Callable[[Chosen], bool]
    perform: Callable[[HttpRequest, Chosen, Fields], list[Outcome]]


def _retry(request: HttpRequest, one: Chosen, fields: Fields) -> list[Outcome]:
    def do() -> Outcome:
        return actions.retry(one.access, one.target)

    return [act(request, one.access, Action.RETRY, one.target, do)]


def _cancel(request: HttpRequest, one: Chosen, fields: Fields) -> list[Outcome]:
    def do() -> Outcome:
        return actions.cancel(one.access, one.target)

    return [act(request, one.access, Action.CANCEL, one.target, do)]


def _run_again(request: HttpRequest, one: Chosen, fields: Fields) -> list[Outcome]:
    return [spawning.run_again(request, one.access, one.source, Fields({}))]


def _emit(request: HttpRequest, one: Chosen, fields: Fields) -> list[Outcome]:
    payload = fields.json("payload")
    return [_emitted(request, one, event, payload) for event in one.events]


def _emitted(request: HttpRequest, one: Chosen, event: str, payload: Any) -> Outcome:
    target = Target(one.target.queue, event=event, owner=one.target.owner)

    def do() -> Outcome:
        return actions.emit(one.access, target, payload)

    return act(request, one.access, Action.EMIT, target, do)


VERBS = {
    "retry": Verb(
        Action.RETRY,
        _("Retry failed tasks"),
        lambda one: state_of(one.source.state) is FAILED,
        _retry,
    ),
    "cancel": Verb(
        Action.CANCEL,
        _("Cancel open tasks"),
        lambda one: not state_of(one.source.state).finished,
        _cancel,
    ),
    "run_again": Verb(
        Action.RUN_AGAIN,
        _("Run finished tasks again"),
        lambda one: state_of(one.source.state).finished,
        _run_again,
    ),
    "emit": Verb(
        Action.EMIT, _("Emit the events that tasks wait for"), lambda one: bool(one.events), _emit
    ),
}


class OperableTaskAdmin(TaskAdmin):
    """Tasks in Django's admin, with the actions that the user's grants allow."""

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        """Those that some grant of the user's allows; on the list, and not on a task's own page."""
        if getattr(action_location, "name", "CHANGE_LIST") != "CHANGE_LIST":
            return {}
        allowed = {action for grant in engine_grants(request) for action in grant.actions}
        return {
            name: (_asking(verb), name, verb.label)
            for name, verb in VERBS.items()
            if verb.action in allowed
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; or an action that was confirmed, outside of the list's read transaction."""
        name = request.POST.get("action", "")
        if CONFIRMED in request.POST and name in self.get_actions(request):
            return self.told(request, lambda: _confirmed(self.admin_site, request, VERBS[name]))
        return super().changelist_view(request, extra_context)


def _asking(verb: Verb) -> Callable[..., HttpResponse]:
    """The admin's action: the page that asks first."""

    def ask(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Task]) -> HttpResponse:
        return _page(modeladmin.admin_site, request, verb)

    return ask


def _page(site: Any, request: HttpRequest, verb: Verb, error: str = "") -> HttpResponse:
    found = list(_chosen(request, verb.action))
    context = {
        **site.each_context(request),
        "title": verb.label,
        "engine": engine_of(request).name,
        "tasks": [(one, verb.applies(one)) for one in found],
        "ids": [one.target.task_id for one in found if verb.applies(one)],
        "count": sum(map(verb.applies, found)),
        "most": MOST,
        "left_out": max(0, len(_ticked(request)) - MOST),
        "across": request.POST.get("select_across") == "1",
        "action": request.POST.get("action", ""),
        "emits": verb.action is Action.EMIT,
        "payload": request.POST.get("payload", ""),
        "error": error,
        "confirmed": CONFIRMED,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, _TEMPLATE, context, status=400 if error else 200)


def _confirmed(site: Any, request: HttpRequest, verb: Verb) -> HttpResponse:
    fields = Fields.of(request)
    try:
        fields.json("payload")
    except InvalidJson as error:
        return _page(site, request, verb, problems.of(error))
    for one in _chosen(request, verb.action):
        for outcome in _outcomes(request, verb, one, fields):
            say = messages.success if outcome.result is Result.DONE else messages.warning
            say(request, f"{one.target.task_id}: {outcome.detail}")
    return HttpResponseRedirect(request.get_full_path())


def _outcomes(request: HttpRequest, verb: Verb, one: Chosen, fields: Fields) -> list[Outcome]:
    """What came of one task; an error of one is said, and the others are still done."""
    try:
        return verb.perform(request, one, fields)
    except (AbsurdError, DashboardError, spawning.Invalid) as error:
        return [Outcome(Result.FAILED, f"{type(error).__name__}: {error}")]


def _chosen(request: HttpRequest, action: Action) -> Iterator[Chosen]:
    """The tasks that were ticked, each through the first grant that sees it and allows it."""
    grants = [grant for grant in engine_grants(request) if action in grant.actions]
    waiting: Sequence[UUID] = _ticked(request)[:MOST]
    for grant in grants:
        with snapshot(engine_of(request).alias) as opened:
            access = Access.of(grant, opened)
            found = [_one(access, task_id) for task_id in waiting]
        seen = [one for one in found if one is not None]
        yield from seen
        waiting = [each for each in waiting if each not in {one.target.task_id for one in seen}]


def _one(access: Access, task_id: UUID) -> Chosen | None:
    task = source(access, task_id)
    if task is None:
        return None
    waits = access.waits([task.target.queue]).filter(task_id=task_id)
    events = tuple(dict.fromkeys(waits.values_list("event_name", flat=True)[:MOST]))
    return Chosen(access, task, events)


def _ticked(request: HttpRequest) -> list[UUID]:
    meant = map(ids.parse, request.POST.getlist(ACTION_CHECKBOX_NAME))
    return list(dict.fromkeys(each.first for each in meant if each and each.first == each.last))
