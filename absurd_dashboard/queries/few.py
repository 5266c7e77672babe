"""What few tasks are: in a state, failed before, waiting. All of these are found at once, by runs.

A list of tasks goes through tasks, newest first, until a page is full: where one in a thousand is
what is looked for, that is a search. Runs have an index on their state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models.scope import ByRuns
from absurd_dashboard.search.grammar import Term, Value

#: More runs in a state are many.
FEW = 5_000
#: A task in such a state has a run in it, its last. Runs in the latter states were claimed after
#: their task was spawned, the others may be due at any time.
_AT_ANY_TIME, _CLAIMED = ("pending", "sleeping"), ("running", "failed")
# A claim is dated by when its transaction began.
_MARGIN = timedelta(hours=1)
_LOWEST = UUID(int=0)
_ABOVE = "and r.run_id >= %(lowest)s"


def by_runs(access: Access, chosen: TaskFilter, queues: Iterable[str]) -> ByRuns | None:
    """How to come by all tasks of a filter; None where there are many runs to go by, or none.

    Args:
        access: what the viewer may see.
        chosen: which tasks; its page does not matter.
        queues: which it looks into.
    """
    state = "" if chosen.id else _state(chosen)
    if not state:
        return None
    since = chosen.since(access.now)
    claimed = since - _MARGIN if since and state in _CLAIMED else None
    by = ByRuns(state, claimed, ids.floor(since) if since else _LOWEST, FEW)
    return by if _runs(access, by, set(queues)) <= FEW else None


def _state(chosen: TaskFilter) -> str:
    """A state that a run of every task of a filter is in; empty where there is none."""
    if chosen.state in (*_AT_ANY_TIME, *_CLAIMED):
        return chosen.state
    return next(filter(None, map(_state_of, chosen.terms)), "")


def _state_of(term: Term) -> str:
    """A state that a run of every task that a term finds is in; empty where there is none."""
    match term.qualifier, term.negated:
        case "error", False:
            return "failed"
        case "attempts", False:  # only a failed run is followed by another
            return "failed" if all(map(_beyond_first, term.values)) else ""
        case "has", False:  # a run that waits sleeps
            return "sleeping" if all(value.text == "wait" for value in term.values) else ""
    return ""


def _beyond_first(attempts: Value) -> bool:
    number = int(attempts.parts[0])
    return number > 1 if attempts.compare in ("", ">=") else attempts.compare == ">" and number > 0


def _runs(access: Access, by: ByRuns, queues: set[str]) -> int:
    """How many runs are to be looked at; in each queue one more than may be at most."""
    given = {"state": by.state, "since": by.since, "lowest": by.lowest, "most": by.most + 1}
    parted = queues.intersection(access.partitions)
    rows = access.each_queue("runs_in_state", given, queues=queues - parted)
    # By their ids most partitions are left alone; elsewhere the index alone is quicker.
    rows += access.each_queue("runs_in_state", given, queues=parted, also=_ABOVE)
    return sum(row["runs"] for row in rows)
