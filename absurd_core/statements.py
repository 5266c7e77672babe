"""A call to the engine as a value, and the only two functions that carry one out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from absurd_core.arguments import Argument
from absurd_core.payloads import loads
from absurd_core.translation import translated

T = TypeVar("T")
Row = Mapping[str, Any]

#: Arguments that an error may carry; payloads and options never are.
_ABOUT = ("queue", "task_id", "run_id")


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
    query: sql.SQL | sql.Composed
    parameters: Mapping[str, Any] = field(repr=False)
    read: Callable[[Sequence[Row]], T] = field(repr=False)
    about: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = False


class WrappedConnection(Protocol):
    """What a Django database connection offers: its psycopg connection inside."""

    connection: Any
    errors_occurred: bool

    def ensure_connection(self) -> None:
        """Connect unless connected."""


SyncConnection = psycopg.Connection[Any] | WrappedConnection


def call(
    procedure: str,
    *arguments: Argument,
    read: Callable[[Sequence[Row]], T],
    columns: str = "*",
    repeatable: bool = False,
) -> Statement[T]:
    """Return the statement that calls one of the engine's procedures.

    Args:
        procedure: its name in the schema absurd; written into the SQL, so never a user's text.
        arguments: in the procedure's order.
        read: turns all rows into the result.
        columns: what to select from its rows; SQL of this package.
        repeatable: see :class:`Statement`.
    """
    signature = tuple((argument.name, argument.type) for argument in arguments)
    values = {argument.name: argument.value for argument in arguments}
    about = {name: values[name] for name in _ABOUT if name in values}
    query = _query(procedure, columns, signature)
    return Statement(procedure, query, values, read, about, repeatable)


@cache
def _query(procedure: str, columns: str, signature: tuple[tuple[str, str], ...]) -> sql.SQL:
    placeholders = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(sql.Placeholder(name), sql.SQL(kind)) for name, kind in signature
    )
    query = sql.SQL("select {} from absurd.{}({})").format(
        sql.SQL(columns), sql.SQL(procedure), placeholders
    )
    return sql.SQL(query.as_string())


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
        _noticed_by(connection),
        _psycopg(connection).cursor(row_factory=dict_row) as cursor,
    ):
        set_json_loads(loads, cursor)
        cursor.execute(statement.query, statement.parameters, prepare=False)
        return statement.read(cursor.fetchall() if cursor.description else [])


async def arun(connection: psycopg.AsyncConnection[Any], statement: Statement[T]) -> T:
    """Execute a statement on an async psycopg connection; otherwise as :func:`run`."""
    with translated(statement.name, statement.about):
        async with connection.cursor(row_factory=dict_row) as cursor:
            set_json_loads(loads, cursor)
            await cursor.execute(statement.query, statement.parameters, prepare=False)
            return statement.read(await cursor.fetchall() if cursor.description else [])


def _psycopg(connection: SyncConnection) -> psycopg.Connection[Any]:
    """Return the driver's connection, from inside Django's if it is one."""
    if isinstance(connection, psycopg.Connection):
        return connection
    connection.ensure_connection()
    driver: psycopg.Connection[Any] = connection.connection
    return driver


@contextmanager
def _noticed_by(connection: SyncConnection) -> Iterator[None]:
    """Tell Django of the driver's errors: only then does it replace a broken connection."""
    try:
        yield
    except psycopg.Error:
        if not isinstance(connection, psycopg.Connection):
            connection.errors_occurred = True
        raise
