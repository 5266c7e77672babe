"""Workers: whoever holds a claim, or held one lately."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from absurd_dashboard.access import Access, Row

#: A worker that claimed nothing for this long is not shown.
SEEN_WITHIN = timedelta(hours=1)
#: The newest claims of each queue that are looked at, and recent runs of each end.
DEPTH = 1_000
#: Claims that are listed, and read of each queue: the oldest.
CLAIMS = 50
#: Workers that are listed.
WORKERS = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that a worker holds.

    Attributes:
        expires_at: end of the lease; None when it never ends.
    """

    queue: str
    task_id: UUID
    run_id: UUID
    worker: str | None
    attempt: int
    claimed_at: datetime | None
    expires_at: datetime | None
    expired: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, as far as the engine's claims tell.

    Attributes:
        last_seen: its newest claim.
        claims: how many runs it holds.
        oldest: since when it holds the oldest of those that are listed.
        expired: how many of its leases have run out.
        completed: runs that it completed within the hour, among those looked at; ``failed``
            likewise.
    """

    name: str
    queues: tuple[str, ...]
    last_seen: datetime | None
    claims: int
    oldest: datetime | None
    expired: int
    completed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Crew:
    """Workers, and the oldest claims.

    Attributes:
        workers: dead leases first, at most :data:`WORKERS`; ``unlisted`` is how many are left out.
        claims: the oldest, at most :data:`CLAIMS` of each queue.
        partly: whether a queue has more claims than were looked at.
    """

    workers: list[Worker]
    claims: list[Claim]
    partly: bool
    unlisted: int


def crew(access: Access) -> Crew:
    """Every worker seen within the hour or still holding a claim."""
    rows = access.each_queue(
        "workers",
        {
            "now": access.now,
            "since": access.now - SEEN_WITHIN,
            "depth": DEPTH,
            "claims": CLAIMS,
        },
    )
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row["worker"] or "", []).append(row)
    workers = [_worker(name, seen) for name, seen in by_name.items()]
    workers.sort(key=lambda worker: (-worker.expired, -worker.claims, worker.name))
    listed = [_claim(row, access.now) for row in rows if row["kind"] == "claim"]
    listed.sort(key=lambda claim: (claim.claimed_at is None, claim.claimed_at))
    return Crew(
        workers=workers[:WORKERS],
        claims=listed[:CLAIMS],
        partly=any(held >= DEPTH for held in _held(rows).values()),
        unlisted=max(0, len(workers) - WORKERS),
    )


def _worker(name: str, rows: list[Row]) -> Worker:
    started = [row["started_at"] for row in rows if row["started_at"]]
    listed = [row["started_at"] for row in rows if row["kind"] == "claim" and row["started_at"]]
    return Worker(
        name=name,
        queues=tuple(sorted({row["queue_name"] for row in rows})),
        last_seen=max(started, default=None),
        claims=_total(rows, "held"),
        oldest=min(listed, default=None),
        expired=_total(rows, "expired"),
        completed=_total(rows, "completed"),
        failed=_total(rows, "failed"),
    )


def _held(rows: list[Row]) -> Counter[str]:
    """How many claims of each queue were looked at."""
    held: Counter[str] = Counter()
    for row in rows:
        if row["kind"] == "worker":
            held[row["queue_name"]] += row["held"]
    return held


def _total(rows: list[Row], column: str) -> int:
    return sum(row[column] for row in rows if row["kind"] == "worker")


def _claim(row: Row, now: datetime) -> Claim:
    expires = row["claim_expires_at"]
    return Claim(
        queue=row["queue_name"],
        task_id=row["task_id"],
        run_id=row["run_id"],
        worker=row["worker"],
        attempt=row["attempt"],
        claimed_at=row["started_at"],
        expires_at=expires,
        expired=expires is not None and expires <= now,
    )
