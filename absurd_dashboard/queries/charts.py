"""What charts show: bounded reads of what ended, of how long it took, and of what waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from absurd_dashboard.access import Access, Row
from absurd_dashboard.charts.figures import (
    Attempt,
    Grid,
    Group,
    Lengths,
    Slot,
    by_queue,
    lengths,
    most_frequent,
    running_total,
)
from absurd_dashboard.charts.ranges import ORIGIN, Range
from absurd_dashboard.charts.sampling import PILOT, Depth, Plan

#: Runs that are counted, and runs whose tasks are looked up; beyond these, time is sampled.
COUNTED, LOOKED_UP = 80_000, 3_000
#: Waiting runs of either state that are counted in a queue, due before the range or in it.
WAITING = 50_000
#: Queues that are read when none is chosen.
QUEUES = 60
# A join could be planned as a scan of all tasks.
_NAMED = "and (select t.task_name = %(name)s from {t} t where t.task_id = r.task_id)"
#: A failure is found as long after its claim as on the overview, whatever the range.
_LONGEST_FAILED_RUN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a range.

    Attributes:
        since: the beginning of the range, which may be within the first slot.
        counted: of completed attempts, one part in so many of the time was counted, and multiplied
            by this; 1 where all were.
        counted_failed: the same of failed ones.
        looked_up: the same of what percentiles and the past of ``waiting`` are made from.
        attempts: how many attempts these are made from.
        capped: whether more wait in a queue than were counted.
        left_out: queues in sight that were not read, the smaller ones.
    """

    since: datetime
    until: datetime
    slot: timedelta
    longest_run: timedelta
    completed: int
    failed: int
    retried: int
    waiting: int
    slots: tuple[Slot, ...]
    queues: tuple[Group, ...]
    names: tuple[Group, ...]
    counted: int
    counted_failed: int
    looked_up: int
    attempts: int
    capped: bool
    left_out: int


class _Reader:
    """Reads some queues for a range."""

    def __init__(self, access: Access, span: Range, queues: Sequence[str], name: str) -> None:
        self.access, self.span, self.queues, self.name = access, span, queues, name
        self.since = access.now - span.length
        self.grid = Grid(span.first_slot(access.now), span.slot, access.now)
        self.given: dict[str, Any] = {
            "slot": span.slot, "origin": ORIGIN, "since": self.since, "now": access.now,
            "name": name,
        }  # fmt: skip
        self.also = _NAMED if name else ""

    def depths(self, outcome: str, begin: datetime) -> list[Depth]:
        rows = self.access.each_queue(
            "charts_depth",
            {"outcome": outcome, "begin": begin, "now": self.access.now, "pilot": PILOT},
            queues=self.queues,
        )
        return [Depth(row.pop("queue_name"), **row) for row in rows]

    def read(
        self, file: str, plan: Plan, begin: datetime, **more: Any
    ) -> Iterable[tuple[Row, int]]:
        """Rows of a file, each with how many it stands for."""
        for queues, slices in plan.parts(begin, self.access.now):
            given = {**self.given, **slices.parameters, **more}
            for row in self.access.each_queue(file, given, also=self.also, queues=queues):
                yield row, slices.share

    def lost(self, begin: datetime) -> list[tuple[Row, int]]:
        """Failed runs by slot: those claimed since ``begin``, and few of the many before."""
        oldest = min(begin, self.since - _LONGEST_FAILED_RUN)
        known = self.depths("failed", oldest)
        found: list[tuple[Row, int]] = []
        for since, until, budget in (
            (begin, self.access.now + timedelta(seconds=1), COUNTED // 8),
            (oldest, begin, COUNTED // 32),
        ):
            plan = Plan.of(known, since, self.access.now, budget)
            found += self.read("charts_failed", plan, since, claimed=since, until=until)
        return found

    def by_slot(self, rows: Iterable[tuple[Row, int]], column: str) -> list[int]:
        """Sums by slot."""
        sums = [0] * len(self.grid)
        found = list(rows)
        places = self.grid.places(row["slot"].timestamp() for row, _ in found)
        for place, (row, weight) in zip(places, found, strict=True):
            sums[min(max(place, 0), len(sums) - 1)] += row[column] * weight
        return sums

    def attempts(self, plan: Plan, begin: datetime) -> list[tuple[Attempt, int]]:
        # A slice is cut off only where far more was claimed in it than in the others.
        depth = PILOT if plan.share == 1 else max(50, LOOKED_UP // 20)
        return [(Attempt(**row), weight)
                for row, weight in self.read("charts_runs", plan, begin, depth=depth)]  # fmt: skip

    def waiting_now(self) -> list[Row]:
        return self.access.each_queue(
            "charts_waiting", {**self.given, "depth": WAITING}, also=self.also, queues=self.queues
        )


def figures(access: Access, span: Range, *, queue: str = "", name: str = "") -> Figures:
    """Read a range.

    Args:
        access: what may be seen.
        span: the range.
        queue: only this queue, if any.
        name: only tasks of exactly this name, if any.
    """
    queues = [each for each in access.queue_names if queue in ("", each)]
    read = queues if len(queues) <= QUEUES else _largest(access, queues)
    reader = _Reader(access, span, read, name)
    begin = reader.since - span.longest_run
    known = reader.depths("completed", begin)
    # With a name, every run's task is looked up. What is an estimate anyway may take half the time.
    most = COUNTED // 4 if name else COUNTED
    counted = Plan.of(known, begin, access.now, most // 2, every=most)
    completed = reader.by_slot(reader.read("charts_completed", counted, begin), "ended")
    lost = reader.lost(begin)
    looked_up = Plan.of(known, begin, access.now, LOOKED_UP)
    return _put_together(
        reader,
        completed=completed,
        ended=reader.by_slot(lost, "ended"),
        for_good=reader.by_slot(lost, "for_good"),
        found=reader.attempts(looked_up, begin),
        counted=counted.share,
        # An old claim counts only if it failed in the range: most of the time nothing is guessed.
        counted_failed=max((share for _, share in lost), default=1),
        looked_up=looked_up.share,
        left_out=len(queues) - len(read),
    )


def _put_together(
    reader: _Reader,
    *,
    completed: list[int],
    ended: list[int],
    for_good: list[int],
    found: list[tuple[Attempt, int]],
    counted: int,
    counted_failed: int,
    looked_up: int,
    left_out: int,
) -> Figures:
    grid, since = reader.grid, reader.since.timestamp()
    now_waiting = reader.waiting_now()
    still = running_total(reader.by_slot(((row, 1) for row in now_waiting), "waiting"))
    waited = _waited(grid, found)
    waiting = [past + now for past, now in zip(waited, still, strict=True)]
    retried = [all_ - last for all_, last in zip(ended, for_good, strict=True)]
    groups = lengths((attempt for attempt, _ in found), since)
    queues, every = by_queue(groups), Lengths()
    for each in queues.values():
        every.add(each)
    return Figures(
        since=reader.since,
        until=reader.access.now,
        slot=grid.slot,
        longest_run=reader.span.longest_run,
        completed=sum(completed),
        failed=sum(for_good),
        retried=sum(retried),
        waiting=waiting[-1],
        slots=tuple(map(Slot, grid.starts, completed, for_good, retried, waiting,
                        grid.spreads(every.latencies), grid.spreads(every.durations))),
        queues=tuple(most_frequent(queues)),
        names=tuple(most_frequent(groups)),
        counted=counted,
        counted_failed=counted_failed,
        looked_up=looked_up,
        attempts=len(found),
        capped=any(row["capped"] for row in now_waiting),
        left_out=left_out,
    )  # fmt: skip


def _waited(grid: Grid, found: Iterable[tuple[Attempt, int]]) -> list[int]:
    """How much that has been claimed since waited at the end of each slot."""
    total = [0] * len(grid)
    by_weight: dict[int, list[tuple[float, float]]] = {}
    for attempt, weight in found:
        if attempt.due is not None:
            by_weight.setdefault(weight, []).append((attempt.due, attempt.started))
    for weight, waits in by_weight.items():
        total = [sum_ + weight * more
                 for sum_, more in zip(total, grid.waiting(waits), strict=True)]  # fmt: skip
    return total


def _largest(access: Access, queues: Sequence[str]) -> list[str]:
    """The queues with the most runs, by the database's statistics."""
    statement = """
        select q.name from unnest(%s::text[]) q(name)
          join pg_class c on c.oid = to_regclass(format('absurd.%%I', 'r_' || q.name))
         order by c.reltuples desc, q.name limit %s"""
    with connections[access.database].cursor() as cursor:
        cursor.execute(statement, [list(queues), QUEUES])
        return [name for (name,) in cursor.fetchall()]
