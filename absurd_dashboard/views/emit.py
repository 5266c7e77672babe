"""Emitting an event: first who would wake, then the emit, then who woke."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from absurd_core.payloads import dumps
from absurd_dashboard import actions, problems
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Target, act
from absurd_dashboard.jsoninput import Fields, InvalidJson
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, page, refused
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.queries import events as queries
from absurd_dashboard.queries.ignored import RECORDED
from absurd_dashboard.redaction import HIDDEN, Redactor
from absurd_dashboard.spawning import Invalid
from absurd_dashboard.views.forms import Asked, Form, Subject
from absurd_dashboard.views.spawn import JsonField


@dataclass(frozen=True, slots=True)
class EmitView:
    """What an emit would do.

    Attributes:
        emitted: the event, if it was emitted already.
        wake: how many runs in sight would wake, exactly.
        waiters: some of them.
        refused: whether it is not this viewer's to emit.
    """

    queue: str
    name: str
    emitted: queries.EventRow | None
    wake: int
    waiters: list[queries.Waiter]
    refused: bool
    field: JsonField


@dataclass(frozen=True, slots=True)
class Chooser:
    """A form that asks which event."""

    queue: str
    name: str
    queues: tuple[str, ...]


def _find(request: HttpRequest, access: Access, queue: str, event: str) -> Subject:
    if queue not in access.queue_names:
        raise Http404(_("No queue with this name, or none that you may see"))
    access.confine(whole=queue)  # an emit reaches everybody who waits, so all of them count
    (found,) = access.each_queue("emit_check", {"event": event}, queues=[queue])
    access.confine()
    return Subject(Target(queue, event=event, owner=found["owner"] or ""), found)


def _show(request: HttpRequest, access: Access, subject: Subject, asked: Asked) -> Page:
    queue, event = subject.target.queue, subject.target.event
    found = subject.facts
    text = asked.fields.values.get("payload", "")
    error = asked.errors.get("payload") or asked.errors.get("", "")
    shown = EmitView(
        queue=queue,
        name=event,
        emitted=queries.one(access, queue, event),
        wake=found["wake"],
        waiters=queries.waiters(access, queue, event),
        refused=actions.reaches_others(access, queue, found),
        field=JsonField("payload", _("Payload"), text, error, "null"),
    )
    return Page(_("Emit {event}").format(event=event), shown)


def _perform(request: HttpRequest, access: Access, subject: Subject, fields: Fields) -> Outcome:
    redactor = Redactor(access.redactions)
    try:
        payload = fields.json("payload")
        text = dumps("payload", payload) or "null"
    except InvalidJson as error:
        raise Invalid({"payload": problems.of(error)}) from error
    if redactor.rules and HIDDEN in text:
        said = _("{hidden} stands for a hidden value: type what is meant")
        raise Invalid({"payload": said.format(hidden=HIDDEN)})
    record = {"payload": redactor.json(text)[:RECORDED]}

    def do() -> Outcome:
        return actions.emit(access, subject.target, payload)

    return act(request, access, Action.EMIT, subject.target, do, record)


emit = Form(
    section="events",
    template="events/emit",
    action=Action.EMIT,
    find=_find,
    show=_show,
    perform=_perform,
).view()


@page("events", "events/choose")
def choose(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """Which event to emit; leads to its page."""
    if not policy().may(access, Action.EMIT):
        return refused(request, "events", 403, _("You may not do this"))
    queue, name = request.GET.get("queue", ""), request.GET.get("name", "").strip()
    if queue in access.queue_names and name and "\x00" not in name:
        return redirect(Links.of(request).to("emit", queue, name))
    return Page(_("Emit an event"), Chooser(queue, name, access.queue_names))
