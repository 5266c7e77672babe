"""One way to run a statement for the tests, whatever carries it out."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from django.db.utils import ConnectionHandler
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from absurd_core import Statement, arun, queues, rows, run, schema, tasks

T = TypeVar("T")

#: Where the engine's clock stands at the beginning of a test.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Engine:
    """A database with Absurd in it, a way to run statements there, and the engine's clock."""

    url: str
    run: Any
    now: datetime = NOON

    def set_clock(self, now: datetime) -> None:
        """Stop the engine's clock at a time, for this connection."""
        self.now = now
        self._set("absurd.fake_now", now.isoformat())

    def set_zone(self, name: str) -> None:
        """Set this connection's time zone."""
        self._set("TimeZone", name)

    def zone(self) -> str:
        """This connection's time zone."""
        query = sql.SQL("select current_setting('TimeZone')")
        found: str = self.run(Statement("current_setting", query, {}, rows.scalar))
        return found

    def _set(self, name: str, value: str) -> None:
        query = sql.SQL("select set_config(%(name)s, %(value)s, false)")
        parameters = {"name": name, "value": value}
        self.run(Statement("set_config", query, parameters, rows.nothing))

    def advance(self, **duration: float) -> None:
        """Move the engine's clock on."""
        self.set_clock(self.now + timedelta(**duration))

    def sql(self, query: str, *values: Any) -> list[Any]:
        """Look into the database past the package, on psycopg and in a transaction of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def spawned(self, queue: str, name: str = "job", **options: Any) -> tasks.Spawned:
        """Spawn a task."""
        return self.run(tasks.spawn(queue, name, **options))

    def claimed(self, queue: str, **options: Any) -> tasks.ClaimedTask:
        """Spawn a task and claim it."""
        self.spawned(queue, **options)
        (task,) = self.run(tasks.claim(queue, "worker-1"))
        return task


@contextmanager
def through_psycopg(url: str) -> Iterator[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield lambda statement: run(connection, statement)


@contextmanager
def through_async_psycopg(url: str) -> Iterator[Any]:
    with closing(asyncio.new_event_loop()) as loop:
        await_ = loop.run_until_complete
        connection = await_(psycopg.AsyncConnection.connect(url, autocommit=True))
        yield lambda statement: await_(arun(connection, statement))
        await_(connection.close())


@contextmanager
def through_django(url: str) -> Iterator[Any]:
    with closing(django_connection(url)) as connection:
        yield lambda statement: run(connection, statement)


def django_connection(url: str) -> Any:
    """A connection of Django's to any database."""
    parts = conninfo_to_dict(url)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
    }
    return ConnectionHandler({"default": database})["default"]


EXECUTORS = {
    "psycopg": through_psycopg,
    "async psycopg": through_async_psycopg,
    "Django": through_django,
}


def make_database(server_url: str, name: str) -> str:
    """Make an empty database, in place of an old one; return its URL."""
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(identifier))
        connection.execute(sql.SQL("create database {}").format(identifier))
    return make_conninfo(server_url, dbname=name)


def make_engine_database(server_url: str, name: str) -> str:
    """Make a database with the newest engine in it; return its URL."""
    url = make_database(server_url, name)
    with psycopg.connect(url, autocommit=True) as connection:
        schema.install(connection)
    return url


def drop_queues(run: Any) -> None:
    """Leave no queue behind."""
    for name in run(queues.names()):
        run(queues.drop(name))
