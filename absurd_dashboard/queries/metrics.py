"""What ended a moment ago, by queue and task name: the part of the metrics that no page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from absurd_dashboard.access import Access

#: What "lately" is in metrics: some scrapes long, so that one that fails loses little.
WINDOW = timedelta(minutes=5)
#: Runs claimed longer ago are not looked for, although they may have ended within the window.
CLAIMED_WITHIN = timedelta(hours=1)
#: Runs of each outcome that are looked at in each queue.
DEPTH = 5_000


@dataclass(frozen=True, slots=True)
class Ended:
    """Attempts of one task name in one queue that ended alike within :data:`WINDOW`.

    Attributes:
        outcome: ``completed`` or ``failed``.
        ended: how many; at least so many where ``capped``.
        seconds: from claim to end: the 50th, 95th and 99th of a hundred.
        capped: whether there were more recent runs than :data:`DEPTH`.
    """

    queue: str
    task_name: str
    outcome: str
    ended: int
    seconds: tuple[float, float, float]
    capped: bool


def lately(access: Access) -> list[Ended]:
    """Attempts that ended within :data:`WINDOW`, the most frequent names first."""
    rows = access.each_queue(
        "metrics",
        {
            "now": access.now,
            "since": access.now - WINDOW,
            "claimed_since": access.now - CLAIMED_WITHIN,
            "depth": DEPTH,
        },
        tail="order by ended desc",
    )
    return [
        Ended(
            queue=row["queue_name"],
            task_name=row["task_name"],
            outcome=row["outcome"],
            ended=row["ended"],
            seconds=tuple(row["seconds"]),
            capped=row["capped"],
        )
        for row in rows
    ]
