"""The page of charts: what it counts, how long things took, what waited, and what it admits."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from absurd_dashboard.charts import sampling
from absurd_dashboard.queries import charts
from tests.dashboard.engine import START, Engine


def read(client: Client, query: str = "") -> dict[str, Any]:
    """The figures of the page, from its JSON twin."""
    answer = client.get(f"/absurd/charts/?format=json&{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["figures"]
    return found


def page(client: Client, address: str) -> str:
    """The page at an address."""
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text


def at(figures: dict[str, Any], minutes: int) -> dict[str, Any]:
    """The slot that begins so many minutes after the engine's clock was frozen."""
    start = (START + timedelta(minutes=minutes)).isoformat()
    (slot,) = [slot for slot in figures["slots"] if slot["start"] == start]
    found: dict[str, Any] = slot
    return found


def finished(engine: Engine, queue: str, name: str = "work", *, after: float = 1.0) -> None:
    """Spawn a task, claim it after some seconds and complete it after as many more."""
    engine.spawn(queue, name)
    engine.advance(seconds=after)
    run = engine.claim(queue, lease=10_000)
    engine.advance(seconds=after)
    engine.complete(queue, run)


class TestThroughput:
    def test_attempts_are_counted_in_the_slot_in_which_they_ended(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        finished(engine, "q", after=70)
        engine.advance(minutes=5)
        figures = read(client)
        assert (figures["completed"], at(figures, 2)["completed"]) == (1, 1)

    def test_a_failure_for_good_is_told_from_one_that_is_retried(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        engine.failed("q")
        engine.spawn("q", max_attempts=2)
        engine.fail("q", engine.claim("q"), name="E", message="again")
        engine.advance(minutes=1)
        figures = read(client)
        assert (figures["failed"], figures["retried"]) == (1, 1)
        overview = client.get("/absurd/?format=json").json()
        assert overview["queues"][0]["failed"] == figures["failed"]

    def test_a_failure_is_counted_once_however_long_ago_it_was_claimed(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        # Longer before now than an hour, the range, and another, and on both sides of their bound.
        for minutes in (0, 600, 59, 1, 60, 30):
            engine.advance(minutes=minutes)
            engine.spawn("q", max_attempts=1)
            engine.claim("q", lease=100_000)
        engine.advance(minutes=30)
        for run in engine.call("select run_id from absurd.r_q"):
            engine.call("select absurd.fail_run('q', %s, '{}')", *run)
        figures = read(client)
        assert (figures["failed"], figures["counted_failed"]) == (6, 1)

    def test_failures_of_the_range_are_exact_though_older_ones_are_too_many(
        self, client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(charts, "COUNTED", 160)
        for module in (charts, sampling):
            monkeypatch.setattr(module, "PILOT", 20)
        engine.create("q")
        for _ in range(100):
            engine.failed("q")
            engine.advance(minutes=6)
        engine.advance(hours=3)
        for _ in range(5):
            engine.failed("q")
            engine.advance(minutes=1)
        figures = read(client)
        assert (figures["failed"], figures["counted_failed"]) == (5, 1)

    def test_what_ended_before_the_range_is_not_in_it(self, client: Client, engine: Engine) -> None:
        engine.create("q")
        finished(engine, "q")
        engine.advance(hours=2)
        assert read(client)["completed"] == 0
        assert read(client, "window=6h")["completed"] == 1

    @pytest.mark.parametrize("span", ["1h", "6h", "24h", "7d", "30d"])
    def test_every_range_has_at_most_121_slots(
        self, client: Client, engine: Engine, span: str
    ) -> None:
        engine.create("q")
        assert 60 <= len(read(client, f"window={span}")["slots"]) <= 121


class TestLengths:
    def test_latency_is_from_spawn_to_claim_and_duration_from_claim_to_completion(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        engine.spawn("q", "slow")
        engine.advance(seconds=30)
        run = engine.claim("q")
        engine.advance(seconds=10)
        engine.complete("q", run)
        figures = read(client)
        assert at(figures, 0)["latency"] == {"of": 1, "p50": 30.0, "p95": 30.0, "p99": 30.0}
        assert at(figures, 0)["duration"]["p50"] == 10.0
        (group,) = figures["names"]
        assert (group["queue"], group["name"], group["duration"]["p99"]) == ("q", "slow", 10.0)

    def test_of_a_run_that_slept_no_latency_is_made_up(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        engine.spawn("q")
        run = engine.claim("q")
        engine.sleep("q", run, engine.now + timedelta(minutes=5))
        engine.advance(minutes=6)
        engine.complete("q", engine.claim("q"))
        (group,) = read(client)["queues"]
        assert group["latency"] is None
        assert group["duration"]["p50"] == 0.0


class TestBacklog:
    def test_what_waited_then_is_concluded_from_claims(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        engine.spawn("q")
        engine.advance(minutes=3, seconds=30)
        engine.claim("q")
        engine.advance(minutes=2)
        figures = read(client)
        assert [at(figures, minute)["waiting"] for minute in range(6)] == [1, 1, 1, 0, 0, 0]

    def test_what_waits_now_is_what_the_overview_counts(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        for _ in range(3):
            engine.spawn("q")
        engine.advance(minutes=10)
        overview = client.get("/absurd/?format=json").json()
        assert read(client)["waiting"] == overview["queues"][0]["pending"] == 3

    def test_a_sleeper_that_is_due_waits_and_one_that_is_not_does_not(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        for minutes in (1, 60):
            engine.spawn("q")
            engine.sleep("q", engine.claim("q"), engine.now + timedelta(minutes=minutes))
        engine.advance(minutes=2)
        assert read(client)["waiting"] == 1

    @pytest.mark.parametrize("minutes", [1, 90], ids=["in the range", "before it"])
    def test_what_was_not_counted_to_the_end_is_at_least_so_many(
        self, client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch, minutes: int
    ) -> None:
        engine.create("q")
        for _ in range(2):  # in two slots, neither of which meets the limit by itself
            engine.spawn("q")
            engine.advance(minutes=minutes)
        engine.advance(minutes=minutes)
        monkeypatch.setattr(charts, "WAITING", 3)
        assert (read(client)["waiting"], read(client)["capped"]) == (2, False)
        monkeypatch.setattr(charts, "WAITING", 2)
        assert (read(client)["waiting"], read(client)["capped"]) == (2, True)
        # Two were looked at, and there may be more of that name.
        narrow = read(client, "name=other")
        assert (narrow["waiting"], narrow["capped"]) == (0, True)


class TestFilters:
    def test_a_queue_and_a_task_name_narrow_everything(
        self, client: Client, engine: Engine
    ) -> None:
        for queue in ("q", "other %s"):
            engine.create(queue)
            finished(engine, queue, "send")
            finished(engine, queue, "charge")
            engine.spawn(queue, "charge")
        assert read(client)["completed"] == 4
        narrow = read(client, "queue=other+%25s&name=send")
        assert (narrow["completed"], narrow["waiting"], narrow["attempts"]) == (1, 0, 1)
        assert [(g["queue"], g["name"]) for g in narrow["names"]] == [("other %s", "send")]

    def test_an_unknown_queue_is_said_to_be_none(self, client: Client, engine: Engine) -> None:
        engine.create("q")
        text = page(client, "/absurd/charts/?queue=nothing")
        assert "There is no queue with this name, or none that you may see" in text

    def test_an_unknown_range_is_the_last_hour(self, client: Client, engine: Engine) -> None:
        assert client.get("/absurd/charts/?format=json&window=9999d").json()["span"] == "1h"


class TestLabels:
    def test_what_is_counted_in_samples_says_so(
        self, client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(charts, "COUNTED", 239)  # one more there is, so half is read
        monkeypatch.setattr(charts, "LOOKED_UP", 60)
        engine.create("q")
        engine.call("select absurd.spawn_task('q', 'work', 'null') from generate_series(1, 240)")
        for _ in range(240):
            engine.advance(seconds=14)
            engine.complete("q", engine.claim("q"))
        figures, text = read(client), page(client, "/absurd/charts/")
        assert (figures["counted"], figures["looked_up"]) == (3, 4)
        assert 160 <= figures["completed"] <= 320
        assert 30 <= figures["attempts"] <= 90
        assert "one part in <data" in text
        assert "Completed <strong>≈" in text

    def test_a_chart_is_an_image_with_a_name(self, client: Client, engine: Engine) -> None:
        engine.create("q")
        finished(engine, "q")
        text = page(client, "/absurd/charts/")
        for key in ("throughput", "duration", "latency"):
            assert f'role="img" aria-labelledby="chart-{key}"' in text
            assert f'<details class="abs-fold" id="chart-{key}-table">' in text
        assert "Nothing waited in this time." in text

    def test_a_chart_is_the_same_as_a_table_where_one_is_asked_for(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        finished(engine, "q")
        address = "/absurd/charts/?window=6h"
        for key in ("throughput", "duration", "latency"):
            link = re.search(
                rf'href="([^"]*tables=[^"]*#chart-{key}-table)"', page(client, address)
            )
            assert link is not None
            address = f"/absurd/charts/{unescape(link[1])}"
            opened = page(client, address)
            assert f'id="chart-{key}-table" open>' in opened
            assert f"#chart-{key}-table" not in opened
        slots = len(read(client, "window=6h")["slots"])
        assert opened.count('<tr><th scope="row"><time') == 3 * slots

    def test_the_axis_is_labelled_at_even_distances(self, client: Client, engine: Engine) -> None:
        engine.create("q")
        finished(engine, "q")
        for minutes in (0, 7, 14):
            engine.advance(minutes=minutes)
            axis = page(client, "/absurd/charts/").partition('class="abs-chart-x"')[2]
            places = [
                float(x) for x in re.findall(r'<text x="([\d.]+)%"', axis.partition("</svg>")[0])
            ]
            assert len(places) >= 5
            assert {round(b - a) for a, b in pairwise(places)} == {16}

    def test_a_table_stays_open_in_another_range_and_under_another_filter(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        opened = page(client, "/absurd/charts/?tables=waiting,latency")
        assert "window=24h&amp;tables=waiting%2Clatency" in opened
        assert '<input type="hidden" name="tables" value="waiting,latency">' in opened
        assert 'href="?window=24h"' in page(client, "/absurd/charts/?tables=nonsense")

    def test_it_renews_itself_a_few_times_in_each_slot(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("q")
        assert 'data-live-interval="15000"' in client.get("/absurd/charts/").text
        assert 'data-live-interval="60000"' in client.get("/absurd/charts/?window=30d").text

    def test_without_queues_it_says_how_charts_come_to_be(
        self, client: Client, engine: Engine
    ) -> None:
        assert "Create a queue, spawn a task and start a worker" in client.get(
            "/absurd/charts/"
        ).text  # fmt: skip

    def test_of_very_many_queues_the_largest_are_read(
        self, client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(charts, "QUEUES", 1)
        for queue in ("small", "large"):
            engine.create(queue)
        finished(engine, "large")
        engine.call('analyze absurd."r_small"; analyze absurd."r_large"')
        figures = read(client)
        assert (figures["completed"], figures["left_out"]) == (1, 1)
        assert read(client, "queue=small")["left_out"] == 0
