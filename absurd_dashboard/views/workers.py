"""Who holds claims."""

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.queues import QueueSummary, summaries
from absurd_dashboard.queries.workers import DEPTH, Claim, Crew, Worker, crew


@dataclass(frozen=True, slots=True)
class WorkerList:
    """Workers, and queues where work is due and nobody holds a claim."""

    crew: Crew
    idle: list[QueueSummary]
    running: Count

    @property
    def workers(self) -> list[Worker]:
        """Dead leases first."""
        return self.crew.workers

    @property
    def claims(self) -> list[Claim]:
        """The oldest claims."""
        return self.crew.claims

    @property
    def more(self) -> Count:
        """How many claims are not listed."""
        return replace(self.running, value=self.running.value - len(self.crew.claims))

    @property
    def depth(self) -> int:
        """Claims of a queue that are looked at."""
        return DEPTH


@page("workers", "workers/list", shared=True)
def workers(request: HttpRequest, access: Access) -> Page:
    """Every worker that holds a claim or held one within the hour."""
    queues = summaries(access)
    shown = WorkerList(
        crew=crew(access),
        idle=[queue for queue in queues if queue.nobody_works],
        running=_running(queues),
    )
    return Page(_("Workers"), shown, live=request.get_full_path())


def _running(queues: list[QueueSummary]) -> Count:
    """Claims of all queues together."""
    total = sum(queue.running for queue in queues)
    capped = any("running" in queue.at_least for queue in queues)
    return Count(total, Precision.CAPPED) if capped else Count(total)
