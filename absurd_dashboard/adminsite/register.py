"""Which models are in Django's admin; for a host's own admin site too."""

from django.contrib.admin import AdminSite

from absurd_dashboard.admin_actions import OperableTaskAdmin
from absurd_dashboard.adminsite.audit import AuditEntryAdmin
from absurd_dashboard.adminsite.checkpoints import CheckpointAdmin
from absurd_dashboard.adminsite.events import EventAdmin, WaitAdmin
from absurd_dashboard.adminsite.runs import RunAdmin
from absurd_dashboard.adminsite.tenancy import MembershipAdmin, TenantAdmin
from absurd_dashboard.models import (
    AuditEntry,
    Checkpoint,
    Event,
    Membership,
    Run,
    Task,
    Tenant,
    Wait,
)


def register(site: AdminSite) -> None:
    """Register tenants, members, the record of actions, and the engine's rows.

    Args:
        site: an admin site; that of ``django.contrib.admin`` unless the setting ``ADMIN`` is off.
    """
    site.register(Tenant, TenantAdmin)
    site.register(Membership, MembershipAdmin)
    site.register(AuditEntry, AuditEntryAdmin)
    site.register(Task, OperableTaskAdmin)
    site.register(Run, RunAdmin)
    site.register(Checkpoint, CheckpointAdmin)
    site.register(Event, EventAdmin)
    site.register(Wait, WaitAdmin)
