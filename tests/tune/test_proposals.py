"""Which indexes are proposed, for what reason and at what price; and that pages use them."""

from __future__ import annotations

import json

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from absurd_dashboard.models import Tenant
from absurd_dashboard.tune.catalog import Relation, Table
from absurd_dashboard.tune.kinds import KINDS
from absurd_dashboard.tune.naming import index_name
from absurd_dashboard.tune.proposals import proposals
from tests.dashboard.engine import Engine


def table(rows: float, prefix: str = "t") -> Table:
    """A queue's table without indexes."""
    top = Relation(f"{prefix}_q", rows, 0, ())
    return Table("q", prefix, top, False, (), True, "owner", {"task_name": 28.0})


def proposed(rows: float, *, shared: tuple[str, ...] = ()) -> list[str]:
    found = proposals([table(rows), table(rows, "r")], shared)
    return [each.kind for each in found if each.proposed]


def test_nothing_is_proposed_for_a_queue_that_is_searched_as_fast_without() -> None:
    assert proposed(99_999) == []


def test_an_index_by_name_is_proposed_for_a_large_queue() -> None:
    assert proposed(1_000_000) == ["name"]


def test_an_index_by_tenant_is_proposed_where_tenants_share_the_queue() -> None:
    assert proposed(1_000_000, shared=("q",)) == ["name", "tenant"]


def test_an_estimate_is_near_what_was_measured() -> None:
    (name, *_) = proposals([table(1_000_000)])
    assert name.bytes == pytest.approx(60_500_000, rel=0.1)
    assert 1 <= name.seconds <= 10


def test_no_index_mentions_the_state_of_tasks() -> None:
    assert not any("state" in kind.defined_as for kind in KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("queue", ["q", "x" * 57, "ü" * 28, "🐘" * 14, "a\u0308" * 19])
def test_names_fit_and_differ_however_long_a_queues_is(kind: str, queue: str) -> None:
    tables = [f"t_{queue}", f"t_{queue[:-1]}", f"t_{queue}_d", f"r_{queue}"]
    names = {index_name(kind, table) for table in tables}
    assert len(names) == len(tables)
    assert all(len(name.encode()) <= 63 and name.startswith("adx_") for name in names)


LOAD = """
    select absurd.create_queue('big');
    select absurd.spawn_task('big', 'common', jsonb_build_object('pad', repeat('x', 300)))
      from generate_series(1, 3000);
    select absurd.spawn_task('big', 'rare', '{}');
    create index adx_name_t_big on absurd.t_big using btree (task_name, task_id);
    analyze absurd.t_big;
"""


@pytest.mark.parametrize("query", ["name=rare", "name=rare&state=failed", "name=nothing"])
def test_a_list_of_a_task_name_uses_the_index_where_it_is(
    client: Client, engine: Engine, query: str
) -> None:
    engine.call(LOAD)
    with CaptureQueriesContext(connections["absurd"]) as captured:
        assert client.get(f"/absurd/tasks/?{query}&window=all").status_code == 200
    plans = ""
    with connections["absurd"].cursor() as cursor:
        cursor.execute("set local random_page_cost = 1.1; set local jit = off")
        for each in captured:
            if '"task_name"' in each["sql"] and '"t_big"' in each["sql"]:
                cursor.execute("explain (format json) " + each["sql"])
                plans += json.dumps(cursor.fetchone()[0])
    assert "adx_name_t_big" in plans
    assert "Seq Scan" not in plans


class TestPage:
    def test_it_proposes_with_reason_and_price(self, client: Client, engine: Engine) -> None:
        engine.create("q")
        engine.call("update pg_class set reltuples = 1e6 where relname = 't_q'")
        page = client.get("/absurd/tune/").text
        assert "Lists of one task name" in page
        assert "2\N{NO-BREAK SPACE}% more WAL" in page
        assert "python manage.py absurd_tune --apply" in page

    def test_it_says_when_nothing_is_worth_it(self, client: Client, engine: Engine) -> None:
        engine.create("q")
        assert "No index is worth its price here" in client.get("/absurd/tune/").text

    def test_it_shows_nothing_of_a_queue_that_is_seen_in_part(
        self, client: Client, engine: Engine
    ) -> None:
        engine.create("shared")
        tenant = Tenant.objects.create(slug="shop", name="Shop")
        tenant.scopes.create(queue_pattern="shared", header_tenant="shop")
        engine.call("update pg_class set reltuples = 1e6 where relname = 't_shared'")
        assert "shared" not in json.dumps(client.get("/absurd/t/shop/tune/?format=json").json())
        whole = client.get("/absurd/tune/?format=json").json()["proposed"]
        assert [each["kind"] for each in whole] == ["name", "tenant"]
