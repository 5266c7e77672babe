"""Upgrading the engine's schema under live data, and what an older one lacks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from absurd_sdk import Absurd

from absurd_core import (
    EngineError,
    SchemaMissing,
    SchemaTooOld,
    SchemaUpgradeError,
    Statement,
    checkpoints,
    events,
    maintenance,
    queues,
    run,
    runs,
    schema,
    tasks,
)
from tests.core import old_engines
from tests.core.databases import fresh_database
from tests.core.old_engines import NEWEST


@pytest.fixture(params=["server_url", "older_engine_url"], ids=["newest", "older"])
def any_server_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def connection(any_server_url: str) -> Iterator[psycopg.Connection]:
    with (
        fresh_database(any_server_url) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        yield connection


@pytest.fixture
def oldest(connection: psycopg.Connection) -> psycopg.Connection:
    old_engines.install(connection, "0.3.0")
    run(connection, queues.create("q"))
    return connection


def procedures(connection: psycopg.Connection) -> set[tuple[str, ...]]:
    query = """
        select proname, pg_get_function_identity_arguments(oid), prosrc from pg_proc
        where pronamespace = 'absurd'::regnamespace
    """
    return set(connection.execute(query).fetchall())


# The plan


def test_a_plan_lists_the_steps_in_order() -> None:
    steps = [(step.source, step.target) for step in schema.plan("0.3.0", "0.5.0")]
    assert steps == [("0.3.0", "0.4.0"), ("0.4.0", "0.5.0")]


def test_a_plan_leads_to_absurdctls_own_version() -> None:
    assert schema.plan("0.3.0")[-1].target == NEWEST


def test_there_is_nothing_to_do_at_the_version_wanted() -> None:
    assert schema.plan(NEWEST) == []


def test_releases_that_changed_no_schema_need_no_step() -> None:
    assert schema.plan("0.0.7", "0.0.8") == []


def test_a_downgrade_is_refused() -> None:
    with pytest.raises(SchemaUpgradeError, match=r"from 0\.5\.0 to 0\.4\.0: a downgrade"):
        schema.plan("0.5.0", "0.4.0")


@pytest.mark.parametrize(
    ("found", "wanted", "unknown"),
    [("0.3.0", "99.0.0", "99.0.0"), ("main", None, "main"), ("0.3.0", "newest", "newest")],
)
def test_a_version_that_absurdctl_does_not_know_is_refused(
    found: str, wanted: str | None, unknown: str
) -> None:
    with pytest.raises(SchemaUpgradeError, match=f"does not know {unknown}"):
        schema.plan(found, wanted)


# The upgrade


@pytest.mark.parametrize("version", old_engines.RELEASES)
def test_every_engine_upgrades_to_what_a_new_install_gives(
    connection: psycopg.Connection, any_server_url: str, version: str
) -> None:
    old_engines.install(connection, version)
    schema.upgrade(connection)
    with fresh_database(any_server_url) as url, psycopg.connect(url) as new:
        schema.install(new)
        assert procedures(new) <= procedures(connection)
    assert run(connection, schema.version()) == NEWEST


def test_an_upgrade_may_stop_on_the_way(oldest: psycopg.Connection) -> None:
    schema.upgrade(oldest, to="0.4.0")
    assert run(oldest, schema.version()) == "0.4.0"


def test_an_upgrade_returns_the_steps_it_took(oldest: psycopg.Connection) -> None:
    assert schema.upgrade(oldest) == schema.plan("0.3.0")


def test_a_second_upgrade_does_nothing(oldest: psycopg.Connection) -> None:
    schema.upgrade(oldest)
    assert schema.upgrade(oldest) == []


def test_two_upgrades_at_once_take_the_steps_once(oldest: psycopg.Connection) -> None:
    url = oldest.info.dsn

    def upgrade(_: int) -> list[schema.Migration]:
        with psycopg.connect(url) as connection:
            return schema.upgrade(connection)

    with ThreadPoolExecutor() as pool:
        taken = list(pool.map(upgrade, range(2)))
    assert sorted(taken, key=len) == [[], schema.plan("0.3.0")]


def test_an_upgrade_that_fails_changes_nothing(oldest: psycopg.Connection) -> None:
    oldest.execute("create function absurd.get_queue_policy(text) returns text return 'in the way'")
    with pytest.raises(EngineError, match="upgrade was refused"):
        schema.upgrade(oldest)
    assert run(oldest, schema.version()) == "0.3.0"


def test_a_database_without_the_engine_cannot_be_upgraded(connection: psycopg.Connection) -> None:
    with pytest.raises(SchemaMissing):
        schema.upgrade(connection)


def test_a_database_is_never_downgraded(connection: psycopg.Connection) -> None:
    schema.install(connection)
    with pytest.raises(SchemaUpgradeError, match="a downgrade is not possible"):
        schema.upgrade(connection, to="0.3.0")


# Live data


def test_a_task_claimed_before_the_upgrade_completes_after_it(oldest: psycopg.Connection) -> None:
    task = run(oldest, tasks.spawn("q", "order", {"id": 1}))
    run(oldest, tasks.claim("q", "worker"))
    run(oldest, checkpoints.set("q", task.task_id, "paid", 42, task.run_id))
    schema.upgrade(oldest)
    (paid,) = run(oldest, checkpoints.for_run("q", task.task_id, task.run_id))
    assert (paid.name, paid.state) == ("paid", 42)
    run(oldest, runs.complete("q", task.run_id, "done"))
    outcome = run(oldest, tasks.result("q", task.task_id))
    assert (outcome.state, outcome.result) == ("completed", "done")


def test_a_task_asleep_before_the_upgrade_is_woken_after_it(oldest: psycopg.Connection) -> None:
    task = run(oldest, tasks.spawn("q", "order"))
    run(oldest, tasks.claim("q", "worker"))
    run(oldest, events.await_event("q", task.task_id, task.run_id, "paid", "payment"))
    schema.upgrade(oldest)
    run(oldest, events.emit("q", "payment", {"amount": 3}))
    (claimed,) = run(oldest, tasks.claim("q", "worker"))
    assert (claimed.run_id, claimed.event_payload) == (task.run_id, {"amount": 3})


def test_a_worker_of_today_does_what_was_spawned_before(oldest: psycopg.Connection) -> None:
    task = run(oldest, tasks.spawn("q", "double", 21))
    schema.upgrade(oldest)
    worker = Absurd(oldest, queue_name="q")
    worker.register_task("double")(lambda params, ctx: params * 2)
    worker.work_batch(worker_id="worker")
    assert run(oldest, tasks.result("q", task.task_id)).result == 42


# What an older engine lacks

SINCE_04 = [
    queues.create("p", "partitioned"),
    queues.policy("q"),
    queues.set_policy("q", cleanup_ttl=timedelta(days=1)),
    maintenance.cleanup_all_queues(),
    maintenance.ensure_partitions("q"),
    maintenance.schedule_detach_jobs("q"),
    maintenance.enable_cron(),
    maintenance.disable_cron(),
]


@pytest.fixture(scope="module")
def engine_0_3(server_url: str) -> Iterator[psycopg.Connection]:
    with fresh_database(server_url) as url, psycopg.connect(url, autocommit=True) as connection:
        old_engines.install(connection, "0.3.0")
        yield connection


@pytest.mark.parametrize("statement", SINCE_04, ids=lambda statement: statement.name)
def test_what_0_3_lacks_is_said_by_name(
    engine_0_3: psycopg.Connection, statement: Statement[object]
) -> None:
    lacking = f"lacks absurd.{statement.name}, which came with 0.4.0"
    with pytest.raises(SchemaTooOld, match=lacking):
        run(engine_0_3, statement)
