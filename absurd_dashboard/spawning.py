"""A new task from what a form says: its fields read, its queue and tenant checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_core import tasks
from absurd_core.errors import InvalidArgument, QueueNotFound
from absurd_core.payloads import dumps
from absurd_core.statements import Statement
from absurd_core.tasks import Spawned
from absurd_dashboard import problems
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result, act
from absurd_dashboard.inputs import JSON_INPUTS, Inputs
from absurd_dashboard.jsoninput import Fields, InvalidJson
from absurd_dashboard.policy import Action
from absurd_dashboard.queries.spawn import Source
from absurd_dashboard.redaction import Redactor
from absurd_dashboard.states import state_of
from absurd_dashboard.writing import written

#: Characters of the params that go on record.
_RECORDED = 2_000


class Invalid(Exception):
    """What was sent cannot be meant; nothing was done.

    Attributes:
        errors: by the name of the field, in words for the one who typed it.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in errors.items()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be spawned."""

    queue: str
    name: str
    params: Any
    headers: Any
    retry_strategy: Any
    cancellation: Any
    max_attempts: int | None
    idempotency_key: str | None = None

    def statement(self) -> Statement[Spawned]:
        """The call that spawns it.

        Raises:
            Invalid: an argument is not acceptable.
        """
        try:
            return tasks.spawn(
                self.queue,
                self.name,
                self.params,
                headers=self.headers,
                retry_strategy=self.retry_strategy,
                max_attempts=self.max_attempts,
                cancellation=self.cancellation,
                idempotency_key=self.idempotency_key,
            )
        except InvalidArgument as error:
            raise Invalid(_by_field(error)) from error

    def on_record(self, redactor: Redactor) -> dict[str, Any]:
        """What the record keeps of it, redacted."""
        text = redactor.json(dumps("params", self.params) or "null")
        headers = redactor.json(dumps("headers", self.headers) or "null")
        return {
            "queue": self.queue,
            "name": self.name,
            "params": text[:_RECORDED] + ("…" if len(text) > _RECORDED else ""),
            "headers": headers[:_RECORDED],
            "max_attempts": self.max_attempts,
        }


def read(
    access: Access, fields: Fields, inputs: Inputs, redactor: Redactor, *, queue: str, name: str
) -> NewTask:
    """Read the fields of a form.

    Args:
        access: what may be seen; the queue must be in it.
        fields: what was sent; absent inputs are the original's.
        inputs: the original's, or none.
        redactor: what the form hid.
        queue: where to spawn unless the form says otherwise.
        name: the task's name.

    Raises:
        Invalid: with all that is wrong, by field.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for each in JSON_INPUTS:
        _collect(values, errors, each, lambda each=each: inputs.taken(each, fields, redactor))
    _collect(values, errors, "max_attempts", lambda: _attempts(fields, inputs))
    _collect(values, errors, "queue", lambda: _queue(access, fields.text("queue", queue)))
    if not name.strip():
        errors["name"] = _("is empty")
    if "queue" in values and "headers" in values:
        given = values["headers"]
        _collect(values, errors, "headers", lambda: owned(access, values["queue"], given))
    if errors:
        raise Invalid(errors)
    return NewTask(name=name, idempotency_key=fields.text("idempotency_key") or None, **values)


def run_again(request: HttpRequest, access: Access, source: Source, fields: Fields) -> Outcome:
    """Spawn a task like one that has ended, but for what the fields say.

    Raises:
        Invalid: the fields cannot be meant; nothing was done.
    """
    was, redactor = source.target, access.redactor(source.target.task_name)
    new = read(access, fields, source.inputs, redactor, queue=was.queue, name=was.task_name)
    new.statement()
    target = replace(was, into=new.queue if new.queue != was.queue else "")

    def do() -> Outcome:
        if not state_of(source.state).finished:
            said = _("The task is {state}, so it has not ended; nothing was spawned.")
            said = said.format(state=source.state)
            return Outcome(Result.NOTHING, said, was.task_id, state=source.state)
        return spawn(access, new)

    return act(request, access, Action.RUN_AGAIN, target, do, new.on_record(redactor))


def spawn(access: Access, new: NewTask) -> Outcome:
    """Spawn it. Calls ``absurd.spawn_task``."""
    try:
        spawned = written(access, new.statement())
    except QueueNotFound:
        return Outcome(Result.NOTHING, _("The queue no longer exists; nothing was spawned."))
    if spawned.created:
        return Outcome(Result.DONE, _("Spawned a new task."), spawned.task_id, new=True)
    seen = access.tasks([new.queue]).filter(task_id=spawned.task_id).exists()
    said = _("A task with this idempotency key is there already; nothing was spawned.")
    return Outcome(Result.NOTHING, said, spawned.task_id if seen else None)


def owned(access: Access, queue: str, headers: Any) -> Any:
    """Headers that keep a task in its maker's sight: its tenant's, where tenants share a queue.

    Raises:
        InvalidJson: they name another tenant, or none where there are several to choose from.
    """
    (tenants,) = [scope.tenants for scope in access.scopes if scope.queue == queue]
    if tenants is None:
        return headers
    given = dict(headers or {})
    if "tenant_id" not in given and len(tenants) == 1:
        (given["tenant_id"],) = tenants
    if not isinstance(given.get("tenant_id"), str) or given["tenant_id"] not in tenants:
        said = _("tenant_id must be one of these in this queue: {tenants}")
        raise InvalidJson(said.format(tenants=", ".join(sorted(tenants))))
    return given


def _by_field(error: InvalidArgument) -> dict[str, str]:
    """What the engine's client says of an argument, beside the field that it comes from."""
    argument = error.argument or ""
    if argument in ("max_delay", "max_duration"):
        return {"cancellation": f"{argument} {problems.of(error)}"}
    return {"name" if argument == "task_name" else argument: problems.of(error)}


def _collect(values: dict[str, Any], errors: dict[str, str], name: str, take: Any) -> None:
    """Keep a field's value, or what is wrong with it."""
    try:
        values[name] = take()
        dumps(name, values[name])
    except (InvalidJson, InvalidArgument) as error:
        errors[name] = problems.of(error)


def _attempts(fields: Fields, inputs: Inputs) -> int | None:
    if "max_attempts" not in fields:
        return inputs.max_attempts
    return fields.whole_number("max_attempts")


def _queue(access: Access, queue: str) -> str:
    if queue not in access.queue_names:
        raise InvalidJson(_("There is no queue with this name, or none that you may see"))
    return queue
