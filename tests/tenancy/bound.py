"""The dashboard on a role of its own, which a test asks for by what it is to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connections, transaction
from psycopg import sql

from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look
from tests.dashboard.engine import Engine

QUEUES = {"plain": "unpartitioned", "parted": "partitioned"}


def bound(engine: Engine, *, operator: bool = False, rls: bool = False) -> Engine:
    """Give the connection a role, which calls nothing but what it was granted."""
    wanted = steps.Wanted('dash "board"', operator=operator, rls=rls)
    with engine.owning():
        rows("revoke execute on all functions in schema absurd from public")
        steps.apply("absurd", steps.install(wanted, look("absurd", wanted.role)))
    engine.dashboard = wanted
    be(wanted.role)
    return engine


def be(role: str | None) -> None:
    """Take a role; None for the one that the connection logged in with."""
    name = sql.SQL("none") if role is None else sql.Identifier(role)
    with connections["absurd"].cursor() as cursor:
        cursor.execute(sql.SQL("set role {}").format(name))


def rows(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    """What the dashboard's own connection gets for a statement."""
    with connections["absurd"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def changed(statement: str, *parameters: object) -> int:
    """How many rows a statement of the dashboard's own connection writes."""
    with connections["absurd"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def sees(sight: str) -> None:
    """Say, as the dashboard does, what the transaction may see."""
    rows("select set_config('absurd_dashboard.tenants', %s, true)", sight)


@contextmanager
def refused(words: str, why: str = "") -> Iterator[None]:
    """The database refuses what the block does, in these words; the transaction goes on.

    Args:
        words: part of its message.
        why: what to say when it doesn't.
    """
    try:
        with transaction.atomic(using="absurd"):
            yield
    except DatabaseError as error:
        assert words in str(error), str(error)  # noqa: PT017
        return
    raise AssertionError(f"not refused: {words} {why}")
