"""Versions of rows, which tell whether a task changed without reading what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from absurd_dashboard.access import Access


@dataclass(frozen=True, slots=True)
class Followed:
    """Tasks whose rows tell whether what is shown of them changed.

    Attributes:
        tasks: queue and id of each.
        lasts: how long equal versions mean that nothing changed; the clock changes pages, too.
    """

    tasks: frozenset[tuple[str, UUID]] = frozenset()
    lasts: timedelta = timedelta(0)


#: Rows do not tell.
NOTHING = Followed()


def versions(access: Access, followed: Followed) -> str:
    """Equal as long as no row of these tasks was written: they, their runs, checkpoints, waits.

    Args:
        access: what the viewer may see, these tasks among it.
        followed: the tasks.
    """
    if not followed.tasks:
        return ""
    queues = {queue for queue, _ in followed.tasks}
    tasks = [task_id for _, task_id in followed.tasks]
    rows = access.each_queue("versions", {"tasks": tasks}, queues=queues)
    return repr(sorted((row["queue_name"], row["kind"], row["version"]) for row in rows))
