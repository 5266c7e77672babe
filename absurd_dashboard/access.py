"""What one request may see: the access object that every query starts from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from absurd_core.sqlfiles import read_sql
from absurd_dashboard import plans
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import Snapshot
from absurd_dashboard.models import Checkpoint, Event, Run, Task, Wait
from absurd_dashboard.models.scope import PREFIXES, QueueScope, sql_text
from absurd_dashboard.models.union import EngineModel, ScopedQuerySet
from absurd_dashboard.policy import Action, Grant, policy
from absurd_dashboard.redaction import Redaction, Redactor

M = TypeVar("M", bound=EngineModel)
T = TypeVar("T")
Row = dict[str, Any]

_READABLE = """
select queue_name, (
         select bool_and(coalesce(has_table_privilege(
                  to_regclass(format('absurd.%%I', prefix || '_' || queue_name)), 'select'), false))
           from unnest(%s::text[]) as prefix),
       (select count(*) from pg_inherits
         where inhparent = to_regclass(format('absurd.%%I', 't_' || queue_name)))
  from absurd.queues order by queue_name
"""
# A partitioned table has no statistics of its own; who partitions a queue expects it to be busy.
_BUSIEST = """
select relname from pg_class
 where relnamespace = 'absurd'::regnamespace and relname = any(%s)
 order by relkind = 'p' desc,
          pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) desc, relname
 limit %s
"""


@dataclass(frozen=True, slots=True)
class Access:
    """What one request may see; made once for it, and kept no longer.

    Attributes:
        database: alias of the database to read; a replica's for a page, if there is one.
        now: the engine's clock when the page began.
        version: the engine's schema version.
        scopes: the queues in sight, in the order of their names.
        tenant: slug of the tenant in whose name this is; None for a superuser outside of any.
        actions: what may be done to what is in sight, if the policy does not object.
        redactions: what to hide in payloads.
        stamp: see :class:`absurd_dashboard.engine.Snapshot`.
        everything: whether nothing is out of sight.
        instance: alias of the engine's primary, by which scopes and records name it.
        behind: how far the replica that is read is behind; None for a primary.
        unreadable: queues that the viewer may see and the database's role may not read.
        near: the queues that are looked into where none is named: the busiest of very many; None
            for all.
        began: see :class:`absurd_dashboard.engine.Snapshot`.
        keeps_plans: see :class:`absurd_dashboard.engine.Snapshot`.
        partitions: how many a queue's table of tasks has, by its name.
        widely: not empty once something was asked that is about no queue in particular.
    """

    database: str
    now: datetime
    version: str
    scopes: tuple[QueueScope, ...]
    tenant: str | None = None
    tenant_name: str = ""
    actions: frozenset[Action] = frozenset()
    redactions: tuple[Redaction, ...] = ()
    stamp: str = ""
    everything: bool = False
    instance: str = DEFAULT_DB_ALIAS
    behind: timedelta | None = None
    unreadable: tuple[str, ...] = ()
    near: tuple[QueueScope, ...] | None = None
    began: int = 0
    keeps_plans: bool = False
    partitions: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    widely: list[str] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def of(cls, grant: Grant, snapshot: Snapshot, instance: str = "") -> Access:
        """Apply a grant to the queues there are, inside the snapshot that the page reads in.

        Args:
            grant: what the policy says.
            snapshot: open.
            instance: alias of the primary, where the snapshot is a replica's.
        """
        database = snapshot.database
        instance = instance or database
        names, refused, partitions = _queue_names(database)
        scopes = grant.scopes(instance, names)
        access = cls(
            database=database,
            now=snapshot.now,
            version=snapshot.version,
            scopes=scopes,
            tenant=grant.tenant,
            tenant_name=grant.name,
            actions=grant.actions,
            stamp=snapshot.stamp,
            began=snapshot.began,
            keeps_plans=snapshot.keeps_plans,
            partitions=partitions,
            everything=len(scopes) == len(names) and all(s.tenants is None for s in scopes),
            instance=instance,
            behind=snapshot.behind,
            unreadable=tuple(scope.queue for scope in grant.scopes(instance, refused)),
            near=_nearest(database, scopes),
        )
        access.confine()
        return replace(access, redactions=policy().redactions(access))

    def confine(self, *, whole: str | None = None) -> None:
        """Tell the database what is in sight, for its own policies, until the transaction ends.

        Whoever opens a transaction on the engine's database for a request calls this in it. The
        policies are optional; see docs/roles.md.

        Args:
            whole: a queue of which everything is to be seen, whatever the scope says.
        """
        sight = {scope.queue: _tenants(scope, whole) for scope in self.scopes}
        said = "*" if self.everything else json.dumps(sight)
        with connections[self.database].cursor() as cursor:
            cursor.execute("select set_config('absurd_dashboard.tenants', %s, true)", [said])

    def revealing(self) -> Access:
        """The same sight with nothing hidden; the action ``reveal`` calls this, nothing else."""
        return replace(self, redactions=())

    def redactor(self, task_name: str) -> Redactor:
        """What to hide in the payloads of tasks with this name."""
        return Redactor(tuple(rule for rule in self.redactions if rule.covers(task_name)))

    @property
    def queue_names(self) -> tuple[str, ...]:
        """Names of the queues in sight."""
        return tuple(scope.queue for scope in self.scopes)

    @property
    def near_names(self) -> tuple[str, ...]:
        """Names of the queues to look into for what is about none in particular."""
        self.widely.append("")
        return tuple(scope.queue for scope in self._near)

    @property
    def left_out(self) -> int:
        """How many queues in sight were not looked into, though any might have had something."""
        return len(self.scopes) - len(self._near) if self.widely else 0

    @property
    def _near(self) -> tuple[QueueScope, ...]:
        return self.scopes if self.near is None else self.near

    def first(self, find: Callable[[Access], T | None]) -> T | None:
        """What is found in the first part of the queues that has it, the nearest first.

        A statement locks every table that it names, and a server has room for some thousand locks.

        Args:
            find: looks through the queues of an access object; None where there is nothing.
        """
        if self.near is None:
            return find(self)
        near, width = set(self.near), len(self.near)
        far = [scope for scope in self.scopes if scope not in near]
        for part in [self.near, *(tuple(far[at : at + width]) for at in range(0, len(far), width))]:
            with transaction.atomic(using=self.database):
                found = find(replace(self, scopes=part, near=None))
                transaction.set_rollback(True, using=self.database)  # gives its locks back
            if found is not None:
                return found
        return None

    def tasks(self, queues: Iterable[str] | None = None) -> ScopedQuerySet[Task]:
        """Tasks in sight; ``queues`` narrows, and never widens."""
        return self._rows(Task, queues)

    def runs(self, queues: Iterable[str] | None = None) -> ScopedQuerySet[Run]:
        """Runs of the tasks in sight."""
        return self._rows(Run, queues)

    def checkpoints(self, queues: Iterable[str] | None = None) -> ScopedQuerySet[Checkpoint]:
        """Checkpoints of the tasks in sight."""
        return self._rows(Checkpoint, queues)

    def events(self, queues: Iterable[str] | None = None) -> ScopedQuerySet[Event]:
        """Emitted events in sight, without the engine's lock rows."""
        return self._rows(Event, queues).filter(payload__isnull=False)

    def waits(self, queues: Iterable[str] | None = None) -> ScopedQuerySet[Wait]:
        """Waits of the tasks in sight."""
        return self._rows(Wait, queues)

    def each_queue(
        self,
        name: str,
        parameters: Mapping[str, Any],
        *,
        tail: str = "",
        also: str = "",
        queues: Iterable[str] | None = None,
    ) -> list[Row]:
        """Run ``sql/dashboard/<name>.sql`` once per queue, as one UNION ALL.

        Args:
            name: the file; ``{queue}`` is the queue's name in it, ``{t}`` … ``{w}`` its tables.
            parameters: values of its ``%(name)s`` placeholders.
            tail: ORDER BY and LIMIT of the whole.
            also: what stands in place of the file's ``{also}``: conditions that a plan which is
                kept for any values could not leave out. From code alone.
            queues: narrow to these; to those near if None.
        """
        scopes = self._narrowed(self.near_names if queues is None else queues)
        if not scopes:
            return []
        with self._cursor(scopes) as cursor:
            cursor.execute(f"{_united(name, scopes, also)} {tail}", dict(parameters))
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def _cursor(self, scopes: tuple[QueueScope, ...]) -> CursorWrapper:
        """What to send a statement over some queues through."""
        connection = connections[self.database]
        # What is about one queue is planned in less than a millisecond.
        if not self.keeps_plans or len(scopes) == 1:
            return connection.cursor()
        partitions = sum(self.partitions.get(scope.queue, 0) for scope in scopes)
        return plans.cursor(connection, plans.room(len(scopes), partitions))

    def _rows(self, model: type[M], queues: Iterable[str] | None) -> ScopedQuerySet[M]:
        return ScopedQuerySet(model, using=self.database).within(self._narrowed(queues))

    def _narrowed(self, queues: Iterable[str] | None) -> tuple[QueueScope, ...]:
        if queues is None:
            return self.scopes
        wanted = set(queues)
        return tuple(scope for scope in self.scopes if scope.queue in wanted)


def _queue_names(database: str) -> tuple[list[str], list[str], dict[str, int]]:
    """Queues that the connection's role may read, those that it may not, and partitions of each.

    Where it may read none, all are named as readable: the pages then say why they are not.
    """
    # A queue that was created after the role got its rights must not take the pages down.
    with connections[database].cursor() as cursor:
        cursor.execute(_READABLE, [list(PREFIXES)])
        found = cursor.fetchall()
    partitions = {name: many for name, _, many in found if many}
    readable = [name for name, is_readable, _ in found if is_readable]
    if not readable:
        return [name for name, *_ in found], [], partitions
    return readable, [name for name, is_readable, _ in found if not is_readable], partitions


def _nearest(database: str, scopes: tuple[QueueScope, ...]) -> tuple[QueueScope, ...] | None:
    """The busiest queues since the server's statistics began; None where all can be looked into."""
    limit = dashboard_settings().queue_limit
    if len(scopes) <= limit:
        return None
    with connections[database].cursor() as cursor:
        cursor.execute(_BUSIEST, [[f"r_{scope.queue}" for scope in scopes], limit])
        busiest = {name for (name,) in cursor.fetchall()}
    return tuple(scope for scope in scopes if f"r_{scope.queue}" in busiest)


def _tenants(scope: QueueScope, whole: str | None) -> bool | list[str]:
    """What the setting says of a queue: true for all of it, or the tenants in sight."""
    if scope.tenants is None or scope.queue == whole:
        return True
    return sorted(scope.tenants)


@lru_cache(maxsize=64)
def _united(name: str, scopes: tuple[QueueScope, ...], also: str) -> str:
    """A file's statement for each of some queues, as one; the same at every poll."""
    template = sql.SQL(read_sql(f"dashboard/{name}").replace("{also}", also))
    arms = [f"({template.format(**_relations(scope)).as_string(None)}\n)" for scope in scopes]
    return " union all ".join(arms)


def _relations(scope: QueueScope) -> dict[str, sql.Composable]:
    def escaped(part: sql.Composable) -> sql.Composable:
        return sql.SQL(sql_text(part))

    tables = {prefix: escaped(scope.relation(prefix)) for prefix in PREFIXES}
    # Past the scope look: the check before an emit, which only counts what it finds there; and
    # versions of rows in sight, which a narrowed relation does not have.
    whole = QueueScope(scope.queue)
    every = {f"every_{prefix}": escaped(whole.relation(prefix)) for prefix in PREFIXES}
    return {"queue": escaped(sql.Literal(scope.queue)), **tables, **every}
