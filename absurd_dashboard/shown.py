"""What a page answers, and its forms: HTML, its live region alone, or JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from absurd_dashboard import instances, twins
from absurd_dashboard.access import Access
from absurd_dashboard.frame import PageInfo, context, frame
from absurd_dashboard.headers import EVERY_HEADER, LIVE_HEADER, TOKEN_HEADER
from absurd_dashboard.links import Links
from absurd_dashboard.policy import policy
from absurd_dashboard.queries.versions import NOTHING, Followed
from absurd_dashboard.rendering import render
from absurd_dashboard.watching import Token

#: Says in a JSON answer how many queues in sight were not looked into.
LEFT_OUT_HEADER = "X-Absurd-Queues-Left-Out"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's answer: which template, with what; and what of it may change while it is open.

    Attributes:
        title: the object that the page is about.
        data: a frozen dataclass; the template's ``view``, and the JSON twin.
        live: path and query that answer for the live region; empty where nothing lives.
        revealed: whether it shows what is hidden from others.
        version: whatever the live region depends on besides ``data``; ``data`` when None.
        every: how often an open page asks, if that is less often than the setting says.
        follows: the tasks whose rows tell for some time whether it changed; of none where more
            than rows may change it.
    """

    title: str
    data: Any
    live: str = ""
    version: Any = None
    status: int = 200
    revealed: bool = False
    every: timedelta = timedelta(0)
    follows: Followed = NOTHING

    @property
    def state(self) -> str:
        """Equal as long as the live region shows the same."""
        seen = self.data if self.version is None else self.version
        return hashlib.blake2b(repr(seen).encode(), digest_size=12).hexdigest()


def rendered(
    request: HttpRequest, answer: Page, access: Access, section: str, template: str
) -> HttpResponseBase:
    """A page in the form that was asked for.

    Args:
        request: the request.
        answer: the page.
        access: what it was read with.
        section: which entry of the navigation is current.
        template: see :func:`absurd_dashboard.pages.page`.
    """
    if twins.wanted(request):
        response = twins.response(answer.data, status=answer.status)
        if access.left_out:
            response[LEFT_OUT_HEADER] = str(access.left_out)
        return response
    token = str(Token(access.began, access.stamp, answer.state))
    framed = frame(request, answer.title, section)
    framed["refresh_ms"] = max(framed["refresh_ms"], int(answer.every.total_seconds() * 1000))
    told = {TOKEN_HEADER: token, EVERY_HEADER: str(framed["refresh_ms"])}
    known = request.headers.get(LIVE_HEADER)
    if known is not None and Token.of(known).state == answer.state:
        return HttpResponse(status=204, headers=told)
    info = PageInfo(
        **framed,
        now=access.now,
        live_url=answer.live,
        live_template=f"absurd_dashboard/{template}_live.html",
        token=token,
        queues=access.queue_names,
        tenant=access.tenant,
        tenant_name=access.tenant_name,
        tenants=_switcher(request) if known is None else (),
        instance=instances.name_in(request),
        instances=_engines(request) if known is None else (),
        behind=access.behind,
        looked_into=len(access.scopes) - access.left_out,
        left_out=access.left_out,
        may=access.actions,
        redacted=bool(access.redactions),
        revealed=answer.revealed,
    )
    known_by = context(request, info, view=answer.data)
    if known is None:
        return render(request, f"absurd_dashboard/{template}.html", known_by, status=answer.status)
    # A page where nothing lives has no live region: whoever asks for one gets the page.
    response = render(request, [info.live_template, f"absurd_dashboard/{template}.html"], known_by)
    for name, value in told.items():
        response[name] = value
    return response


def _switcher(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Name and address of the tenants to switch to; empty where there is no choice."""
    links = Links.of(request)
    found = tuple(
        (name, links.within(slug).to("overview")) for slug, name in policy().tenants(request)
    )
    return found if len(found) > 1 else ()


def _engines(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Name and address of the engines to switch to; empty where there is one."""
    if instances.bound(request):
        return ()
    links, known = Links.of(request), instances.instances()
    return tuple((name, links.at(name).to("overview")) for name in known) if len(known) > 1 else ()
