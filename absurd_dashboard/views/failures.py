"""Failures by cause, one cause, and the plain list of tasks that failed for good."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from absurd_core.errors import InvalidArgument
from absurd_dashboard import twins
from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, query_url, window_choices
from absurd_dashboard.gate import Outcome, Result, Target, act
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, access_to, answered, page, refused
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.queries import failure_groups as causes
from absurd_dashboard.queries.failure_notes import LONGEST, MUTES, Wish, write
from absurd_dashboard.queries.failures import DEPTHS, FailureCursor, FailurePage
from absurd_dashboard.queries.failures import page as failure_page
from absurd_dashboard.windows import WINDOWS, Window, window

_WHOLE_HISTORY = WINDOWS[-1]
_GONE = gettext_noop("No such cause of failures, or none that you may see")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class FailureList:
    """What the plain list shows.

    Attributes:
        depth: failed attempts that were looked at per queue.
        hurried: whether these are fewer than usual, for want of time.
    """

    span: Window
    windows: tuple[Choice, ...]
    views: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    queue: str
    name: str
    rows: FailurePage
    older: str
    further: Choice | None
    depth: int
    hurried: bool


@dataclass(frozen=True, slots=True)
class CauseList:
    """What the page of causes shows.

    Attributes:
        views: by cause or one by one, and final attempts or all.
        rest: attempts in causes that are not shown.
        more: causes that are not shown.
        depth: failed attempts that were looked at per queue.
        hurried: whether these are fewer than usual, for want of time.
    """

    span: Window
    windows: tuple[Choice, ...]
    views: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    rows: tuple[causes.Group, ...]
    slot: timedelta
    more: int
    rest: int
    every: bool
    further: Choice | None
    depth: int
    hurried: bool


@dataclass(frozen=True, slots=True)
class CauseView:
    """One cause; ``group`` is of the window, or of the whole history when that is empty.

    Attributes:
        within: whether anything failed of it in the window.
        retryable: whether tasks failed of it for good in the window, which the viewer may retry.
        can_triage: whether the viewer may acknowledge and mute it.
        depth: failed attempts that were looked at per queue.
        hurried: whether these are fewer than usual, for want of time.
    """

    group: causes.Group
    within: bool
    span: Window
    windows: tuple[Choice, ...]
    views: tuple[Choice, ...]
    slot: timedelta
    rows: FailurePage
    older: str
    further: Choice | None
    every: bool
    can_triage: bool
    retryable: bool
    depth: int
    hurried: bool


def failures(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Failures by cause, or one by one with ``view=list``."""
    shown = one_by_one if request.GET.get("view") == "list" else by_cause
    return shown(request, **kwargs)


@page("failures", "failures/groups", shared=True)
def by_cause(request: HttpRequest, access: Access) -> Page:
    """Failures of the window by cause."""
    span, every = window(request.GET.get("window"), "24h"), _every(request)
    queue, name = _text(request, "queue"), _text(request, "name")
    found = causes.groups(access, span, queue=queue, name=name, every=every)
    kept = _kept(span, every, queue=queue, name=name)
    shown = CauseList(
        span=span,
        windows=window_choices(span, kept),
        views=_views(kept, "all" if every else "final"),
        chips=chips(kept, ("queue", "name")),
        rows=found.rows,
        slot=found.slot,
        more=found.more,
        rest=found.rest,
        every=every,
        further=further(span, kept),
        depth=found.depth,
        hurried=found.depth < causes.DEPTHS[0],
    )
    return Page(_("Failures"), shown, live=request.get_full_path())


@page("failures", "failures/list", shared=True)
def one_by_one(request: HttpRequest, access: Access) -> Page:
    """Terminally failed tasks, newest first."""
    span = window(request.GET.get("window"), "24h")
    queue, name = _text(request, "queue"), _text(request, "name")
    before = FailureCursor.parse(request.GET.get("older"))
    rows = failure_page(access, span, queue=queue, name=name, before=before)
    kept = {"view": "list", **_kept(span, every=False, queue=queue, name=name)}
    shown = FailureList(
        span=span,
        windows=window_choices(span, kept),
        views=_views(kept, "list"),
        chips=chips(kept, ("queue", "name")),
        queue=queue,
        name=name,
        rows=rows,
        older=query_url({**kept, "older": rows.older.text()}) if rows.older else "",
        further=further(span, kept),
        depth=rows.depth,
        hurried=rows.depth < DEPTHS[0],
    )
    return Page(_("Failures"), shown, live=request.get_full_path())


@page("failures", "failures/detail", shared=True)
def cause(request: HttpRequest, access: Access, fingerprint: str) -> Page:
    """One cause: its example, its tasks, and what is noted of it."""
    span, every = window(request.GET.get("window"), "24h"), _every(request)
    found = causes.one(access, fingerprint, span, every=every)
    within = found is not None
    if found is None:
        found = _anywhere(access, fingerprint)
    before = FailureCursor.parse(request.GET.get("older"))
    depths = [each for each in causes.DEPTHS if each <= found.depth]
    rows = failure_page(access, span, before=before, every=every, alike=found.alike, depths=depths)
    kept = _kept(span, every)
    shown = CauseView(
        group=found.group,
        within=within,
        span=span,
        windows=window_choices(span, kept),
        views=_views(kept, "all" if every else "final")[:2],
        slot=found.slot,
        rows=rows,
        older=query_url({**kept, "older": rows.older.text()}) if rows.older else "",
        further=further(span, kept),
        every=every,
        can_triage=policy().may(access, Action.TRIAGE),
        retryable=within and found.group.tasks.value > 0 and policy().may(access, Action.BULK),
        depth=rows.depth,
        hurried=rows.depth < causes.DEPTHS[0],
    )
    return Page(_title(found.group.example), shown, live=request.get_full_path())


@transaction.non_atomic_requests
def triage(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Acknowledge a cause, mute it for a while, or note something."""
    return answered(request, _triaged, methods=("POST",), section="failures", kwargs=kwargs)


def _triaged(request: HttpRequest, fingerprint: str, tenant: str | None = None) -> HttpResponseBase:
    with access_to(request, tenant) as access:
        _anywhere(access, fingerprint)
    wish, username = _wish(request), request.user.get_username()
    asked = {"fingerprint": fingerprint, "acknowledged": wish.acknowledged,
             "mute": request.POST.get("mute", "")}  # fmt: skip

    def do() -> Outcome:
        return Outcome(Result.DONE, write(access, fingerprint, wish, username))

    outcome = act(request, access, Action.TRIAGE, Target(""), do, asked)
    address = Links.of(request).to("failure", fingerprint)
    status = 200 if outcome.result is Result.DONE else 403
    if twins.wanted(request):
        return twins.response(outcome, status=status)
    if status != 200:
        return refused(request, "failures", status, outcome.detail, href=address)
    messages.success(request, outcome.detail)
    return redirect(address)


def _wish(request: HttpRequest) -> Wish:
    mute, text = request.POST.get("mute", ""), request.POST.get("note", "").replace("\x00", "")
    if mute not in {"", "off", *MUTES}:
        said = _("is none of {words}").format(words=", ".join(["off", *MUTES]))
        raise InvalidArgument(argument="mute", problem=said)
    if len(text) > LONGEST:
        said = _("is longer than {n} characters").format(n=f"{LONGEST:,}")
        raise InvalidArgument(argument="note", problem=said)
    return Wish(request.POST.get("acknowledged") == "1", text, MUTES.get(mute), mute == "off")


def _anywhere(access: Access, fingerprint: str) -> causes.Found:
    """The cause in the whole history, final or not."""
    found = None
    if _FINGERPRINT.fullmatch(fingerprint):
        found = causes.one(access, fingerprint, _WHOLE_HISTORY, every=True)
    if found is None:
        raise Http404(_(_GONE))
    return found


def _every(request: HttpRequest) -> bool:
    return request.GET.get("attempts") == "all"


def _text(request: HttpRequest, key: str) -> str:
    return request.GET.get(key, "").replace("\x00", "")[:500]


def _kept(span: Window, every: bool, **more: str) -> dict[str, str]:
    return {"window": span.key, "attempts": "all" if every else "", **more}


def _views(kept: dict[str, str], current: str) -> tuple[Choice, ...]:
    """The ways to look at failures."""
    ways = {
        "final": (_("Failed for good"), {"view": "", "attempts": ""}),
        "all": (_("All failed attempts"), {"view": "", "attempts": "all"}),
        "list": (_("One by one"), {"view": "list", "attempts": ""}),
    }
    return tuple(
        Choice(label, query_url({**kept, **change}), key == current)
        for key, (label, change) in ways.items()
    )


def _title(example: causes.Example | None) -> str:
    if example is None:
        return _("A cause of failures")
    message = (example.error_message or "").split("\n", 1)[0]
    return example.error_name or message[:80] or _("No reason given")
