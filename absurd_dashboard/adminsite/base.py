"""What every model of the dashboard has in common in Django's admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from absurd_dashboard.adminsite.charge import charge_of
from absurd_dashboard.adminsite.paging import CappedPaginator


class ChargeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown to those who are in charge of something; changed by those in charge of everything.

    Django's model permissions count for nothing here: the dashboard's policy decides.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the app is listed."""
        return bool(charge_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Querysets are limited to what the user is in charge of, so a row at hand is."""
        return bool(charge_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only those in charge of everything."""
        return charge_of(request).everything

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only those in charge of everything."""
        return charge_of(request).everything

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only those in charge of everything."""
        return charge_of(request).everything


class ReadOnlyAdmin(ChargeAdmin):
    """Rows that nobody changes here."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """No filters but those offered: others could search what is hidden, or scan tables."""
        return lookup in {getattr(each, "parameter_name", None) for each in self.list_filter}
