"""Lists of states that few tasks are in: complete at once, however many other tasks there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client, override_settings

from absurd_dashboard.models import Scope
from absurd_dashboard.queries import few
from tests.dashboard.engine import Engine
from tests.dashboard.members import member_of

OPEN_AND_FAILED = ("pending", "running", "sleeping", "failed")


@pytest.fixture(autouse=True)
def _in_a_hurry() -> Iterator[None]:
    """No time for a search: what is found all the same, an index led to."""
    with override_settings(
        ABSURD_DASHBOARD={"DATABASE": "absurd", "SEARCH_BUDGET": timedelta(microseconds=1)}
    ):
        yield


@pytest.fixture
def old(engine: Engine) -> dict[str, UUID]:
    """One task in each state that has been in it for a month, below many that have completed."""
    engine.create("a")
    found = {"failed": engine.failed("a", "odd")}
    waiting = engine.spawn("a", "odd")
    engine.wait("a", waiting, engine.claim("a"), "packed")
    found |= {"sleeping": waiting, "running": engine.spawn("a", "odd")}
    engine.claim("a", lease=90 * 86_400)
    found["pending"] = engine.spawn("a", "odd")
    engine.create("b")
    engine.advance(days=30)
    for _ in range(3):
        engine.spawn("b")
        engine.complete("b", engine.claim("b"))
    return found


def listed(client: Client, query: str) -> tuple[list[str], bool]:
    """Ids of the tasks in a list, and whether there is nothing more to be looked for."""
    page = client.get(f"/absurd/tasks/?{query}&format=json").json()["rows"]
    return [row["task_id"] for row in page["rows"]], page["looked_back_to"] is None


def several_failed(engine: Engine, number: int) -> list[str]:
    """Ids of tasks that failed one after another, the newest first."""
    engine.create("a")
    failed = []
    for _ in range(number):
        failed.append(str(engine.failed("a")))
        engine.advance(seconds=1)
    return failed[::-1]


@pytest.mark.parametrize("state", OPEN_AND_FAILED)
def test_the_only_task_in_a_state_is_found_however_old_it_is(
    client: Client, old: dict[str, UUID], state: str
) -> None:
    assert listed(client, f"state={state}&window=all") == ([str(old[state])], True)


@pytest.mark.parametrize("more", ["name=odd", "name=od*", "queue=a", "q=attempts:>=0", "q=queue:a"])
def test_whatever_else_is_asked_is_asked_of_these_alone(
    client: Client, old: dict[str, UUID], more: str
) -> None:
    assert listed(client, f"state=failed&window=all&{more}") == ([str(old["failed"])], True)


@pytest.mark.parametrize("more", ["name=even", "queue=b", "q=worker:nobody"])
def test_nothing_is_said_to_be_nothing_without_looking_on(
    client: Client, old: dict[str, UUID], more: str
) -> None:
    assert listed(client, f"state=failed&window=all&{more}") == ([], True)


@pytest.mark.parametrize(
    "query", ["error:gone", "attempts:2", "attempts:>=2", "attempts:>1", "attempts:2,3"]
)
def test_what_only_failed_attempts_can_be_is_found_by_these(
    client: Client, engine: Engine, query: str
) -> None:
    engine.create("a")
    task = engine.spawn("a", retry_strategy={"kind": "none"})
    engine.fail("a", engine.claim("a"), name="Gone", message="m")
    engine.complete("a", engine.claim("a"))
    engine.advance(days=30)
    assert listed(client, f"q={query}&window=all") == ([str(task)], True)
    assert listed(client, f"q={query}&window=all&state=completed") == ([str(task)], True)
    assert listed(client, f"q={query}&window=all&state=failed") == ([], True)


def test_what_waits_for_an_event_is_found_by_what_sleeps(
    client: Client, old: dict[str, UUID]
) -> None:
    assert listed(client, "q=has:wait&window=all") == ([str(old["sleeping"])], True)
    assert listed(client, "q=has:wait&window=all&state=running") == ([], True)


@pytest.mark.parametrize(
    "query", ["-error:gone", "-has:wait", "attempts:1", "attempts:<3", "attempts:1,2"]
)
def test_what_others_may_be_too_is_not(client: Client, engine: Engine, query: str) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd"}):
        assert listed(client, f"q={query}&window=all") == ([str(task)], True)


def test_a_queue_of_any_name_is_looked_into(client: Client, engine: Engine) -> None:
    failed = []
    for queue in ("100 %s", """a'b"c\\{0}"""):
        engine.create(queue)
        failed.append(str(engine.failed(queue)))
        engine.advance(days=30)
    assert listed(client, "state=failed&window=all") == (failed[::-1], True)


def test_pages_of_them_go_down_and_up(client: Client, engine: Engine) -> None:
    failed = several_failed(engine, 5)
    settings = {"DATABASE": "absurd", "PAGE_SIZE": 2}
    with override_settings(ABSURD_DASHBOARD=settings):
        assert listed(client, "state=failed&window=all") == (failed[:2], True)
        assert listed(client, f"state=failed&window=all&older={failed[1]}") == (failed[2:4], True)
        assert listed(client, f"state=failed&window=all&newer={failed[4]}") == (failed[2:4], True)


def test_a_task_that_failed_and_was_retried_is_listed_by_its_last_attempt_alone(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.spawn("a", max_attempts=2, retry_strategy={"kind": "none"})
    engine.fail("a", engine.claim("a"), name="E", message="m")
    assert listed(client, "state=failed&window=all") == ([], True)
    assert listed(client, "state=pending&window=all") == ([str(task)], True)
    engine.fail("a", engine.claim("a"), name="E", message="m")
    assert listed(client, "state=failed&window=all") == ([str(task)], True)


def test_a_task_that_failed_while_it_waited_for_an_event_is_found(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.spawn("a", max_attempts=1)
    run = engine.claim("a")
    engine.wait("a", task, run, "packed")
    engine.fail("a", run, name="E", message="m")
    assert listed(client, "state=failed&window=1h") == ([str(task)], True)


def test_the_tab_counts_them_however_little_time_there_is(
    client: Client, old: dict[str, UUID]
) -> None:
    states = client.get("/absurd/tasks/counts/?window=all&name=odd&format=json").json()["states"]
    counted = {tab["state"]: tab["count"] for tab in states if tab["state"] in OPEN_AND_FAILED}
    exactly_one = {"value": 1, "precision": "exact"}
    assert {
        state: {key: count[key] for key in exactly_one} for state, count in counted.items()
    } == (dict.fromkeys(OPEN_AND_FAILED, exactly_one))


def test_where_they_are_many_the_list_is_filled_from_the_newest_tasks(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few, "FEW", 2)
    failed = several_failed(engine, 3)
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd"}):
        assert listed(client, "state=failed&window=all") == (failed, True)


def test_a_tenant_is_shown_no_task_of_another(engine: Engine) -> None:
    engine.create("a")
    own, _ = (
        engine.spawn("a", headers={"tenant_id": tenant}, max_attempts=1)
        for tenant in ("acme", "other")
    )
    for _ in range(2):
        engine.fail("a", engine.claim("a"), name="E", message="m")
    browser = member_of(Scope(queue_pattern="a", header_tenant="acme"))
    page = browser.get("/absurd/t/acme/tasks/?state=failed&window=all&format=json").json()
    assert [row["task_id"] for row in page["rows"]["rows"]] == [str(own)]
