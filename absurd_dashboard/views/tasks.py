"""The task list, one task, and a run's way to its task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect

from absurd_dashboard import sentence, timeline
from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, window_choices
from absurd_dashboard.comparison import Comparison, compare
from absurd_dashboard.display import Count
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.lineage import Lineage
from absurd_dashboard.links import Links
from absurd_dashboard.offers import Offers, offers
from absurd_dashboard.pages import Page, page
from absurd_dashboard.payload import Json
from absurd_dashboard.queries import lineage
from absurd_dashboard.queries import task as one_task
from absurd_dashboard.queries.audit import Deed, of_task
from absurd_dashboard.queries.tasks import TaskPage, known, locate
from absurd_dashboard.queries.tasks import page as task_page
from absurd_dashboard.sentence import Status
from absurd_dashboard.states import STATES, state_of
from absurd_dashboard.timeline import Timeline
from absurd_dashboard.windows import WINDOWS, Window

_GONE = "No task with this id, or none that you may see"
# An open task's picture moves with the clock, but need not be drawn anew every two seconds.
_REDRAW_SECONDS = 10
# A list that takes longer to find is not asked for again every two seconds.
_LIVE_BELOW_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class TaskList:
    """What the task list shows."""

    filter: TaskFilter
    rows: TaskPage
    states: tuple[Choice, ...]
    windows: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    older: str
    newer: str
    newest: str
    further: Choice | None
    unknown_id: bool

    @property
    def new(self) -> Count:
        """Tasks that came since the page was opened."""
        return Count.capped(self.rows.new, self.rows.new_cap - 1)

    @property
    def window_options(self) -> tuple[Window, ...]:
        """The windows to choose from."""
        return WINDOWS


@page("tasks", "tasks/list")
def tasks(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """Tasks over all queues, newest first."""
    chosen = TaskFilter.from_query(_query(request))
    if (found := _sole_id(access, request)) is not None:
        return redirect(Links.of(request).to("task", found))
    rows = task_page(access, chosen)
    anchored = replace(chosen, first=chosen.first or rows.first) if chosen.on_first_page else chosen
    live = f"{request.path}?{anchored.query()}" if rows.took < _LIVE_BELOW_SECONDS else ""
    shown = replace(rows, took=0)  # it differs each time, and changes nothing
    return Page("Tasks", _list(chosen, shown), live=live)


def _query(request: HttpRequest) -> QueryDict:
    """The query string, where the box at the top of every page (``q``) means a name or an id."""
    query = request.GET.copy()
    if text := query.pop("q", [""])[0].strip():
        key = "id" if TaskFilter(id=text).id_range else "name"
        query[key] = text
    return query


def _sole_id(access: Access, request: HttpRequest) -> UUID | None:
    """The task that is meant by a whole id in the search box."""
    meant = TaskFilter(id=request.GET.get("q", "")).id_range
    return locate(access, meant.first) if meant and meant.first == meant.last else None


def _list(chosen: TaskFilter, rows: TaskPage) -> TaskList:
    kept = chosen.parts()
    return TaskList(
        filter=chosen,
        rows=rows,
        states=_states(chosen),
        windows=() if chosen.id else window_choices(chosen.span, kept),
        chips=chips(kept, ("queue", "name", "id")),
        older=f"?{chosen.but(older=rows.older)}" if rows.older else "",
        newer=f"?{chosen.but(newer=rows.newer)}" if rows.newer else "",
        newest=f"?{chosen.but()}",
        further=None if chosen.id else further(chosen.span, kept),
        unknown_id=bool(chosen.id) and chosen.id_range is None,
    )


def _states(chosen: TaskFilter) -> tuple[Choice, ...]:
    every = Choice("All", f"?{chosen.but(state='')}", not chosen.state)
    return (
        every,
        *(
            Choice(str(state.label), f"?{chosen.but(state=name)}", chosen.state == name, name)
            for name, state in STATES.items()
        ),
    )


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
        previous_steps: address of the page of checkpoints before, or empty.
        next_steps: address of the page of checkpoints after, or empty.
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

    @property
    def next_attempt(self) -> int:
        """How many attempts one more would allow."""
        task = self.task.history.task
        return max(task.attempts, task.max_attempts or 0) + 1

    @property
    def pages_of_steps(self) -> dict[str, int]:
        """On which page each checkpoint is."""
        points = enumerate(self.task.history.checkpoints)
        return {point.name: place // one_task.STEPS + 1 for place, point in points}

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
    found = one_task.detail(
        access, task_id, step_page=_number(query.get("steps")), step=query.get("step", "")
    )
    if found is None:
        raise Http404(_GONE)
    number, record = found.step_page, of_task(access, task_id)
    related = lineage.of(access, known(access, [task_id], [found.queue])[0])
    drawn = timeline.build(found.history)
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
    )
    version = (*_version(found), record, related.ties)
    return Page(found.history.task.name, shown, live=request.get_full_path(), version=version)


def _parts(request: HttpRequest, found: one_task.TaskDetail) -> tuple[Part, ...]:
    links, task_id = Links.of(request), found.history.task.task_id
    parts = (
        Part("params", "Params", found.params, links.to("params", task_id)),
        Part("result", "Result", found.result, links.to("result", task_id)),
        Part("headers", "Headers", found.headers, links.to("headers", task_id)),
        Part("retry", "Retry strategy", found.retry_strategy),
        Part("cancellation", "Cancellation policy", found.cancellation),
    )
    return tuple(part for part in parts if part.value is not None)


def _version(found: one_task.TaskDetail) -> tuple[Any, ...]:
    """All facts but the clock and the neighbours, which change without anything new to see."""
    finished = state_of(found.history.task.state).finished
    now = found.history.now
    tick = 0 if finished else int(now.timestamp()) // _REDRAW_SECONDS
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
        raise Http404("No run with this id, or none that you may see")
    return redirect(f"{Links.of(request).to('task', task_id)}#run-{run_id}")


@page("tasks", "tasks/detail")
def payload(request: HttpRequest, access: Access, task_id: UUID, part: str) -> HttpResponseBase:
    """One JSON value of a task in full, to download."""
    found = one_task.text_of(access, task_id, part)
    if found is None:
        raise Http404(_GONE)
    return _download(found, f"{task_id}-{part}.json")


@page("tasks", "tasks/detail")
def step(request: HttpRequest, access: Access, task_id: UUID, name: str) -> HttpResponseBase:
    """One checkpoint's value in full, to download."""
    text = one_task.step_text(access, task_id, name)
    if text is None:
        raise Http404(_GONE)
    return _download(text, f"{task_id}-checkpoint.json")


@page("tasks", "tasks/detail")
def reason(request: HttpRequest, access: Access, run_id: UUID) -> HttpResponseBase:
    """Why a run failed, in full, to download."""
    text = one_task.reason_text(access, run_id)
    if text is None:
        raise Http404("No failed run with this id, or none that you may see")
    return _download(text, f"{run_id}-failure.json")


def _download(text: str, filename: str) -> HttpResponse:
    disposition = f'attachment; filename="{filename}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(text, content_type="application/json", headers=headers)
