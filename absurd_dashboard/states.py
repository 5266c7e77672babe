"""The states of tasks and runs: the one table from which labels, order and shapes come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class State:
    """What the interface knows of a state.

    Attributes:
        name: as the engine stores it.
        label: in the viewer's language.
        order: position in tabs, legends and tables; open states come first.
        tone: suffix of the CSS class that colours it, and id of its shape in icons.svg.
        finished: whether the engine will do nothing more with a task in this state by itself.
    """

    name: str
    label: str | Promise
    order: int
    tone: str
    finished: bool

    @property
    def css(self) -> str:
        """The class that sets ``--abs-state`` for whatever is drawn in the state's colour."""
        return f"abs-state-{self.tone}"


PENDING = State("pending", _("Pending"), 0, "pending", finished=False)
RUNNING = State("running", _("Running"), 1, "running", finished=False)
SLEEPING = State("sleeping", _("Sleeping"), 2, "sleeping", finished=False)
FAILED = State("failed", _("Failed"), 3, "failed", finished=True)
COMPLETED = State("completed", _("Completed"), 4, "completed", finished=True)
CANCELLED = State("cancelled", _("Cancelled"), 5, "cancelled", finished=True)

#: By name, in order.
STATES: Mapping[str, State] = MappingProxyType(
    {state.name: state for state in (PENDING, RUNNING, SLEEPING, FAILED, COMPLETED, CANCELLED)}
)


def state_of(name: str) -> State:
    """The state of that name; one of a newer engine keeps its own name and has no colour."""
    return STATES.get(name) or State(name, name, len(STATES), "unknown", finished=False)
