"""The last hour of each queue on the overview."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from absurd_dashboard.queries import pace
from tests.dashboard.engine import Engine


def of(client: Client, queue: str) -> dict[str, Any]:
    """The last hour of a queue, as the overview's JSON has it."""
    rows = client.get("/absurd/?format=json").json()["queues"]
    found: dict[str, Any] = next(row["pace"] for row in rows if row["queue"] == queue)
    return found


def complete(engine: Engine, times: int = 1) -> None:
    for _ in range(times):
        engine.spawn("a")
        engine.complete("a", engine.claim("a"))


def test_attempts_stand_in_the_slot_in_which_they_were_claimed(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    complete(engine, 2)
    engine.advance(minutes=20)
    complete(engine)
    engine.failed("a")
    engine.advance(minutes=1)
    found = of(client, "a")
    assert [n for n in found["completed"]["slots"] if n] == [2, 1]
    assert found["failed"]["slots"][-1] == found["completed"]["slots"][-1] == 1
    assert found["completed"]["slots"][-5] == 2


def test_what_is_older_than_an_hour_has_left(client: Client, engine: Engine) -> None:
    engine.create("a")
    complete(engine)
    engine.advance(minutes=61)
    assert sum(of(client, "a")["completed"]["slots"]) == 0


def test_a_slot_with_very_many_is_estimated_from_its_beginning_and_says_so(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST", 3)
    engine.create("a")
    engine.advance(seconds=29)
    for _ in range(5):
        complete(engine)
        engine.advance(seconds=30)
    engine.advance(minutes=57)  # the hour begins half a minute before the first
    found = of(client, "a")["completed"]
    assert found["estimated"]
    assert found["slots"][0] >= 5
    assert "≈" in client.get("/absurd/").text


def test_a_quiet_queue_has_a_dash(client: Client, engine: Engine) -> None:
    engine.create("a")
    assert "abs-spark" not in client.get("/absurd/").text
