"""The one table that says what every address of the dashboard is; a new one belongs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from django.urls import URLPattern, URLResolver, reverse

from absurd_dashboard import urls
from absurd_dashboard.fingerprint import fingerprint
from absurd_dashboard.policy import Action
from tests.security.world import Things

Arguments = Callable[[Things], tuple[object, ...]]


class Kind(Enum):
    """What an address is for."""

    PUBLIC = auto()  # answers anybody
    LIST = auto()  # about whatever is in sight
    OBJECT = auto()  # about one thing
    REDIRECT = auto()  # leads to one thing
    ACTION = auto()  # changes something, or reveals it


@dataclass(frozen=True)
class Endpoint:
    """One address.

    Attributes:
        arguments: of its pattern, for some things.
        needs: the action that must be allowed.
        data: what a form sends.
        whole_queue: whether it names a queue and nothing in it; a shared one is in both sights.
        names_event: whether it names an event that may not exist yet.
    """

    kind: Kind
    arguments: Arguments = field(default=lambda _: ())
    needs: Action | None = None
    data: dict[str, str] = field(default_factory=dict)
    whole_queue: bool = False
    names_event: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """What it answers to."""
        return ("POST",) if self.kind is Kind.ACTION else ("GET", "HEAD")


def _done(things: Things) -> tuple[object, ...]:
    return (things.done,)


def _cause(things: Things) -> tuple[object, ...]:
    """The fingerprint of the failed task's error."""
    owner = things.emitted.removeprefix("emitted-")
    return (fingerprint(f"E-{owner}", f"m-{owner}", f"t-{owner}"),)


def _action(needs: Action, arguments: Arguments, **more: bool) -> Endpoint:
    return Endpoint(Kind.ACTION, arguments, needs, **more)  # type: ignore[arg-type]


ENDPOINTS = {
    "healthz": Endpoint(Kind.PUBLIC),
    "overview": Endpoint(Kind.LIST),
    "queues": Endpoint(Kind.LIST),
    "queue": Endpoint(Kind.OBJECT, lambda things: (things.queue,), whole_queue=True),
    "tasks": Endpoint(Kind.LIST),
    "task": Endpoint(Kind.OBJECT, _done),
    "params": Endpoint(Kind.OBJECT, _done),
    "headers": Endpoint(Kind.OBJECT, _done),
    "result": Endpoint(Kind.OBJECT, _done),
    "step": Endpoint(Kind.OBJECT, lambda things: (things.done, things.step)),
    "retry": _action(Action.RETRY, lambda things: (things.failed,)),
    "cancel": _action(Action.CANCEL, lambda things: (things.waiting,)),
    "reveal": _action(Action.REVEAL, _done),
    "run": Endpoint(Kind.REDIRECT, lambda things: (things.failed_run,)),
    "reason": Endpoint(Kind.OBJECT, lambda things: (things.failed_run,)),
    "failures": Endpoint(Kind.LIST),
    "failure": Endpoint(Kind.OBJECT, _cause),
    "triage": _action(Action.TRIAGE, _cause),
    "events": Endpoint(Kind.LIST),
    "event": Endpoint(Kind.OBJECT, lambda things: (things.queue, things.emitted)),
    "emit": _action(Action.EMIT, lambda things: (things.queue, things.awaited), names_event=True),
    "workers": Endpoint(Kind.LIST),
    "workflows": Endpoint(Kind.LIST),
    "workflow": Endpoint(Kind.OBJECT, lambda things: (str(things.done),)),
}
#: Models of the dashboard in Django's admin, and what a tenant's admin sees of each there.
ADMIN_MODELS: dict[str, str] = {}


def patterns(
    within: Sequence[URLPattern | URLResolver] = urls.urlpatterns, prefix: str = ""
) -> Iterator[tuple[str, str | None]]:
    """Route and name of everything in the URL conf, included ones too."""
    for each in within:
        route = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, route)
        else:
            yield route, each.name


def address(name: str, tenant: str | None, things: Things) -> str:
    """Where an endpoint is, for some things, in a tenant's name or in none."""
    arguments = ENDPOINTS[name].arguments(things)
    full = arguments if tenant is None else (tenant, *arguments)
    return reverse(f"absurd_dashboard:{name}", args=full)
