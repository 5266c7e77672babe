"""Going anywhere: the page behind the command palette, which works without it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, page
from absurd_dashboard.palette import Group, groups
from absurd_dashboard.palette_actions import Place
from absurd_dashboard.queries.tasks import locate

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Palette:
    """What was typed, and what it may mean."""

    typed: str
    came_from: str
    groups: tuple[Group, ...]


@page("", "go")
def go(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """What the letters in ``q`` may mean; a whole id leads straight to its page.

    ``from`` is the path of the page where it was asked: its actions are offered.
    """
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    came_from = request.GET.get("from", "").replace("\x00", "")[:2_000]
    links, meant = Links.of(request), ids.parse(typed)
    listed = "HX-Request" in request.headers  # by the palette, which lists a task by its id too
    task = None
    if meant is not None and meant.first == meant.last and not listed:
        task = locate(access, meant.first)
    if task is not None:
        return redirect(links.to("task", task))
    found = groups(access, request.user, links, typed, Place.of(came_from))
    return Page(_("Go to"), Palette(typed, came_from, found))
