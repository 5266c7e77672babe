"""How many other tasks of a queue failed lately of the cause that one task failed of."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from absurd_dashboard.access import Access
from absurd_dashboard.display import Count, Precision
from absurd_dashboard.history import AlikeFact
from absurd_dashboard.queries.failure_groups import fingerprints
from absurd_dashboard.queries.failures import LONGEST_RUN

#: Failed attempts of the queue that are looked at, newest claim first, and how far back.
DEPTH, LATELY = 1_000, timedelta(hours=24)


def alike(access: Access, queue: str, run_id: UUID) -> AlikeFact | None:
    """Count the tasks that failed for good like this one.

    Args:
        access: what the viewer may see.
        queue: of which queue.
        run_id: the task's last attempt. Only errors of its name are compared.

    Returns:
        None when the attempt is no longer there, or did not end its task.
    """
    since = access.now - LATELY
    parameters = {
        "run": run_id,
        "since": since,
        "claimed_since": since - LONGEST_RUN,
        "depth": DEPTH,
    }
    rows = access.each_queue("failures_alike", parameters, queues=[queue])
    own = next((row["key"] for row in rows if row["own"]), None)
    if own is None:
        return None
    prints = fingerprints(access, rows)
    tasks = sum(row["tasks"] for row in rows if prints[row["key"]] == prints[own])
    capped = any(row["looked"] >= DEPTH for row in rows)
    return AlikeFact(
        prints[own], Count(int(tasks), Precision.CAPPED if capped else Precision.EXACT)
    )
