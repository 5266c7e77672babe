"""How long to wait for a database that does not answer at all: frozen, cut off, or out of reach.

A server that runs ends a slow statement itself, after ``STATEMENT_TIMEOUT``. One that is frozen
ends nothing, and the network keeps the connection alive: without a limit of our own, a few open
pages would take every thread of the web process, and nobody would be told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from absurd_dashboard import viewer
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.errors import EngineUnreachable

#: Seconds beyond ``STATEMENT_TIMEOUT`` that the server has to say that it stopped a statement.
GRACE = 1.0
#: A failure that took longer than this is a database that says nothing, not one that says no.
SLOW = 1.0
#: Seconds that a kept connection has to say that it works; a fresh one costs less than waiting.
PROBE = 2.0
#: Seconds after such a failure in which nobody asks again.
PAUSE = 3.0
#: Seconds to wait for a server to take note that a statement is to be stopped.
CANCEL = 1.0

logger = logging.getLogger(__name__)
_lock = threading.Lock()
#: Per alias, until when nobody is to ask; absent where the last answer came in time.
_silent: dict[str, float] = {}


def limit() -> float:
    """Seconds that one statement of a page or an action is waited for."""
    return dashboard_settings().statement_timeout.total_seconds() + GRACE


@contextmanager
def answering(alias: str) -> Iterator[None]:
    """Refuse at once while a database is known not to answer; find out when that ends.

    After a pause one thread tries, and the others go on being refused until it succeeds.

    Raises:
        EngineUnreachable: it did not answer a moment ago.
    """
    _admit(alias)
    begun = monotonic()
    try:
        yield
    except EngineUnreachable:
        if monotonic() - begun > SLOW:
            _fell_silent(alias)
        else:  # it says no, and says it quickly: asking costs nothing
            _answered(alias)
        raise
    except BaseException:
        _answered(alias)  # whatever went wrong, the database did answer
        raise
    else:
        _answered(alias)


def _fell_silent(alias: str) -> None:
    with _lock:
        _silent[alias] = monotonic() + PAUSE


def _answered(alias: str) -> None:
    with _lock:
        _silent.pop(alias, None)


def _admit(alias: str) -> None:
    with _lock:
        until, now = _silent.get(alias), monotonic()
        if until is None:
            return
        if now < until:
            raise EngineUnreachable(EngineUnreachable.title)
        _silent[alias] = now + limit() + PAUSE  # this thread tries; nobody else meanwhile


@contextmanager
def bounded(connection: BaseDatabaseWrapper, longest: float | None = None) -> Iterator[None]:
    """Give up a statement in the block, and its connection, when the server says nothing.

    A statement whose viewer has left is cancelled in the server. Where it says nothing, nobody asks
    its database for a moment: whoever waits for a thread is told at once.

    Args:
        connection: to PostgreSQL, and open.
        longest: seconds, after which only this connection is given up; :func:`limit` when None.

    Raises:
        psycopg.OperationalError: (wrapped by Django) the server said nothing for so long.
    """
    driver: Any = connection.connection
    usual, seconds = driver.wait, limit() if longest is None else longest

    def give_up() -> None:
        driver.pgconn.finish()
        if longest is None:
            _fell_silent(connection.alias)

    def wait(generator: Any, *arguments: Any, **options: Any) -> Any:
        watched = _until(generator, monotonic() + seconds, driver, give_up)
        return usual(watched, *arguments, **options)

    driver.wait = wait  # psycopg waits for every answer through this method of the connection
    try:
        yield
    finally:
        driver.wait = usual


@contextmanager
def asking(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A connection to any database that works, for the block, whose statements end in time.

    Raises:
        EngineUnreachable: it does not answer, or did not a moment ago.
    """
    if connection.vendor != "postgresql":  # an SQLite file cannot be cut off
        yield
        return
    with answering(connection.alias):
        try:
            revive(connection)
        except DatabaseError as error:
            raise EngineUnreachable(EngineUnreachable.title) from error
    with bounded(connection):
        yield


def revive(connection: BaseDatabaseWrapper) -> None:
    """Connect; a kept connection that no longer answers is dropped for a fresh one."""
    if connection.connection is not None and not connection.in_atomic_block:
        with bounded(connection, min(PROBE, limit())):
            usable = connection.is_usable()
        if not usable:
            connection.close()
    connection.ensure_connection()
    # Django need not ask again in this request. (Its stubs do not know the attribute.)
    connection.health_check_done = True  # type: ignore[attr-defined]


def _until(
    generator: Generator[Any, Any, Any],
    deadline: float,
    driver: psycopg.Connection,
    give_up: Callable[[], None],
) -> Generator[Any, Any, Any]:
    """The driver's own conversation with the server, ended at the deadline."""
    try:
        wanted, cancelled = next(generator), False
        while True:
            ready = yield wanted  # falsy every tenth of a second in which nothing came
            if not ready and monotonic() > deadline:
                give_up()
                raise psycopg.OperationalError("the server does not answer")
            if not ready and not cancelled and viewer.left():
                cancelled = True
                _cancel(driver)
            wanted = generator.send(ready)
    except StopIteration as done:
        return done.value


def _cancel(driver: psycopg.Connection) -> None:
    """Ask the server to stop what it does for a connection, and do not wait for it long."""
    if not psycopg.capabilities.has_cancel_safe():
        return  # an older libpq would wait for a frozen server as long as that takes
    try:
        driver.cancel_safe(timeout=CANCEL)
    except psycopg.Error as error:  # it goes on, until the statement's own time is over
        logger.info("A statement whose viewer left could not be cancelled.", exc_info=error)
