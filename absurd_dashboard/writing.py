"""The engine's database as an action sees it: one short, bounded transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InternalError, connections, transaction
from psycopg import sql
from psycopg.errors import ReadOnlySqlTransaction

from absurd_core.statements import Statement, T, run
from absurd_dashboard import tags
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import opened
from absurd_dashboard.errors import EngineReadOnly

_BOUND = sql.SQL(
    "set local statement_timeout = {0}; set local lock_timeout = {0}; "
    "set local application_name = {1}"
)


@contextmanager
def writing(access: Access, *, whole: str | None = None) -> Iterator[Any]:
    """Open a transaction, its statements bounded like a page's.

    Args:
        access: whose engine it is; its queries run inside.
        whole: a queue that the action reaches beyond what is in sight; see
            :meth:`absurd_dashboard.access.Access.confine`.

    Raises:
        DashboardError: the database does not answer, or not in time.
    """
    timeout = int(dashboard_settings().statement_timeout.total_seconds() * 1000)
    connection = connections[access.database]
    with opened(connection), _writable(), transaction.atomic(using=access.database):
        with connection.cursor() as cursor:
            bound = _BOUND.format(sql.Literal(timeout), sql.Literal(tags.application_name()))
            cursor.execute(bound.as_string(None))
        access.confine(whole=whole)
        yield connection


@contextmanager
def _writable() -> Iterator[None]:
    """Say of a database that takes no changes that it is one; for a page this would be a defect."""
    try:
        yield
    except InternalError as error:
        if isinstance(error.__cause__, ReadOnlySqlTransaction):
            raise EngineReadOnly(EngineReadOnly.title) from error
        raise


def written(access: Access, statement: Statement[T]) -> T:
    """Execute one call to the engine in a transaction of its own."""
    with writing(access) as connection:
        return run(connection, statement)
