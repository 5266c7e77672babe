"""Making a queue, in either storage mode, where one may."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_core import queues
from absurd_core.errors import InvalidArgument
from absurd_dashboard import problems, upkeep
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Target, act
from absurd_dashboard.jsoninput import Fields
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.spawning import Invalid
from absurd_dashboard.views.forms import Asked, Form, Subject

MODES = ("unpartitioned", "partitioned")


@dataclass(frozen=True, slots=True)
class CreateView:
    """The form for a new queue; ``error`` is about its name."""

    name: str
    storage_mode: str
    error: str


def _find(request: HttpRequest, access: Access) -> Subject:
    name = Fields.of(request).text("name") if request.method == "POST" else ""
    return Subject(Target(name))


def _show(request: HttpRequest, access: Access, subject: Subject, asked: Asked) -> Page:
    shown = CreateView(
        name=asked.fields.text("name"),
        storage_mode=asked.fields.text("storage_mode", MODES[0]),
        error="; ".join(asked.errors.values()),
    )
    return Page(_("Create a queue"), shown)


def _perform(request: HttpRequest, access: Access, subject: Subject, fields: Fields) -> Outcome:
    name, mode = fields.text("name"), fields.text("storage_mode", MODES[0])
    try:
        queues.create(name, mode)  # type: ignore[arg-type]  # it says which modes there are
    except InvalidArgument as error:
        raise Invalid({error.argument or "": problems.of(error)}) from error
    if not _in_sight(request, access, name):
        raise Invalid({"name": _("would name a queue that is not wholly in your sight")})
    do, asked = partial(upkeep.create, access, name, mode), {"storage_mode": mode}
    return act(request, access, Action.QUEUES, subject.target, do, asked, verb="queue_create")


def _in_sight(request: HttpRequest, access: Access, queue: str) -> bool:
    """Whether all of a queue with that name would be the maker's to see."""
    grant = policy().grant(request, access.tenant)
    scopes = grant.scopes(access.instance, [queue]) if grant else ()
    return any(scope.tenants is None for scope in scopes)


def _onwards(request: HttpRequest, subject: Subject) -> str:
    return Links.of(request).to("queue", subject.target.queue)


create = Form(
    section="queues",
    template="queues/create",
    action=Action.QUEUES,
    find=_find,
    show=_show,
    perform=_perform,
    verb="queue_create",
    onwards=_onwards,
).view()
