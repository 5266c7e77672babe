"""Clients that own a pool of connections, or take one, and run statements on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from psycopg_pool import AsyncConnectionPool, ConnectionPool

from absurd_core.errors import SerializationConflict
from absurd_core.pooling import PooledClient, PoolOptions, check_not_aborted
from absurd_core.statements import Statement, arun, run
from absurd_core.translation import translated

T = TypeVar("T")

#: How often a repeatable statement is tried before its serialization failure is raised.
ATTEMPTS = 3


class Run(Protocol):
    """Executes a statement in an open transaction."""

    def __call__(self, statement: Statement[T]) -> T:
        """Execute it; see :func:`absurd_core.run`."""


class ARun(Protocol):
    """Executes a statement in an open transaction, asynchronously."""

    async def __call__(self, statement: Statement[T]) -> T:
        """Execute it; see :func:`absurd_core.run`."""


class Client(PooledClient):
    """Runs statements on pooled connections; safe to share between threads.

    Args:
        url: libpq's connection string or URL; ``ABSURD_DATABASE_URL`` by default.
        queue: the default queue; ``ABSURD_DEFAULT_QUEUE``, else ``default``.
        worker_id: who claims; ``ABSURD_WORKER_ID``, else host name and process id.
        statement_timeout: how long the server may work on one statement; no limit by default.
        options: how the client's own pool behaves.
        pool: a pool to use instead of an own one; its owner opens and closes it.

    Raises:
        InvalidArgument: no connection string, or an argument that is not acceptable.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        queue: str | None = None,
        worker_id: str | None = None,
        statement_timeout: timedelta | None = None,
        options: PoolOptions | None = None,
        pool: ConnectionPool[Any] | None = None,
    ) -> None:
        super().__init__(queue, worker_id, statement_timeout)
        self._owned = pool is None
        self._pool = pool if pool is not None else _pool(url, options or PoolOptions())

    def open(self) -> None:
        """Start connecting, in the background; the first call waits for a connection."""
        if self._owned:
            with self._obtaining(self._pool):
                self._pool.open()

    def close(self) -> None:
        """Close the pool for good, unless it was given."""
        if self._owned:
            self._pool.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, statement: Statement[T]) -> T:
        """Execute a statement in a transaction of its own.

        A serialization failure (40001) is repeated up to three times if the statement is
        :attr:`~absurd_core.Statement.repeatable`.

        Args:
            statement: what to execute.

        Returns:
            What the statement's reader makes of the rows.

        Raises:
            AbsurdError: what the engine refused.
            ConnectionLost: the call may or may not have happened.
            PoolExhausted: no connection became free in time.
            ClientClosed: the client isn't open.
        """
        for attempt in _attempts(statement):
            with attempt, self.transaction() as execute:
                return execute(statement)
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def transaction(self) -> Iterator[Run]:
        """Open a transaction; it is committed at the end, or rolled back by an exception.

        Gives:
            A function that executes statements in it.

        Raises:
            AbsurdError: as :meth:`run`, at the beginning and at the commit too.
            TransactionAborted: an error was caught inside, so there's nothing to commit.
        """
        with ExitStack() as stack:
            with self._obtaining(self._pool):
                connection = stack.enter_context(self._pool.connection())
            for statement in self._opening(connection):
                run(connection, statement)
            yield lambda statement: run(connection, statement)
            check_not_aborted(connection)
            with translated("commit", {}):
                connection.commit()


class AsyncClient(PooledClient):
    """As :class:`Client`, for asyncio."""

    def __init__(
        self,
        url: str | None = None,
        *,
        queue: str | None = None,
        worker_id: str | None = None,
        statement_timeout: timedelta | None = None,
        options: PoolOptions | None = None,
        pool: AsyncConnectionPool[Any] | None = None,
    ) -> None:
        super().__init__(queue, worker_id, statement_timeout)
        self._owned = pool is None
        self._pool = pool if pool is not None else _async_pool(url, options or PoolOptions())

    async def open(self) -> None:
        """As :meth:`Client.open`."""
        if self._owned:
            with self._obtaining(self._pool):
                await self._pool.open()

    async def close(self) -> None:
        """As :meth:`Client.close`."""
        if self._owned:
            await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def run(self, statement: Statement[T]) -> T:
        """As :meth:`Client.run`."""
        for attempt in _attempts(statement):
            with attempt:
                async with self.transaction() as execute:
                    return await execute(statement)
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[ARun]:
        """As :meth:`Client.transaction`."""
        async with AsyncExitStack() as stack:
            with self._obtaining(self._pool):
                connection = await stack.enter_async_context(self._pool.connection())
            for statement in self._opening(connection):
                await arun(connection, statement)
            yield lambda statement: arun(connection, statement)
            check_not_aborted(connection)
            with translated("commit", {}):
                await connection.commit()


def _pool(url: str | None, options: PoolOptions) -> ConnectionPool[Any]:
    return ConnectionPool(check=ConnectionPool.check_connection, **options.for_pool(url))


def _async_pool(url: str | None, options: PoolOptions) -> AsyncConnectionPool[Any]:
    return AsyncConnectionPool(check=AsyncConnectionPool.check_connection, **options.for_pool(url))


def _attempts(statement: Statement[Any]) -> Iterator[AbstractContextManager[bool | None]]:
    """Contexts to try a statement in; all but the last let it fail to serialize."""
    for _ in range(ATTEMPTS - 1 if statement.repeatable else 0):
        yield suppress(SerializationConflict)
    yield nullcontext()
