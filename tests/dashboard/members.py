"""Somebody who may look, and sees a part."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Role, Scope, Tenant


def member_of(scope: Scope) -> Client:
    """A browser of a viewer in the tenant acme, which has this scope."""
    scope.tenant = Tenant.objects.create(slug="acme", name="Acme")
    scope.save()
    user = User.objects.create_user("viewer")
    Membership.objects.create(tenant=scope.tenant, user=user, role=Role.VIEWER)
    client = Client()
    client.force_login(user)
    return client
