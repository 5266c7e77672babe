"""What Prometheus reads: true numbers, a token before them, and a format that survives any name."""

from typing import Any

import pytest
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from absurd_dashboard import metrics
from tests.dashboard.engine import Engine

TOKEN = "let-prometheus-in"
LABELS = ("version", "queue", "state", "task_name", "outcome", "quantile")
Samples = dict[tuple[str, ...], float]


@pytest.fixture(autouse=True)
def _token() -> Any:
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "METRICS_TOKEN": TOKEN}):
        yield


def scrape() -> dict[str, Samples]:
    """The families by name: their values by their labels' values, without the engine's name."""
    answer = Client().get("/absurd/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {
        family.name: {
            tuple(sample.labels[key] for key in LABELS if key in sample.labels): sample.value
            for sample in family.samples
        }
        for family in families
    }


def test_open_runs_are_counted_by_queue_and_state(engine: Engine) -> None:
    engine.create("a")
    for _ in range(3):
        engine.spawn("a")
    engine.claim("a")

    found = scrape()["absurd_open_runs"]

    assert found["a", "pending"] == 2
    assert found["a", "running"] == 1
    assert found["a", "sleeping"] == 0


def test_the_oldest_due_run_has_an_age_and_a_dead_lease_is_seen(engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    engine.spawn("a")
    engine.claim("a", lease=60)
    engine.advance(minutes=2)

    found = scrape()

    assert found["absurd_oldest_due_seconds"]["a",] == 120
    assert found["absurd_expired_leases"]["a",] == 1
    assert found["absurd_live_workers"]["a",] == 0


def test_what_ended_lately_has_a_number_and_durations(engine: Engine) -> None:
    engine.create("a")
    for seconds in (1, 2, 9):
        engine.spawn("a", "send")
        run = engine.claim("a")
        engine.advance(seconds=seconds)
        engine.complete("a", run)
    engine.failed("a", "send", name="E", message="m")

    found = scrape()

    assert found["absurd_ended_runs_5m"]["a", "send", "completed"] == 3
    assert found["absurd_ended_runs_5m"]["a", "send", "failed"] == 1
    assert found["absurd_run_seconds"]["a", "send", "completed", "0.5"] == 2
    assert found["absurd_run_seconds"]["a", "send", "completed", "0.99"] == 9
    assert found["absurd_failed_tasks_24h"]["a",] == 1


def test_what_ended_longer_ago_has_left_the_window(engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a", "send")
    engine.complete("a", engine.claim("a"))
    engine.advance(minutes=6)

    assert scrape()["absurd_ended_runs_5m"] == {}


def test_names_beyond_the_limit_are_summed_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "NAMES", 1)
    engine.create("a")
    for name in ("often", "often", "once", "rare"):
        engine.spawn("a", name)
        engine.complete("a", engine.claim("a"))

    found = scrape()["absurd_ended_runs_5m"]

    assert found == {("a", "often", "completed"): 2, ("a", "(other)", "completed"): 2}


def test_queues_beyond_the_limit_are_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "QUEUES", 1)
    for queue in ("busy", "quiet"):
        engine.create(queue)
    engine.spawn("busy")

    found = scrape()

    assert list(found["absurd_oldest_due_seconds"]) == [("busy",)]
    assert found["absurd_queues_left_out"][()] == 1


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "a{b}=1", "ü🙂", "# HELP x"])
def test_any_name_survives_the_format(engine: Engine, name: str) -> None:
    engine.create("a")
    engine.spawn("a", name)
    engine.complete("a", engine.claim("a"))

    assert scrape()["absurd_ended_runs_5m"] == {("a", name, "completed"): 1}


@pytest.mark.django_db(databases=["default", "absurd"])
def test_an_engine_that_does_not_answer_is_down_and_not_an_error() -> None:
    text = metrics.exposition(["default"]).decode()  # a database without an engine

    assert 'absurd_up{engine="default"} 0.0' in text


@pytest.mark.django_db(databases=["default", "absurd"])
def test_two_engines_share_each_family() -> None:
    text = metrics.exposition(["default", "default"]).decode()

    assert text.count("# TYPE absurd_up gauge") == 1


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer \xfc"])
def test_without_the_token_nothing_is_said(engine: Engine, said: str) -> None:
    answer = Client().get("/absurd/metrics", headers={"Authorization": said})

    assert answer.status_code == 401
    assert answer.content == b""


def test_without_a_token_in_the_settings_there_is_no_such_address(engine: Engine) -> None:
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd"}):
        answer = Client().get("/absurd/metrics", headers={"Authorization": "Bearer "})

    assert answer.status_code == 404
