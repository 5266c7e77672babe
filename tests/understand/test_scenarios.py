"""What histories are told as: the sentence, and of each attempt its life and its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from absurd_dashboard import timeline
from absurd_dashboard.sentence import describe
from absurd_dashboard.timeline import Span
from tests.dashboard.histories import SCENARIOS, Bench, engine
from tests.dashboard.timelines.test_reading import told
from tests.understand.scenarios import MORE

#: The sentence about now; then a line for each attempt, seconds from the beginning, ``~`` before
#: what is concluded: its life, and after a bar its steps, sleeps and waits.
EXPECTED: dict[str, tuple[str, ...]] = {
    "retried in place and not claimed yet": (
        "Due for attempt 2 of 2 for 10 s; no worker has claimed it yet.",
        "running 0 to 2 | unsaved ~0 to 2",
        "queued 60 to now |",
    ),
    "spawned anew after a failure": (
        "Completed 6.0 s ago, 4.0 s after it was spawned.",
        "queued 60 to 61, running 61 to 64 | step charge ~61 to 64",
    ),
    "failed and spawned anew stays failed": (
        "Failed for good after 1 of 1 attempt: E: no.",
        "running 0 to 2 | unsaved ~0 to 2",
    ),
    "cancelled before any claim": (
        "Cancelled 2.0 s ago, before any worker had claimed it.",
        "queued 0 to 8 |",
    ),
    "cancelled while waiting": (
        "Cancelled 29 s ago, during attempt 1 of 1.",
        "queued 0 to 1, wait paid 1 to 31 | wait paid ~1 to 31",
    ),
    "two sleeps": (
        "Sleeping for 1 m 34 s more inside long.",
        (
            "sleep short 0 to 10, queued 10 to 12, running 12 to 14, sleep long 14 to now until 114"
            " | sleep short 0 to 10, step between ~12 to 14, sleep long 14 to now until 114"
        ),
    ),
    "two waits": (
        (
            "Waits for fetched since 12:00 UTC (13 s); it never times out;"
            " never emitted in this queue."
        ),
        (
            "wait paid 0 to 20, queued 20 to 25, running 25 to 27, wait fetched 27 to now"
            " | wait paid ~0 to 20, step pack ~25 to 27, wait fetched 27 to now"
        ),
    ),
    "one event awaited twice": (
        "Completed 12 s ago, 28 s after it was spawned.",
        (
            "wait paid 0 to 20, queued 20 to 25, running 25 to 28"
            " | wait paid ~0 to 20, step pack ~25 to 27, wait paid 27 to 27"
        ),
    ),
    "an event without a payload": (
        "Completed 15 s ago, 25 s after it was spawned.",
        "wait paid 0 to 20, queued 20 to 25 | wait paid ~0 to 20",
    ),
    "a timeout that the task handles": (
        "Completed 25 s ago, 35 s after it was spawned.",
        "wait paid 0 to 33, running 33 to 35 | wait paid ~0 to 33, step remind ~33 to 35",
    ),
    "a lease that ran out at the last attempt": (
        "Failed for good after 1 of 1 attempt: the lease of worker-3 ran out.",
        "running 0 to 30, lost 30 to 50 | unsaved ~0 to 30",
    ),
    "backing off after a lease ran out": (
        "Backs off for 50 s more before attempt 2 of 2: the lease of worker-3 ran out.",
        "running 0 to 30, lost 30 to 50 | unsaved ~0 to 30",
        "backoff 50 to now until 110 |",
    ),
    "a lease that was extended": (
        "Running on worker-1 for 40 s; no checkpoint yet, lease for 1 m 15 s more.",
        "running 0 to now | unsaved ~0 to now",
    ),
    "completed at the second attempt after a saved step": (
        "Completed 20 s ago, 40 s after it was spawned, on attempt 2 of 2.",
        "running 0 to 3 | step reserve ~0 to 2, unsaved ~2 to 3",
        "backoff 3 to ~33, queued ~33 to 35, running 35 to 40 | step charge ~35 to 40",
    ),
    "a failure without a message": (
        "Failed for good after 1 of 1 attempt: KeyError.",
        "running 0 to 5 | unsaved ~0 to 5",
    ),
    "another worker resumes after a sleep": (
        "Running on worker-2 for 5.0 s; last checkpoint nap 20 s ago, lease for 1 m 55 s more.",
        (
            "sleep nap 0 to 10, queued 10 to 15, running 15 to now"
            " | sleep nap 0 to 10, unsaved ~15 to now"
        ),
    ),
}


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    with engine(server_url) as connection:
        yield connection


@pytest.mark.parametrize("name", EXPECTED)
def test_a_history_is_told(connection: psycopg.Connection[Any], name: str) -> None:
    history = MORE[name](Bench(connection))
    rows = timeline.build(history).rows
    lines = [f"{_line(row.life)} | {_line(row.spans)}".rstrip() for row in rows]
    assert (str(describe(history).now), *lines) == EXPECTED[name]


def test_forty_histories_are_told() -> None:
    assert set(EXPECTED) == set(MORE)
    assert len({**SCENARIOS, **MORE}) >= 40


def _line(spans: Sequence[Span]) -> str:
    return ", ".join(" ".join(filter(None, span)) for span in told(spans))
