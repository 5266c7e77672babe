"""A call to the engine as a value, and the only two functions that carry one out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from absurd_core.translation import translated

T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement(Generic[T]):
    """One statement: what to send, and how to read what comes back.

    Attributes:
        name: the stored procedure, for error messages and tracing.
        query: SQL with named placeholders.
        parameters: values of the placeholders.
        read: turns all rows into the result.
        about: what errors may say of the call: queue, ids and names, never payloads.
        repeatable: True when a second execution after a serialization failure is safe.
    """

    name: str
    query: sql.Composable
    parameters: Mapping[str, Any]
    read: Callable[[Sequence[Row]], T]
    about: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = False


class WrappedConnection(Protocol):
    """What a Django database connection offers: its psycopg connection inside."""

    connection: psycopg.Connection[Any] | None

    def ensure_connection(self) -> None:
        """Connect unless connected."""


SyncConnection = psycopg.Connection[Any] | WrappedConnection


def run(connection: SyncConnection, statement: Statement[T]) -> T:
    """Execute a statement inside whatever transaction the caller has.

    Args:
        connection: a psycopg connection, or Django's ``connection``.
        statement: what to execute.

    Returns:
        What the statement's reader makes of the rows.

    Raises:
        AbsurdError: the class that says what the engine refused; see :mod:`absurd_core.errors`.
    """
    with (
        translated(statement.name, statement.about),
        _psycopg(connection).cursor(row_factory=dict_row) as cursor,
    ):
        set_json_loads(json.loads, cursor)
        cursor.execute(statement.query, statement.parameters)
        rows = cursor.fetchall() if cursor.description else []
    return statement.read(rows)


async def arun(connection: psycopg.AsyncConnection[Any], statement: Statement[T]) -> T:
    """Execute a statement on an async psycopg connection; otherwise as :func:`run`."""
    with translated(statement.name, statement.about):
        async with connection.cursor(row_factory=dict_row) as cursor:
            set_json_loads(json.loads, cursor)
            await cursor.execute(statement.query, statement.parameters)
            rows = await cursor.fetchall() if cursor.description else []
    return statement.read(rows)


def _psycopg(connection: SyncConnection) -> psycopg.Connection[Any]:
    if isinstance(connection, psycopg.Connection):
        return connection
    connection.ensure_connection()
    if connection.connection is None:
        raise TypeError("the connection has no psycopg connection inside")
    return connection.connection
