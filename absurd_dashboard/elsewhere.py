"""For those who came to an address that does not say enough: to which ones to go instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import ResolverMatch
from django.utils.translation import gettext as _

from absurd_dashboard import instances, twins
from absurd_dashboard.access import Access
from absurd_dashboard.engine import snapshot
from absurd_dashboard.errors import DashboardError, EngineUnavailable
from absurd_dashboard.frame import PageInfo, context, frame, refused
from absurd_dashboard.headers import LIVE_HEADER
from absurd_dashboard.instances import Instance
from absurd_dashboard.links import AT, Links
from absurd_dashboard.policy import Grant, policy
from absurd_dashboard.queries.queues import summaries
from absurd_dashboard.rendering import render


def tenant(request: HttpRequest, section: str) -> HttpResponseBase:
    """Lead somebody who came without a tenant to theirs."""
    links = Links.of(request)
    if links.tenant is not None:
        return refused(request, section, 404, _("There is nothing here"))
    choices = policy().tenants(request)
    if not choices:
        return refused(request, section, 403, _("You have no access to this dashboard"))
    if LIVE_HEADER in request.headers or twins.wanted(request) or request.method == "POST":
        return twins.problem(403, _("Choose a tenant"), _("Its name belongs into the address."))
    page, arguments = _page(request)
    addresses = [(name, links.within(slug).to(page, *arguments)) for slug, name in choices]
    if len(addresses) == 1:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{addresses[0][1]}?{query}" if query else addresses[0][1])
    info = PageInfo(**frame(request, _("Choose a tenant"), section))
    return render(
        request, "absurd_dashboard/tenants.html", context(request, info, choices=addresses)
    )


def _page(request: HttpRequest) -> tuple[str, list[object]]:
    """Which page a request is for: its name, and what its address says of neither place."""
    match = cast("ResolverMatch", request.resolver_match)
    captured: dict[str, Any] = match.captured_kwargs  # type: ignore[attr-defined]  # not in the stubs
    given = [value for name, value in captured.items() if name not in {"tenant", "instance"}]
    return str(match.url_name).removeprefix(AT), given


@dataclass(frozen=True, slots=True)
class Place:
    """An engine to go to.

    Attributes:
        url: of the same page there.
        trouble: why nothing is known of it; empty where something is.
    """

    name: str
    url: str
    open: int = 0
    failed: int = 0
    expired: int = 0
    trouble: str = ""


def instance(request: HttpRequest, section: str) -> HttpResponseBase:
    """Let somebody choose one of several engines, who came without the name of one."""
    links = Links.of(request)
    grant = policy().grant(request, links.tenant)
    if grant is None:
        return tenant(request, section)
    if LIVE_HEADER in request.headers or request.method == "POST":
        return twins.problem(404, _("Choose an engine"), _("Its name belongs into the address."))
    places = list(_places(request, links, grant))
    if twins.wanted(request):
        return twins.response({"instances": places})
    info = PageInfo(**frame(request, _("Engines"), section))
    return render(request, "absurd_dashboard/instances.html", context(request, info, places=places))


def _places(request: HttpRequest, links: Links, grant: Grant) -> Iterator[Place]:
    page, arguments = _page(request)
    for name, each in instances.instances().items():
        yield _looked_at(Place(name, links.at(name).to(page, *arguments)), each, grant)


def _looked_at(place: Place, each: Instance, grant: Grant) -> Place:
    """What is going on there, or why that cannot be told; the others are none the worse for it."""
    try:
        with snapshot(each.alias) as opened:
            found = summaries(Access.of(grant, opened))
    except EngineUnavailable as error:
        return replace(place, trouble=_(error.title))
    except DashboardError:
        return replace(place, trouble="The engine does not answer in time")
    return replace(
        place,
        open=sum(each.pending + each.running + each.sleeping for each in found),
        failed=sum(each.failed for each in found),
        expired=sum(each.expired for each in found),
    )
