"""How many tasks each state's tab leads to, which comes after the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client, override_settings

from tests.dashboard.engine import Engine


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Queue ``a`` with two pending, one running, one sleeping, one failed and one completed task;
    queue ``b`` with one pending."""
    for queue in ("a", "b"):
        engine.create(queue)
    engine.failed("a")
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "packed")
    engine.spawn("a", "runs")
    engine.claim("a", lease=3_600)
    for queue in ("a", "a", "b"):
        engine.spawn(queue)
    return engine


@pytest.fixture(autouse=True)
def _patiently() -> Iterator[None]:
    """Time enough for every count, on whatever machine."""
    with override_settings(
        ABSURD_DASHBOARD={"DATABASE": "absurd", "SEARCH_BUDGET": timedelta(minutes=1)}
    ):
        yield


def counted(client: Client, query: str = "") -> dict[str, tuple[int, str]]:
    """Count and precision by state."""
    states = client.get(f"/absurd/tasks/counts/?{query}&format=json").json()["states"]
    return {
        tab["state"]: (tab["count"]["value"], tab["count"]["precision"])
        for tab in states
        if tab["count"]
    }


def test_each_tab_says_how_many_it_leads_to(client: Client, filled: Engine) -> None:
    assert counted(client) == {
        "": (7, "exact"),
        "pending": (3, "exact"),
        "running": (1, "exact"),
        "sleeping": (1, "exact"),
        "failed": (1, "exact"),
        "completed": (1, "exact"),
        "cancelled": (0, "exact"),
    }


@pytest.mark.parametrize(
    ("query", "pending"), [("queue=b", 1), ("q=name:runs", 0), ("state=failed", 3)]
)
def test_counts_follow_everything_but_the_state(
    client: Client, filled: Engine, query: str, pending: int
) -> None:
    assert counted(client, query)["pending"] == (pending, "exact")


def test_what_is_open_is_counted_by_an_index_however_little_time_there_is(
    client: Client, filled: Engine
) -> None:
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "SEARCH_BUDGET": timedelta(0)}):
        found = counted(client, "window=all")
    assert found["pending"] == (3, "exact")
    assert "cancelled" not in found  # none was found, which says nothing


def test_the_list_itself_is_not_held_up(client: Client, filled: Engine) -> None:
    page = client.get("/absurd/tasks/?queue=a").text
    assert 'hx-get="/absurd/tasks/counts/?' in page
    assert "queue=a" in page
    assert "abs-tab-count" not in page
