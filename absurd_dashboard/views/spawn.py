"""New tasks: one run again, as it was or edited, and one from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from absurd_dashboard import spawning
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Target, act
from absurd_dashboard.inputs import JSON_INPUTS, Inputs
from absurd_dashboard.jsoninput import Fields
from absurd_dashboard.pages import Page
from absurd_dashboard.policy import Action
from absurd_dashboard.queries import spawn as queries
from absurd_dashboard.redaction import Redactor
from absurd_dashboard.views.forms import Asked, Form, Subject

_LABELS = {
    "params": gettext_noop("Params"),
    "headers": gettext_noop("Headers"),
    "retry_strategy": gettext_noop("Retry strategy"),
    "cancellation": gettext_noop("Cancellation policy"),
}
_HINTS = {
    "headers": '{"tenant_id": "…"}',
    "retry_strategy": '{"kind": "exponential", "base_seconds": 30, "factor": 2}',
    "cancellation": '{"max_delay": 3600, "max_duration": 86400}',
}


@dataclass(frozen=True, slots=True)
class JsonField:
    """A field for JSON.

    Attributes:
        text: None where the value is too long to be edited.
        error: what is wrong with it, or empty.
        hint: an example, for an empty one.
    """

    name: str
    label: str
    text: str | None
    error: str
    hint: str

    @property
    def rows(self) -> int:
        """Lines to show."""
        return max(3, min(24, (self.text or "").count("\n") + 2))


@dataclass(frozen=True, slots=True)
class SpawnView:
    """A form for a new task.

    Attributes:
        task_id: the task to run again; None for a new one.
        state: the state of that task.
        known: task names that the queue knows; empty when running again.
        error: what is wrong with none of the fields in particular.
        errors: what is wrong with the fields that are not JSON.
    """

    task_id: UUID | None
    state: str
    name: str
    queue: str
    queues: tuple[str, ...]
    fields: tuple[JsonField, ...]
    max_attempts: str
    idempotency_key: str
    known: list[queries.KnownName]
    errors: dict[str, str]
    error: str
    hidden: bool


def _find_source(request: HttpRequest, access: Access, task_id: UUID) -> Subject:
    found = queries.source(access, task_id)
    if found is None:
        raise Http404(_("No task with this id, or none that you may see"))
    return Subject(found.target, found)


def _show_source(request: HttpRequest, access: Access, subject: Subject, asked: Asked) -> Page:
    source: queries.Source = subject.facts
    name = source.target.task_name
    view = _view(access, source.inputs, asked, queue=source.target.queue, name=name)
    return Page(
        _("Run {name} again").format(name=name), view(source.target.task_id, source.state, [])
    )


def _run_again(request: HttpRequest, access: Access, subject: Subject, fields: Fields) -> Outcome:
    return spawning.run_again(request, access, subject.facts, fields)


def _find_queue(request: HttpRequest, access: Access) -> Subject:
    """The queue that is asked for; the first in sight otherwise."""
    wanted = _asked_queue(request)
    if wanted and wanted not in access.queue_names:
        raise Http404(_("No queue with this name, or none that you may see"))
    return Subject(Target(wanted or next(iter(access.queue_names), "")))


def _asked_queue(request: HttpRequest) -> str:
    if request.method == "POST":
        return Fields.of(request).text("queue")
    return request.GET.get("queue", "")


def _show_new(request: HttpRequest, access: Access, subject: Subject, asked: Asked) -> Page:
    queue = subject.target.queue
    name = asked.fields.text("name", request.GET.get("name", "")[:500])
    last = queries.last_inputs(access, queue, name) if name and not asked.errors else None
    view = _view(access, last or Inputs(), asked, queue=queue, name=name)
    known = queries.known_names(access, queue) if queue else []
    return Page(_("Spawn a task"), view(None, "", known))


def _spawn(request: HttpRequest, access: Access, subject: Subject, fields: Fields) -> Outcome:
    queue, name = subject.target.queue, fields.text("name")
    # Whatever the form showed of another task is hidden text here, and refused as such.
    redactor = Redactor(access.redactions)
    new = spawning.read(access, fields, Inputs(), redactor, queue=queue, name=name)
    new.statement()
    target = Target(queue, task_name=name, owner=_owner(new.headers))
    record = new.on_record(redactor)
    return act(request, access, Action.SPAWN, target, lambda: spawning.spawn(access, new), record)


def _owner(headers: Any) -> str:
    owner = headers.get("tenant_id") if isinstance(headers, dict) else None
    return owner if isinstance(owner, str) else ""


def _view(access: Access, inputs: Inputs, asked: Asked, *, queue: str, name: str) -> Any:
    """A form's data, but for what tells the two forms apart."""
    redactor, fields = access.redactor(name), asked.fields
    shown = {each: inputs.shown(each, redactor) for each in JSON_INPUTS}
    most = "" if inputs.max_attempts is None else str(inputs.max_attempts)

    def view(task_id: UUID | None, state: str, known: list[queries.KnownName]) -> SpawnView:
        return SpawnView(
            task_id=task_id,
            state=state,
            name=name,
            queue=fields.text("queue", queue),
            queues=access.queue_names,
            fields=tuple(_field(each, text, asked) for each, text in shown.items()),
            max_attempts=str(fields.values.get("max_attempts", most) or ""),
            idempotency_key=fields.text("idempotency_key"),
            known=known,
            errors={key: asked.errors.get(key, "") for key in ("name", "queue", "max_attempts")},
            error=asked.errors.get("", ""),
            hidden=bool(redactor.rules),
        )

    return view


def _field(name: str, text: str | None, asked: Asked) -> JsonField:
    given = asked.fields.values.get(name, text)
    return JsonField(
        name, _(_LABELS[name]), given, asked.errors.get(name, ""), _HINTS.get(name, "null")
    )


run_again = Form(
    section="tasks",
    template="spawn/form",
    action=Action.RUN_AGAIN,
    find=_find_source,
    show=_show_source,
    perform=_run_again,
).view()

spawn = Form(
    section="tasks",
    template="spawn/form",
    action=Action.SPAWN,
    find=_find_queue,
    show=_show_new,
    perform=_spawn,
).view()
