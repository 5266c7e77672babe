"""What every page has in common: the door, the read transaction, its four forms of answer."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from absurd_core.errors import AbsurdError, InvalidArgument, QueueNotFound, TimedOut
from absurd_dashboard import elsewhere, errors, instances, tags, twins
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.frame import PageInfo, context, frame
from absurd_dashboard.frame import refused as refused
from absurd_dashboard.headers import LIVE_HEADER, TOKEN_HEADER, sealed
from absurd_dashboard.links import Links
from absurd_dashboard.policy import policy
from absurd_dashboard.rendering import render

logger = logging.getLogger(__name__)
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
    """

    title: str
    data: Any
    live: str = ""
    version: Any = None
    status: int = 200
    revealed: bool = False
    every: timedelta = timedelta(0)

    @property
    def token(self) -> str:
        """Equal as long as the live region shows the same."""
        seen = self.data if self.version is None else self.version
        return hashlib.blake2b(repr(seen).encode(), digest_size=12).hexdigest()


#: A view's body: reads through the access object, returns a page or any other answer.
Kwargs = dict[str, Any]
PageFunction = Callable[..., Page | HttpResponseBase]
View = Callable[..., HttpResponseBase]


def page(section: str, template: str) -> Callable[[PageFunction], View]:
    """Make a view of a page function.

    Args:
        section: which entry of the navigation is current.
        template: name below ``absurd_dashboard/`` without ``.html``; its live region stands in
            ``<template>_live.html``.
    """

    def decorate(function: PageFunction) -> View:
        def once(request: HttpRequest, tenant: str | None, kwargs: Kwargs) -> HttpResponseBase:
            with access_to(request, tenant) as access:
                answer = function(request, access, **kwargs)
                if not isinstance(answer, Page):
                    return answer
                return rendered(request, answer, access, section, template)

        def body(
            request: HttpRequest, tenant: str | None = None, **kwargs: Any
        ) -> HttpResponseBase:
            try:
                return once(request, tenant, kwargs)
            except errors.QueueGone:  # it vanished while the page was being built: begin again
                return once(request, tenant, kwargs)

        @wraps(function)
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return answered(request, body, section=section, kwargs=kwargs)

        return view

    return decorate


@contextmanager
def access_to(request: HttpRequest, tenant: str | None) -> Iterator[Access]:
    """Open the engine for reading, as far as the policy grants it to the request.

    Args:
        request: who asks.
        tenant: the tenant in the address, if any.

    Raises:
        NotGranted: the policy grants nothing here.
        Http404: there is no such engine.
        InstanceNeeded: there are several engines, and the address names none.
        Unchanged: an open page asks, and nothing was written since it was drawn.
    """
    grant = policy().grant(request, tenant)
    if grant is None:
        raise errors.NotGranted(tenant)
    instance = instances.chosen(request)
    with instances.reading(instance, request.method) as opened:
        known = request.headers.get(LIVE_HEADER, "")
        if opened.stamp and known.startswith(f"{opened.stamp}."):
            raise errors.Unchanged
        yield Access.of(grant, opened, instance.alias)


def answered(
    request: HttpRequest,
    body: View,
    *,
    section: str,
    kwargs: Kwargs,
    methods: tuple[str, ...] = ("GET", "HEAD"),
) -> HttpResponseBase:
    """Answer a request at the door, or let it through to ``body``; say in words what goes wrong.

    Args:
        request: the request.
        body: what to answer somebody signed in.
        section: which entry of the navigation is current.
        kwargs: what the URL says.
        methods: others are refused.
    """
    if request.method not in methods:
        return _sealed(request, HttpResponse(status=405, headers={"Allow": ", ".join(methods)}))
    match = request.resolver_match
    with tags.asking(str(match.url_name) if match else ""), tags.metered() as meter:
        answer = _body_or_reason(request, body, section, kwargs)
    if dashboard_settings().server_timing:
        answer.headers["Server-Timing"] = meter.header
    return _sealed(request, answer)


def _body_or_reason(
    request: HttpRequest, body: View, section: str, kwargs: Kwargs
) -> HttpResponseBase:
    try:
        if not (request.user.is_authenticated and request.user.is_active):
            return _sign_in(request)
        return body(request, **_of_the_page(kwargs))
    except (OperationalError, InterfaceError) as error:  # the engine's have become the dashboard's
        logger.warning("The dashboard's own database failed.", exc_info=error)
        title = _("The dashboard's own database does not answer")
        return refused(request, section, 503, title, _("Try again in a moment."))
    except Exception as error:
        answer = _explained(request, section, error)
        if answer is None:
            raise
        return answer


def _of_the_page(kwargs: Kwargs) -> Kwargs:
    """What the URL says, without the engine: :func:`access_to` reads that from the request."""
    return {name: value for name, value in kwargs.items() if name != "instance"}


def _explained(request: HttpRequest, section: str, error: Exception) -> HttpResponseBase | None:
    """What to say of an error that the dashboard knows; None for a defect."""
    match error:
        case errors.Unchanged():
            return HttpResponse(status=204)
        case errors.NotGranted():
            return elsewhere.tenant(request, section)
        case errors.InstanceNeeded():
            return elsewhere.instance(request, section)
        case Http404():
            return refused(request, section, 404, str(error) or _("There is nothing here"))
        case errors.QueryTimedOut() | TimedOut():
            return refused(request, section, 503, _("This took too long and was stopped"))
        case errors.EngineUnavailable() | errors.NotRecorded():
            return refused(request, section, 503, _(error.title), _(error.remedy))
        case InvalidArgument():
            return refused(request, section, 400, _("This cannot be done"), str(error))
        case QueueNotFound() | errors.QueueGone():
            return refused(request, section, 404, _("The queue no longer exists"))
        case AbsurdError():
            return refused(request, section, 503, _("The engine did not do it"), str(error))
    return None


def rendered(
    request: HttpRequest, answer: Page, access: Access, section: str, template: str
) -> HttpResponseBase:
    """A page in the form that was asked for: HTML, its live region alone, or JSON."""
    if twins.wanted(request):
        response = twins.response(answer.data, status=answer.status)
        if access.left_out:
            response[LEFT_OUT_HEADER] = str(access.left_out)
        return response
    token = f"{access.stamp}.{answer.token}"
    known = request.headers.get(LIVE_HEADER)
    if known is not None and known.rpartition(".")[2] == answer.token:
        return HttpResponse(status=204, headers={TOKEN_HEADER: token})
    framed = frame(request, answer.title, section)
    framed["refresh_ms"] = max(framed["refresh_ms"], int(answer.every.total_seconds() * 1000))
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
    response[TOKEN_HEADER] = token
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
    links, known = Links.of(request), instances.instances()
    return tuple((name, links.at(name).to("overview")) for name in known) if len(known) > 1 else ()


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    if LIVE_HEADER in request.headers or twins.wanted(request):
        return twins.problem(401, _("Sign in first"))
    return redirect_to_login(request.get_full_path())


def _sealed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code == HTTPStatus.NO_CONTENT:
        return _bare(response)
    return sealed(request, response)


def _bare(response: HttpResponseBase) -> HttpResponseBase:
    """An answer without content, asked for every two seconds: nothing is there to be guarded."""
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    response.xframe_options_exempt = True  # type: ignore[attr-defined]  # Django's own mark
    return response
