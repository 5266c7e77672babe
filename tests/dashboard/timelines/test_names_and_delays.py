"""What names of checkpoints say, and how long the engine waits between attempts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from absurd_dashboard import backoff
from absurd_dashboard.conventions import awaited_event, awaited_task, split_repeat
from tests.dashboard.timelines.drawings import STRATEGIES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("iteration", ("iteration", 1)),
        ("iteration#37", ("iteration", 37)),
        ("iteration#1", ("iteration#1", 1)),
        ("iteration#02", ("iteration#02", 1)),
        ("#2", ("#2", 1)),
    ],
)
def test_a_repeated_name_ends_in_its_number(name: str, expected: tuple[str, int]) -> None:
    assert split_repeat(name) == expected


def test_a_number_in_an_events_own_name_is_kept() -> None:
    assert awaited_event("$awaitEvent:order#2") == "order"
    assert awaited_event("$awaitEvent:order#2", {"order#2"}) == "order#2"
    assert awaited_event("order") is None


def test_an_awaited_tasks_id_is_read_without_its_repetition() -> None:
    assert awaited_task("$awaitTaskResult:0192#2") == "0192"
    assert awaited_task("result") is None


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("attempt", [1, 4, 90])
def test_delays_are_the_engines(
    connection: psycopg.Connection[Any], strategy: dict[str, Any], attempt: int
) -> None:
    query = "select absurd.retry_delay_seconds(%s, %s)"
    row = connection.execute(query, [Jsonb(strategy), attempt]).fetchone()
    assert row is not None
    assert backoff.delay(strategy, attempt) == timedelta(seconds=row[0])


@pytest.mark.parametrize(
    "strategy",
    [
        {"kind": "fixed", "base_seconds": -1},
        {"kind": "hourly"},
        {"kind": "exponential", "factor": "x"},
    ],
)
def test_an_invalid_strategy_has_no_delay(
    connection: psycopg.Connection[Any], strategy: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.Error):
        connection.execute("select absurd.retry_delay_seconds(%s, 1)", [Jsonb(strategy)])
    assert backoff.delay(strategy, 1) is None
