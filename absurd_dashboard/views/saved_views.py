"""Saved views: the list, the sidebar's share of it, and the way to what one shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.display import Count
from absurd_dashboard.links import Links
from absurd_dashboard.models import SavedView
from absurd_dashboard.pages import Page, page
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.queries import saved_views
from absurd_dashboard.queries.counting import remembered
from absurd_dashboard.views.task_list import missing_queues

# All pinned views are counted for so long at most, and each as long as a list is searched.
_BUDGET = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A saved view in a list.

    Attributes:
        text: its query, as it stands in the search box.
        missing: queues that it names and that are not in sight.
        mine: whether it is the viewer's own.
        changeable: whether the viewer may change it.
        count: how many tasks it shows; None where nobody asked.
    """

    id: UUID
    name: str
    text: str
    window: str
    missing: tuple[str, ...]
    shared: bool
    pinned: bool
    owner: str
    mine: bool
    changeable: bool
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class SavedViews:
    """Saved views, by name."""

    views: tuple[Row, ...]


@page("views", "saved_views/list")
def views(request: HttpRequest, access: Access) -> Page:
    """The views that the viewer sees, by name."""
    found = saved_views.in_sight(access, request.user)[: saved_views.LISTED]
    rows = tuple(_row(request, access, view) for view in found)
    return Page(_("Saved views"), SavedViews(rows))


@page("views", "saved_views/pinned")
def pinned(request: HttpRequest, access: Access) -> Page:
    """The pinned ones with their counts, for the sidebar."""
    found = saved_views.in_sight(access, request.user).filter(pinned=True)
    rows, until = [], monotonic() + _BUDGET.total_seconds()
    for view in found[: saved_views.PINNED]:
        left = timedelta(seconds=max(0.0, until - monotonic()))
        budget = min(left, dashboard_settings().search_budget)
        shown = remembered(access, saved_views.filter_of(view.query), budget)
        rows.append(_row(request, access, view, shown))
    return Page(_("Pinned views"), SavedViews(tuple(rows)))


@page("views", "saved_views/list")
def view(request: HttpRequest, access: Access, view_id: UUID) -> HttpResponseBase:
    """A view's own address leads to what it shows."""
    found = saved_views.find(access, request.user, view_id)
    if found is None:
        raise Http404(_("No saved view with this id, or none that you may see"))
    return redirect(f"{Links.of(request).to('tasks')}?{found.query}")


def _row(request: HttpRequest, access: Access, view: SavedView, found: Count | None = None) -> Row:
    chosen, mine = saved_views.filter_of(view.query), view.owner_id == request.user.pk
    return Row(
        id=view.pk,
        name=view.name,
        text=chosen.text,
        window=str(chosen.span.label) if chosen.windowed else "",
        missing=missing_queues(access, chosen),
        shared=view.shared,
        pinned=view.pinned,
        owner=view.owner_name,
        mine=mine,
        changeable=policy().may(access, Action.SHARE) if view.shared else mine,
        count=found,
    )
