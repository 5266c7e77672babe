"""A database of its own: an index cannot be built concurrently inside of a test's transaction."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import absurdctl
import psycopg
import pytest
from django.db import connections
from psycopg.conninfo import make_conninfo

from tests.dashboard.conftest import _databases, client, django_db_setup, engine

__all__ = ["_databases", "client", "django_db_setup", "engine"]

ALIAS = "tuned"
Call = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    """URL of a database with an engine in it."""
    name = f"tuned_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"create database {name}")
        made = make_conninfo(server_url, dbname=name)
        with psycopg.connect(made, autocommit=True) as connection:
            connection.execute(absurdctl.BUNDLED_SCHEMA_SQL)
        yield made
        server.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(url: str, request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    """The alias of that database, which commits."""
    # Says which databases the run needs; the test itself is in no transaction of theirs.
    request.node.add_marker(pytest.mark.django_db(databases=["default", "absurd"]))
    request.getfixturevalue("django_db_setup")
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    connections.databases[ALIAS] = {**connections.databases["absurd"], "NAME": name}
    with django_db_blocker.unblock():
        yield ALIAS
        connections[ALIAS].close()
        del connections[ALIAS]
    del connections.databases[ALIAS]


@pytest.fixture
def call(url: str) -> Iterator[Call]:
    """Run a statement on a connection of the owner's; what it leaves in the queues is dropped."""
    with psycopg.connect(url, autocommit=True) as connection:

        def run(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

        yield run
        run("select absurd.drop_queue(queue_name) from absurd.queues")
