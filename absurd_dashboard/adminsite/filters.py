"""Filters of the task list in Django's admin; none asks the database for its choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.adminsite.charge import access_of
from absurd_dashboard.states import STATES
from absurd_dashboard.windows import WINDOWS, window

_DEFAULT = "7d"


class StateFilter(admin.SimpleListFilter):
    """By state."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The engine's states."""
        return [(name, state.label) for name, state in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tasks in it."""
        return queryset.filter(state=self.value()) if self.value() else queryset


class QueueFilter(admin.SimpleListFilter):
    """By queue."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The queues in sight, which are known already."""
        access = access_of(request)
        return [(name, name) for name in access.queue_names] if access else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tasks of it; the other queues drop out of the plan."""
        return queryset.filter(queue_name=self.value()) if self.value() else queryset


class WindowFilter(admin.SimpleListFilter):
    """By when tasks were spawned: the one filter that an index serves, so it is never absent."""

    title = _("spawned")
    parameter_name = "window"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The dashboard's windows."""
        return [(each.key, each.label) for each in WINDOWS]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Each of them; there is no "All" beside the whole history."""
        chosen = window(self.value(), _DEFAULT).key
        for key, label in self.lookup_choices:
            link = changelist.get_query_string({self.parameter_name: key})
            yield {"selected": key == chosen, "query_string": link, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tasks spawned in it."""
        access = access_of(request)
        since = window(self.value(), _DEFAULT).since(access.now) if access else None
        return queryset if since is None else queryset.filter(task_id__gte=ids.floor(since))
