"""Tasks that failed for good, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.queries import shallower
from absurd_dashboard.redaction import MARGIN
from absurd_dashboard.windows import Window

#: Failed attempts of each queue that are looked at, newest claim first; see :mod:`.shallower`.
DEPTHS = (2_000, 500, 100)
#: Attempts are found by their claim; one that failed in the window may have been claimed before.
LONGEST_RUN = timedelta(hours=24)
# Characters of an error's parts that are shown.
_LONGEST_NAME, _LONGEST_MESSAGE = 200, 500


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A task that failed for good."""

    queue: str
    task_id: UUID
    name: str
    attempts: int
    max_attempts: int | None
    run_id: UUID
    failed_at: datetime
    error_name: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class FailureCursor:
    """Where a page ends: the failure's moment and its run."""

    failed_at: datetime
    run_id: UUID

    def text(self) -> str:
        """For a URL, to the microsecond."""
        return f"{self.failed_at.astimezone(UTC).strftime('%Y%m%dT%H%M%S.%f')}_{self.run_id}"

    @classmethod
    def parse(cls, text: str | None) -> FailureCursor | None:
        """Read it back; None for anything else."""
        moment, _, run = (text or "").partition("_")
        try:
            naive = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f")  # noqa: DTZ007  UTC follows
            return cls(naive.replace(tzinfo=UTC), UUID(run))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class FailurePage:
    """One page of failures.

    Attributes:
        older: cursor of the next page, None at the end.
        depth: failed attempts of each queue that were looked at.
    """

    rows: tuple[FailureRow, ...]
    older: FailureCursor | None
    depth: int


def page(
    access: Access,
    span: Window,
    *,
    queue: str = "",
    name: str = "",
    before: FailureCursor | None = None,
    every: bool = False,
    alike: Sequence[int] | None = None,
    depths: Sequence[int] = (),
    size: int | None = None,
) -> FailurePage:
    """Read one page.

    Args:
        access: what the viewer may see.
        span: failures since when.
        queue: of this queue only.
        name: of tasks with this name only.
        before: only what failed before this.
        every: all failed attempts, not only those that ended a task.
        alike: only of this cause, from :mod:`absurd_dashboard.queries.failure_groups`.
        depths: failed attempts of each queue that are looked at, less when that takes too long;
            :data:`DEPTHS` if none are given.
        size: rows on the page; the setting ``PAGE_SIZE`` unless given.
    """
    size = size or dashboard_settings().page_size
    since = span.since(access.now) or datetime(1970, 1, 1, tzinfo=UTC)
    rows, depth = shallower.read(
        access,
        "failures",
        {
            "since": since,
            "claimed_since": since - LONGEST_RUN,
            "every": every,
            "alike": None if alike is None else list(alike),
            "name": name or None,
            "before": before.failed_at if before else None,
            "before_run": before.run_id if before else None,
            "size": size + 1,
            "longest_name": _LONGEST_NAME + MARGIN,
            "longest_message": _LONGEST_MESSAGE + MARGIN,
        },
        depths or DEPTHS,
        tail="order by failed_at desc, run_id desc limit %(size)s",
        queues=[queue] if queue else None,
    )
    found = tuple(_row(access, row) for row in rows)
    more = len(found) > size
    last = found[size - 1] if more else None
    older = FailureCursor(last.failed_at, last.run_id) if last else None
    return FailurePage(found[:size], older, depth)


def _row(access: Access, row: dict[str, Any]) -> FailureRow:
    queue, name = row.pop("queue_name"), row.pop("task_name")
    redactor, reason = access.redactor(name), row.pop("reason_text")
    row["error_name"] = redactor.member(["name"], row["error_name"], _LONGEST_NAME)
    message = redactor.member(["message"], row["error_message"], _LONGEST_MESSAGE)
    if reason is not None:  # it has no message that is a text, so its JSON stands for it
        cut = len(reason) == _LONGEST_MESSAGE + MARGIN
        message = redactor.json(reason, cut=cut)[:_LONGEST_MESSAGE]
    return FailureRow(queue=queue, name=name, **{**row, "error_message": message})
