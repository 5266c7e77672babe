"""What histories that a real worker made under a stepped clock are read as."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from absurd_dashboard import timeline
from absurd_dashboard.history import (
    EventFact,
)
from absurd_dashboard.timeline import Span
from tests.dashboard.histories import SCENARIOS, START, Bench, at

Told = tuple[str, str, str]


def told(spans: Any) -> list[Told]:
    """Spans as (kind, label, edges); edges in seconds, "~" before one that is concluded."""
    return [(span.kind.value, span.label, _edges(span)) for span in spans]


def _edges(span: Span) -> str:
    end = "now" if span.end is None else _edge(span.end, span.end_inferred)
    until = f" until {_edge(span.until, False)}" if span.until else ""
    return f"{_edge(span.start, span.start_inferred)} to {end}{until}"


def _edge(moment: datetime, inferred: bool) -> str:
    return f"{'~' if inferred else ''}{(moment - START).total_seconds():g}"


#: What each history must be read as: for each attempt its life, then its steps.
EXPECTED: dict[str, list[tuple[list[Told], list[Told]]]] = {
    "plain success": [
        (
            [("queued", "", "0 to 5"), ("running", "", "5 to 13")],
            [("step", "reserve", "~5 to 8"), ("step", "charge", "~8 to 12")],
        )
    ],
    "three attempts with exponential back off": [
        (
            [("running", "", "0 to 2")],
            [("step", "prepare", "~0 to 1"), ("unsaved", "", "~1 to 2")],
        ),
        (
            [
                ("backoff", "", "2 to ~12"),
                ("queued", "", "~12 to 15"),
                ("running", "", "15 to 16"),
            ],
            [("unsaved", "", "~15 to 16")],
        ),
        (
            [("backoff", "", "16 to ~36"), ("running", "", "36 to 37")],
            [("unsaved", "", "~36 to 37")],
        ),
    ],
    "backing off now": [
        ([("running", "", "0 to 2")], [("unsaved", "", "~0 to 2")]),
        ([("backoff", "", "2 to now until 62")], []),
    ],
    "resume after sleep": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to 4"),
                ("sleep", "nap", "4 to 3604"),
                ("queued", "", "3604 to 3610"),
                ("running", "", "3610 to 3615"),
            ],
            [
                ("step", "before", "~1 to 3"),
                ("sleep", "nap", "4 to 3604"),
                ("step", "after", "~3610 to 3615"),
            ],
        )
    ],
    "sleeping now": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to 4"),
                ("sleep", "nap", "4 to now until 3604"),
            ],
            [("step", "before", "~1 to 3"), ("sleep", "nap", "4 to now until 3604")],
        )
    ],
    "sleep over and nobody claims": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to 4"),
                ("sleep", "nap", "4 to 3604"),
                ("queued", "", "3604 to now"),
            ],
            [("step", "before", "~1 to 3"), ("sleep", "nap", "4 to 3604")],
        )
    ],
    "event before wait": [
        (
            [("queued", "", "0 to 1"), ("running", "", "1 to 4")],
            [("wait", "paid", "3 to 3"), ("step", "ship", "~3 to 4")],
        )
    ],
    "wait then event": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to ~3"),
                ("wait", "paid", "~3 to 64"),
                ("queued", "", "64 to 70"),
                ("running", "", "70 to 72"),
            ],
            [
                ("step", "order", "~1 to 3"),
                ("wait", "paid", "~3 to 64"),
                ("step", "ship", "~70 to 72"),
            ],
        )
    ],
    "woken and nobody claims": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to ~3"),
                ("wait", "paid", "~3 to 64"),
                ("queued", "", "64 to now"),
            ],
            [("step", "order", "~1 to 3"), ("wait", "paid", "~3 to 64")],
        )
    ],
    "wait timeout": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to ~3"),
                ("wait", "paid", "~3 to 40"),
                ("running", "", "40 to 41"),
            ],
            [
                ("step", "order", "~1 to 3"),
                ("wait", "paid", "~3 to 40"),
                ("unsaved", "", "~40 to 41"),
            ],
        )
    ],
    "waiting without a timeout": [
        (
            [("queued", "", "0 to 1"), ("running", "", "1 to 4"), ("wait", "paid", "4 to now")],
            [("step", "order", "~1 to 3"), ("wait", "paid", "4 to now")],
        )
    ],
    "waiting with a timeout": [
        (
            [
                ("queued", "", "0 to 1"),
                ("running", "", "1 to 4"),
                ("wait", "paid", "4 to now until 7204"),
            ],
            [("step", "order", "~1 to 3"), ("wait", "paid", "4 to now until 7204")],
        )
    ],
    "running now": [
        (
            [("queued", "", "0 to 5"), ("running", "", "5 to now")],
            [("step", "charge", "~5 to 15"), ("unsaved", "", "~15 to now")],
        )
    ],
    "cancelled while running": [
        (
            [("queued", "", "0 to 5"), ("running", "", "5 to 25")],
            [("step", "charge", "~5 to 15"), ("unsaved", "", "~15 to 25")],
        )
    ],
    "cancelled while sleeping": [
        (
            [("queued", "", "0 to 1"), ("running", "", "1 to 4"), ("sleep", "nap", "4 to 100")],
            [("step", "before", "~1 to 3"), ("sleep", "nap", "4 to 100")],
        )
    ],
    "lease ran out": [
        (
            [("running", "", "0 to 60"), ("lost", "", "60 to now")],
            [("step", "charge", "~0 to 20"), ("unsaved", "", "~20 to 60")],
        )
    ],
    "lease ran out and was swept": [
        ([("running", "", "0 to 60"), ("lost", "", "60 to 100")], [("unsaved", "", "~0 to 60")]),
        ([("running", "", "100 to 102")], [("step", "charge", "~100 to 102")]),
    ],
    "retry in place after failure": [
        ([("running", "", "0 to 2")], [("unsaved", "", "~0 to 2")]),
        ([("queued", "", "3600 to 3605"), ("running", "", "3605 to 3607")], []),
    ],
    "checkpoint overwritten by a later attempt": [
        ([("running", "", "0 to 20")], [("unsaved", "", "~0 to 20")]),
        (
            [("queued", "", "20 to 30"), ("running", "", "30 to 35")],
            [("step", "quote", "~30 to 35")],
        ),
    ],
    "pending and never claimed": [([("queued", "", "0 to now")], [])],
    "deferred because unknown": [
        (
            [("suspended", "", "0 to 320"), ("deferred", "", "320 to now until 335")],
            [("suspended", "", "~0 to 320"), ("deferred", "", "~320 to now until 335")],
        )
    ],
    "unknown conventions": [
        (
            [
                ("running", "", "0 to ~4"),
                ("wait", "1/gate", "~4 to 95"),
                ("queued", "", "95 to 96"),
                ("running", "", "96 to 101"),
            ],
            [
                ("step", "0/boot", "~0 to 4"),
                ("wait", "1/gate", "~4 to 95"),
                ("step", "2/date", "~96 to 99"),
            ],
        )
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_history_is_read_as_what_happened(bench: Bench, name: str) -> None:
    rows = timeline.build(SCENARIOS[name](bench)).rows
    assert [(told(row.life), told(row.spans)) for row in rows] == EXPECTED[name]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_life_of_an_attempt_has_no_holes(bench: Bench, name: str) -> None:
    for row in timeline.build(SCENARIOS[name](bench)).rows:
        for span, following in pairwise(row.life):
            assert span.end == following.start


def test_repeated_steps_share_a_line(bench: Bench) -> None:
    (row,) = timeline.build(SCENARIOS["repeated step names"](bench)).rows
    assert [(line.label, len(line.spans)) for line in row.lines] == [
        ("iteration", 37),
        ("answer", 1),
    ]


def test_a_number_that_nothing_repeats_stays_part_of_the_name(bench: Bench) -> None:
    bench.task(lambda context: context.step("issue#42", lambda: None))
    task = bench.spawn()
    bench.work(0)
    (row,) = timeline.build(bench.history(task)).rows
    assert [line.label for line in row.lines] == ["issue#42"]


def test_a_wait_for_a_child_is_called_by_the_childs_id(bench: Bench) -> None:
    (row,) = timeline.build(SCENARIOS["awaits a child"](bench)).rows
    (span,) = row.spans
    assert span.kind is timeline.Kind.CHILD
    assert UUID(span.label)


def test_a_wait_says_when_its_event_had_come_before(bench: Bench) -> None:
    (row,) = timeline.build(SCENARIOS["event before wait"](bench)).rows
    assert row.spans[0].note == "had come before"


def test_only_a_retry_by_hand_counts_as_one(bench: Bench) -> None:
    by_hand = timeline.build(SCENARIOS["retry in place after failure"](bench)).rows
    assert [row.retried for row in by_hand] == [False, True]
    another = Bench(bench.connection)
    by_itself = SCENARIOS["three attempts with exponential back off"](another)
    assert not any(row.retried for row in timeline.build(by_itself).rows)


def test_a_step_that_returns_an_instant_is_no_sleep(bench: Bench) -> None:
    bench.task(lambda context: context.step("deadline", lambda: at(9_000).isoformat()))
    task = bench.spawn()
    bench.work(0)
    (row,) = timeline.build(bench.history(task, 10)).rows
    assert [span.kind for span in row.spans] == [timeline.Kind.STEP]


def test_a_later_attempt_sleeps_on_an_earlier_ones_checkpoint(bench: Bench) -> None:
    def job(context: Any) -> None:
        context.sleep_for("nap", 600)

    task = bench.spawn(max_attempts=2)
    claimed = bench.claim(0, lease=30)
    bench.save(claimed, "nap", at(600).isoformat())
    bench.task(job)
    bench.work(40)
    last = timeline.build(bench.history(task, 50)).rows[-1]
    assert told(last.spans) == [("sleep", "nap", "~40 to now until 600")]


def test_a_task_that_waits_twice_for_one_event_has_one_line_for_it(bench: Bench) -> None:
    def job(context: Any) -> None:
        context.await_event("paid")
        context.await_event("paid")

    bench.task(job)
    bench.sdk.emit_event("paid")
    task = bench.spawn()
    bench.work(1)
    history = bench.history(task, 10)
    never_emitted = EventFact("paid#2", None)
    (row,) = timeline.build(replace(history, events=[*history.events, never_emitted])).rows
    assert [(line.label, len(line.spans)) for line in row.lines] == [("paid", 2)]


def test_a_checkpoint_without_a_known_owner_belongs_to_the_newest_attempt_then(
    bench: Bench,
) -> None:
    history = SCENARIOS["plain success"](bench)
    orphaned = [replace(point, owner_run_id=None) for point in history.checkpoints]
    rows = timeline.build(replace(history, checkpoints=orphaned)).rows
    assert [span.label for span in rows[0].spans] == ["reserve", "charge"]
