"""Filters of the engine's rows in Django's admin; none asks the database for its choices.

A list narrows by queue and by time first, which is what indexes serve. What no index serves is
looked for among the newest rows of what is left, so no filter reads a whole table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.adminsite.charge import ENGINE, access_of, engine_of
from absurd_dashboard.instances import instances
from absurd_dashboard.states import STATES
from absurd_dashboard.windows import WINDOWS, window

#: Rows among which is looked for what no index serves.
DEPTH = 20_000
_DEFAULT = "7d"


def newest(rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    """The newest :data:`DEPTH` of the rows.

    Args:
        rows: narrowed by nothing but what indexes serve.
        column: an indexed one that grows with time.
    """
    ends = rows.order_by(f"-{column}").values_list(column, flat=True)[DEPTH - 1 : DEPTH]
    for oldest in ends:
        return rows.filter(**{f"{column}__gte": oldest})
    return rows


class EngineFilter(admin.SimpleListFilter):
    """Which engine is read, where there are several; see :func:`engine_of`, which heeds it."""

    title = _("engine")
    parameter_name = ENGINE

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.chosen = engine_of(request).name

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """All of them; what is in sight there is another matter."""
        known = instances()
        return [(name, name) for name in known] if len(known) > 1 else []

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Each of them, whose queues are others: one is always read, and never all."""
        for name, label in self.lookup_choices:
            link = changelist.get_query_string({ENGINE: name}, [QueueFilter.parameter_name])
            yield {"selected": name == self.chosen, "query_string": link, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What is read there already."""
        return queryset


class QueueFilter(admin.SimpleListFilter):
    """By queue."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The queues in sight, which are known already."""
        access = access_of(request)
        return [(name, name) for name in access.queue_names] if access else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of it; the other queues drop out of the plan."""
        return queryset.filter(queue_name=self.value()) if self.value() else queryset


class WindowFilter(admin.SimpleListFilter):
    """By when tasks were spawned; never absent, as an index serves it."""

    title = _("spawned")
    parameter_name = "window"
    column: ClassVar[str] = "task_id"

    def bound(self, since: datetime) -> Any:
        """The least that the column is in the window."""
        return ids.floor(since)

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
        """Rows in it."""
        access = access_of(request)
        since = window(self.value(), _DEFAULT).since(access.now) if access else None
        return queryset.filter(**{f"{self.column}__gte": self.bound(since)}) if since else queryset


class RunWindowFilter(WindowFilter):
    """By when attempts were made."""

    title = _("made")
    column = "run_id"


class EventWindowFilter(WindowFilter):
    """By when events were emitted."""

    title = _("emitted")
    column = "emitted_at"

    def bound(self, since: datetime) -> datetime:
        """The moment itself."""
        return since


class StateFilter(admin.SimpleListFilter):
    """By state, among the newest tasks; after the filters that indexes serve."""

    title = _("state")
    parameter_name = "state"
    column: ClassVar[str] = "task_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The engine's states."""
        return [(name, state.label) for name, state in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows in it."""
        if not self.value():
            return queryset
        return newest(queryset, self.column).filter(state=self.value())


class RunStateFilter(StateFilter):
    """By state, among the newest attempts."""

    column = "run_id"
