"""Installing the engine's schema, and this package's table beside it."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest
from absurdctl import ABSURD_SCHEMA_TARGET_VERSION as NEWEST
from psycopg import IsolationLevel

from absurd_core import SchemaMissing, SchemaTooOld, SchemaUpgradeError, run, schema
from tests.core import old_engines
from tests.core.databases import fresh_database
from tests.core.engines import django_connection
from tests.core.waiting import eventually, somebody_waits_for_a_lock

INSTALL = """
import sys, psycopg
from absurd_core import schema
with psycopg.connect(sys.argv[1]) as connection:
    print(schema.install(connection, workflows=True))
"""


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def exists(connection: psycopg.Connection, relation: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", [relation]).fetchone()
    return row is not None and bool(row[0])


# Installing


@pytest.mark.parametrize("autocommit", [True, False])
def test_install_returns_the_version_that_is_now_there(url: str, autocommit: bool) -> None:
    with psycopg.connect(url, autocommit=autocommit) as connection:
        assert schema.install(connection) == NEWEST
    with psycopg.connect(url) as other:
        assert run(other, schema.version()) == NEWEST


def test_install_twice_changes_nothing(connection: psycopg.Connection) -> None:
    schema.install(connection, workflows=True)
    objects = "select xmin, oid from pg_class union all select xmin, oid from pg_proc order by 2"
    before = connection.execute(objects).fetchall()
    assert schema.install(connection, workflows=True) == NEWEST
    assert connection.execute(objects).fetchall() == before


def test_install_is_part_of_the_callers_transaction(connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        schema.install(connection, workflows=True)
    assert not exists(connection, "absurd.queues")
    assert not exists(connection, "workflow_run")


def test_install_takes_djangos_connection(url: str, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), closing(django_connection(url)) as django:
        assert schema.install(django, workflows=True) == NEWEST
    with psycopg.connect(url) as other:
        assert exists(other, "workflow_run")


@pytest.mark.parametrize("version", old_engines.EVERY_VERSION)
def test_install_leaves_an_engine_that_is_there_at_its_version(
    connection: psycopg.Connection, version: str
) -> None:
    old_engines.install(connection, version)
    assert schema.install(connection, workflows=True) == version
    assert exists(connection, "workflow_run")


def test_install_refuses_an_engine_that_records_no_version(connection: psycopg.Connection) -> None:
    connection.execute("create schema absurd create table queues (queue_name text)")
    with pytest.raises(SchemaTooOld, match=r"lacks absurd\.get_schema_version"):
        schema.install(connection)


def test_a_failed_install_leaves_nothing_behind(connection: psycopg.Connection) -> None:
    connection.execute("create table workflow_run (id integer)")
    with pytest.raises(SchemaUpgradeError):
        schema.install(connection, workflows=True)
    assert not exists(connection, "absurd.queues")


# At the same time


@pytest.mark.parametrize("isolation", IsolationLevel)
def test_an_install_waits_for_another_and_finds_it_done(
    url: str, connection: psycopg.Connection, isolation: IsolationLevel
) -> None:
    with (
        psycopg.connect(url) as first,
        psycopg.connect(url) as second,
        ThreadPoolExecutor() as pool,
    ):
        second.isolation_level = isolation
        with first.transaction():
            schema.install(first, workflows=True)
            waiting = pool.submit(schema.install, second, workflows=True)
            eventually(lambda: somebody_waits_for_a_lock(connection))
        assert waiting.result(timeout=20) == NEWEST


def test_two_processes_install_at_once(url: str) -> None:
    command = [sys.executable, "-c", INSTALL, url]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in both] == [f"{NEWEST}\n"] * 2
    assert [process.returncode for process in both] == [0, 0]


# The table workflow_run


def test_the_table_is_installed_only_when_asked_for(connection: psycopg.Connection) -> None:
    schema.install(connection)
    assert not exists(connection, "workflow_run")


def test_the_table_goes_to_the_schema_that_is_named(connection: psycopg.Connection) -> None:
    schema.install(connection, workflows=True, workflows_schema='Flow "runs"')
    assert exists(connection, '"Flow ""runs""".workflow_run')
    assert not exists(connection, "public.workflow_run")


def test_install_leaves_the_search_path_as_it_was(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("set local search_path to pg_temp, public")
        schema.install(connection, workflows=True, workflows_schema="flows")
        path = connection.execute("show search_path").fetchone()
    assert path == ("pg_temp, public",)


def test_a_table_of_another_making_is_not_taken_over(connection: psycopg.Connection) -> None:
    connection.execute("create table workflow_run (id integer)")
    with pytest.raises(SchemaUpgradeError, match="rename the one in schema public"):
        schema.install(connection, workflows=True)


# The version


def test_the_version_of_a_database_without_the_engine(connection: psycopg.Connection) -> None:
    with pytest.raises(SchemaMissing):
        run(connection, schema.version())


@pytest.mark.parametrize("version", old_engines.EVERY_VERSION)
def test_the_version_of_every_engine(connection: psycopg.Connection, version: str) -> None:
    old_engines.install(connection, version)
    assert run(connection, schema.version()) == version
