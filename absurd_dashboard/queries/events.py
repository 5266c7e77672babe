"""Events that were emitted, and who waits for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models import Event
from absurd_dashboard.payload import Json, preview
from absurd_dashboard.redaction import Redactor
from absurd_dashboard.windows import Window

#: Tasks that wait for one event and are listed.
_WAITERS = 200
#: Runs of each state that are looked at to find those that an event woke.
WOKEN_DEPTH = 100
#: Other queues in which an event's name is looked up.
_QUEUES = 200
_FOREVER = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class EventRow:
    """An emitted event; ``payload`` is None in lists."""

    queue: str
    name: str
    emitted_at: datetime | None
    payload: Json | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of events; ``older`` is the cursor of the next, empty at the end."""

    rows: tuple[EventRow, ...]
    older: str


@dataclass(frozen=True, slots=True)
class Waiter:
    """A run that waits for the event now."""

    task_id: UUID
    run_id: UUID
    step: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Woken:
    """A run that the event woke; ``state`` is where it stands now."""

    task_id: UUID
    run_id: UUID
    name: str
    step: str
    state: str


def page(
    access: Access, span: Window, *, queue: str = "", name: str = "", before: str = ""
) -> EventPage:
    """Read one page, newest first.

    Args:
        access: what the viewer may see.
        span: emitted since when.
        queue: of this queue only.
        name: an event's name; ``*`` at its end stands for anything.
        before: an :attr:`EventPage.older`.
    """
    size = dashboard_settings().page_size
    events = access.events([queue] if queue else None).only(
        "queue_name", "event_name", "emitted_at"
    )
    if (since := span.since(access.now)) is not None:
        events = events.filter(emitted_at__gte=since)
    if name.endswith("*"):
        events = events.filter(event_name__startswith=name.rstrip("*"))
    elif name:
        events = events.filter(event_name=name)
    if position := _position(before):
        events = events.filter(position)
    found = list(events.order_by("-emitted_at", "queue_name", "event_name")[: size + 1])
    rows = tuple(EventRow(event.queue_name, event.event_name, event.emitted_at) for event in found)
    return EventPage(rows[:size], _cursor(rows[size - 1]) if len(rows) > size else "")


def one(access: Access, queue: str, name: str) -> EventRow | None:
    """An emitted event with its payload; None when it was never emitted, or is out of sight."""
    events = access.events([queue]).filter(event_name=name)
    event = events.annotate(**preview("payload")).defer("payload").first()
    if event is None:
        return None
    # An event belongs to no task, so every rule counts for its payload.
    redactor = Redactor(access.redactions)
    return EventRow(queue, name, event.emitted_at, _payload(redactor, event))


def waiters(access: Access, queue: str, name: str) -> list[Waiter]:
    """Who waits for this event now, longest first."""
    waits = access.waits([queue]).filter(event_name=name).order_by("created_at")[:_WAITERS]
    return [
        Waiter(wait.task_id, wait.run_id, wait.step_name, wait.created_at, wait.timeout_at)
        for wait in waits
    ]


def woken(access: Access, event: EventRow) -> list[Woken]:
    """Whom an event woke, as far as it can be told.

    A run that was claimed since is found only among those claimed first after the emit, and not
    once it has gone to sleep again: the engine keeps one instant for a run, and moves it.

    Args:
        access: what the viewer may see.
        event: an emitted one.
    """
    if event.emitted_at is None:
        return []
    parameters = {"event": event.name, "emitted_at": event.emitted_at, "depth": WOKEN_DEPTH}
    rows = access.each_queue("event_woken", parameters, queues=[event.queue])
    return [
        Woken(row["task_id"], row["run_id"], row["task_name"], row["step"], row["state"])
        for row in rows
    ]


def elsewhere(access: Access, queue: str, name: str) -> list[str]:
    """Other queues in sight in which an event of this name was emitted; it wakes nobody here."""
    others = [each for each in access.queue_names if each != queue][:_QUEUES]
    found = access.events(others).filter(event_name=name).order_by("queue_name")
    return list(found.values_list("queue_name", flat=True)[:10]) if others else []


def _payload(redactor: Redactor, event: Event) -> Json | None:
    return Json.of(redactor, event.payload_text, event.payload_size)  # type: ignore[attr-defined]


def _cursor(row: EventRow) -> str:
    moment = (row.emitted_at or _FOREVER).astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
    return f"{moment}_{row.queue.encode().hex()}_{row.name.encode().hex()}"


def _position(cursor: str) -> Q | None:
    """What comes after the cursor's row in the list's order."""
    try:
        moment, queue, name = cursor.split("_")
        emitted = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        queue, name = bytes.fromhex(queue).decode(), bytes.fromhex(name).decode()
    except ValueError:
        return None
    if "\x00" in queue + name:
        return None
    alike = Q(emitted_at=emitted)
    return (
        Q(emitted_at__lt=emitted)
        | alike & Q(queue_name__gt=queue)
        | alike & Q(queue_name=queue, event_name__gt=name)
    )
