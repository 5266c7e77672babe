"""Saving a view, changing it, giving it up. What touches a shared one passes the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from absurd_dashboard import twins
from absurd_dashboard.access import Access
from absurd_dashboard.gate import Outcome, Result, Target, act
from absurd_dashboard.jsoninput import Fields
from absurd_dashboard.links import Links
from absurd_dashboard.models import SavedView
from absurd_dashboard.pages import Page, View, access_to, answered, refused, rendered
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.queries import saved_views
from absurd_dashboard.queries.saved_views import LONGEST_NAME, Wish

_LONGEST_QUERY = 6_000
_STATUS = {Result.DONE: 200, Result.NOTHING: 409, Result.REFUSED: 403, Result.FAILED: 502}


@dataclass(frozen=True, slots=True)
class ViewForm:
    """What the form of a view shows.

    Attributes:
        text: the query as it stands in the search box.
        can_share: whether the viewer may share views.
        delete: the address that gives it up; empty for a new one.
        error: what is wrong with the name.
    """

    wish: Wish
    text: str
    window: str
    can_share: bool
    delete: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Farewell:
    """A view that is about to be given up."""

    name: str
    shared: bool
    owner: str


Body = Callable[[HttpRequest, Access, SavedView | None], HttpResponseBase]


def _form(body: Body) -> View:
    """A view that shows a form and takes it, about one saved view or a new one."""

    def found(
        request: HttpRequest, tenant: str | None = None, view_id: UUID | None = None
    ) -> HttpResponseBase:
        with access_to(request, tenant) as access:
            view = saved_views.find(access, request.user, view_id) if view_id else None
            if view_id and view is None:
                raise Http404(_("No saved view with this id, or none that you may see"))
            if view is not None and not _changeable(request, access, view):
                return refused(request, "views", 403, _("You may not do this"))
            if request.method != "POST":
                return body(request, access, view)
        return body(request, access, view)

    @transaction.non_atomic_requests
    def view(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        methods = ("GET", "HEAD", "POST")
        return answered(request, found, section="views", kwargs=kwargs, methods=methods)

    return view


def _changeable(request: HttpRequest, access: Access, view: SavedView) -> bool:
    if view.shared:
        return policy().may(access, Action.SHARE)
    return bool(view.owner_id == request.user.pk)


def _edit(request: HttpRequest, access: Access, view: SavedView | None) -> HttpResponseBase:
    if request.method != "POST":
        wish = _wish_of(view) if view else _wish(Fields(request.GET.dict()))
        return _shown(request, access, view, wish)
    wish = _wish(Fields.of(request))
    if error := _wrong(wish):
        return _again(request, access, view, wish, error)
    verb = "view_change" if view else "view_share"
    do = partial(_saved, request, access, view, wish)
    shared = wish.shared or (view is not None and view.shared)
    return _answer(request, _done(request, access, verb, do, wish, shared=shared))


def _delete(request: HttpRequest, access: Access, view: SavedView | None) -> HttpResponseBase:
    if view is None:
        raise Http404
    if request.method != "POST":
        shown = Page(view.name, Farewell(view.name, view.shared, view.owner_name))
        return rendered(request, shown, access, "views", "saved_views/delete")
    do, wish = partial(_given_up, view), _wish_of(view)
    return _answer(request, _done(request, access, "view_delete", do, wish, shared=view.shared))


new, edit, delete = _form(_edit), _form(_edit), _form(_delete)


def _wish(fields: Fields) -> Wish:
    name = fields.text("name").replace("\x00", "").strip()
    query = fields.text("query").replace("\x00", "").lstrip("?")[:_LONGEST_QUERY]
    return Wish(
        name=name,
        query=saved_views.kept_query(query),
        shared=fields.flag("shared"),
        pinned=fields.flag("pinned"),
    )


def _wish_of(view: SavedView) -> Wish:
    return Wish(view.name, view.query, view.shared, view.pinned)


def _wrong(wish: Wish) -> str:
    if not wish.name:
        return _("Give it a name.")
    if len(wish.name) > LONGEST_NAME:
        return _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME}
    return ""


def _done(
    request: HttpRequest,
    access: Access,
    verb: str,
    do: Callable[[], Outcome],
    wish: Wish,
    *,
    shared: bool,
) -> Outcome:
    """Do it; through the gate, and on record, where others see it."""
    if not shared:
        return do()
    asked = {"view": wish.name, "query": wish.query, "shared": wish.shared}
    return act(request, access, Action.SHARE, Target(""), do, asked, verb=verb)


def _saved(request: HttpRequest, access: Access, view: SavedView | None, wish: Wish) -> Outcome:
    if view is None:
        saved_views.create(access, request.user, wish)
    else:
        saved_views.change(view, wish)
    return Outcome(Result.DONE, _("Saved."))


def _given_up(view: SavedView) -> Outcome:
    view.delete()
    return Outcome(Result.DONE, _("Deleted."))


def _shown(
    request: HttpRequest, access: Access, view: SavedView | None, wish: Wish, error: str = ""
) -> HttpResponseBase:
    chosen = saved_views.filter_of(wish.query)
    shown = ViewForm(
        wish=wish,
        text=chosen.text,
        window=str(chosen.span.label) if chosen.windowed else "",
        can_share=policy().may(access, Action.SHARE),
        delete=Links.of(request).to("view_delete", view.pk) if view else "",
        error=error,
    )
    page = Page(view.name if view else _("Save this view"), shown, status=400 if error else 200)
    return rendered(request, page, access, "views", "saved_views/form")


def _again(
    request: HttpRequest, access: Access, view: SavedView | None, wish: Wish, error: str
) -> HttpResponseBase:
    if twins.wanted(request):
        said = {"status": 400, "title": "Some fields are not valid", "errors": {"name": error}}
        return twins.response(said, status=400)
    with access_to(request, access.tenant) as again:
        return _shown(request, again, view, wish, error)


def _answer(request: HttpRequest, outcome: Outcome) -> HttpResponseBase:
    status = _STATUS[outcome.result]
    if twins.wanted(request):
        return twins.response(outcome, status=status)
    if outcome.result is not Result.DONE:
        return refused(request, "views", status, outcome.detail)
    messages.success(request, outcome.detail)
    return redirect(Links.of(request).to("views"))
