"""Everything that one can go to from anywhere, matched by a few letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models.functions import Left
from django.utils.translation import gettext as _

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.links import Links
from absurd_dashboard.palette_actions import Place, actions
from absurd_dashboard.policy import Action
from absurd_dashboard.queries import saved_views
from absurd_dashboard.queries.tasks import page as task_page
from absurd_dashboard.search.grammar import term_text
from absurd_dashboard.search.lifting import term_of
from absurd_dashboard.search.sources import LONGEST
from absurd_dashboard.states import state_of

#: Matches of one kind that are shown.
MOST = 6
# The newest tasks among which names are looked for.
_NEWEST = 500


@dataclass(frozen=True, slots=True)
class Match:
    """Something to go to.

    Attributes:
        icon: id of its shape in icons.svg.
        hint: what tells it from others of its name.
        state: name of the state in whose colour the shape is drawn, or empty.
    """

    label: str
    url: str
    icon: str
    hint: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Matches of one kind, under their heading."""

    title: str
    matches: tuple[Match, ...]


def groups(access: Access, user: Any, links: Links, typed: str, place: Place) -> tuple[Group, ...]:
    """What a few letters may mean, at most :data:`MOST` of each kind.

    Args:
        access: what the viewer may see and do.
        user: whose views are meant.
        links: where pages are.
        typed: the letters; nothing offers the actions valid here, the pages and recent tasks.
        place: the page where it was asked.
    """
    found = (
        Group(_("Here"), tuple(_matching(_here(access, links, place), typed))),
        Group(_("Tasks"), tuple(islice(_tasks(access, links, typed), MOST))),
        Group(_("Pages"), tuple(_matching(_pages(access, links), typed))),
        Group(_("Saved views"), tuple(_matching(_views(access, user, links), typed))),
        Group(_("Queues"), tuple(_matching(_queues(access, links), typed))),
        Group(_("Search"), tuple(_search(links, typed))),
    )
    return tuple(group for group in found if group.matches)


def _matching(matches: Iterable[Match], typed: str) -> Iterator[Match]:
    """Those whose label contains the letters; those that begin with them come first."""
    small = typed.lower()
    holding = [match for match in matches if small in match.label.lower()]
    holding.sort(key=lambda match: not match.label.lower().startswith(small))
    return islice(holding, MOST if typed else None)


def _here(access: Access, links: Links, place: Place) -> Iterator[Match]:
    for label, url, icon in actions(access, links, place):
        yield Match(label, url, icon)


def _pages(access: Access, links: Links) -> Iterator[Match]:
    sections = [
        (_("Overview"), "overview"),
        (_("Tasks"), "tasks"),
        (_("Failures"), "failures"),
        (_("Workflows"), "workflows"),
        (_("Queues"), "queues"),
        (_("Events"), "events"),
        (_("Workers"), "workers"),
        (_("Bulk operations"), "bulk"),
        (_("Saved views"), "views"),
    ]
    for label, name in sections:
        yield Match(label, links.to(name), name)
    doors = [
        (Action.AUDIT, _("Audit"), "audit", "audit"),
        (Action.SPAWN, _("Spawn a task"), "spawn", "tasks"),
        (Action.EMIT, _("Emit an event"), "emit_any", "events"),
        (Action.QUEUES, _("Create a queue"), "queue_create", "queues"),
    ]
    for action, label, name, icon in doors:
        if action in access.actions:
            yield Match(label, links.to(name), icon)


def _queues(access: Access, links: Links) -> Iterator[Match]:
    return (Match(name, links.to("queue", name), "queues") for name in access.queue_names)


def _views(access: Access, user: Any, links: Links) -> Iterator[Match]:
    for view in saved_views.in_sight(access, user)[: saved_views.LISTED]:
        yield Match(view.name, links.to("view", view.pk), "views")


def _tasks(access: Access, links: Links, typed: str) -> Iterator[Match]:
    """Tasks with an id that begins so, or the newest with a name that holds the letters."""
    if ids.parse(typed) is not None:
        for row in task_page(access, TaskFilter(id=typed)).rows:
            yield _task(links, row.task_id, row.name, row.state)
        return
    newest = access.tasks().order_by("-task_id")
    rows = newest.values_list("task_id", Left("task_name", LONGEST), "state")
    small = typed.lower()
    for task_id, name, state in rows[: _NEWEST if typed else MOST]:
        if small in name.lower():
            yield _task(links, task_id, name, state)


def _task(links: Links, task_id: UUID, name: str, state: str) -> Match:
    tone = state_of(state).tone
    return Match(name, links.to("task", task_id), tone, str(task_id), tone)


def _search(links: Links, typed: str) -> Iterator[Match]:
    if typed:
        label = _("Search tasks for %(query)s") % {"query": typed}
        yield Match(label, links.to("tasks", q=typed), "search")
        places = {
            "params": _("Look for %(query)s in params"),
            "error": _("Look for %(query)s in errors"),
        }
        for key, label in places.items():
            query = term_text(term_of(key, typed))
            yield Match(label % {"query": typed}, links.to("tasks", q=query), "search")
