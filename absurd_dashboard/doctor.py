"""What could be wrong between a dashboard and its databases, looked at one thing after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any

import absurdctl
from django.core.checks import ERROR, WARNING, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from absurd_dashboard.engine import Snapshot, snapshot
from absurd_dashboard.errors import DashboardError, EngineUnavailable
from absurd_dashboard.instances import instances

#: Clocks that differ by less than this make no age on a page wrong enough to mislead.
SKEW = timedelta(seconds=2)
#: What a replica may be behind before somebody who looks at it may be misled.
BEHIND = timedelta(seconds=30)
#: Share of the server's connections in use above which a page may not get one.
CROWDED = 0.9


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found.

    Attributes:
        subject: what was looked at.
        said: what is so.
        remedy: what to do about it; empty where nothing is to be done.
    """

    level: Level
    subject: str
    said: str
    remedy: str = ""


Looks = tuple[Callable[[Snapshot], Iterator[Finding]], ...]


def examine() -> Iterator[Finding]:
    """Look at the settings, at the dashboard's own tables, and at the engine."""
    yield from _settings()
    yield from _own_tables()
    for each in instances().values():
        yield from _looked_at("engine", each.alias, LOOKS)
        if each.replica:
            yield from _looked_at("replica", each.replica, (_replica,))


def _looked_at(kind: str, alias: str, looks: Looks) -> Iterator[Finding]:
    begun = monotonic()
    try:
        with snapshot(alias) as opened:
            milliseconds = round((monotonic() - begun) * 1000)
            said = f"{alias!r} is version {opened.version}, answers in {milliseconds} ms"
            yield Finding(Level.OK, kind, said)
            for look in looks:
                yield from look(opened)
    except ImproperlyConfigured:
        remedy = "Set ABSURD_DATABASE_URL, or DATABASES in your settings."
        yield Finding(Level.ERROR, kind, "no database is named", remedy)
    except EngineUnavailable as error:
        yield Finding(Level.ERROR, kind, f"{alias!r}: {error.title}", error.remedy)
    except DashboardError as error:
        said = f"{alias!r}: a look at it failed: {type(error).__name__}"
        yield Finding(Level.ERROR, kind, said)


def _settings() -> Iterator[Finding]:
    found = [message for message in run_checks() if message.level >= WARNING]
    for message in found:
        level = Level.ERROR if message.level >= ERROR else Level.WARNING
        yield Finding(level, "settings", f"{message.msg} ({message.id})", message.hint or "")
    if not found:
        yield Finding(Level.OK, "settings", "nothing amiss")


def _own_tables() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        said = f"cannot be used: {str(error).partition(chr(10))[0]}"
        remedy = "Check the database `default`; `serve` makes it at its first start."
        yield Finding(Level.ERROR, "own tables", said, remedy)
        return
    if pending:
        yield Finding(Level.ERROR, "own tables", f"{len(pending)} migrations wait", "Run migrate.")
    else:
        yield Finding(Level.OK, "own tables", "up to date")


def _version(opened: Snapshot) -> Iterator[Finding]:
    newest: str = absurdctl.ABSURD_SCHEMA_TARGET_VERSION
    key = absurdctl.version_sort_key  # a development build comes after every release
    if opened.version == newest:
        yield Finding(Level.OK, "schema", "as new as absurdctl knows it")
    elif key(opened.version) < key(newest):
        said = f"{opened.version}, and absurdctl here knows {newest}"
        yield Finding(Level.WARNING, "schema", said, "Upgrade it with absurdctl migrate.")
    else:
        said = f"{opened.version} is newer than absurdctl here knows ({newest})"
        yield Finding(Level.OK, "schema", said)


_RIGHTS = """
select count(*),
       count(*) filter (where not coalesce(has_table_privilege(t.oid, 'select'), false)),
       (select rolsuper from pg_roles where rolname = current_user),
       coalesce(bool_or(pg_has_role(c.relowner, 'member')), false),
       current_user,
       coalesce(bool_or(has_table_privilege(t.oid, 'insert')), false)
  from absurd.queues q
  left join lateral (select to_regclass(format('absurd.%I', 't_' || q.queue_name))::oid as oid) t
    on true
  left join pg_class c on c.oid = t.oid
"""


def _rights(opened: Snapshot) -> Iterator[Finding]:
    ((queues, unreadable, superuser, owner, role, writes),) = _rows(opened, _RIGHTS)
    if unreadable:
        said = f"{role!r} cannot read {unreadable} of {queues} queues"
        yield Finding(Level.ERROR, "rights", said, "Run absurd_roles, or grant it select on them.")
    if superuser or owner:
        kind = "is a superuser" if superuser else "owns the engine's tables"
        said = f"{role!r} {kind}: a defect in the dashboard could do anything there"
        yield Finding(
            Level.WARNING, "rights", said, "Give it a role of its own; absurd_roles makes one."
        )
    elif not unreadable:
        can = "may look and act" if writes or not queues else "may look; actions will be refused"
        yield Finding(Level.OK, "rights", f"{role!r} {can}")


def _clock(opened: Snapshot) -> Iterator[Finding]:
    ((wall, engine),) = _rows(opened, "select clock_timestamp(), absurd.current_time()")
    here: datetime = datetime.now(UTC)
    if abs(engine - wall) > SKEW:
        said = "the engine's clock is set apart from the server's (absurd.fake_now)"
        yield Finding(Level.WARNING, "clock", said, "Take it away where this is not a test.")
    elif abs(wall - here) > SKEW:
        said = (
            f"the server's differs from this machine's by {abs(wall - here).total_seconds():.0f} s"
        )
        yield Finding(Level.WARNING, "clock", said, "Set both by NTP; leases are counted by it.")
    else:
        yield Finding(Level.OK, "clock", "agrees with this machine's")


_CONNECTIONS = """
select current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')
"""


def _connections(opened: Snapshot) -> Iterator[Finding]:
    ((slots, used),) = _rows(opened, _CONNECTIONS)
    said = f"{used} of {slots} in use"
    if used >= slots * CROWDED:
        remedy = "Raise max_connections, or put PgBouncer between."
        yield Finding(Level.WARNING, "connections", said, remedy)
    else:
        yield Finding(Level.OK, "connections", said)
    if "connect_timeout" not in connections[opened.database].settings_dict.get("OPTIONS", {}):
        said = "no connect_timeout: a frozen server holds every page that connects"
        remedy = f"Set DATABASES[{opened.database!r}]['OPTIONS']['connect_timeout'] = 5."
        yield Finding(Level.WARNING, "connections", said, remedy)


_TABLES = """
select (select count(*) from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relnamespace = 'absurd'::regnamespace and not i.indisvalid),
       (select count(*) from pg_class c
         where c.relnamespace = 'absurd'::regnamespace and c.relkind = 'r'
           and c.reltuples < 0 and pg_relation_size(c.oid) > 10000000)
"""


def _tables(opened: Snapshot) -> Iterator[Finding]:
    ((invalid, unknown),) = _rows(opened, _TABLES)
    if invalid:
        said = f"{invalid} invalid: a build was cut short, and what is left still costs writes"
        yield Finding(Level.WARNING, "indexes", said, "Drop them, or build them again.")
    if unknown:
        said = f"{unknown} large tables were never analyzed: plans and counts will be bad"
        yield Finding(
            Level.WARNING, "statistics", said, "Run ANALYZE; see whether autovacuum runs."
        )
    if not (invalid or unknown):
        yield Finding(Level.OK, "indexes, statistics", "as they should be")


_FOLLOWS = """
select pg_is_in_recovery(), (select count(*) from pg_stat_wal_receiver),
       case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() <> 'not paused' end
"""


def _replica(opened: Snapshot) -> Iterator[Finding]:
    ((replica, receivers, paused),) = _rows(opened, _FOLLOWS)
    if not replica:
        said = f"{opened.database!r} is no replica: it takes writes of its own"
        remedy = "Name a hot standby of the engine's server, or leave it out."
        yield Finding(Level.ERROR, "replica", said, remedy)
        return
    late = opened.behind or timedelta(0)
    behind = f"{late.total_seconds():.0f} s behind"
    if paused:
        said, remedy = f"its replay is paused, {behind}", "Execute pg_wal_replay_resume() there."
        yield Finding(Level.WARNING, "replica", said, remedy)
    elif not receivers:
        said = "it receives nothing from its primary: what it shows may be old"
        yield Finding(Level.WARNING, "replica", said, "Look at its log, and at primary_conninfo.")
    elif late > BEHIND:
        remedy = "Look at its load, and at the network between."
        yield Finding(Level.WARNING, "replica", behind, remedy)
    else:
        yield Finding(Level.OK, "replica", f"follows its primary, {behind}")


LOOKS: Looks = (
    _version,
    _rights,
    _clock,
    _connections,
    _tables,
)


def _rows(opened: Snapshot, query: str) -> list[tuple[Any, ...]]:
    with connections[opened.database].cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
