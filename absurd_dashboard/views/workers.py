"""Who holds claims."""

from dataclasses import dataclass

from django.http import HttpRequest

from absurd_dashboard.access import Access
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.queues import QueueSummary, summaries
from absurd_dashboard.queries.workers import Claim, Crew, Worker, crew


@dataclass(frozen=True, slots=True)
class WorkerList:
    """Workers, and queues where work is due and nobody holds a claim."""

    crew: Crew
    idle: list[QueueSummary]

    @property
    def workers(self) -> list[Worker]:
        """Dead leases first."""
        return self.crew.workers

    @property
    def claims(self) -> list[Claim]:
        """The oldest claims."""
        return self.crew.claims

    @property
    def more(self) -> int:
        """How many claims are not listed."""
        return self.crew.held - len(self.crew.claims)


@page("workers", "workers/list")
def workers(request: HttpRequest, access: Access) -> Page:
    """Every worker that holds a claim or held one within the hour."""
    idle = [queue for queue in summaries(access) if queue.nobody_works]
    return Page("Workers", WorkerList(crew(access), idle), live=request.get_full_path())
