"""What can be done where somebody is: links to the forms that ask first, never the act itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.links import APP, AT, Links
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.states import FAILED, state_of

#: Label, address and icon.
Offer = tuple[str, str, str]
# Events that a task waits for and that are offered.
_WAITS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A page: the name of its URL pattern, and what the address says."""

    page: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str) -> Place:
        """The page at a path; nowhere for what is none of the dashboard's."""
        try:
            match = resolve(path)
        except (Resolver404, ValueError):
            return cls()
        if match.app_names[-1:] != [APP]:
            return cls()
        return cls(str(match.url_name).removeprefix(AT), match.kwargs)


def actions(access: Access, links: Links, place: Place) -> Iterator[Offer]:
    """What applies to the thing that a page is about, and is allowed."""
    offer = _OFFERS.get(place.page)
    if offer is not None:
        yield from offer(access, links, place.arguments)


def _task(access: Access, links: Links, given: dict[str, Any]) -> Iterator[Offer]:
    found = access.tasks().filter(task_id=given["task_id"])
    task = found.values_list("task_id", "queue_name", "state").first()
    if task is None:
        return
    task_id, queue, name = task
    state, address = state_of(name), links.to("task", task_id)

    def may(action: Action) -> bool:
        return policy().may(access, action, queue)

    if state is FAILED and may(Action.RETRY):
        yield _("Retry this task…"), f"{address}#retry", "play"
    if state.finished and may(Action.RUN_AGAIN):
        yield _("Run this task again…"), links.to("run_again", task_id), "play"
    if not state.finished and may(Action.CANCEL):
        yield _("Cancel this task…"), f"{address}#cancel", "cancelled"
    if may(Action.EMIT):
        waits = access.waits([queue]).filter(task_id=task_id).values_list("event_name", flat=True)
        for event in dict.fromkeys(waits[:_WAITS]):
            yield _("Emit %s…") % event, links.to("emit", queue, event), "events"


def _event(access: Access, links: Links, given: dict[str, Any]) -> Iterator[Offer]:
    queue, event = given["queue"], given["event"]
    if queue in access.queue_names and policy().may(access, Action.EMIT, queue):
        yield _("Emit this event…"), links.to("emit", queue, event), "events"


def _queue(access: Access, links: Links, given: dict[str, Any]) -> Iterator[Offer]:
    queue = given["queue"]
    if queue not in access.queue_names:
        return
    yield _("Tasks of this queue"), links.to("tasks", queue=queue), "tasks"
    if policy().may(access, Action.SPAWN, queue):
        yield _("Spawn a task here…"), links.to("spawn", queue=queue), "tasks"


_OFFERS: dict[str, Callable[[Access, Links, dict[str, Any]], Iterator[Offer]]] = {
    "task": _task,
    "event": _event,
    "queue": _queue,
}
