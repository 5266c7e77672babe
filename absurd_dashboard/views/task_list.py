"""The task list: the search box, its chips and tabs, and a page of tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.choices import Choice, chips, further, window_choices
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.filters import COLUMNS, TaskFilter
from absurd_dashboard.links import Links
from absurd_dashboard.pages import Page, page
from absurd_dashboard.queries.counting import by_state
from absurd_dashboard.queries.tasks import TaskPage, locate, problems
from absurd_dashboard.queries.tasks import page as task_page
from absurd_dashboard.search.echo import Echo, echo
from absurd_dashboard.search.grammar import Term, key_text, term_text, written
from absurd_dashboard.search.lifting import term_of
from absurd_dashboard.search.qualifiers import QUALIFIERS, Qualifier
from absurd_dashboard.states import STATES
from absurd_dashboard.tables import TaskTable
from absurd_dashboard.windows import WINDOWS, Window

# A list that takes longer to find is not asked for again every two seconds.
_LIVE_BELOW_SECONDS = 0.1
# "At least none" is not worth a word.
_NOTHING_FOUND = Count(0, Precision.CAPPED)
# Queues in the menu; the others are found by typing.
_QUEUES = 200


@dataclass(frozen=True, slots=True)
class TaskList:
    """What the task list shows.

    Attributes:
        filter: what is shown.
        rows: the page's tasks.
        echo: the query with what makes no sense in it; None when all of it does.
        missing: queues that the query names and that are not in sight.
        further: the link that looks further back; None at the widest window.
        elsewhere: where else to look for what was taken for a name or an id, and is none.
        unknown_id: whether what was given as an id is none.
    """

    filter: TaskFilter
    rows: TaskPage
    echo: Echo | None
    missing: tuple[str, ...]
    queues: tuple[Choice, ...]
    states: tuple[Choice, ...]
    windows: tuple[Choice, ...]
    chips: tuple[Choice, ...]
    older: str
    newer: str
    newest: str
    further: Choice | None
    elsewhere: tuple[Choice, ...]
    unknown_id: bool

    @property
    def new(self) -> Count:
        """Tasks that came since the page was opened."""
        return Count.capped(self.rows.new, self.rows.new_cap - 1)

    @property
    def qualifiers(self) -> tuple[tuple[str, Qualifier], ...]:
        """What can be searched for."""
        return tuple(QUALIFIERS.items())

    @property
    def kept(self) -> tuple[tuple[str, object], ...]:
        """What a form that changes the columns keeps."""
        parts = {**self.filter.parts(), "columns": ""}
        return tuple((key, value) for key, value in parts.items() if value)

    @property
    def columns(self) -> tuple[Choice, ...]:
        """Columns to choose from; ``url`` is the name."""
        shown, table = self.filter.shown_columns, TaskTable.base_columns
        return tuple(
            Choice(str(table[name].verbose_name), name, name in shown) for name in COLUMNS[1:]
        )

    @property
    def window_options(self) -> tuple[Window, ...]:
        """The windows to choose from."""
        return WINDOWS


@page("tasks", "tasks/list", shared=True)
def tasks(request: HttpRequest, access: Access) -> Page | HttpResponseBase:
    """Tasks over all queues, newest first."""
    if (found := _sole_id(access, request)) is not None:
        return redirect(Links.of(request).to("task", found))
    chosen = TaskFilter.from_query(request.GET)
    rows = task_page(access, chosen)
    anchored = replace(chosen, first=chosen.first or rows.first) if chosen.on_first_page else chosen
    live = f"{request.path}?{anchored.query()}" if rows.took < _LIVE_BELOW_SECONDS else ""
    shown = replace(rows, took=0)  # it differs each time, and changes nothing
    return Page(_("Tasks"), _list(access, chosen, shown), live=live)


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks each state's tab leads to."""

    states: tuple[Choice, ...]


@page("tasks", "tasks/counts")
def counts(request: HttpRequest, access: Access) -> Page:
    """The tabs of a task list with their counts, which come after the list."""
    chosen = TaskFilter.from_query(request.GET)
    found = by_state(access, chosen, dashboard_settings().search_budget)
    known = {state: each for state, each in found.items() if each != _NOTHING_FOUND}
    tabs = tuple(replace(tab, count=known.get(tab.state)) for tab in _states(chosen))
    return Page(_("Tasks"), TaskCounts(tabs))


def _sole_id(access: Access, request: HttpRequest) -> UUID | None:
    """The task that is meant by a whole id in the search box."""
    meant = TaskFilter(id=request.GET.get("q", "")).id_range
    return locate(access, meant.first) if meant and meant.first == meant.last else None


def missing_queues(access: Access, chosen: TaskFilter) -> tuple[str, ...]:
    """Queues that a filter names and that are not in sight: dropped, or never there."""
    terms = [term for term in chosen.reading.query if term.qualifier == "queue"]
    named = (value.parts[0] for term in terms for value in term.values if value.exact)
    return tuple(dict.fromkeys(name for name in named if name not in access.queue_names))


def _list(access: Access, chosen: TaskFilter, rows: TaskPage) -> TaskList:
    kept = chosen.parts()
    wider = further(chosen.span, kept) if chosen.windowed else None
    return TaskList(
        filter=chosen,
        rows=rows,
        echo=echo(chosen.text, tuple(problems(access, chosen)), chosen.window),
        missing=missing_queues(access, chosen),
        queues=_queues(access, chosen),
        states=_states(chosen),
        windows=window_choices(chosen.span, kept) if chosen.windowed else (),
        chips=(*chips(kept, ("queue", "name", "id")), *_term_chips(chosen)),
        older=f"?{chosen.but(older=rows.older)}" if rows.older else "",
        newer=f"?{chosen.but(newer=rows.newer)}" if rows.newer else "",
        newest=f"?{chosen.but()}",
        further=wider,
        elsewhere=() if rows.rows else _elsewhere(chosen),
        unknown_id=bool(chosen.id) and chosen.id_range is None,
    )


def _elsewhere(chosen: TaskFilter) -> tuple[Choice, ...]:
    """Links that look elsewhere for a word that is no name and begins no id: an order's number."""
    text = chosen.name.rstrip("*") or chosen.id
    if not text or chosen.reading.problems:
        return ()

    def link(key: str) -> str:
        query = written((*chosen.terms, term_of(key, text)))
        return f"?{chosen.but(name='', id='', q=query)}"

    return (
        Choice(_("in params"), link("params")),
        Choice(_("in errors"), link("error")),
        Choice(_("as an event"), link("event")),
    )


def _term_chips(chosen: TaskFilter) -> tuple[Choice, ...]:
    return tuple(
        Choice(_label(term), f"?{chosen.without(term)}", state=_value(term))
        for term in chosen.terms
    )


def _label(term: Term) -> str:
    return f"{'-' * term.negated}{key_text(term.key)}"


def _value(term: Term) -> str:
    return term_text(term).removeprefix(f"{_label(term)}:")


def _queues(access: Access, chosen: TaskFilter) -> tuple[Choice, ...]:
    every = Choice(_("All queues"), f"?{chosen.in_queue('')}", not chosen.queue)
    named = access.queue_names[:_QUEUES]
    return (
        every,
        *(Choice(name, f"?{chosen.in_queue(name)}", chosen.queue == name) for name in named),
    )


def _states(chosen: TaskFilter) -> tuple[Choice, ...]:
    asked = any(term.qualifier == "state" for term in chosen.terms)
    every = Choice(_("All"), f"?{chosen.in_state('')}", not (chosen.state or asked))
    return (
        every,
        *(
            Choice(str(state.label), f"?{chosen.in_state(name)}", chosen.state == name, name)
            for name, state in STATES.items()
        ),
    )
