"""Counts are exact while that is cheap; beyond, they say that they are not."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from absurd_dashboard.queries import queues
from tests.dashboard.engine import Engine
from tests.dashboard.test_lists import summary


def test_counting_stops_and_says_so(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "MOST", 3)
    engine.create("a")
    for _ in range(5):
        engine.spawn("a")
    engine.sleep("a", engine.claim("a"), engine.advance(hours=1))
    found = summary(client, "a")
    assert (found["pending"], found["sleeping"], found["at_least"]) == (3, 1, ["pending"])
    assert "3+</data>" in client.get("/absurd/").content.decode()


def test_of_many_claims_only_the_newest_say_who_works(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "CLAIMS", 2)
    engine.create("a")
    for number in range(3):
        engine.spawn("a")
        engine.claim("a", f"worker-{number}")
        engine.advance(seconds=1)
    found = summary(client, "a")
    assert (found["running"], found["workers"], found["at_least"]) == (3, 2, ["workers"])


def test_of_many_failures_a_sample_says_how_many_were_final(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "LOOKED", 4)
    engine.create("a")
    for _ in range(4):  # each fails twice, and then for good
        task = engine.spawn("a", max_attempts=2, retry_strategy={"kind": "none"})
        for _ in range(2):
            engine.fail("a", engine.claim("a"), name="Again")
            engine.advance(seconds=1)
        assert engine.call('select state from absurd."t_a" where task_id = %s', task) == [
            ("failed",)
        ]
    found = summary(client, "a")
    assert (found["failed"], found["estimated"]) == (4, ["failed"])
    assert "≈ 4</data>" in client.get("/absurd/").content.decode()


def test_a_metric_is_counted_to_the_end(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "MOST", 3)
    engine.create("a")
    for _ in range(5):
        engine.spawn("a")
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "METRICS_TOKEN": "t"}):
        response = client.get("/absurd/metrics", headers={"Authorization": "Bearer t"})
    line = 'absurd_open_runs{engine="absurd",queue="a",state="pending"} 5.0'
    assert line in response.content.decode()
