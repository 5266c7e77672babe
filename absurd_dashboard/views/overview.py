"""The overview: every queue, and what needs somebody."""

from dataclasses import dataclass

from django.http import HttpRequest

from absurd_dashboard.access import Access
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.queues import QueueSummary, summaries


@dataclass(frozen=True, slots=True)
class Overview:
    """What the overview shows.

    Attributes:
        attention: queues with dead leases, failures, or due work and no worker; worst first.
    """

    queues: list[QueueSummary]
    attention: list[QueueSummary]


@page("overview", "overview")
def overview(request: HttpRequest, access: Access) -> Page:
    """Every queue in sight."""
    found = summaries(access)
    needy = [queue for queue in found if queue.expired or queue.failed or queue.nobody_works]
    needy.sort(key=lambda queue: (-queue.expired, not queue.nobody_works, -queue.failed))
    return Page("Overview", Overview(found, needy), live=request.get_full_path())
