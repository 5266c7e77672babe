"""The operators' fixtures: an engine, and people who may do different things to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Role, Tenant
from tests.dashboard.conftest import _databases, as_owner, client, django_db_setup, engine

__all__ = ["_databases", "as_owner", "client", "django_db_setup", "engine"]

Member = Callable[..., Client]


@pytest.fixture
def member(_databases: None) -> Member:
    """A function that signs in a member of a new tenant ``acme``, with a role and scopes."""

    def sign_in(role: Role, *scopes: tuple[str, str]) -> Client:
        tenant, _ = Tenant.objects.get_or_create(slug="acme", name="Acme")
        for pattern, header_tenant in scopes or (("*", ""),):
            tenant.scopes.get_or_create(queue_pattern=pattern, header_tenant=header_tenant)
        user = User.objects.create_user(f"{role}-of-acme")
        Membership.objects.create(tenant=tenant, user=user, role=role)
        made = Client()
        made.force_login(user)
        return made

    return sign_in
