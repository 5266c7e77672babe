"""What every page has in common: the door, the read transaction, its four forms of answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from absurd_core.errors import AbsurdError, InvalidArgument, QueueNotFound, TimedOut
from absurd_dashboard import elsewhere, errors, instances, polling, problems, tags, twins, viewer
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.frame import PageInfo as PageInfo
from absurd_dashboard.frame import refused as refused
from absurd_dashboard.headers import LIVE_HEADER, sealed
from absurd_dashboard.policy import Grant, policy
from absurd_dashboard.polling import Place
from absurd_dashboard.shown import Page as Page
from absurd_dashboard.shown import rendered as rendered

logger = logging.getLogger(__name__)

#: A view's body: reads through the access object, returns a page or any other answer.
Kwargs = dict[str, Any]
PageFunction = Callable[..., Page | HttpResponseBase]
View = Callable[..., HttpResponseBase]


def page(section: str, template: str, *, shared: bool = False) -> Callable[[PageFunction], View]:
    """Make a view of a page function.

    Args:
        section: which entry of the navigation is current.
        template: name below ``absurd_dashboard/`` without ``.html``; its live region stands in
            ``<template>_live.html``.
        shared: whether open pages with the same address and grant may be drawn from one reading.
            The function then asks the request for its address, and nothing of its user.
    """
    place = Place(section, template, shared)

    def decorate(function: PageFunction) -> View:
        def once(request: HttpRequest, tenant: str | None, kwargs: Kwargs) -> HttpResponseBase:
            read = partial(function, request, **kwargs)
            if polling.possible(request):
                return polling.polled(request, granted(request, tenant), read, place)
            with access_to(request, tenant) as access:
                asked = LIVE_HEADER in request.headers
                answer = polling.rested(read, access) if asked else read(access)
                if not isinstance(answer, Page):
                    return answer
                return rendered(request, answer, access, section, template)

        def body(
            request: HttpRequest, tenant: str | None = None, **kwargs: Any
        ) -> HttpResponseBase:
            try:
                return once(request, tenant, kwargs)
            # A queue vanished while the page was being built, or a table is another: begin again.
            except (errors.QueueGone, errors.EngineChanged):
                return once(request, tenant, kwargs)

        @wraps(function)
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return answered(request, body, section=section, kwargs=kwargs)

        view.place = place  # type: ignore[attr-defined]  # says of a URL which page it is
        return view

    return decorate


def granted(request: HttpRequest, tenant: str | None) -> Grant:
    """What the policy grants to a request.

    Raises:
        NotGranted: nothing.
    """
    grant = policy().grant(request, tenant)
    if grant is None:
        raise errors.NotGranted(tenant)
    return grant


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
    """
    grant, instance = granted(request, tenant), instances.chosen(request)
    with instances.reading(instance, request.method) as opened:
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
    asking = tags.asking(str(match.url_name) if match else "")
    with viewer.waiting(request), asking, tags.metered() as meter:
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
            said = (
                f"{error.argument}: {problems.of(error)}" if error.argument else problems.of(error)
            )
            return refused(request, section, 400, _("This cannot be done"), said)
        case QueueNotFound() | errors.QueueGone():
            return refused(request, section, 404, _("The queue no longer exists"))
        case AbsurdError():
            return refused(request, section, 503, _("The engine did not do it"), str(error))
    return None


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
