"""Tenants and their members in Django's admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

from absurd_dashboard.adminsite.base import ChargeAdmin
from absurd_dashboard.adminsite.charge import charge_of
from absurd_dashboard.adminsite.members import MembershipForm
from absurd_dashboard.models import Membership, Scope, Tenant


class ScopeInline(admin.TabularInline):  # type: ignore[type-arg]
    """What a tenant sees: its admins see it too, but only who is in charge of all decides it."""

    model = Scope
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those in charge of the tenant."""
        return bool(charge_of(request))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only those in charge of everything."""
        return charge_of(request).everything

    has_change_permission = has_delete_permission = has_add_permission


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """A tenant's members: its admins' to choose."""

    model = Membership
    form = MembershipForm
    fields = ("username", "role")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Those of the tenants that the user is in charge of, with their users."""
        return _in_charge(request, super().get_queryset(request), "tenant__").select_related("user")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those in charge of the tenant."""
        return bool(charge_of(request))

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class TenantAdmin(ChargeAdmin):
    """Tenants; for a tenant's admin their own, of which they choose the members."""

    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    inlines = (ScopeInline, MembershipInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        """The tenants that the user is in charge of."""
        return _in_charge(request, super().get_queryset(request), "")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those in charge of the tenant: of its members, see ``get_readonly_fields``."""
        return bool(charge_of(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a tenant is called is for those in charge of everything."""
        return () if charge_of(request).everything else ("slug", "name")

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """None before there is a tenant."""
        return [] if obj is None else super().get_inline_instances(request, obj)


class MembershipAdmin(ChargeAdmin):
    """Who has which role where."""

    form = MembershipForm
    fields = ("tenant", "username", "role")
    list_display = ("user", "tenant", "role")
    list_filter = ("role",)
    list_select_related = ("user", "tenant")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Those of the tenants that the user is in charge of."""
        return _in_charge(request, super().get_queryset(request), "tenant__")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """By username and tenant."""
        return (f"user__{get_user_model().USERNAME_FIELD}", "tenant__slug", "tenant__name")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        """Offer, and accept, only tenants that the user is in charge of."""
        if db_field.name == "tenant":
            given["queryset"] = _in_charge(request, Tenant.objects.all(), "")
        return super().formfield_for_foreignkey(db_field, request, **given)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those in charge of a tenant."""
        return bool(charge_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those in charge of its tenant."""
        return bool(charge_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those in charge of its tenant."""
        return bool(charge_of(request))


def _in_charge(request: HttpRequest, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    """Rows of the tenants that the user is in charge of."""
    charge = charge_of(request)
    return rows if charge.everything else rows.filter(**{f"{path}slug__in": charge.tenants})
