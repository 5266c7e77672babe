"""What the engine's five kinds of rows have in common in Django's admin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import display, ids, tilde
from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.base import ReadOnlyAdmin
from absurd_dashboard.adminsite.charge import (
    ENGINE,
    access_of,
    engine_grants,
    engine_of,
    sight,
)
from absurd_dashboard.adminsite.payloads import begun, redacted
from absurd_dashboard.errors import EngineUnavailable, QueryTimedOut, QueueGone
from absurd_dashboard.instances import Instance, instances
from absurd_dashboard.lineage import uuid
from absurd_dashboard.models.union import EngineModel
from absurd_dashboard.redaction import Redactor

M = TypeVar("M", bound=EngineModel)
_TROUBLE = (EngineUnavailable, QueryTimedOut, QueueGone)
_UNAVAILABLE = "absurd_dashboard/actions/admin_unavailable.html"
_BETWEEN = "."  # tilde encoding leaves none in a part


class KeyedList(ChangeList):
    """A change list whose rows may need more than their primary key to be told apart."""

    model_admin: EngineAdmin[Any]

    def url_for_result(self, result: Any) -> str:
        """The row's page."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        values = (str(getattr(result, name)) for name in self.model_admin.key)
        key = _BETWEEN.join(map(tilde.encode, values))
        address = reverse(page, args=[quote(key)], current_app=self.model_admin.admin_site.name)
        return f"{address}{self.model_admin.query_of(result)}"


class EngineAdmin(ReadOnlyAdmin, Generic[M]):
    """Rows of the queues in sight, newest first, to look at.

    What it reads, templates included, it reads in one snapshot of the engine, as a page does.
    Whatever is filtered by is served by an index, or looked for among the newest rows only.

    Attributes:
        key: the columns that tell a row of a queue from all others.
        listed: the columns that the list shows.
        payloads: the columns that hold JSON, and what they are called.
    """

    key: ClassVar[tuple[str, ...]]
    listed: ClassVar[tuple[str, ...]]
    payloads: ClassVar[dict[str, Any]] = {}
    search_fields = ("queue_name",)  # makes the box; get_search_results says what it does
    sortable_by = ()

    def rows(self, access: Access) -> QuerySet[M]:
        """All of them that are in sight."""
        raise NotImplementedError

    def found(self, rows: QuerySet[M], text: str) -> QuerySet[M]:
        """Those that a search finds."""
        raise NotImplementedError

    def redactor(self, access: Access, row: M) -> Redactor:
        """What to hide in the payloads of a row: what is hidden in its task's."""
        task_id: UUID = vars(row)["task_id"]
        tasks = access.tasks([row.queue_name]).filter(task_id=task_id)
        return access.redactor(tasks.values_list("task_name", flat=True).first() or "")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever the policy lets see the engine's rows here."""
        return bool(engine_grants(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same; a row at hand is one in sight."""
        return bool(engine_grants(request))

    def query_of(self, row: M) -> str:
        """The end of an address about a row's engine; empty where there is only one."""
        return _query(next(each for each in instances().values() if each.alias == row._state.db))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """A list that knows the keys of its rows."""
        return KeyedList

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Rows in sight, without their payloads; none outside of the views below."""
        access = access_of(request)
        if access is None:
            empty: QuerySet[M] = self.model._default_manager.none()
            return empty
        return self.rows(access).only("queue_name", *self.listed)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M | None:
        """One row in sight, with the beginnings of its payloads, redacted."""
        access, meant = access_of(request), _meant(self.key, object_id)
        if access is None or meant is None:
            return None
        rows = self.rows(access).filter(**meant)
        row: M | None = rows.annotate(**begun(self.payloads)).defer(*self.payloads).first()
        return row and redacted(self.redactor(access, row), row, self.payloads)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the box is searched for; PostgreSQL's text holds no NUL."""
        text = search_term.strip().replace("\x00", "")
        return self.found(queryset, text) if text else queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, rendered while the engine is open."""
        view = super().changelist_view
        return self._seen(request, lambda: view(request, extra_context))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """One row, rendered while the engine is open."""
        view = super().changeform_view
        return self._seen(request, lambda: view(request, object_id, form_url, extra_context))

    def _seen(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        def seen() -> HttpResponse:
            with sight(request):
                response = view()
                return response.render() if isinstance(response, TemplateResponse) else response

        # Without a grant the view itself refuses.
        return self.told(request, seen) if engine_grants(request) else view()

    def told(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        """What a view answers, or what is wrong with the engine."""
        try:
            return view()
        except _TROUBLE as error:
            return self._unavailable(request, error)

    def _unavailable(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """Say what is wrong with the engine, in the admin's frame."""
        said, remedy = str(_("This took too long, or its queue has gone.")), ""
        if isinstance(error, EngineUnavailable):
            said, remedy = str(_(error.title)), str(_(error.remedy))
        site, down = self.admin_site, engine_of(request)
        messages.error(request, f"{said} ({down.name})" if down.name else said)
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        listed = reverse(page, current_app=site.name)
        others = [
            (each.name, f"{listed}{_query(each)}") for each in instances().values() if each != down
        ]
        title = self.opts.verbose_name_plural
        context = {"title": title, "remedy": remedy, "others": others}
        return TemplateResponse(
            request, _UNAVAILABLE, {**site.each_context(request), **context}, status=503
        )

    @admin.display(description=_("task"))
    def task_link(self, row: Any) -> str:
        """A row's task, which leads to its page."""
        site = self.admin_site.name
        page = reverse("admin:absurd_dashboard_task_change", args=[row.task_id], current_app=site)
        return format_html('<a href="{}{}">{}</a>', page, self.query_of(row), row.task_id)


def _query(instance: Instance) -> str:
    return f"?{urlencode({ENGINE: instance.name})}" if instance.name else ""


def whole(text: str) -> UUID | None:
    """An id that somebody searches for, if it is a whole one."""
    meant = ids.parse(text)
    return meant.first if meant and meant.first == meant.last else None


def named(text: str) -> str:
    """A name as a list shows it: not too long, and nothing in it that deceives."""
    return display.name(text)


def _meant(key: Sequence[str], object_id: str) -> dict[str, Any] | None:
    """The values of a key's columns; None for what is no row's key."""
    try:
        parts = list(map(tilde.decode, object_id.split(_BETWEEN)))
    except ValueError:
        return None
    if len(parts) != len(key) or any("\x00" in part for part in parts):
        return None
    found = {
        name: uuid(text) if name.endswith("_id") else text
        for name, text in zip(key, parts, strict=True)
    }
    return None if None in found.values() else found
