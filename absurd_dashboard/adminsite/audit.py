"""The record of actions in Django's admin: who did what in a tenant's name, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.adminsite.base import ReadOnlyAdmin
from absurd_dashboard.adminsite.charge import charge_of
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models import AuditEntry, AuditOutcome
from absurd_dashboard.policy import policy
from absurd_dashboard.queries.audit import arguments_text
from absurd_dashboard.redaction import Redactor

UNKNOWN = "unknown"


class ResultFilter(admin.SimpleListFilter):
    """By how it ended."""

    title = _("outcome")
    parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The ways an attempt can end, and not having ended."""
        return [*AuditOutcome.Result.choices, (UNKNOWN, _("outcome unknown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that ended so."""
        if self.value() == UNKNOWN:
            return queryset.filter(outcome__isnull=True)
        return queryset.filter(outcome__result=self.value()) if self.value() else queryset


class AuditEntryAdmin(ReadOnlyAdmin):
    """Attempts at actions, newest first; what was asked for is redacted as on the audit page."""

    list_display = ("at", "username", "tenant", "action", "queue", "target", "outcome_shown")
    list_display_links = ("at",)
    list_select_related = ("outcome",)
    list_filter = (ResultFilter,)
    search_fields = ("username",)
    search_help_text = _("A username, or a task's id or the first digits of one")
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("at", "username", "tenant", "action", "instance", "queue", "task_id", "event"),
        *("asked", "request_id", "address", "outcome_shown", "detail", "new_task"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """What was done in the name of the tenants that the user is in charge of."""
        charge, rows = charge_of(request), super().get_queryset(request)
        return rows if charge.everything else rows.filter(tenant__in=charge.tenants)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By exact username or by id, which are the searches that stay quick."""
        if not search_term:
            return queryset, False
        meant, found = ids.parse(search_term), Q(username=search_term)
        if meant:
            found |= Q(task_id__gte=meant.first, task_id__lte=meant.last)
        return queryset.filter(found), False

    @admin.display(description=_("target"))
    def target(self, entry: AuditEntry) -> str:
        """The task or the event."""
        return str(entry.task_id or entry.event)

    @admin.display(description=_("asked for"))
    def asked(self, entry: AuditEntry) -> str:
        """The arguments as JSON, without what is hidden from everybody in that tenant."""
        return arguments_text(_redactor(entry.tenant), entry.arguments) if entry.arguments else ""

    @admin.display(description=_("outcome"))
    def outcome_shown(self, entry: AuditEntry) -> Any:
        """How it ended; an attempt without an outcome may have been made or not."""
        found = getattr(entry, "outcome", None)
        return found.get_result_display() if found else _("outcome unknown")

    @admin.display(description=_("what the engine did"))
    def detail(self, entry: AuditEntry) -> str:
        """In words."""
        found = getattr(entry, "outcome", None)
        return found.detail if found else ""

    @admin.display(description=_("new task"))
    def new_task(self, entry: AuditEntry) -> str:
        """The task that the action made."""
        found = getattr(entry, "outcome", None)
        return str(found.new_task_id or "") if found else ""


def _redactor(tenant: str) -> Redactor:
    """Every rule that counts in a tenant; the engine need not answer for that."""
    alias, now = dashboard_settings().database, datetime.now(UTC)
    access = Access(alias, now, version="", scopes=(), tenant=tenant or None)
    return Redactor(tuple(policy().redactions(access)))
