"""Who holds claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.queues import MOST, Duty, QueueSummary, duties, summaries
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
    found = duties(access)
    idle = [duty.queue for duty in found if duty.idle]
    shown = WorkerList(
        crew=crew(access),
        idle=summaries(access, idle) if idle else [],
        running=_running(found),
    )
    return Page(_("Workers"), shown, live=request.get_full_path())


def _running(duties: Sequence[Duty]) -> Count:
    """Claims of all queues together."""
    total = sum(duty.running for duty in duties)
    capped = any(duty.running >= MOST for duty in duties)
    return Count(total, Precision.CAPPED) if capped else Count(total)
