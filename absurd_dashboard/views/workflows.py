"""Workflow runs, and one of them with all its tasks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, query_url, window_choices
from absurd_dashboard.display import Count
from absurd_dashboard.graph import shape
from absurd_dashboard.lineage import uuid
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries import recorded
from absurd_dashboard.queries import workflows as queries
from absurd_dashboard.queries.tasks import TaskRow
from absurd_dashboard.states import STATES, state_of
from absurd_dashboard.windows import Window, window

_GONE = gettext_noop("No workflow run with this id, or none that you may see")
_RECORDED, _GROUPED = "recorded", "header"
# An open one's picture moves with the clock, but need not be drawn anew every two seconds.
_REDRAW_SECONDS = 10
# A list that takes longer to find is not asked for again every two seconds.
_LIVE_BELOW_SECONDS = 0.1
_LONGEST = 500
# Tasks listed on the page of one workflow run, the newest.
_LISTED = 100


@dataclass(frozen=True, slots=True)
class WorkflowList:
    """What the list shows.

    Attributes:
        by: ``recorded``, or ``header`` for tasks that share one.
        installed: whether there is a table of recorded workflow runs.
    """

    by: str
    installed: bool
    kinds: tuple[Choice, ...]
    windows: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    span: Window
    name: str
    status: str
    statuses: tuple[str, ...]
    page: queries.WorkflowPage
    older: str
    further: Choice | None


@page("workflows", "workflows/list", shared=True)
def workflows(request: HttpRequest, access: Access) -> Page:
    """Workflow runs, newest first."""
    installed = recorded.installed(access)
    by = _GROUPED if request.GET.get("by") == _GROUPED or not installed else _RECORDED
    span = window(request.GET.get("window"), "7d")
    name = request.GET.get("name", "").replace("\x00", "")[:_LONGEST]
    status = request.GET.get("status", "")
    status = status if status in queries.STATUSES else ""
    older = request.GET.get("older", "")[:_LONGEST]
    if by == _RECORDED:
        found = queries.recorded_page(access, name=name, status=status, older=older)
    else:
        found = queries.grouped_page(access, span, name=name, status=status, older=older)
    kept = {"by": by, "window": span.key if by == _GROUPED else "", "name": name, "status": status}
    shown = WorkflowList(
        by=by,
        installed=installed,
        kinds=_kinds(kept, by, installed=installed),
        windows=window_choices(span, kept) if by == _GROUPED else (),
        chips=chips(kept, ("name", "status")),
        span=span,
        name=name,
        status=status,
        statuses=queries.STATUSES,
        page=replace(found, took=0),  # it differs each time, and changes nothing
        older=query_url({**kept, "older": found.older}) if found.older else "",
        further=further(span, kept) if by == _GROUPED else None,
    )
    live = request.get_full_path() if found.took < _LIVE_BELOW_SECONDS else ""
    return Page(_("Workflows"), shown, live=live)


def _kinds(kept: dict[str, str], by: str, *, installed: bool) -> tuple[Choice, ...]:
    labels = {_RECORDED: _("Recorded"), _GROUPED: _("Tasks that share a header")}
    return tuple(
        Choice(label, query_url({**kept, "by": kind, "window": ""}), kind == by)
        for kind, label in labels.items()
        if installed or kind != _RECORDED
    )


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """What a workflow run's page shows.

    Attributes:
        name: part of the names of the tasks to show, ``#`` standing for any number.
        state: of the tasks to show.
        states: which states there are to choose from, with how many tasks of each.
    """

    workflow: queries.Workflow
    name: str
    state: str
    states: tuple[Choice, ...]

    @property
    def members(self) -> tuple[queries.Member, ...]:
        """The tasks that are meant, in the order of spawning."""
        called = _called(self.workflow, self.name)
        return tuple(member for member in called if self.state in ("", member.task.state))

    @property
    def tasks(self) -> tuple[TaskRow, ...]:
        """The tasks that are listed, newest first as in every list."""
        return tuple(member.task for member in reversed(self.members[-_LISTED:]))

    @property
    def unlisted(self) -> int:
        """How many are meant and not listed."""
        return len(self.members) - len(self.tasks)

    @property
    def done(self) -> int:
        """How many of its known tasks are finished."""
        members = self.workflow.members
        return sum(state_of(member.task.state).finished for member in members)

    @property
    def total(self) -> int:
        """How many tasks it is known or said to have."""
        record = self.workflow.record
        return max(len(self.workflow.members), (record.task_count if record else None) or 0)

    @property
    def payloads(self) -> tuple[tuple[str, object], ...]:
        """What is recorded of its inputs and its end, under their headings."""
        record = self.workflow.record
        if record is None:
            return ()
        parts = (
            (_("Inputs"), record.inputs),
            (_("Result"), record.result),
            (_("Error"), record.error),
        )
        return tuple(part for part in parts if part[1] is not None)


@page("workflows", "workflows/detail", shared=True)
def workflow(request: HttpRequest, access: Access, workflow: str) -> Page:
    """One workflow run; ``task`` in the query is one of its tasks, to find the others by."""
    if "\x00" in workflow:  # PostgreSQL's text cannot hold it, so nothing is called so
        raise Http404(_(_GONE))
    span = window(request.GET.get("window"), "30d")
    found = queries.one(access, workflow, span, uuid(request.GET.get("task")))
    if found is None:
        raise Http404(_(_GONE))
    finished = state_of(found.status).finished and all(
        state_of(member.task.state).finished for member in found.members
    )
    tick = 0 if finished else int(access.now.timestamp()) // _REDRAW_SECONDS
    version = (found.record, found.members, found.capped, tick)
    shown = _view(request, found)
    return Page(found.name, shown, live=request.get_full_path(), version=version)


def _view(request: HttpRequest, found: queries.Workflow) -> WorkflowView:
    query = request.GET.copy()
    state, name = query.get("state", ""), query.get("name", "")[:_LONGEST]
    tally = Counter(member.task.state for member in _called(found, name))

    def choice(label: str, key: str, count: int) -> Choice:
        query["state"] = key
        return Choice(label, f"?{query.urlencode()}#tasks", key == state, key, Count(count))

    states = (choice(str(each.label), each.name, tally[each.name]) for each in STATES.values())
    return WorkflowView(
        workflow=found,
        name=name,
        state=state,
        states=(
            choice(_("All"), "", tally.total()),
            *(each for each in states if tally[each.state] or each.current),
        ),
    )


def _called(found: queries.Workflow, name: str) -> list[queries.Member]:
    """Tasks with a part in their names, which may have ``#`` for numbers."""
    part = name.casefold()
    names = {member.task.name for member in found.members}
    meant = {each for each in names if part in each.casefold() or part in shape(each).casefold()}
    return [member for member in found.members if member.task.name in meant]
