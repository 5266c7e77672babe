"""Engines: one, or several with a name each that is part of the address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import Snapshot, snapshot
from absurd_dashboard.errors import EngineUnavailable, InstanceNeeded

logger = logging.getLogger(__name__)
#: Methods that change nothing: what they read may come from a replica.
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Instance:
    """An engine.

    Attributes:
        name: in addresses; empty where there is only one.
        alias: of its database, in ``DATABASES``; scopes, records and policies name it by this.
        replica: alias of a copy to read from; empty where there is none.
    """

    name: str
    alias: str
    replica: str = ""


def instances() -> dict[str, Instance]:
    """All there are, by name."""
    given = dashboard_settings()
    aliases = given.instances or {"": given.database}
    return {
        name: Instance(name, alias, given.replicas.get(alias, ""))
        for name, alias in aliases.items()
    }


def chosen(request: HttpRequest) -> Instance:
    """The instance in a request's address, or the only one.

    Raises:
        InstanceNeeded: there are several, and the address has none.
        Http404: there is none with the name in the address.
    """
    known = instances()
    name, only = name_in(request), bound(request)
    if name == "" and "" not in known:
        raise InstanceNeeded
    if name not in known or (only and name != only):
        raise Http404(gettext("There is no such engine"))
    return known[name]


def name_in(request: HttpRequest) -> str:
    """The name in a request's address; empty where it has none."""
    match = request.resolver_match
    return str(match.kwargs.get("instance", "")) if match else ""


def bound(request: HttpRequest) -> str:
    """The only instance of the mount that a request came in through; empty where it has all.

    A host binds a mount by ``include("absurd_dashboard.urls", …), {"instance": "eu"}``.
    """
    match = request.resolver_match
    given = match.extra_kwargs if match else None  # type: ignore[attr-defined]  # not in the stubs
    return str((given or {}).get("instance", ""))


@contextmanager
def reading(instance: Instance, method: str | None, wait: float = 0) -> Iterator[Snapshot]:
    """A snapshot for a request: of the replica for a page, of the primary for an action.

    A replica that does not answer is left out.

    Args:
        instance: of which.
        method: of the request.
        wait: see :func:`absurd_dashboard.lending.lent`.
    """
    with ExitStack() as stack:
        replica = instance.replica if method in _SAFE else ""
        yield _opened(stack, instance, replica, wait)


def _opened(stack: ExitStack, instance: Instance, replica: str, wait: float) -> Snapshot:
    if replica:
        try:
            return stack.enter_context(snapshot(replica, wait))
        except EngineUnavailable:
            logger.warning("The replica %r does not answer; reading its primary.", replica)
    return stack.enter_context(snapshot(instance.alias, wait))
