"""Tasks in Django's admin: all queues in sight, newest first, to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.adminsite.base import ReadOnlyAdmin
from absurd_dashboard.adminsite.charge import access_of, charge_of, sight
from absurd_dashboard.adminsite.filters import QueueFilter, StateFilter, WindowFilter
from absurd_dashboard.adminsite.payloads import PAYLOADS, begun, redacted, shown
from absurd_dashboard.errors import EngineUnavailable, QueryTimedOut, QueueGone
from absurd_dashboard.models import Task

_LISTED = ("queue_name", "task_id", "task_name", "state", "attempts", "enqueue_at")
_TROUBLE = (EngineUnavailable, QueryTimedOut, QueueGone)


class TaskAdmin(ReadOnlyAdmin):
    """Tasks of the queues that the user is in charge of.

    What it reads, templates included, it reads in one snapshot of the engine, as a page does.
    """

    list_display = ("task_id", "task_name", "queue_name", "state", "attempts", "enqueue_at")
    list_filter = (StateFilter, QueueFilter, WindowFilter)
    search_fields = ("task_name",)  # makes the box; get_search_results says what it does
    search_help_text = _("A task's id, the first digits of one, or how its name begins")
    ordering = ("-task_id",)
    sortable_by = ()
    fields: ClassVar[Any] = (
        *("task_id", "task_name", "queue_name", "state", "attempts", "max_attempts"),
        *("enqueue_at", "first_started_at", "cancelled_at", "idempotency_key"),
        *map(shown, PAYLOADS),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Tasks in sight, without their payloads; none outside of the views below."""
        access = access_of(request)
        return access.tasks().only(*_LISTED) if access else Task.objects.none()

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Task | None:
        """One task in sight, with the beginnings of its payloads, redacted."""
        access, meant = access_of(request), ids.parse(object_id)
        if access is None or meant is None or meant.first != meant.last:
            return None
        rows = access.tasks().filter(task_id=meant.first).annotate(**begun()).defer(*PAYLOADS)
        task = rows.first()
        return task and redacted(access, task)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By id, or by how a name begins."""
        meant = ids.parse(search_term)
        if meant:
            found = queryset.filter(task_id__gte=meant.first, task_id__lte=meant.last)
            if found.exists():
                return found, False
        return queryset.filter(task_name__startswith=search_term), False

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
        """One task, rendered while the engine is open."""
        view = super().changeform_view
        return self._seen(request, lambda: view(request, object_id, form_url, extra_context))

    def _seen(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if not charge_of(request):
            return view()  # which refuses
        try:
            with sight(request):
                response = view()
                return response.render() if isinstance(response, TemplateResponse) else response
        except _TROUBLE as error:
            return self._unavailable(request, error)

    def _unavailable(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """Say what is wrong with the engine, in the admin's frame."""
        said = _("This took too long, or its queue has gone.")
        messages.error(request, error.title if isinstance(error, EngineUnavailable) else str(said))
        context = {**self.admin_site.each_context(request), "title": _("Tasks")}
        return TemplateResponse(request, "admin/base_site.html", context, status=503)
