"""Workers: whoever holds a claim, or held one lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from absurd_dashboard.access import Access

#: A worker that claimed nothing for this long is not shown.
SEEN_WITHIN = timedelta(hours=1)
#: Recent runs of each queue that are looked at.
_DEPTH = 1_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that a worker holds.

    Attributes:
        expires_at: end of the lease; None when it never ends.
    """

    queue: str
    task_id: UUID
    run_id: UUID
    attempt: int
    claimed_at: datetime | None
    expires_at: datetime | None
    expired: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, as far as the engine's claims tell.

    Attributes:
        last_seen: its newest claim.
        claims: what it holds, oldest first.
        expired: how many of these have run out.
    """

    name: str
    queues: tuple[str, ...]
    last_seen: datetime | None
    claims: tuple[Claim, ...]
    expired: int

    @property
    def oldest(self) -> datetime | None:
        """Since when it holds its oldest claim."""
        return self.claims[0].claimed_at if self.claims else None


def workers(access: Access) -> list[Worker]:
    """Every worker seen within the hour or still holding a claim; dead leases first."""
    rows = access.each_queue(
        "workers",
        {"now": access.now, "since": access.now - SEEN_WITHIN, "depth": _DEPTH},
        tail="order by started_at",
    )
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["worker"] or "", []).append(row)
    found = [_worker(name, seen, access.now) for name, seen in by_name.items()]
    return sorted(found, key=lambda worker: (-worker.expired, -len(worker.claims), worker.name))


def _worker(name: str, rows: list[dict[str, Any]], now: datetime) -> Worker:
    claims = tuple(_claim(row, now) for row in rows if row["holds"])
    started = [row["started_at"] for row in rows if row["started_at"]]
    return Worker(
        name=name,
        queues=tuple(sorted({row["queue_name"] for row in rows})),
        last_seen=max(started, default=None),
        claims=claims,
        expired=sum(claim.expired for claim in claims),
    )


def _claim(row: dict[str, Any], now: datetime) -> Claim:
    expires = row["claim_expires_at"]
    return Claim(
        queue=row["queue_name"],
        task_id=row["task_id"],
        run_id=row["run_id"],
        attempt=row["attempt"],
        claimed_at=row["started_at"],
        expires_at=expires,
        expired=expires is not None and expires <= now,
    )
