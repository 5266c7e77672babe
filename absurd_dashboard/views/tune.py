"""Optional indexes: which are worth their price, what there is, and how to build them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.pages import Page, page, refused
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.tune.catalog import look
from absurd_dashboard.tune.proposals import Proposal, Standing, proposals
from absurd_dashboard.tune.sharing import shared


@dataclass(frozen=True, slots=True)
class TuneView:
    """What the page shows, of the queues that the viewer sees as a whole.

    Attributes:
        proposed: indexes that are worth their price and not built, or not to the end.
        built: indexes that are there.
        queues: how many queues were looked at.
    """

    proposed: tuple[Proposal, ...]
    built: tuple[Proposal, ...]
    queues: int


@page("queues", "tune/page")
def tune(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """The proposals; building is the command's, as the tables' owner."""
    if not policy().may(access, Action.QUEUES):
        return refused(request, "queues", 403, _("You may not maintain queues"))
    whole = [scope.queue for scope in access.scopes if scope.tenants is None]
    found = proposals(look(access.database, whole), shared(access.database, whole))
    shown = TuneView(
        proposed=tuple(each for each in found if each.proposed),
        built=tuple(each for each in found if each.standing in (Standing.BUILT, Standing.OTHERS)),
        queues=len(whole),
    )
    return Page(_("Indexes"), shown)
