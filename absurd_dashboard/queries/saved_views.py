"""Saved views, as far as somebody may see them: their own, and those shared with their tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from absurd_dashboard.access import Access
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models import SavedView

#: Views that a list shows, and that stand in a sidebar.
LISTED, PINNED = 200, 10
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a view to be.

    Attributes:
        query: the list's query string, as :meth:`TaskFilter.query` writes it.
    """

    name: str
    query: str
    shared: bool
    pinned: bool


def in_sight(access: Access, user: Any) -> QuerySet[SavedView]:
    """The views that a user sees where they are; by name."""
    shared = Q(shared=True)
    if access.tenant is not None:
        shared &= Q(tenant=access.tenant)
    own = Q(owner=user, tenant=access.tenant or "")
    return SavedView.objects.filter(own | shared, instance=access.instance)


def find(access: Access, user: Any, view_id: UUID) -> SavedView | None:
    """One view; None when it is out of sight or nowhere."""
    return in_sight(access, user).filter(pk=view_id).first()


def filter_of(query: str) -> TaskFilter:
    """What a kept query shows."""
    return TaskFilter.from_query(QueryDict(query))


def kept_query(query: str) -> str:
    """A list's query string without the page, in the form in which views keep it."""
    return filter_of(query).but()


def create(access: Access, user: Any, wish: Wish) -> SavedView:
    """Keep a view."""
    return SavedView.objects.create(
        owner=user,
        owner_name=user.get_username(),
        tenant=access.tenant or "",
        instance=access.instance,
        name=wish.name,
        query=wish.query,
        shared=wish.shared,
        pinned=wish.pinned,
    )


def change(view: SavedView, wish: Wish) -> None:
    """Change a view."""
    view.name, view.query = wish.name, wish.query
    view.shared, view.pinned = wish.shared, wish.pinned
    view.save(update_fields=["name", "query", "shared", "pinned", "updated_at"])
