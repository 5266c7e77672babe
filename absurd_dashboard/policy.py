"""Who may see and do what: the policy that a host can replace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.utils.module_loading import import_string

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models.scope import QueueScope
from absurd_dashboard.models.tenancy import Membership, Role, Tenant
from absurd_dashboard.redaction import Redaction

if TYPE_CHECKING:
    from absurd_dashboard.access import Access

User = AbstractBaseUser | AnonymousUser


class Action(StrEnum):
    """What can be done besides looking."""

    RETRY = "retry"
    RUN_AGAIN = "run_again"
    CANCEL = "cancel"
    EMIT = "emit"
    TRIAGE = "triage"
    BULK = "bulk"
    SHARE = "share"
    SPAWN = "spawn"
    QUEUES = "queues"
    MEMBERS = "members"
    AUDIT = "audit"
    REVEAL = "reveal"


_OPERATOR = frozenset(
    {
        Action.RETRY,
        Action.RUN_AGAIN,
        Action.CANCEL,
        Action.EMIT,
        Action.BULK,
        Action.TRIAGE,
        Action.SHARE,
    }
)
_ADMIN = _OPERATOR | {Action.QUEUES, Action.SPAWN, Action.MEMBERS, Action.AUDIT}

#: What each role may do. Revealing is no role's: it is the permission ``reveal_payload``.
ROLE_ACTIONS = {
    Role.VIEWER: frozenset[Action](),
    Role.OPERATOR: _OPERATOR,
    Role.ADMIN: _ADMIN,
}
REVEAL_PERMISSION = "absurd_dashboard.reveal_payload"


@dataclass(frozen=True, slots=True)
class Rule:
    """Queues in sight: a pattern, in one instance or any, narrowed to a header's value or not."""

    pattern: str
    instance: str = ""
    header_tenant: str = ""

    def covers(self, instance: str, queue: str) -> bool:
        """Whether the queue is meant."""
        return self.instance in ("", instance) and fnmatchcase(queue, _literal(self.pattern))


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user may see and do in one tenant, or outside of any.

    Attributes:
        tenant: the tenant's slug, None outside of any.
        name: the tenant's name for people.
        rules: what is in sight.
        actions: what may be done to it.
    """

    tenant: str | None
    name: str
    rules: tuple[Rule, ...]
    actions: frozenset[Action]

    def scopes(self, instance: str, queues: Iterable[str]) -> tuple[QueueScope, ...]:
        """Which of the queues are in sight, and how much of each."""
        found = ((queue, self._narrowed(instance, queue)) for queue in queues)
        return tuple(scope for _, scope in found if scope is not None)

    def _narrowed(self, instance: str, queue: str) -> QueueScope | None:
        values = {rule.header_tenant for rule in self.rules if rule.covers(instance, queue)}
        if not values:
            return None
        return QueueScope(queue, None if "" in values else frozenset(values))


class Policy:
    """Who may see and do what.

    To use a rule of your own, subclass this, and name the class in
    ``ABSURD_DASHBOARD["POLICY"]``. One instance serves all requests, so it keeps nothing of any.
    The dashboard asks, in this order and once per request:

    1. :meth:`grant` with the tenant in the URL, or None where there is none. What it returns is
       the whole of what the request can reach: its rules become the FROM clause of every query.
       None answers 404, as for a tenant that does not exist.
    2. :meth:`tenants`, for the switcher, and to lead those who came without a tenant to theirs.
    3. :meth:`may`, at the gate that every action passes, with the action and its target.
    4. :meth:`redactions`, before any payload is shown, exported or searched.

    Open pages with the same address and equal grants are shown one reading, so the last two
    decide by the access object and nothing else: who differs in what is hidden from them, or in
    what they may do, differs in the grant's actions or rules.

    A policy is asked about active, signed-in users only. The default one: superusers see and may
    do everything; others what their memberships say; being staff grants nothing; revealing takes
    the permission ``absurd_dashboard.reveal_payload`` whatever the role.

    Example, for a host whose accounts are its tenants::

        class AccountPolicy(Policy):
            def tenants(self, request):
                return [(a.slug, a.name) for a in request.user.accounts.all()]

            def grant(self, request, tenant):
                account = request.user.accounts.filter(slug=tenant).first()
                if account is None:
                    return None
                rules = (Rule("shared-*", header_tenant=str(account.pk)),)
                return Grant(tenant, account.name, rules, ROLE_ACTIONS[Role.OPERATOR])
    """

    def tenants(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """Slug and name of the tenants that the user may choose from, by name."""
        found = Tenant.objects.order_by("name")
        if not _superuser(request):
            found = found.filter(memberships__user=_user(request))
        return list(found.values_list("slug", "name"))

    def grant(self, request: HttpRequest, tenant: str | None) -> Grant | None:
        """What the user may see and do in a tenant, or outside of any; None for nothing."""
        if tenant is None:
            return self._everything() if _superuser(request) else None
        role = self.role(request, tenant)
        if role is None:
            return None
        found = Tenant.objects.prefetch_related("scopes").get(slug=tenant)
        rules = tuple(
            Rule(scope.queue_pattern, scope.instance, scope.header_tenant)
            for scope in found.scopes.all()
        )
        return Grant(tenant, found.name, rules, self._actions(request, role))

    def role(self, request: HttpRequest, tenant: str) -> Role | None:
        """The user's role in a tenant, from memberships; None for none, or no such tenant.

        A policy with roles from elsewhere overrides this and :meth:`tenants`, and no more.
        """
        if _superuser(request):
            return Role.ADMIN if Tenant.objects.filter(slug=tenant).exists() else None
        role = (
            Membership.objects.filter(user=_user(request), tenant__slug=tenant)
            .values_list("role", flat=True)
            .first()
        )
        return Role(role) if role in Role.values else None

    def may(self, access: Access, action: Action, queue: str | None = None) -> bool:
        """Whether an action may be done to a target.

        Args:
            access: the request's; its ``actions`` are the grant's.
            action: what is to be done.
            queue: the queue of the target. That it is in sight was checked before.
        """
        return action in access.actions

    def redactions(self, access: Access) -> tuple[Redaction, ...]:
        """What to hide in payloads; the setting ``REDACT`` unless overridden."""
        return dashboard_settings().redact

    def _everything(self) -> Grant:
        return Grant(None, "", (Rule("*"),), frozenset(Action))

    def _actions(self, request: HttpRequest, role: Role) -> frozenset[Action]:
        reveals = request.user.has_perm(REVEAL_PERMISSION)
        return ROLE_ACTIONS[role] | ({Action.REVEAL} if reveals else frozenset())


def _user(request: HttpRequest) -> Any:
    """The signed-in user, of whatever model the host has."""
    return request.user


def _superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _literal(pattern: str) -> str:
    """A pattern in which brackets mean themselves: queue names may hold any character."""
    return pattern.replace("[", "[[]")


@lru_cache(maxsize=1)
def policy() -> Policy:
    """The policy that the settings name."""
    made: Policy = import_string(dashboard_settings().policy)()
    return made


def _forget(*, setting: str, **_: object) -> None:
    if setting == "ABSURD_DASHBOARD":
        policy.cache_clear()


setting_changed.connect(_forget)
