"""Which models are in Django's admin; for a host's own admin site too."""

from django.contrib.admin import AdminSite

from absurd_dashboard.admin_actions import OperableTaskAdmin
from absurd_dashboard.adminsite.audit import AuditEntryAdmin
from absurd_dashboard.adminsite.tenancy import MembershipAdmin, TenantAdmin
from absurd_dashboard.models import AuditEntry, Membership, Task, Tenant


def register(site: AdminSite) -> None:
    """Register tenants, members, the record of actions, and tasks.

    Args:
        site: an admin site; that of ``django.contrib.admin`` unless the setting ``ADMIN`` is off.
    """
    site.register(Tenant, TenantAdmin)
    site.register(Membership, MembershipAdmin)
    site.register(AuditEntry, AuditEntryAdmin)
    site.register(Task, OperableTaskAdmin)
