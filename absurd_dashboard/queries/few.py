"""States that few tasks are in: all of these are found at once, by their runs.

A list of tasks goes through tasks, newest first, until a page is full: where one in a thousand is
in the state that is looked for, that is a search. Runs have an index on their state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models.scope import ByRuns

#: More runs in a state are many.
FEW = 5_000
#: A task in such a state is what its last run is. Runs in the latter were claimed after their task
#: was spawned, the others may be due at any time.
_AT_ANY_TIME, _CLAIMED = ("pending", "sleeping"), ("running", "failed")
# An id is as exact as a millisecond.
_MARGIN = timedelta(seconds=1)
_LOWEST = UUID(int=0)
_ABOVE = "and r.run_id >= %(lowest)s"


def by_runs(access: Access, chosen: TaskFilter, queues: Iterable[str]) -> ByRuns | None:
    """How to come by all tasks in a filter's state; None where they are many, or it names none.

    Args:
        access: what the viewer may see.
        chosen: which tasks; its page does not matter.
        queues: which it looks into.
    """
    if chosen.id or chosen.state not in (*_AT_ANY_TIME, *_CLAIMED):
        return None
    since = chosen.since(access.now)
    claimed = since - _MARGIN if since and chosen.state in _CLAIMED else None
    by = ByRuns(chosen.state, claimed, ids.floor(since) if since else _LOWEST, FEW)
    return by if _runs(access, by, set(queues)) <= FEW else None


def _runs(access: Access, by: ByRuns, queues: set[str]) -> int:
    """How many runs are to be looked at; in each queue one more than may be at most."""
    given = {"state": by.state, "since": by.since, "lowest": by.lowest, "most": by.most + 1}
    parted = queues.intersection(access.partitions)
    rows = access.each_queue("runs_in_state", given, queues=queues - parted)
    # By their ids most partitions are left alone; elsewhere the index alone is quicker.
    rows += access.each_queue("runs_in_state", given, queues=parted, also=_ABOVE)
    return sum(row["runs"] for row in rows)
