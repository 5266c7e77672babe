"""Access by permissions on each tenant, as django-guardian keeps them for users and groups."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from guardian.shortcuts import get_objects_for_user, get_perms

from absurd_dashboard.models import Role, Tenant
from absurd_dashboard.policy import Policy

#: The permission on a tenant that makes somebody this; the strongest first.
ROLE_PERMISSIONS = {
    Role.ADMIN: "administer_tenant",
    Role.OPERATOR: "operate_tenant",
    Role.VIEWER: "view_tenant",
}


class GuardianPolicy(Policy):
    """Tenants and their scopes as ever, but roles come from django-guardian, not memberships.

    To use it, install django-guardian as its documentation says (the app, the authentication
    backend, its migrations), and::

        ABSURD_DASHBOARD = {"POLICY": "absurd_dashboard.policies.guardian.GuardianPolicy"}

    Then assign ``view_tenant``, ``operate_tenant`` or ``administer_tenant`` on a tenant::

        assign_perm("absurd_dashboard.operate_tenant", group, tenant)

    The stronger one includes the weaker. Permissions on all tenants at once (Django's own, without
    an object) count for none, so nobody sees a new tenant by accident; superusers see everything.
    ``reveal_payload`` stays a permission of its own. Memberships grant nothing.
    """

    def tenants(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """The tenants on which the user has any of the permissions."""
        found = get_objects_for_user(
            request.user,
            [*ROLE_PERMISSIONS.values()],
            Tenant.objects.order_by("name"),
            any_perm=True,
            accept_global_perms=False,
        )
        return list(found.values_list("slug", "name"))

    def role(self, request: HttpRequest, tenant: str) -> Role | None:
        """The strongest role that the user's permissions on the tenant make."""
        found = Tenant.objects.filter(slug=tenant).first()
        names = set(get_perms(request.user, found)) if found else set()
        return next((role for role, name in ROLE_PERMISSIONS.items() if name in names), None)
