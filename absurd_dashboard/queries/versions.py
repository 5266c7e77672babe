"""Versions of rows, which tell whether a task changed without reading what it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from absurd_dashboard.access import Access

#: A task: its queue and its id.
Place = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Followed:
    """Tasks whose rows tell whether what is shown of them changed.

    Attributes:
        tasks: queue and id of each.
        lasts: how long equal versions mean that nothing changed; the clock changes pages, too.
    """

    tasks: frozenset[Place] = frozenset()
    lasts: timedelta = timedelta(0)

    def rows(self, versions: Mapping[Place, str]) -> str:
        """Equal as long as no row of these tasks was written.

        Args:
            versions: see :func:`versions`, of these tasks and perhaps of others.
        """
        return repr(sorted((queue, str(task_id), versions.get((queue, task_id), ""))
                           for queue, task_id in self.tasks))  # fmt: skip


#: Rows do not tell.
NOTHING = Followed()


def versions(access: Access, tasks: Iterable[Place]) -> dict[Place, str]:
    """What is equal as long as no row of a task was written: its own, its runs, checkpoints, waits.

    Args:
        access: what the viewer may see, these tasks among it.
        tasks: of which.

    Returns:
        By task; a task without rows is missing.
    """
    wanted = set(tasks)
    if not wanted:
        return {}
    rows = access.each_queue(
        "versions",
        {"tasks": [task_id for _, task_id in wanted]},
        queues={queue for queue, _ in wanted},
    )
    found: defaultdict[Place, list[str]] = defaultdict(list)
    for row in rows:
        found[row["queue_name"], row["task_id"]].append(row["version"])
    return {place: repr(sorted(each)) for place, each in found.items()}
