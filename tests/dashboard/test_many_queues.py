"""Of very many queues the pages look into the busiest, and say so; none is out of reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client, override_settings

from absurd_dashboard import access
from tests.dashboard.engine import Engine

QUEUES = 9


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "QUEUE_LIMIT": 3}):
        yield


@pytest.fixture
def many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Queues ``q0`` to ``q8``, of which the last are the busiest."""
    for number in range(QUEUES):
        engine.spawn(engine.create(f"q{number}"), f"work-{number}")
    # The server's statistics see what has been committed, which nothing is in a test.
    busiest = "select relname from pg_class where relname = any(%s) order by relname desc limit %s"
    monkeypatch.setattr("absurd_dashboard.access._BUSIEST", busiest)
    return engine


@pytest.mark.parametrize("page", ["", "queues/", "tasks/", "failures/", "workers/", "attention/"])
def test_a_page_about_no_queue_in_particular_says_how_many_it_leaves_out(
    client: Client, many: Engine, page: str
) -> None:
    shown = client.get(f"/absurd/{page}").text
    assert "busiest queues are looked into" in shown
    assert client.get(f"/absurd/{page}?format=json")["X-Absurd-Queues-Left-Out"] == "6"


def test_the_busiest_are_looked_into(client: Client, many: Engine) -> None:
    found = client.get("/absurd/tasks/?format=json").json()["rows"]["rows"]
    assert [row["queue"] for row in found] == ["q8", "q7", "q6"]


def test_every_queue_is_a_link_on_the_page_of_queues(client: Client, many: Engine) -> None:
    shown = client.get("/absurd/queues/").text
    assert all(f'href="/absurd/queues/q{number}/"' in shown for number in range(QUEUES))


@pytest.mark.parametrize("page", ["queues/q0/", "tasks/?queue=q0", "failures/?queue=q0"])
def test_what_is_about_one_queue_leaves_nothing_out(
    client: Client, many: Engine, page: str
) -> None:
    assert "are looked into" not in client.get(f"/absurd/{page}").text


def test_a_task_and_a_run_are_found_by_their_ids_in_any_queue(client: Client, many: Engine) -> None:
    ((task, run),) = many.call('select task_id, last_attempt_run from absurd."t_q0"')
    assert client.get(f"/absurd/tasks/{task}/").status_code == 200
    for identifier in (task, run):
        answer = client.get(f"/absurd/tasks/?q={identifier}")
        assert answer["Location"].startswith(f"/absurd/tasks/{task}/")


def test_a_partitioned_queue_counts_as_busy(engine: Engine) -> None:
    for number in range(2):
        engine.create(f"q{number}")
    engine.create("weekly", "partitioned")
    with connections["absurd"].cursor() as cursor:
        cursor.execute(access._BUSIEST, [["r_q0", "r_q1", "r_weekly"], 1])
        assert cursor.fetchall() == [("r_weekly",)]


@pytest.mark.parametrize(("query", "status"), [("", 400), ("queue=q0", 201)])
def test_everything_that_matches_is_taken_in_one_queue_or_not_at_all(
    client: Client, many: Engine, query: str, status: int
) -> None:
    asked = {"action": "cancel", "from": "tasks", "query": query}
    answer = client.post("/absurd/bulk/new/", asked, headers={"Accept": "application/json"})
    assert answer.status_code == status
