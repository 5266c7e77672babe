"""The task list, one task, and a run's way to its task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from absurd_dashboard import sentence, timeline
from absurd_dashboard.access import Access
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries import task as one_task
from absurd_dashboard.queries.tasks import TaskPage, locate
from absurd_dashboard.queries.tasks import page as task_page
from absurd_dashboard.states import STATES
from absurd_dashboard.windows import WINDOWS, wider

_GONE = "No task with this id, or none that you may see"
# An open task's picture moves with the clock, but need not be drawn anew every two seconds.
_REDRAW_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing of a filter."""

    label: str
    query: str
    current: bool
    state: str = ""


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
    wider: Choice | None
    unknown_id: bool


@page("tasks", "tasks/list")
def tasks(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """Tasks over all queues, newest first."""
    chosen = TaskFilter.from_query(_query(request))
    if (found := _sole_id(access, request)) is not None:
        return redirect("absurd_dashboard:task", task_id=found)
    rows = task_page(access, chosen)
    anchored = replace(chosen, first=chosen.first or rows.first) if chosen.on_first_page else chosen
    live = f"{request.path}?{anchored.query()}"
    return Page("Tasks", _list(chosen, rows), live=live)


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
    further = wider(chosen.span)
    return TaskList(
        filter=chosen,
        rows=rows,
        states=_states(chosen),
        windows=tuple(
            Choice(each.label, chosen.but(window=each.key), each.key == chosen.window)
            for each in WINDOWS
        ),
        chips=tuple(
            Choice(f"{key}: {value}", chosen.but(**{key: ""}), current=True)
            for key, value in (("queue", chosen.queue), ("name", chosen.name), ("id", chosen.id))
            if value
        ),
        older=chosen.but(older=rows.older) if rows.older else "",
        newer=chosen.but(newer=rows.newer) if rows.newer else "",
        newest=chosen.but(),
        wider=Choice(further.label, chosen.but(window=further.key), current=False)
        if further and not chosen.id
        else None,
        unknown_id=bool(chosen.id) and chosen.id_range is None,
    )


def _states(chosen: TaskFilter) -> tuple[Choice, ...]:
    every = Choice("All", chosen.but(state=""), not chosen.state)
    return (
        every,
        *(
            Choice(str(state.label), chosen.but(state=name), chosen.state == name, name)
            for name, state in STATES.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a task page shows."""

    task: one_task.TaskDetail
    sentence: Any
    timeline: Any
    true_scale: bool


@page("tasks", "tasks/detail")
def task(request: HttpRequest, access: Access, task_id: UUID) -> Page:
    """One task; its queue is found by probing those in sight."""
    found = one_task.detail(access, task_id, step_page=_number(request.GET.get("steps")))
    if found is None:
        raise Http404(_GONE)
    true_scale = request.GET.get("scale") == "true"
    shown = TaskView(
        task=found,
        sentence=sentence.describe(found.history),
        timeline=timeline.build(found.history),
        true_scale=true_scale,
    )
    return Page(
        found.history.task.name, shown, live=request.get_full_path(), version=_version(found)
    )


def _version(found: one_task.TaskDetail) -> tuple[Any, ...]:
    """All facts but the clock and the neighbours, which change without anything new to see."""
    still = STATES.get(found.history.task.state)
    now = found.history.now
    tick = 0 if still and still.finished else int(now.timestamp()) // _REDRAW_SECONDS
    quiet = replace(found.history, now=datetime.fromtimestamp(0, UTC), queue=None)
    return (replace(found, history=quiet), tick)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 1


@page("tasks", "tasks/detail")
def run(request: HttpRequest, access: Access, run_id: UUID) -> HttpResponseBase:
    """A run's own address leads to it on its task's page."""
    task_id = locate(access, run_id)
    if task_id is None:
        raise Http404("No run with this id, or none that you may see")
    return redirect(f"{reverse('absurd_dashboard:task', args=[task_id])}#run-{run_id}")


@page("tasks", "tasks/detail")
def payload(request: HttpRequest, access: Access, task_id: UUID, part: str) -> HttpResponseBase:
    """One JSON value of a task in full, to download."""
    found = one_task.text_of(access, task_id, part)
    if found is None:
        raise Http404(_GONE)
    return _download(found[1], f"{task_id}-{part}.json")


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
