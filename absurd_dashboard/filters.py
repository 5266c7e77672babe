"""The filter of the task list: read from a query string, and written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode
from uuid import UUID

from absurd_dashboard import ids
from absurd_dashboard.states import STATES
from absurd_dashboard.windows import Window, window

#: Longer values are nobody's queue or task name; they would only travel through every link.
_LONGEST = 500
_DEFAULT_WINDOW = "7d"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a task list shows. Every attribute is a key of the query string.

    Attributes:
        queue: name of a queue.
        state: name of a state.
        name: a task name; ``*`` at its end stands for anything.
        id: a task's or run's id, or the first digits of one.
        window: how far back tasks were spawned.
        older: page below this task id.
        newer: page above this task id.
        first: the newest task of the page when it was opened; a live page shows none above it.
    """

    queue: str = ""
    state: str = ""
    name: str = ""
    id: str = ""
    window: str = _DEFAULT_WINDOW
    older: UUID | None = None
    newer: UUID | None = None
    first: UUID | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TaskFilter:
        """Read a query string; what makes no sense in it counts as absent."""
        state = query.get("state", "")
        return cls(
            queue=_text(query.get("queue")),
            state=state if state in STATES else "",
            name=_text(query.get("name")),
            id=_text(query.get("id")),
            window=window(query.get("window"), _DEFAULT_WINDOW).key,
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
            "queue": self.queue,
            "state": self.state,
            "name": self.name,
            "id": self.id,
            "window": self.window,
        }

    def but(self, **changes: str | UUID | None) -> str:
        """The query string with changes, on its first page unless the change is a page."""
        turned = {"older": None, "newer": None, "first": None, **changes}
        return replace(self, **turned).query()  # type: ignore[arg-type]

    @property
    def span(self) -> Window:
        """The time window."""
        return window(self.window, _DEFAULT_WINDOW)

    @property
    def id_range(self) -> ids.IdRange | None:
        """The ids meant by :attr:`id`; None when it is empty or no id."""
        return ids.parse(self.id)

    @property
    def on_first_page(self) -> bool:
        """Whether the newest tasks are on this page."""
        return self.older is None and self.newer is None

    @property
    def narrowed(self) -> bool:
        """Whether anything but the window is filtered."""
        return bool(self.queue or self.state or self.name or self.id)


def _text(value: str | None) -> str:
    return (value or "").strip().replace("\x00", "")[:_LONGEST]


def _uuid(value: str | None) -> UUID | None:
    given = ids.parse(value or "")
    return given.first if given and given.first == given.last else None
