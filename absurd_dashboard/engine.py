"""The engine's database as a page sees it: one short, read-only, bounded transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from time import time_ns
from zoneinfo import ZoneInfo

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from absurd_dashboard import errors, lending, patience, plans, tags
from absurd_dashboard.conf import dashboard_settings

#: The oldest schema whose tables the dashboard reads.
OLDEST = (0, 3, 0)

# Short queries over many queues: compiling them or starting workers costs more than it saves.
_SETTINGS = """
set local application_name = '{name}';
set local statement_timeout = {timeout};
set local lock_timeout = {timeout};
set local jit = off;
set local plan_cache_mode = force_generic_plan;
set local max_parallel_workers_per_gather = 0;
select absurd.current_time(), absurd.get_schema_version(), pg_current_snapshot()::text,
       pg_backend_pid(), case when pg_is_in_recovery() then
         case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                   and exists (select from pg_stat_wal_receiver) then interval '0'
              else clock_timestamp()
                   - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()) end
       end
"""
# One snapshot for the whole page, so that its counts and its rows agree.
_BEGIN = "set transaction isolation level repeatable read, read only;"

_BY_SQLSTATE = {
    "57014": errors.QueryTimedOut,
    "55P03": errors.QueryTimedOut,
    "42P01": errors.QueueGone,
    "42501": errors.EngineForbidden,
    "3F000": errors.EngineMissing,
    "42883": errors.EngineMissing,
    "53300": errors.EngineUnreachable,
    "0A000": errors.EngineChanged,  # "cached plan must not change result type"
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open read transaction.

    Attributes:
        database: alias of the engine's database.
        now: the engine's clock, which is the clock of every age and duration on a page.
        version: the schema's version; ``main`` on development builds.
        stamp: equal as long as nothing at all was written, for ten seconds; empty where that
            cannot be told.
        began: when it was opened; see :func:`instant`.
        behind: how far a replica is behind its primary; None for a primary.
        keeps_plans: whether :func:`absurd_dashboard.plans.cursor` may be used.
    """

    database: str
    now: datetime
    version: str
    stamp: str = ""
    began: int = 0
    behind: timedelta | None = None
    keeps_plans: bool = False


@contextmanager
def snapshot(database: str, wait: float = 0) -> Iterator[Snapshot]:
    """Open the transaction in which a page reads the engine.

    Args:
        database: alias of the engine's database.
        wait: see :func:`absurd_dashboard.lending.lent`.

    Raises:
        EngineUnavailable: it cannot be reached or read, has no engine, or too old a one.
        QueryTimedOut: a query in the block took longer than ``STATEMENT_TIMEOUT``.
        QueueGone: a query in the block named a queue that is no longer there.
    """
    with (
        lending.lent(database, wait),
        opened(connection := connections[database]),
        transaction.atomic(using=database),
    ):
        # Inside a host's own transaction (ATOMIC_REQUESTS) it is too late to make it read-only.
        own = len(connection.savepoint_ids) == 0
        yield _begin(connection, own)
        # Nothing was written. A host's own transaction gets its settings back; the dashboard's is
        # committed, since the driver forgets what it prepared when one is rolled back.
        transaction.set_rollback(not own, using=database)


@contextmanager
def opened(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A connection that works, for the block; errors are the dashboard's, and come in time."""
    with patience.answering(connection.alias), translated():
        patience.revive(connection)
        with patience.bounded(connection), tags.tagged(connection), _with_time_zones(connection):
            yield


@contextmanager
def _with_time_zones(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Read moments with their time zone, also in a host with ``USE_TZ = False``."""
    usual = connection.timezone
    if usual is None:
        connection.timezone = ZoneInfo(connection.timezone_name)  # what the server answers in
    try:
        yield
    finally:
        connection.timezone = usual


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors in the block into the dashboard's, chained."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        known = _translate(error)
        if known is None:
            raise
        raise known from error


@contextmanager
def at_most(database: str, limit: timedelta) -> Iterator[None]:
    """Give statements in the block less time than usual; the transaction goes on without them.

    Args:
        database: alias of the engine's database, in the block of a :func:`snapshot`.
        limit: of each statement, when it is less than ``STATEMENT_TIMEOUT``.

    Raises:
        QueryTimedOut: one took longer.
    """
    usual = dashboard_settings().statement_timeout
    with translated(), transaction.atomic(using=database):
        _limit(database, min(usual, limit))
        yield
        _limit(database, usual)


def _limit(database: str, length: timedelta) -> None:
    with connections[database].cursor() as cursor:
        cursor.execute(f"set local statement_timeout = {_milliseconds(length)}")


def _milliseconds(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)


def instant() -> int:
    """Now, in milliseconds, on a clock that the processes of a machine share."""
    return time_ns() // 1_000_000


def _begin(connection: BaseDatabaseWrapper, own: bool) -> Snapshot:
    """Begin a transaction, the dashboard's own or inside another."""
    timeout = _milliseconds(dashboard_settings().statement_timeout)
    opening = _SETTINGS.format(timeout=timeout, name=tags.application_name())
    began = instant()
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN + opening if own else opening)
        while cursor.nextset():
            pass
        now, version, seen, process, behind = cursor.fetchone()
    if _too_old(version):
        raise errors.EngineTooOld(f"The engine's schema is {version}.")
    stamp = _stamp(seen, now) if own else ""
    keeps_plans = own and plans.is_direct(connection, process)
    return Snapshot(connection.alias, now, version, stamp, began, behind, keeps_plans)


def _stamp(seen: str, now: datetime) -> str:
    """What transactions are over, and which are open, tells whether anything was written.

    Time alone changes pages too: leases run out, sleeps end. So a stamp lasts ten seconds.
    """
    text = f"{seen} {int(now.timestamp()) // 10}"
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _too_old(version: str) -> bool:
    parts = version.split(".")
    return all(part.isdecimal() for part in parts) and tuple(map(int, parts)) < OLDEST


def _translate(error: Exception) -> Exception | None:
    cause = error.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if state in _BY_SQLSTATE:
        return _BY_SQLSTATE[state](_BY_SQLSTATE[state].__doc__)
    lost = state is None and isinstance(error, OperationalError | InterfaceError)
    if lost or (state or "").startswith(("08", "57P", "28", "3D")):
        return errors.EngineUnreachable(errors.EngineUnreachable.title)
    return None
