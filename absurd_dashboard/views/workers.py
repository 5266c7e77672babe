"""Who holds claims."""

from dataclasses import dataclass

from django.http import HttpRequest

from absurd_dashboard.access import Access
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.queues import QueueSummary, summaries
from absurd_dashboard.queries.workers import Claim, Worker
from absurd_dashboard.queries.workers import workers as all_workers


@dataclass(frozen=True, slots=True)
class WorkerList:
    """Workers, and queues where work is due and nobody holds a claim."""

    workers: list[Worker]
    idle: list[QueueSummary]

    @property
    def claims(self) -> list[Claim]:
        """Everything that is held, oldest first."""
        held = [claim for worker in self.workers for claim in worker.claims]
        return sorted(held, key=lambda claim: (claim.claimed_at is None, claim.claimed_at))


@page("workers", "workers/list")
def workers(request: HttpRequest, access: Access) -> Page:
    """Every worker that holds a claim or held one within the hour."""
    idle = [queue for queue in summaries(access) if queue.nobody_works]
    return Page("Workers", WorkerList(all_workers(access), idle), live=request.get_full_path())
