"""Statements over many queues are planned once per connection, and not at every page.

What the server does for a page of ten queues is planning by half. A prepared statement keeps its
plan for as long as its connection lasts.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

#: Statements that a connection keeps plans of: so many, or as few where these are large.
MOST, LEAST = 16, 4
#: About what all of them may take of the server's memory, in kilobytes, and what one takes on the
#: average for each queue and each partition in it; measured with PostgreSQL 18.
_ROOM, _QUEUE, _PARTITION = 64_000, 160, 35
#: A statement is prepared when it was asked this often before: a connection per thread is asked
#: for most pages rarely, so at once.
_ASKED = 0


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that lets the driver prepare its statements; the connection's others go without."""

    kept: int

    def execute(self, *arguments: Any, **options: Any) -> _Cursor:
        driver = self.connection
        usual = driver.prepare_threshold, driver.prepared_max
        driver.prepare_threshold, driver.prepared_max = _ASKED, self.kept
        try:
            return super().execute(*arguments, **options)
        finally:
            driver.prepare_threshold, driver.prepared_max = usual


def is_direct(connection: BaseDatabaseWrapper, process: int) -> bool:
    """Whether the server process that answers is the one that was connected to.

    Behind a pooler like PgBouncer it is not: there every transaction may meet another process,
    which does not know what was prepared.

    Args:
        connection: open.
        process: what ``pg_backend_pid()`` says.
    """
    driver: Any = connection.connection
    return bool(driver.info.backend_pid == process)


def room(queues: int, partitions: int) -> int:
    """How many statements a connection may keep plans of.

    Args:
        queues: that one statement is about.
        partitions: of these queues together.
    """
    return max(LEAST, min(MOST, _ROOM // (queues * _QUEUE + partitions * _PARTITION)))


def cursor(connection: BaseDatabaseWrapper, kept: int) -> CursorWrapper:
    """A cursor whose statements keep their plans, except where they are logged (``DEBUG``).

    Args:
        connection: open, to one server process only, in a transaction that ends by committing.
        kept: of how many statements the connection may keep plans; see :func:`room`.
    """
    if connection.queries_logged:  # with their values, which only Django's own cursor tells
        return connection.cursor()
    # Django's own writes the values into the statement, which makes each a new one.
    plain: Any = _Cursor(connection.connection)
    plain.kept = kept
    return connection.make_cursor(plain)
