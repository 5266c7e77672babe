"""How many tasks a filter finds, within a limit of number and of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from time import monotonic
from uuid import UUID

from django.core.cache.backends.locmem import LocMemCache
from django.db.models import QuerySet
from django.http import QueryDict

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.filters import TaskFilter
from absurd_dashboard.models import Run, Task
from absurd_dashboard.queries.tasks import matching, newest
from absurd_dashboard.states import STATES

#: More are counted as "1,000+".
MOST = 1_000
#: Seconds for which a count is remembered.
REMEMBERED = 30
# Of this process and nobody else's, whatever cache the host has.
_memory = LocMemCache("absurd_dashboard.counts", {"MAX_ENTRIES": 2_000})


def remembered(access: Access, chosen: TaskFilter, budget: timedelta) -> Count:
    """As :func:`count`, at most :data:`REMEMBERED` seconds old where the same was asked before.

    Inside a transaction of the host's, which may have written what nobody else sees, it is
    counted anew.
    """
    if not access.stamp:
        return count(access, chosen, budget)
    asked = repr((access.instance, access.scopes, access.redactions, chosen))
    key = blake2b(asked.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    found: Count | None = _memory.get(key)
    if found is None:
        found = count(access, chosen, budget)
        _memory.set(key, found, REMEMBERED)
    return found


def by_state(access: Access, chosen: TaskFilter, budget: timedelta) -> dict[str, Count]:
    """How many tasks a filter finds in each state, and under an empty name in any.

    Args:
        access: what the viewer may see.
        chosen: which tasks; neither its state nor its page matters.
        budget: how long to look in all; the states that an index serves come first.
    """
    until = monotonic() + budget.total_seconds()
    found = {}
    for state in ("", *sorted(STATES, key=lambda name: STATES[name].finished)):
        part = TaskFilter.from_query(QueryDict(chosen.in_state(state)))
        left = timedelta(seconds=max(0.0, until - monotonic()))
        found[state] = remembered(access, part, left / 2)
    return found


def _open_runs(access: Access, chosen: TaskFilter) -> QuerySet[Run] | None:
    """The runs that stand for the tasks of a filter, one for each; None where it takes the tasks.

    An open task has one open run, and runs have an index on their state.
    """
    others = (chosen.q, chosen.name, chosen.id)
    if any(others) or chosen.state not in STATES or STATES[chosen.state].finished:
        return None
    runs = access.runs([chosen.queue] if chosen.queue else access.near_names)
    since = chosen.since(access.now)
    found = runs.filter(state=chosen.state).order_by()
    return found if since is None else found.filter(task_id__gte=ids.floor(since))


def count(access: Access, chosen: TaskFilter, budget: timedelta) -> Count:
    """Count tasks, newest first; where number or time ran out, it says "at least".

    Args:
        access: what the viewer may see.
        chosen: which tasks; its page does not matter.
        budget: how long to look.
    """
    runs = _open_runs(access, chosen)
    if runs is not None:
        return Count.capped(runs.values("run_id")[: MOST + 1].count(), MOST)
    chosen = replace(chosen, older=None, newer=None, first=None)
    tasks = matching(access, chosen)
    if chosen.id:
        return Count.capped(tasks.order_by()[: MOST + 1].count(), MOST)
    found = newest(access, tasks, chosen, MOST + 1, budget, _ids)
    if found.stopped_at is not None:
        return Count(len(found.rows), Precision.CAPPED)
    return Count.capped(len(found.rows), MOST)


def _ids(tasks: QuerySet[Task]) -> QuerySet[Task, UUID]:
    return tasks.values_list("task_id", flat=True)
