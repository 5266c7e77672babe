"""Who sees what: tenants, the queues in their sight, and their members' roles."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member may do; each includes the ones before it."""

    VIEWER = "viewer", _("Viewer: look")
    OPERATOR = "operator", _("Operator: also retry, run again, cancel, emit")
    ADMIN = "admin", _("Admin: also queues, spawn, members, audit")


class Tenant(models.Model):
    """A team or a customer with a view of its own.

    Attributes:
        slug: its name in URLs.
        name: its name for people.
    """

    slug = models.CharField(max_length=50, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("name",)
        # For policies with permissions on each tenant; ``view_tenant`` is Django's own.
        permissions = (
            ("operate_tenant", _("Can operate what the tenant sees")),
            ("administer_tenant", _("Can administer the tenant")),
        )

    def __str__(self) -> str:
        return self.name


class Scope(models.Model):
    """Queues in a tenant's sight.

    Attributes:
        instance: alias of the engine's database; empty for any.
        queue_pattern: a queue's name, where ``*`` stands for anything and ``?`` for one character.
        header_tenant: for queues that tenants share: only tasks with this in their header
            ``tenant_id``; empty for all tasks.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="scopes")
    instance = models.CharField(max_length=100, blank=True)
    queue_pattern = models.CharField(max_length=200)
    header_tenant = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "instance", "queue_pattern", "header_tenant"],
                name="absurd_scope_once",
            ),
        )

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.instance, self.queue_pattern, self.header_tenant]))


class Membership(models.Model):
    """A user's role in a tenant."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absurd_memberships"
    )
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "user"], name="absurd_membership_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.tenant} · {self.role}"
