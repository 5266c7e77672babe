"""What somebody is in charge of in Django's admin: everything, some tenants, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import snapshot
from absurd_dashboard.instances import Instance, instances
from absurd_dashboard.policy import Action, Grant, policy

_CHARGE, _GRANTS, _ACCESS = "_absurd_charge", "_absurd_grants", "_absurd_access"
#: What an address in the admin names its engine by, where there are several.
ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Charge:
    """What a user administers: the grants that let them manage members.

    Attributes:
        everything: whether it is the whole of the dashboard, outside of any tenant.
        grants: one for each tenant, or the one for everything.
    """

    everything: bool
    grants: tuple[Grant, ...]

    def __bool__(self) -> bool:
        return bool(self.grants)

    @property
    def tenants(self) -> list[str]:
        """Slugs of the tenants; none where it is everything."""
        return [grant.tenant for grant in self.grants if grant.tenant is not None]


def charge_of(request: HttpRequest) -> Charge:
    """What the user of a request is in charge of; asked of the policy once."""
    if not hasattr(request, _CHARGE):
        setattr(request, _CHARGE, _asked(request))
    found: Charge = getattr(request, _CHARGE)
    return found


def engine_grants(request: HttpRequest) -> tuple[Grant, ...]:
    """The grants through which a user sees the engine's rows in the admin.

    Whoever sees them outside of any tenant does so here too; members of tenants do in those that
    they are in charge of.
    """
    if not hasattr(request, _GRANTS):
        whole = policy().grant(request, None) if _is_staff(request) else None
        setattr(request, _GRANTS, (whole,) if whole else charge_of(request).grants)
    found: tuple[Grant, ...] = getattr(request, _GRANTS)
    return found


@contextmanager
def sight(request: HttpRequest) -> Iterator[None]:
    """Open the engine for reading while an admin view answers, as far as the user's grants go."""
    rules = tuple(rule for grant in engine_grants(request) for rule in grant.rules)
    with snapshot(engine_of(request).alias) as opened:
        setattr(request, _ACCESS, Access.of(Grant(None, "", rules, frozenset()), opened))
        try:
            yield
        finally:
            delattr(request, _ACCESS)


def engine_of(request: HttpRequest) -> Instance:
    """The engine that an address in the admin is about; that of ``DATABASE`` if it names none.

    Raises:
        Http404: there is none of that name.
    """
    known, usual = instances(), dashboard_settings().database
    name = request.GET.get(ENGINE)
    if name is None:
        by_alias = {each.alias: each for each in known.values()}
        return by_alias.get(usual) or next(iter(known.values()))
    if name not in known:
        raise Http404(gettext("There is no such engine"))
    return known[name]


def access_of(request: HttpRequest) -> Access | None:
    """What is in sight, while :func:`sight` holds; None outside of it."""
    return getattr(request, _ACCESS, None)


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and bool(getattr(request.user, "is_staff", False))


def _asked(request: HttpRequest) -> Charge:
    if not _is_staff(request):
        return Charge(everything=False, grants=())
    whole = policy().grant(request, None)
    if whole is not None and Action.MEMBERS in whole.actions:
        return Charge(everything=True, grants=(whole,))
    found = (policy().grant(request, slug) for slug, _ in policy().tenants(request))
    grants = tuple(grant for grant in found if grant and Action.MEMBERS in grant.actions)
    return Charge(everything=False, grants=grants)
