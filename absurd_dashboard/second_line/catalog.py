"""What is in the engine's database already: its owner, queues, procedures, policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from absurd_dashboard.engine import translated
from absurd_dashboard.errors import EngineMissing
from absurd_dashboard.second_line.errors import CannotDefend

_FACTS = """
select o.rolname, current_database(),
       case when to_regprocedure('workflow_run_schema_version()') is not null
            then to_regclass('workflow_run')::text end,
       d.oid is not null,
       coalesce(d.rolsuper or d.rolbypassrls or pg_has_role(d.oid, o.oid, 'member'), false)
  from pg_class c join pg_roles o on o.oid = c.relowner
  left join pg_roles d on d.rolname = %(role)s
 where c.oid = to_regclass('absurd.queues')
"""
# Whether a queue is partitioned is asked of the catalog: older engines keep no storage mode.
_QUEUES = """
select q.queue_name, c.relkind = 'p', d.relname
  from absurd.queues q
  join pg_class c on c.oid = to_regclass(format('absurd.%%I', 't_' || q.queue_name))
  left join pg_partitioned_table p on p.partrelid = c.oid
  left join pg_class d on d.oid = p.partdefid
 order by q.queue_name
"""
_PROCEDURES = """
select p.proname, p.oid::regprocedure::text from pg_proc p
 where p.pronamespace = 'absurd'::regnamespace
 order by p.oid::regprocedure::text
"""
_GUARDS = """
select substr(tablename, 3), array_agg(policyname::text) from pg_policies
 where schemaname = 'absurd' and tablename like 't\\_%%'
   and permissive = 'RESTRICTIVE' and qual like '%%absurd_dashboard.tenants(%%'
 group by tablename
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """How a queue is stored.

    Attributes:
        default: name of the partition for tasks that fit into no other, if there is one.
    """

    partitioned: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What is there.

    Attributes:
        database: its name on the server.
        owner: role that owns the engine's tables, and makes queues.
        recorded: the table of recorded workflow runs as the connection finds it, or None.
        exists: whether the role in question does.
        queues: each queue by its name.
        procedures: name and signature of each of the engine's.
        guards: names of the roles that have policies, per queue.
    """

    database: str
    owner: str
    recorded: str | None
    exists: bool
    queues: Mapping[str, Queue]
    procedures: Sequence[tuple[str, str]]
    guards: Mapping[str, frozenset[str]]

    @property
    def guarded(self) -> frozenset[str]:
        """Names of all roles that have policies."""
        return frozenset().union(*self.guards.values())


def look(database: str, role: str) -> Found:
    """Read it.

    Args:
        database: alias of the engine's database.
        role: the role in question.

    Raises:
        CannotDefend: the role is one that no policy binds.
        EngineUnavailable: the database cannot be reached, or has no engine.
    """
    facts = _rows(database, _FACTS, role=role)
    if not facts:
        raise EngineMissing(EngineMissing.title)
    ((owner, name, recorded, exists, unbound),) = facts
    if unbound:
        raise CannotDefend(
            f"{role!r} is a superuser, bypasses row-level security, or owns the engine's tables; "
            "give the dashboard a role of its own."
        )
    return Found(
        database=name,
        owner=owner,
        recorded=recorded,
        exists=exists,
        queues={queue: Queue(*stored) for queue, *stored in _rows(database, _QUEUES)},
        procedures=_rows(database, _PROCEDURES),
        guards={queue: frozenset(roles) for queue, roles in _rows(database, _GUARDS)},
    )


def _rows(database: str, query: str, **parameters: Any) -> list[Any]:
    with translated(), connections[database].cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[Any] = cursor.fetchall()
        return rows
