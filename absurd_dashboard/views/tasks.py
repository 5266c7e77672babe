"""One task, and a run's way to its task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from absurd_dashboard import sentence, timeline
from absurd_dashboard.access import Access
from absurd_dashboard.comparison import Comparison, compare
from absurd_dashboard.extend.links import TaskLink, task_links
from absurd_dashboard.extend.panels import Panel, panels
from absurd_dashboard.extend.tasks import TaskInView
from absurd_dashboard.history import History
from absurd_dashboard.jsondiff import Pair
from absurd_dashboard.lineage import Lineage
from absurd_dashboard.links import Links
from absurd_dashboard.offers import Offers, offers
from absurd_dashboard.pages import Page, page
from absurd_dashboard.payload import Json
from absurd_dashboard.queries import lineage, whole
from absurd_dashboard.queries import pieces as cut
from absurd_dashboard.queries import task as one_task
from absurd_dashboard.queries.audit import Deed, of_task
from absurd_dashboard.queries.checkpoints import STEPS
from absurd_dashboard.queries.origin import Origin, origin
from absurd_dashboard.queries.tasks import locate
from absurd_dashboard.queries.versions import NOTHING, Followed
from absurd_dashboard.sentence import Status
from absurd_dashboard.states import state_of
from absurd_dashboard.timeline import Timeline
from absurd_dashboard.views import pieces

_GONE = gettext_noop("No task with this id, or none that you may see")
# A task's picture moves with the clock, but need not be drawn anew every two seconds; that of a
# task that ended some time ago hardly moves.
_REDRAW_SECONDS, _FINISHED_SECONDS = 10, 60
_LONG_AGO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Part:
    """A JSON value of a task under its heading."""

    id: str
    label: str
    value: Json | None
    download: str = ""

    @property
    def fold(self) -> str:
        """Id of what folds it."""
        return f"json-{self.id}"


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a task page shows.

    Attributes:
        payloads: params, headers, result and how it is retried.
        record: what was done to it through the dashboard, newest first.
        origin: what it was run again from, where it was.
        previous_steps: address of the page of checkpoints before, or empty.
        next_steps: address of the page of checkpoints after, or empty.
        links: where else the host knows the task.
        panels: what the host says of it.
    """

    task: one_task.TaskDetail
    sentence: Status
    timeline: Timeline
    comparison: Comparison | None
    lineage: Lineage
    payloads: tuple[Part, ...]
    previous_steps: str
    next_steps: str
    offers: Offers
    record: tuple[Deed, ...]
    links: tuple[TaskLink, ...] = ()
    panels: tuple[Panel, ...] = ()
    origin: Origin | None = None

    @property
    def reasons(self) -> list[tuple[int, int, Pair]]:
        """Why each of the attempts compared failed, beside the one that failed before it."""
        compared = (
            {column.run_id for column in self.comparison.columns} if self.comparison else set()
        )
        failed = [
            (attempt.fact.attempt, attempt.error.reason)
            for attempt in reversed(self.task.attempts)
            if attempt.error and attempt.fact.run_id in compared
        ]
        return [
            (before, after, Pair("failure", _("Failure"), old, new))
            for (before, old), (after, new) in pairwise(failed)
        ]

    @property
    def next_attempt(self) -> int:
        """How many attempts one more would allow."""
        task = self.task.history.task
        return max(task.attempts, task.max_attempts or 0) + 1

    @property
    def chosen_page(self) -> int:
        """On which page of the checkpoints the chosen one is."""
        if self.task.chosen is None:
            return 1
        return self.task.history.checkpoints.index(self.task.chosen.fact) // STEPS + 1

    @property
    def steps_note(self) -> str:
        """Which of the checkpoints are on this page."""
        shown, every = len(self.task.steps), len(self.task.history.checkpoints)
        return "" if shown == every else f"{shown:,} of {every:,}"


@page("tasks", "tasks/detail")
def task(request: HttpRequest, access: Access, task_id: UUID) -> Page:
    """One task; its queue is found by probing those in sight."""
    return task_answer(request, access, task_id)


def task_answer(request: HttpRequest, access: Access, task_id: UUID) -> Page:
    """A task's page."""
    query = request.GET
    read = one_task.detail(
        access, task_id, step_page=_number(query.get("steps")), step=query.get("step", "")
    )
    if read is None:
        raise Http404(_(_GONE))
    found, ties = read
    number, record = found.step_page, of_task(access, task_id)
    related = lineage.of(access, found.row, ties)
    drawn = timeline.build(found.history)
    in_view = TaskInView.of(found)
    shown = TaskView(
        task=found,
        sentence=sentence.describe(found.history),
        timeline=drawn,
        comparison=compare(found.history, drawn),
        lineage=related,
        payloads=_parts(request, found),
        previous_steps=f"?steps={number - 1}#checkpoints" if number > 1 else "",
        next_steps=f"?steps={number + 1}#checkpoints" if number < found.step_pages else "",
        offers=offers(access, found.history),
        record=record,
        links=task_links(in_view),
        panels=panels(request, access, in_view),
        origin=origin(access, found) if any(deed.made for deed in record) else None,
    )
    version = (*_version(found), record, related.ties, shown.panels)
    return Page(
        found.history.task.name,
        shown,
        live=request.get_full_path(),
        version=version,
        follows=_followed(found, related) if not shown.panels else NOTHING,
    )


def _followed(found: one_task.TaskDetail, related: Lineage) -> Followed:
    """The task and its relatives: their rows change with all that the page says, but for time."""
    above = (related.parent,) if related.parent else ()
    relatives = {(each.task.queue, each.task.task_id) for each in (*above, *related.children)}
    lasts = timedelta(seconds=_redrawn(found.history))
    return Followed(frozenset({(found.queue, found.history.task.task_id), *relatives}), lasts)


def _redrawn(history: History) -> int:
    """After how many seconds what the page says of time is drawn anew."""
    ends = [at for run in history.runs for at in (run.completed_at, run.failed_at)]
    ended = max(filter(None, (*ends, history.task.cancelled_at)), default=history.now)
    finished = state_of(history.task.state).finished
    return _FINISHED_SECONDS if finished and history.now - ended > _LONG_AGO else _REDRAW_SECONDS


def _parts(request: HttpRequest, found: one_task.TaskDetail) -> tuple[Part, ...]:
    links, task_id = Links.of(request), found.history.task.task_id
    parts = (
        Part("params", _("Params"), found.params, links.to("params", task_id)),
        Part("result", _("Result"), found.result, links.to("result", task_id)),
        Part("headers", _("Headers"), found.headers, links.to("headers", task_id)),
        Part("retry", _("Retry strategy"), found.retry_strategy),
        Part("cancellation", _("Cancellation policy"), found.cancellation),
    )
    return tuple(part for part in parts if part.value is not None)


def _version(found: one_task.TaskDetail) -> tuple[Any, ...]:
    """All facts but the clock and the neighbours, which change without anything new to see."""
    tick = int(found.history.now.timestamp()) // _redrawn(found.history)
    points = found.history.checkpoints  # the latest written is the last, also when it overwrites
    quiet = replace(
        found.history, now=datetime.fromtimestamp(0, UTC), queue=None, checkpoints=points[-1:]
    )
    return (replace(found, history=quiet), len(points), tick)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 1


@page("tasks", "tasks/detail")
def run(request: HttpRequest, access: Access, run_id: UUID) -> HttpResponseBase:
    """A run's own address leads to it on its task's page."""
    task_id = locate(access, run_id)
    if task_id is None:
        raise Http404(_("No run with this id, or none that you may see"))
    return redirect(f"{Links.of(request).to('task', task_id)}#run-{run_id}")


@page("tasks", "tasks/detail")
def payload(request: HttpRequest, access: Access, task_id: UUID, part: str) -> HttpResponseBase:
    """One JSON value of a task: in full, to download, or a piece of it."""
    if place := pieces.wanted(request):
        piece = cut.of_task(access, task_id, part, place)
        return pieces.answer(request, access, piece, part, Links.of(request).to("task", task_id))
    found = whole.text_of(access, task_id, part)
    if found is None:
        raise Http404(_(_GONE))
    return _download(found, f"{task_id}-{part}.json")


@page("tasks", "tasks/detail")
def step(request: HttpRequest, access: Access, task_id: UUID, name: str) -> HttpResponseBase:
    """One checkpoint's value: in full, to download, or a piece of it."""
    if place := pieces.wanted(request):
        piece = cut.of_step(access, task_id, name, place)
        return pieces.answer(request, access, piece, name, Links.of(request).to("task", task_id))
    text = whole.step_text(access, task_id, name)
    if text is None:
        raise Http404(_(_GONE))
    return _download(text, f"{task_id}-checkpoint.json")


@page("tasks", "tasks/detail")
def reason(request: HttpRequest, access: Access, run_id: UUID) -> HttpResponseBase:
    """Why a run failed: in full, to download, or a piece of it."""
    if place := pieces.wanted(request):
        piece = cut.of_reason(access, run_id, place)
        back = Links.of(request).to("run", run_id)
        return pieces.answer(request, access, piece, _("Failure"), back)
    text = whole.reason_text(access, run_id)
    if text is None:
        raise Http404(_("No failed run with this id, or none that you may see"))
    return _download(text, f"{run_id}-failure.json")


def _download(text: str, filename: str) -> HttpResponse:
    disposition = f'attachment; filename="{filename}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(text, content_type="application/json", headers=headers)
