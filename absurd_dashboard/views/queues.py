"""The queues, and one of them."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.errors import EngineForbidden
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.gate import Target, allowed
from absurd_dashboard.pages import Page, page
from absurd_dashboard.policy import Action
from absurd_dashboard.queries.pace import paced
from absurd_dashboard.queries.queues import QueuePolicy, QueueSummary, policies, summaries
from absurd_dashboard.queries.tasks import TaskPage
from absurd_dashboard.queries.tasks import page as task_page


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue with its policy."""

    summary: QueueSummary
    policy: QueuePolicy | None


@dataclass(frozen=True, slots=True)
class QueueList:
    """Every queue in sight.

    Attributes:
        others: names of those whose numbers are on their own pages only, because there are many.
        unreadable: those that the database's role may not read.
    """

    rows: list[QueueRow]
    others: tuple[str, ...]
    unreadable: tuple[str, ...]

    @property
    def summaries(self) -> list[QueueSummary]:
        """What is open in each."""
        return [row.summary for row in self.rows]


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue and its newest tasks."""

    summary: QueueSummary
    policy: QueuePolicy | None
    tasks: TaskPage
    can_maintain: bool


@page("queues", "queues/list", shared=True)
def queues(request: HttpRequest, access: Access) -> Page:
    """Every queue with its counts and policy."""
    kept = policies(access)
    rows = [QueueRow(each, kept.get(each.queue)) for each in paced(access, summaries(access))]
    shown = {row.summary.queue for row in rows}
    others = tuple(name for name in access.queue_names if name not in shown)
    found = QueueList(rows, others, access.unreadable)
    return Page(_("Queues"), found, live=request.get_full_path())


@page("queues", "queues/detail", shared=True)
def queue(request: HttpRequest, access: Access, queue: str) -> Page:
    """One queue."""
    if queue in access.unreadable:
        raise EngineForbidden(EngineForbidden.title)
    if queue not in access.queue_names:
        raise Http404(_("No queue with this name, or none that you may see"))
    (summary,) = summaries(access, [queue])
    shown = QueueView(
        summary,
        policies(access).get(queue),
        task_page(access, TaskFilter(queue=queue, window="all")),
        allowed(access, Action.QUEUES, Target(queue)),
    )
    return Page(queue, shown, live=request.get_full_path())
