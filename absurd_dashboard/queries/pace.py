"""How fast queues went in the last hour: attempts that completed, and that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from absurd_dashboard.access import Access
from absurd_dashboard.display import Count
from absurd_dashboard.queries.queues import QueueSummary

#: Slots of an hour; where more ended in one than ``MOST``, it is estimated from its beginning.
SLOTS, SLOT, MOST = 12, timedelta(minutes=5), 1_000


@dataclass(frozen=True, slots=True)
class Course:
    """Attempts by slot, oldest first; by when they were claimed, which is what an index knows."""

    slots: tuple[int, ...] = (0,) * SLOTS
    estimated: bool = False

    @property
    def total(self) -> Count:
        """All of them, and how that is known."""
        every = sum(self.slots)
        return Count.estimated(every) if self.estimated else Count(every)


@dataclass(frozen=True, slots=True)
class Pace:
    """The last hour of a queue."""

    completed: Course = Course()
    failed: Course = Course()

    @property
    def courses(self) -> dict[str, Course]:
        """Both, by the state that attempts ended in."""
        return {"completed": self.completed, "failed": self.failed}


def paced(access: Access, summaries: Sequence[QueueSummary]) -> list[QueueSummary]:
    """The same queues, each with its last hour.

    Args:
        access: what the viewer may see.
        summaries: of the queues.
    """
    given = {"since": access.now - SLOTS * SLOT, "length": SLOT, "slots": SLOTS, "most": MOST}
    courses: dict[tuple[str, str], Course] = {}
    for row in access.each_queue("pace", given, queues=[each.queue for each in summaries]):
        key = (row["queue_name"], row["state"])
        courses[key] = _with(courses.get(key, Course()), row["slot"], row["n"], row["seconds"])
    return [
        replace(
            each,
            pace=Pace(
                courses.get((each.queue, "completed"), Course()),
                courses.get((each.queue, "failed"), Course()),
            ),
        )
        for each in summaries
    ]


def _with(course: Course, slot: int, counted: int, seconds: float | None) -> Course:
    """A course with what was counted in a slot; in its first so many seconds, or None for all."""
    many = counted
    if seconds is not None:
        many = round(counted * SLOT.total_seconds() / max(seconds, 1))
    slots = (*course.slots[:slot], many, *course.slots[slot + 1 :])
    return Course(slots, course.estimated or seconds is not None)
