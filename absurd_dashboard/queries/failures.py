"""Tasks that failed for good, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.windows import Window

#: Failed attempts of each queue that are looked at, newest claim first.
DEPTH = 2_000
#: Attempts are found by their claim; one that failed in the window may have been claimed before.
LONGEST_RUN = timedelta(hours=24)


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
    """

    rows: tuple[FailureRow, ...]
    older: FailureCursor | None


def page(
    access: Access,
    span: Window,
    *,
    queue: str = "",
    name: str = "",
    before: FailureCursor | None = None,
) -> FailurePage:
    """Read one page.

    Args:
        access: what the viewer may see.
        span: failures since when.
        queue: of this queue only.
        name: of tasks with this name only.
        before: only what failed before this.
    """
    size = dashboard_settings().page_size
    since = span.since(access.now) or datetime(1970, 1, 1, tzinfo=UTC)
    rows = access.each_queue(
        "failures",
        {
            "since": since,
            "claimed_since": since - LONGEST_RUN,
            "depth": DEPTH,
            "name": name or None,
            "before": before.failed_at if before else None,
            "before_run": before.run_id if before else None,
            "size": size + 1,
        },
        tail="order by failed_at desc, run_id desc limit %(size)s",
        queues=[queue] if queue else None,
    )
    found = tuple(_row(access, row) for row in rows)
    more = len(found) > size
    last = found[size - 1] if more else None
    return FailurePage(found[:size], FailureCursor(last.failed_at, last.run_id) if last else None)


def _row(access: Access, row: dict[str, Any]) -> FailureRow:
    queue, name = row.pop("queue_name"), row.pop("task_name")
    redactor = access.redactor(name)
    row |= {part: redactor.text(row[part]) for part in ("error_name", "error_message")}
    return FailureRow(queue=queue, name=name, **row)
