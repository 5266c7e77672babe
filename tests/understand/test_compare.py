"""Attempts side by side: where each got to, what differs, and whose a checkpoint is now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client

from absurd_dashboard import comparison, timeline
from absurd_dashboard.comparison import Comparison
from absurd_dashboard.history import History
from tests.dashboard.engine import Engine
from tests.dashboard.histories import SCENARIOS, Bench
from tests.dashboard.histories import engine as histories_engine


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    """An engine whose clock the scenarios move."""
    with histories_engine(server_url) as connection:
        yield connection


def compared(history: History) -> Comparison:
    found = comparison.compare(history, timeline.build(history))
    assert found is not None
    return found


def cells(found: Comparison) -> dict[str, list[str]]:
    """What each checkpoint is to each attempt."""
    return {step.name: [f"{cell.what} {cell.owner}" for cell in step.cells] for step in found.steps}


def test_a_single_attempt_is_not_compared(database: psycopg.Connection[Any]) -> None:
    history = SCENARIOS["plain success"](Bench(database))
    assert comparison.compare(history, timeline.build(history)) is None


def test_each_attempt_says_how_long_it_took_and_where_it_got_to(
    database: psycopg.Connection[Any],
) -> None:
    found = compared(SCENARIOS["three attempts with exponential back off"](Bench(database)))
    told = [
        (column.attempt, column.got_to, column.took and column.took.total_seconds())
        for column in found.columns
    ]
    assert told == [(1, "prepare", 2), (2, None, 1), (3, None, 1)]
    assert [column.found for column in found.columns] == [0, 1, 1]
    assert cells(found) == {"prepare": ["saved 1", "found 1", "found 1"]}


def test_a_checkpoint_that_a_later_attempt_overwrote_names_its_owner_now(
    database: psycopg.Connection[Any],
) -> None:
    found = compared(SCENARIOS["checkpoint overwritten by a later attempt"](Bench(database)))
    assert cells(found) == {"quote": ["later 2", "saved 2"]}
    assert [column.got_to for column in found.columns] == [None, "quote"]
    assert found.differing >= {"state", "got_to", "error", "message"}


def test_what_is_alike_does_not_count_as_different(database: psycopg.Connection[Any]) -> None:
    found = compared(SCENARIOS["three attempts with exponential back off"](Bench(database)))
    assert "worker" not in found.differing


def test_an_attempt_that_was_never_claimed_took_and_found_nothing(
    database: psycopg.Connection[Any],
) -> None:
    found = compared(SCENARIOS["backing off now"](Bench(database)))
    assert (found.columns[-1].took, found.columns[-1].found) == (None, 0)


def test_the_page_shows_the_latest_attempts_side_by_side(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", max_attempts=6)
    for number in range(6):
        run = engine.claim("a", worker=f"<worker-{number}>")
        engine.checkpoint("a", task, run, "quote", number)
        engine.fail("a", run, name=f"Error{number}", message="<b>no</b>")
        engine.advance(minutes=10)
    text = client.get(f"/absurd/tasks/{task}/").text
    assert "The latest 4 attempts side by side" in text
    assert "attempt 6’s now" in text
    assert "(differs)" in text
    assert "<b>no" not in text


def test_a_task_of_one_attempt_shows_no_comparison(client: Client, engine: Engine) -> None:
    engine.create("a")
    assert "side by side" not in client.get(f"/absurd/tasks/{engine.spawn('a')}/").text
