"""Tenants from a script: make them so, say what changed, and change nothing the second time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction

from absurd_dashboard.errors import DashboardError
from absurd_dashboard.models import Membership, Role, Scope, Tenant

_SCOPE = re.compile(r"((?:\\.|[^\\@#])+)(?:@([^#]+))?(?:#(.+))?", re.DOTALL)


class CannotProvision(DashboardError):
    """What was asked for cannot be; the message says why, in one sentence."""


def parse_scope(text: str) -> Scope:
    """Read ``PATTERN[@INSTANCE][#HEADER_TENANT]``; a backslash before ``@`` or ``#`` keeps it.

    Raises:
        CannotProvision: it is no scope, or names an instance that is not in ``DATABASES``.
    """
    parts = _SCOPE.fullmatch(text)
    if parts is None:
        raise CannotProvision(f"{text!r} is no scope: write PATTERN[@INSTANCE][#HEADER_TENANT].")
    pattern, instance, header = parts.groups("")
    if instance and instance not in settings.DATABASES:
        raise CannotProvision(f"{text!r} names an instance that is not in DATABASES.")
    return Scope(
        queue_pattern=re.sub(r"\\(.)", r"\1", pattern), instance=instance, header_tenant=header
    )


def scope_text(scope: Scope) -> str:
    """Write a scope as :func:`parse_scope` reads it."""
    text = re.sub(r"([\\@#])", r"\\\1", scope.queue_pattern)
    text += f"@{scope.instance}" if scope.instance else ""
    return text + (f"#{scope.header_tenant}" if scope.header_tenant else "")


@transaction.atomic
def create(slug: str, *, name: str | None = None, scopes: Iterable[str] = ()) -> list[str]:
    """Make a tenant, or bring one to this name and these scopes.

    Args:
        slug: its name in URLs.
        name: its name for people; None keeps what it is, or takes the slug.
        scopes: all that it is to have, as :func:`parse_scope` reads them; none keeps what it has.

    Returns:
        What changed, a line each.

    Raises:
        CannotProvision: the slug, the name or a scope cannot be.
    """
    wanted = {scope_text(scope): scope for scope in map(parse_scope, scopes)}
    tenant = Tenant.objects.select_for_update().filter(slug=slug).first()
    changes = list(_named(tenant or Tenant(slug=slug), name))
    if wanted:
        changes += _scoped(Tenant.objects.get(slug=slug), wanted)
    return changes


def grant(slug: str, username: str, role: str) -> list[str]:
    """Give a user a role in a tenant; returns what changed.

    Raises:
        CannotProvision: there is no such tenant, user or role.
    """
    if role not in Role.values:
        raise CannotProvision(f"{role!r} is no role: {', '.join(Role.values)} are.")
    tenant, user = find_tenant(slug), _user(username)
    membership = Membership.objects.filter(tenant=tenant, user=user).first()
    if membership is not None and membership.role == role:
        return []
    Membership.objects.update_or_create(tenant=tenant, user=user, defaults={"role": role})
    was = f" (was {membership.role})" if membership else ""
    return [f"{username} is {role} in {slug}{was}"]


def revoke(slug: str, username: str) -> list[str]:
    """Take a user's role in a tenant away; returns what changed.

    Raises:
        CannotProvision: there is no such tenant or user.
    """
    membership = Membership.objects.filter(tenant=find_tenant(slug), user=_user(username)).first()
    if membership is None:
        return []
    membership.delete()
    return [f"{username} is no longer {membership.role} in {slug}"]


def describe(tenant: Tenant) -> dict[str, Any]:
    """A tenant as JSON: slug, name, scopes as written on the command line, members."""
    members = tenant.memberships.select_related("user").order_by("pk")
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "scopes": [scope_text(scope) for scope in tenant.scopes.order_by("pk")],
        "members": [{"user": m.user.get_username(), "role": m.role} for m in members],
    }


def find_tenant(slug: str) -> Tenant:
    """The tenant with that slug.

    Raises:
        CannotProvision: there is none.
    """
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CannotProvision(f"There is no tenant {slug!r}; make it with `tenant create`.")
    return tenant


def _user(username: str) -> Any:
    user = (
        get_user_model()
        ._default_manager.filter(**{get_user_model().USERNAME_FIELD: username})
        .first()
    )
    if user is None:
        raise CannotProvision(f"There is no user {username!r}.")
    return user


def _named(tenant: Tenant, name: str | None) -> Iterator[str]:
    before = None if tenant.pk is None else tenant.name
    tenant.name = name or tenant.name or tenant.slug
    if before == tenant.name:
        return
    _valid(tenant)
    tenant.save()
    made = f"created tenant {tenant.slug} ({tenant.name})"
    yield made if before is None else f"renamed tenant {tenant.slug} to {tenant.name}"


def _scoped(tenant: Tenant, wanted: dict[str, Scope]) -> Iterator[str]:
    there = {scope_text(scope): scope for scope in tenant.scopes.order_by("pk")}
    for text, scope in wanted.items():
        if text in there:
            continue
        scope.tenant = tenant
        _valid(scope)
        scope.save()
        yield f"{tenant.slug} sees {text}"
    for text, scope in there.items():
        if text in wanted:
            continue
        scope.delete()
        yield f"{tenant.slug} no longer sees {text}"


def _valid(row: Tenant | Scope) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        told = "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise CannotProvision(told) from error
