"""The filter of the task list: read from a query string, and written back into links.

A query in the search language (:mod:`absurd_dashboard.search`) and the fields of a form are two
ways to say the same: what a field can say is taken out of the query, the rest stays in ``q``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.utils.datastructures import MultiValueDict

from absurd_dashboard import ids
from absurd_dashboard.search.ages import oldest
from absurd_dashboard.search.grammar import Query, Term, written
from absurd_dashboard.search.lifting import FIELDS, LONGEST, lifted, term_of
from absurd_dashboard.search.qualifiers import QUALIFIERS, understood
from absurd_dashboard.search.reader import Reading, cleaned
from absurd_dashboard.states import STATES
from absurd_dashboard.windows import Window, window

_DEFAULT_WINDOW = "7d"
#: The columns of a task list; the first is always shown.
COLUMNS = ("name", "task_id", "queue", "state", "attempts", "enqueued_at", "took")


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a task list shows. Every attribute is a key of the query string.

    Attributes:
        q: what of a query the following do not say; as typed, where it makes no sense.
        queue: name of a queue.
        state: name of a state.
        name: a task name; ``*`` at its end stands for anything.
        id: a task's or run's id, or the first digits of one.
        window: how far back tasks were spawned.
        columns: names from :data:`COLUMNS` joined by commas, in the order in which they are shown;
            empty for all.
        older: page below this task id.
        newer: page above this task id.
        first: the newest task of the page when it was opened; a live page shows none above it.
    """

    q: str = ""
    queue: str = ""
    state: str = ""
    name: str = ""
    id: str = ""
    window: str = _DEFAULT_WINDOW
    columns: str = ""
    older: UUID | None = None
    newer: UUID | None = None
    first: UUID | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TaskFilter:
        """Read a query string; what makes no sense in it counts as absent."""
        typed = cleaned(query.get("q", ""))
        given = {field: value for field in FIELDS if (value := _text(query.get(field)))}
        if given.get("state", "failed") not in STATES:
            del given["state"]
        reading = understood(typed)
        more, rest = ({}, ()) if reading.problems else lifted(reading.query, given)
        return cls(
            q=typed if reading.problems else written(rest),
            **given,
            **more,
            window=window(query.get("window"), _DEFAULT_WINDOW).key,
            columns=_columns(query),
            older=_uuid(query.get("older")),
            newer=_uuid(query.get("newer")),
            first=_uuid(query.get("first")),
        )

    def query(self) -> str:
        """The query string of exactly this filter and page, without a leading ``?``."""
        default = TaskFilter()
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode(
            {key: value for key, value in given.items() if value != getattr(default, key)}
        )

    def parts(self) -> dict[str, object]:
        """What is filtered by, without the page."""
        return {
            "q": self.q,
            "queue": self.queue,
            "state": self.state,
            "name": self.name,
            "id": self.id,
            "window": self.window,
            "columns": self.columns,
        }

    def but(self, **changes: str | UUID | None) -> str:
        """The query string with changes, on its first page unless the change is a page."""
        turned = {"older": None, "newer": None, "first": None, **changes}
        return replace(self, **turned).query()  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        """The whole query, as it stands in the search box."""
        given = (term_of(field, value) for field in FIELDS if (value := getattr(self, field)))
        return " ".join(filter(None, [written(given), self.q]))

    @property
    def reading(self) -> Reading:
        """What :attr:`text` says, and where it makes no sense."""
        return understood(self.text)

    @property
    def terms(self) -> Query:
        """The terms of :attr:`q`; none where it makes no sense."""
        reading = understood(self.q)
        return () if reading.problems else reading.query

    def without(self, term: Term) -> str:
        """The query string without one of :attr:`terms`."""
        return self.but(q=written(each for each in self.terms if each != term))

    def in_state(self, state: str) -> str:
        """The query string for another state, or for all of them."""
        return self._turned("state", state)

    def in_queue(self, queue: str) -> str:
        """The query string for another queue, or for all of them."""
        return self._turned("queue", queue)

    def _turned(self, field: str, value: str) -> str:
        kept = written(term for term in self.terms if term.qualifier != field)
        return self.but(**{field: value}, q=kept if self.terms else self.q)

    @property
    def windowed(self) -> bool:
        """Whether the time window counts: an id or an age in the query takes its place."""
        return not self.id and all(term.qualifier != "age" for term in self.terms)

    def since(self, now: datetime) -> datetime | None:
        """The earliest moment at which a task that is meant was spawned, or None for no bound."""
        return self.span.since(now) if self.windowed else oldest(self.terms, now)

    @property
    def searched(self) -> bool:
        """Whether rows must be looked at to find those that are meant."""
        looked = (not QUALIFIERS[term.qualifier].indexed for term in self.terms)
        return not self.id and bool(self.name or self.state or any(looked))

    @property
    def span(self) -> Window:
        """The time window."""
        return window(self.window, _DEFAULT_WINDOW)

    @property
    def id_range(self) -> ids.IdRange | None:
        """The ids meant by :attr:`id`; None when it is empty or no id."""
        return ids.parse(self.id)

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """Names of the columns, in their order."""
        return tuple(self.columns.split(",")) if self.columns else COLUMNS

    @property
    def on_first_page(self) -> bool:
        """Whether the newest tasks are on this page."""
        return self.older is None and self.newer is None

    @property
    def narrowed(self) -> bool:
        """Whether anything but the window is filtered."""
        return bool(self.q or self.queue or self.state or self.name or self.id)


def _text(value: str | None) -> str:
    return (value or "").strip().replace("\x00", "")[:LONGEST]


def _columns(query: Mapping[str, str]) -> str:
    """The columns asked for, by one key with commas or by several, as a form's boxes send them."""
    several = query.getlist("columns") if isinstance(query, MultiValueDict) else ()
    asked = ",".join(several) if several else query.get("columns", "")
    wanted = [name for name in dict.fromkeys(asked.split(",")) if name in COLUMNS]
    shown = wanted if COLUMNS[0] in wanted else [COLUMNS[0], *wanted]
    return "" if not wanted or tuple(shown) == COLUMNS else ",".join(shown)


def _uuid(value: str | None) -> UUID | None:
    given = ids.parse(value or "")
    return given.first if given and given.first == given.last else None
