"""A large JSON value piece by piece: the address of its download, asked for one place in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.jsonmarkup import json_tree
from absurd_dashboard.jsontree import tree
from absurd_dashboard.pages import Page, rendered
from absurd_dashboard.queries.pieces import Piece, Place


@dataclass(frozen=True, slots=True)
class PieceView:
    """What a piece's page shows.

    Attributes:
        json: the piece's text, as far as it is shown.
        whole: where to download the whole value.
        back: the page that the value belongs to.
    """

    at: str
    first: int
    json: str
    truncated: bool
    whole: str
    back: str

    @property
    def html(self) -> SafeString:
        """The piece as a tree."""
        grown = tree(self.json, at=self.at, first=self.first)
        for root in grown.roots:
            root.cut = root.cut or (root.container and self.truncated)
        return json_tree(grown, self.whole)


def wanted(request: HttpRequest) -> Place | None:
    """The place that the address asks for; None where it asks for the whole value.

    Raises:
        Http404: it is no place.
    """
    at, first = request.GET.get("at"), request.GET.get("from", "0")
    if at is None:
        return None
    if (at and not at.startswith("/")) or not first.isdecimal() or len(first) > 9 or "\0" in at:
        raise Http404(_("There is no such place in a JSON value"))
    return Place(at, int(first))


def answer(
    request: HttpRequest, access: Access, piece: Piece | None, title: str, back: str
) -> HttpResponseBase:
    """A page with one piece.

    Args:
        request: the request.
        access: what the viewer may see.
        piece: what was found.
        title: what the value is.
        back: address of the page that it belongs to.

    Raises:
        Http404: nothing was found.
    """
    if piece is None:
        raise Http404(_("There is nothing at this place, or nothing that you may see"))
    place, value = piece.place, piece.value
    truncated = piece.on or value.truncated
    view = PieceView(place.at, place.first, value.text, truncated, request.path, back)
    return rendered(request, Page(title, view), access, "tasks", "tasks/piece")
