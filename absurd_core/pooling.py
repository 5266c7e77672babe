"""What a client's pool of connections is made from, and what its failures mean."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolClosed, PoolTimeout
from psycopg_pool import TooManyRequests as TooManyWaiting

from absurd_core import arguments, rows
from absurd_core.errors import (
    ClientClosed,
    ConnectionLost,
    InvalidArgument,
    PoolExhausted,
    TransactionAborted,
)
from absurd_core.statements import Statement

Pool = ConnectionPool[Any] | AsyncConnectionPool[Any]
AnyConnection = psycopg.Connection[Any] | psycopg.AsyncConnection[Any]

_BEGIN = Statement("begin", sql.SQL("begin"), {}, rows.nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """How a client's own pool behaves; durations in seconds.

    Attributes:
        min_size: connections kept open.
        max_size: connections at most.
        timeout: how long a call waits for a connection before it raises.
        max_lifetime: the age at which a connection is replaced.
        max_idle: how long a connection above ``min_size`` may lie unused.
        connect_timeout: how long one attempt to connect may take.
        application_name: shown in ``pg_stat_activity``, unless the URL names another.
    """

    min_size: int = 1
    max_size: int = 10
    timeout: float = 30.0
    max_lifetime: float = 3600.0
    max_idle: float = 600.0
    connect_timeout: int = 10
    application_name: str = "absurd_core"

    def for_pool(self, url: str | None) -> dict[str, Any]:
        """The arguments of psycopg_pool's constructors, except for ``check``."""
        return {
            "conninfo": database_url(url),
            "open": False,
            "min_size": self.min_size,
            "max_size": self.max_size,
            "timeout": self.timeout,
            "max_lifetime": self.max_lifetime,
            "max_idle": self.max_idle,
            # The pool doubles its delays between attempts; giving up early makes the next call
            # try at once, rather than wait for an attempt that is minutes away.
            "reconnect_timeout": self.timeout,
            "kwargs": {
                "connect_timeout": self.connect_timeout,
                "fallback_application_name": self.application_name,
                # PgBouncer hands each transaction to another server connection, which knows
                # nothing of statements prepared on the last one.
                "prepare_threshold": None,
            },
        }


class PooledClient:
    """What the clients share: where they connect, who they are, and how they fail.

    Attributes:
        queue: the default queue, for the caller's use.
        worker_id: who this process claims as, for the caller's use.
    """

    def __init__(
        self, queue: str | None, worker_id: str | None, statement_timeout: timedelta | None
    ) -> None:
        self.queue: str = arguments.queue(default_queue(queue)).value
        self.worker_id: str = arguments.name("worker_id", default_worker_id(worker_id)).value
        self._settings = [] if statement_timeout is None else [_limit(statement_timeout)]
        self._failures = 0

    def _opening(self, connection: AnyConnection) -> list[Statement[None]]:
        """What opens a transaction; a connection in autocommit would not begin one by itself."""
        return [*([_BEGIN] if connection.autocommit else []), *self._settings]

    @contextmanager
    def _obtaining(self, pool: Pool) -> Iterator[None]:
        """Say why the pool gave no connection.

        An attempt to connect that failed since the last success means that the server can't be
        reached; otherwise all connections are in use.
        """
        try:
            yield
        except PoolClosed as error:
            raise ClientClosed from error
        except (PoolTimeout, TooManyWaiting) as error:
            if _failed_attempts(pool) > self._failures:
                raise ConnectionLost(procedure="connect") from error
            raise PoolExhausted(size=pool.max_size, waited=pool.timeout) from error
        self._failures = _failed_attempts(pool)


def database_url(url: str | None) -> str:
    """The given connection string, or that of the environment variable ``ABSURD_DATABASE_URL``.

    Raises:
        InvalidArgument: there's neither, or libpq can't read it.
    """
    found = os.environ.get("ABSURD_DATABASE_URL") if url is None else url
    if found is None:
        problem = "is not given, and ABSURD_DATABASE_URL is not set"
        raise InvalidArgument(argument="url", problem=problem)
    try:
        conninfo_to_dict(found)
    except psycopg.Error:
        # libpq quotes the string, password and all: its error is not chained.
        raise InvalidArgument(argument="url", problem="is not a connection string") from None
    return found


def default_queue(queue: str | None) -> str:
    """The given queue, or that of ``ABSURD_DEFAULT_QUEUE``, or ``default``."""
    return os.environ.get("ABSURD_DEFAULT_QUEUE", "default") if queue is None else queue


def default_worker_id(worker_id: str | None) -> str:
    """The given id, or that of ``ABSURD_WORKER_ID``, or host name and process id."""
    if worker_id is not None:
        return worker_id
    return os.environ.get("ABSURD_WORKER_ID") or f"{socket.gethostname()}:{os.getpid()}"


def check_not_aborted(connection: AnyConnection) -> None:
    """Raise unless a commit would commit: PostgreSQL turns that of a failed transaction around."""
    if connection.info.transaction_status == TransactionStatus.INERROR:
        raise TransactionAborted(procedure="commit")


def _limit(statement_timeout: timedelta) -> Statement[None]:
    """Set the timeout for one transaction only: PgBouncer hands the connection to others."""
    milliseconds = statement_timeout // timedelta(milliseconds=1)
    if not 0 < milliseconds <= arguments.INTEGER_MAX:
        problem = "is not from a millisecond to 24 days"
        raise InvalidArgument(argument="statement_timeout", problem=problem)
    query = sql.SQL("select set_config('statement_timeout', %(milliseconds)s, true)")
    return Statement("set_config", query, {"milliseconds": str(milliseconds)}, rows.nothing)


def _failed_attempts(pool: Pool) -> int:
    return pool.get_stats().get("connections_errors", 0)
