"""Emitted events, and one of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, query_url, window_choices
from absurd_dashboard.pages import Page, page
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.queries import events as queries
from absurd_dashboard.queries.ignored import Ignored, ignored
from absurd_dashboard.queries.lookalikes import Lookalike, lookalikes
from absurd_dashboard.windows import Window, window


@dataclass(frozen=True, slots=True)
class EventList:
    """What the events page shows."""

    span: Window
    windows: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    queue: str
    name: str
    rows: queries.EventPage
    older: str
    further: Choice | None


@dataclass(frozen=True, slots=True)
class EventView:
    """One event.

    Attributes:
        emitted: None while it is only waited for.
        woken: whom it woke, as far as :func:`absurd_dashboard.queries.events.woken` can tell.
        depth: how many runs of each state were looked at for that.
        ignored: emits that came too late, as far as they are this viewer's to see.
        lookalikes: names of this queue that look like this one mistyped, or this like them.
        elsewhere: other queues in which this name was emitted, while it was not in this one.
    """

    queue: str
    name: str
    emitted: queries.EventRow | None
    waiters: list[queries.Waiter]
    can_emit: bool
    woken: list[queries.Woken]
    lookalikes: list[Lookalike]
    elsewhere: list[str]
    ignored: tuple[Ignored, ...] = ()
    depth: int = queries.WOKEN_DEPTH


@page("events", "events/list", shared=True)
def events(request: HttpRequest, access: Access) -> Page:
    """Events that were emitted, newest first."""
    span = window(request.GET.get("window"), "7d")
    queue = request.GET.get("queue", "")[:500]
    name = request.GET.get("name", "").replace("\x00", "")[:500]
    rows = queries.page(
        access, span, queue=queue, name=name, before=request.GET.get("older", "")[:2000]
    )
    kept = {"window": span.key, "queue": queue, "name": name}
    shown = EventList(
        span=span,
        windows=window_choices(span, kept),
        chips=chips(kept, ("queue", "name")),
        queue=queue,
        name=name,
        rows=rows,
        older=query_url({**kept, "older": rows.older}) if rows.older else "",
        further=further(span, kept),
    )
    return Page(_("Events"), shown, live=request.get_full_path())


@page("events", "events/detail")
def event(request: HttpRequest, access: Access, queue: str, event: str) -> Page:
    """One event: emitted or not, and who waits for it."""
    emitted = queries.one(access, queue, event)
    waiting = queries.waiters(access, queue, event)
    if emitted is None and not waiting:
        raise Http404(_("No such event, or none that you may see"))
    can_emit = emitted is None and policy().may(access, Action.EMIT, queue)
    shown = EventView(
        queue=queue,
        name=event,
        emitted=emitted,
        waiters=waiting,
        can_emit=can_emit,
        woken=queries.woken(access, emitted) if emitted else [],
        lookalikes=[pair for pair in lookalikes(access, queue) if event in pair.names],
        elsewhere=[] if emitted else queries.elsewhere(access, queue, event),
        ignored=ignored(request, access, queue, event, emitted.payload) if emitted else (),
    )
    return Page(event, shown, live=request.get_full_path())
