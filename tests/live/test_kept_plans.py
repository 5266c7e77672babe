"""Statements over several queues are planned once per connection, without a look at values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from absurd_dashboard import plans
from tests.dashboard.engine import Engine
from tests.dashboard.test_plans import LOAD, scans

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])

PAGES = ("", "queues/", "workers/", "attention/", "failures/", "charts/", "charts/?window=30d")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """A connection that has kept nothing yet, to a disk without moving parts."""
    connections["absurd"].close()
    with connections["absurd"].cursor() as cursor:
        cursor.execute("set random_page_cost = 1.1")
    yield
    connections["absurd"].close()


def kept(engine: Engine) -> dict[str, int]:
    """How often each statement that the connection keeps was carried out by its one plan."""
    rows = engine.call(
        "select name, generic_plans from pg_prepared_statements where custom_plans = 0"
    )
    return dict(rows)


def create_two(engine: Engine) -> None:
    """Two queues, so that a page is about several."""
    for queue in ("a", "b"):
        engine.create(queue)


def ask(client: Client, page: str, times: int = 1) -> None:
    for _ in range(times):
        assert client.get(f"/absurd/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_page_over_two_queues_that_is_asked_again_keeps_its_plans(
    client: Client, engine: Engine, page: str
) -> None:
    for queue in ("a", "b"):
        engine.failed(engine.create(queue), "fails", name="E", message="no")
    ask(client, page, 3)
    before = kept(engine)
    ask(client, page)
    assert before
    after = kept(engine)
    assert after.keys() == before.keys()
    assert all(after[name] > times for name, times in before.items())


def test_what_is_about_one_queue_is_planned_for_its_values(client: Client, engine: Engine) -> None:
    engine.failed(engine.create("a"), "fails", name="E", message="no")
    for page in PAGES:
        ask(client, page, 3)
    assert kept(engine) == {}


def test_no_kept_plan_reads_a_whole_table_of_history(client: Client, engine: Engine) -> None:
    engine.call(LOAD)
    engine.create("small")
    for page in PAGES:
        ask(client, page, 3)
        read = {
            table
            for name in kept(engine)
            for plan in _explained(engine, name)
            for table in scans(plan)
        }
        assert (page, read & {"t_big", "r_big", "c_big"}) == (page, set())


def _explained(engine: Engine, name: str) -> list[dict[str, Any]]:
    """The kept plan of a statement; what its parameters are makes no difference to it."""
    ((parameters,),) = engine.call(
        "select cardinality(parameter_types) from pg_prepared_statements where name = %s", name
    )
    values = f"({', '.join(['null'] * parameters)})" if parameters else ""
    engine.call("set plan_cache_mode = force_generic_plan")
    return [
        row[0][0]["Plan"] for row in engine.call(f'explain (format json) execute "{name}"{values}')
    ]


def test_a_connection_keeps_no_more_plans_than_it_has_room_for(
    client: Client, engine: Engine
) -> None:
    create_two(engine)
    for page in PAGES:
        for window in ("1h", "6h", "24h", "7d", "30d"):
            ask(client, f"{page.partition('?')[0]}?window={window}", 2)
    # The driver lets go of what is one too many with its next statement.
    assert plans.MOST <= len(kept(engine)) <= plans.MOST + 1


def test_the_larger_the_plans_the_fewer_are_kept() -> None:
    assert plans.room(queues=2, partitions=0) == plans.MOST
    assert plans.LEAST < plans.room(queues=50, partitions=0) < plans.MOST
    assert plans.LEAST < plans.room(queues=3, partitions=180) < plans.MOST
    assert plans.room(queues=50, partitions=3_000) == plans.LEAST


def test_an_open_page_that_finds_nothing_new_does_not_make_the_connection_forget(
    client: Client, engine: Engine
) -> None:
    create_two(engine)
    ask(client, "", 2)
    before = kept(engine)
    token = client.get("/absurd/").text.partition('data-live-token="')[2].partition('"')[0]

    def unchanged() -> bool:
        return client.get("/absurd/", headers={"X-Absurd-Live": token}).status_code == 204

    assert before
    assert any(unchanged() for _ in range(100))  # other tests write to the same server
    assert kept(engine).keys() >= before.keys()


def test_a_queue_that_is_made_anew_is_planned_anew(client: Client, engine: Engine) -> None:
    create_two(engine)
    ask(client, "", 3)
    engine.drop("b")
    engine.create("b")
    ask(client, "", 3)


def test_a_schema_that_changes_under_a_kept_plan_is_read_anew(
    client: Client, engine: Engine
) -> None:
    create_two(engine)
    ask(client, "", 3)
    for queue in ("a", "b"):
        engine.call(f'alter table absurd."w_{queue}" alter column event_name type varchar')
    ask(client, "", 3)


def test_inside_a_transaction_of_the_host_nothing_is_kept(client: Client, engine: Engine) -> None:
    create_two(engine)
    with transaction.atomic(using="absurd"):
        ask(client, "", 3)
    assert kept(engine) == {}


def test_statements_that_are_logged_are_logged_with_their_values(
    client: Client, engine: Engine
) -> None:
    create_two(engine)
    with CaptureQueriesContext(connections["absurd"]) as captured:
        ask(client, "workers/", 3)
    assert [each["sql"] for each in captured if "%(" in each["sql"]] == []
    assert kept(engine) == {}
