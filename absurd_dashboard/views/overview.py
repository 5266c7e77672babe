"""The overview: what needs somebody, and every queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.attention import Attention, Situation, needs
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.attention import facts, partitions
from absurd_dashboard.queries.lookalikes import lookalikes
from absurd_dashboard.queries.pace import paced
from absurd_dashboard.queries.queues import QueueSummary, summaries


@dataclass(frozen=True, slots=True)
class Overview:
    """What the overview shows."""

    queues: list[QueueSummary]
    attention: Attention

    @property
    def failed(self) -> int:
        """Tasks that failed for good in the last 24 hours, as far as they were counted."""
        return sum(queue.failed for queue in self.queues)


@page("overview", "overview", shared=True)
def overview(request: HttpRequest, access: Access) -> Page:
    """Every queue in sight."""
    found = summaries(access)
    shown = Overview(paced(access, found), _attention(request, access, found))
    return Page(_("Overview"), shown, live=request.get_full_path())


@page("overview", "attention", shared=True)
def attention(request: HttpRequest, access: Access) -> Page:
    """What needs somebody, alone; its JSON is for alerts."""
    found = _attention(request, access, summaries(access))
    return Page(_("Needs attention"), found, live=request.get_full_path())


def _attention(request: HttpRequest, access: Access, queues: Sequence[QueueSummary]) -> Attention:
    situation = Situation(
        now=access.now,
        version=access.version,
        late_after=dashboard_settings().late_after,
        queues=facts(access, queues),
        partitions=partitions(access),
        lookalikes=lookalikes(access),
        unreadable=access.unreadable,
    )
    return needs(situation, Links.of(request))
