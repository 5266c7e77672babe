"""The one table that says what every address of the dashboard is; a new one belongs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, reverse

from absurd_dashboard import urls
from absurd_dashboard.policy import Action
from tests.security.world import Things, World

Of = Callable[[Things], Any]


class Kind(Enum):
    """What an address is for."""

    PUBLIC = auto()  # answers anybody
    TOKEN = auto()  # answers whoever knows a token, whoever they are; here nobody does
    LIST = auto()  # about whatever is in sight
    OBJECT = auto()  # about one thing
    REDIRECT = auto()  # leads to one thing
    ACTION = auto()  # changes something, or reveals it
    FORM = auto()  # an action whose address also shows its form


#: Addresses that do not ask who somebody is, and are in no tenant's name.
OPEN = (Kind.PUBLIC, Kind.TOKEN)


@dataclass(frozen=True)
class Done:
    """The statuses of an action that is allowed: by a form, by htmx, as JSON."""

    html: int = 302
    htmx: int = 200
    json: int = 200


@dataclass(frozen=True)
class Endpoint:
    """One address.

    Attributes:
        arguments: of its pattern, for some things.
        needs: the action that must be allowed.
        data: what a form sends, for some things.
        query: names the thing where the pattern does not.
        done: how it answers whom it is allowed; 200 to a GET in any case.
        whole_queue: whether it names a queue and nothing in it; a shared one is in both sights.
        names_event: whether it names an event that may not exist yet.
        selects: whether it takes anything and says of each whether it was found.
        wholly: whether it is about a queue as a whole, so never for those who share it.
    """

    kind: Kind
    arguments: Of = lambda _: ()
    needs: Action | None = None
    data: Of = lambda _: {}
    query: Of = lambda _: {}
    done: Done = Done()
    whole_queue: bool = False
    names_event: bool = False
    selects: bool = False
    wholly: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """What it answers to."""
        asks, acts = ("GET", "HEAD"), ("POST",)
        return {Kind.ACTION: acts, Kind.FORM: (*asks, *acts)}.get(self.kind, asks)


def _done(things: Things) -> tuple[object, ...]:
    return (things.done,)


def _failed(things: Things) -> tuple[object, ...]:
    return (things.failed,)


def _cause(things: Things) -> tuple[object, ...]:
    return (things.fingerprint,)


def _operation(state: str) -> Of:
    return lambda things: (things.operations[state],)


def _queue(things: Things) -> dict[str, str]:
    return {"queue": things.queue}


def _upkeep(kind: Kind = Kind.FORM, done: Done | None = None, data: Of = _queue) -> Endpoint:
    """Something done to a queue as a whole."""
    return Endpoint(
        kind,
        lambda things: (things.queue,),
        Action.QUEUES,
        data=data,
        done=done or _CONFLICT,
        whole_queue=True,
        wholly=True,
    )


_CONFLICT = Done(409, 409, 409)
_PLAIN = Done(htmx=302)
_OPERATION = Action.BULK

ENDPOINTS = {
    "healthz": Endpoint(Kind.PUBLIC),
    "metrics": Endpoint(Kind.TOKEN),
    "overview": Endpoint(Kind.LIST),
    "attention": Endpoint(Kind.LIST),
    "queues": Endpoint(Kind.LIST),
    "queue": Endpoint(Kind.OBJECT, lambda things: (things.queue,), whole_queue=True),
    "tasks": Endpoint(Kind.LIST),
    "complete": Endpoint(Kind.LIST),
    "task_counts": Endpoint(Kind.LIST),
    "task": Endpoint(Kind.OBJECT, _done),
    "params": Endpoint(Kind.OBJECT, _done),
    "headers": Endpoint(Kind.OBJECT, _done),
    "result": Endpoint(Kind.OBJECT, _done),
    "step": Endpoint(Kind.OBJECT, lambda things: (things.done, things.step)),
    "retry": Endpoint(Kind.ACTION, _failed, Action.RETRY),
    "cancel": Endpoint(Kind.ACTION, lambda things: (things.waiting,), Action.CANCEL),
    "release": Endpoint(Kind.ACTION, _done, Action.RETRY, done=_CONFLICT),
    "run_again": Endpoint(Kind.FORM, _done, Action.RUN_AGAIN),
    "reveal": Endpoint(Kind.ACTION, _done, Action.REVEAL, done=Done(200, 200, 200)),
    "run": Endpoint(Kind.REDIRECT, lambda things: (things.failed_run,)),
    "reason": Endpoint(Kind.OBJECT, lambda things: (things.failed_run,)),
    "failures": Endpoint(Kind.LIST),
    "failure": Endpoint(Kind.OBJECT, _cause),
    "triage": Endpoint(Kind.ACTION, _cause, Action.TRIAGE, done=_PLAIN),
    "events": Endpoint(Kind.LIST),
    "emit_any": Endpoint(Kind.LIST, needs=Action.EMIT),
    "event": Endpoint(Kind.OBJECT, lambda things: (things.queue, things.emitted)),
    "emit": Endpoint(
        Kind.FORM,
        lambda things: (things.queue, things.awaited),
        Action.EMIT,
        names_event=True,
    ),
    "workers": Endpoint(Kind.LIST),
    "charts": Endpoint(Kind.LIST),
    "audit": Endpoint(Kind.LIST, needs=Action.AUDIT),
    "audit_csv": Endpoint(Kind.LIST, needs=Action.AUDIT),
    "audit_jsonl": Endpoint(Kind.LIST, needs=Action.AUDIT),
    "queue_create": Endpoint(
        Kind.FORM, needs=Action.QUEUES, data=lambda _: {"name": "acme-new"}, selects=True
    ),
    "maintenance": _upkeep(Kind.OBJECT),
    "queue_policy": _upkeep(),
    "queue_cleanup": _upkeep(done=Done()),
    "queue_partitions": _upkeep(),
    "queue_detach": _upkeep(),
    "queue_cron": _upkeep(),
    "queue_drop": _upkeep(done=Done(), data=lambda things: {"name": things.queue}),
    "go": Endpoint(Kind.LIST),
    "views": Endpoint(Kind.LIST),
    "pinned": Endpoint(Kind.LIST),
    "view": Endpoint(Kind.REDIRECT, lambda things: (things.view,)),
    "view_new": Endpoint(
        Kind.FORM,
        data=lambda _: {"name": "mine", "query": "state=failed"},
        done=_PLAIN,
        selects=True,
    ),
    "view_edit": Endpoint(
        Kind.FORM,
        lambda things: (things.view,),
        Action.SHARE,
        data=lambda _: {"name": "ours", "shared": "1"},
        done=_PLAIN,
    ),
    "view_delete": Endpoint(Kind.FORM, lambda things: (things.view,), Action.SHARE, done=_PLAIN),
    "tune": Endpoint(Kind.LIST, needs=Action.QUEUES),
    "workflows": Endpoint(Kind.LIST),
    "workflow": Endpoint(Kind.OBJECT, lambda things: (str(things.done),)),
    "spawn": Endpoint(
        Kind.FORM,
        needs=Action.SPAWN,
        data=lambda things: {"queue": things.queue, "name": "new"},
        query=_queue,
        whole_queue=True,
    ),
    "bulk": Endpoint(Kind.LIST),
    "bulk_new": Endpoint(
        Kind.ACTION,
        needs=_OPERATION,
        data=lambda things: {"action": "cancel", "from": "selected", "task": [things.waiting]},
        done=Done(302, 302, 201),
        selects=True,
    ),
    "bulk_operation": Endpoint(Kind.OBJECT, _operation("ready")),
    "bulk_confirm": Endpoint(Kind.ACTION, _operation("ready"), _OPERATION, done=_PLAIN),
    "bulk_stop": Endpoint(Kind.ACTION, _operation("running"), _OPERATION, done=_PLAIN),
    "bulk_resume": Endpoint(Kind.ACTION, _operation("stopped"), _OPERATION, done=_PLAIN),
    "bulk_step": Endpoint(Kind.ACTION, _operation("ready"), _OPERATION, done=Done(302, 204, 201)),
}
#: Models of the dashboard in Django's admin, and what a tenant's admin sees of each there.
ADMIN_MODELS = {
    "AuditEntry": "what was done in the tenant's name, to read",
    "Checkpoint": "checkpoints of the tasks that the tenant sees, to read",
    "Event": "events that the tenant sees, to read",
    "Membership": "the tenant's members, to choose",
    "Run": "runs of the tasks that the tenant sees, to read",
    "Task": "tasks of the queues that the tenant sees, to read",
    "Tenant": "the tenant, its scopes to read",
    "Wait": "waits of the tasks that the tenant sees, to read",
}


def on_a_role_for(name: str, world: World) -> AbstractContextManager[None]:
    """Be the engine's owner where an endpoint manages queues, which takes it; docs/roles.md."""
    managed = ENDPOINTS[name].needs is Action.QUEUES
    return world.engine.owning() if managed else nullcontext()


def patterns(
    within: Sequence[URLPattern | URLResolver] = urls.urlpatterns, prefix: str = ""
) -> Iterator[tuple[str, str | None]]:
    """Route and name of everything in the URL conf, included ones too.

    The same pages about one of several engines are left out: tests/production/test_instances.py.
    """
    for each in within:
        route = f"{prefix}{each.pattern}"
        if "<slug:instance>" in route:
            continue
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, route)
        else:
            yield route, each.name


def address(name: str, tenant: str | None, things: Things) -> str:
    """Where an endpoint is, for some things, in a tenant's name or in none."""
    arguments = ENDPOINTS[name].arguments(things)
    full = arguments if tenant is None else (tenant, *arguments)
    query = urlencode(ENDPOINTS[name].query(things))
    return reverse(f"absurd_dashboard:{name}", args=full) + (query and f"?{query}")
