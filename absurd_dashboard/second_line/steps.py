"""The SQL that draws the second line, from the files in ``sql/roles/``, shown before it is done.

Each step is a transaction of its own: a policy locks its queue's tables, and only briefly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import Error, connections, transaction
from psycopg import sql

from absurd_core.sqlfiles import read_sql
from absurd_dashboard.models.scope import PREFIXES
from absurd_dashboard.second_line.catalog import Found
from absurd_dashboard.second_line.errors import CannotDefend

#: Procedures that pages call, and those that actions call, with what these call themselves.
READS = frozenset({"current_time", "get_schema_version"})
WRITES = frozenset(
    {
        "cancel_task",
        "emit_event",
        "fail_run",
        "get_task_result",
        "portable_uuidv7",
        "retry_delay_seconds",
        "retry_task",
        "spawn_task",
        "validate_queue_name",
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a role is to be.

    Attributes:
        role: its name.
        operator: whether it may act on tasks, not only look.
        rls: whether row-level security binds it.
    """

    role: str
    operator: bool = False
    rls: bool = False

    @property
    def kind(self) -> str:
        """How the files in ``sql/roles/`` call it."""
        return "operator" if self.operator else "read_only"

    @property
    def procedures(self) -> frozenset[str]:
        """Names of the procedures it calls."""
        return READS | WRITES if self.operator else READS


def install(wanted: Wanted, found: Found) -> list[str]:
    """SQL that makes a role what it is to be, whatever it was; a transaction each.

    Policies come first and rights last, so that nothing is readable before it is guarded.
    """
    guard = _guard(wanted, found) if wanted.rls else _unguard(wanted, found)
    login = [] if found.exists else [_render("login", wanted, found)]
    return [*login, *guard, "".join(_rights(wanted, found))]


def remove(wanted: Wanted, found: Found) -> list[str]:
    """SQL that takes away what :func:`install` gave; the role itself stays."""
    if not found.exists:
        return []
    rights = _revoked(wanted, found) + _render("schema_undo", wanted, found)
    return [rights, *_unguard(wanted, found)]


def queue(wanted: Wanted, found: Found, name: str) -> list[str]:
    """The part of :func:`install` that concerns one queue."""
    policies = [_render("queue_policies", wanted, found, name)] if wanted.rls else []
    return [*policies, *_queue_rights(wanted, found, name)]


def apply(database: str, steps: Sequence[str], *, lock_timeout: int = 5) -> None:
    """Carry steps out, each in a transaction.

    Args:
        database: alias of a connection whose user owns the engine's tables.
        steps: from :func:`install` or :func:`remove`; they can be repeated.
        lock_timeout: seconds to wait for a table that somebody else holds.

    Raises:
        CannotDefend: the database refused a step; those before it are done.
    """
    try:
        for step in steps:
            with transaction.atomic(using=database), connections[database].cursor() as cursor:
                cursor.execute(f"set local lock_timeout = '{lock_timeout}s'")
                cursor.execute(step)
    except Error as error:
        raise CannotDefend(f"The database refused: {error}") from error


def _revoked(wanted: Wanted, found: Found) -> str:
    role = sql.Identifier(wanted.role).as_string(None)
    recorded = f"revoke all on {found.recorded} from {role};\n" if found.recorded else ""
    return _render("revoke", wanted, found) + recorded


def _rights(wanted: Wanted, found: Found) -> Iterator[str]:
    yield _revoked(wanted, found)
    yield _render("schema", wanted, found)
    role = sql.Identifier(wanted.role).as_string(None)
    for name, signature in found.procedures:
        if name in wanted.procedures:
            yield f"grant execute on function {signature} to {role};\n"
    for name in found.queues:
        yield from _queue_rights(wanted, found, name)
    if found.recorded:
        yield _render("recorded", wanted, found)
    # Default privileges would reach new partitions, past the policies of their queue.
    if not wanted.rls:
        yield _render(f"later_{wanted.kind}", wanted, found)


def _queue_rights(wanted: Wanted, found: Found, name: str) -> Iterator[str]:
    stored = found.queues[name]
    yield _render(f"queue_{wanted.kind}", wanted, found, name)
    if wanted.operator and stored.partitioned:
        yield _render("queue_operator_keys", wanted, found, name)
    if stored.default and not wanted.rls:
        yield _render("queue_default", wanted, found, name)


def _guard(wanted: Wanted, found: Found) -> list[str]:
    sight = _render("sight", wanted, found) + _render("sight_role", wanted, found)
    queues = (_render("queue_policies", wanted, found, name) for name in found.queues)
    recorded = [_render("recorded_policies", wanted, found)] if found.recorded else []
    return [sight, *queues, *recorded]


def _unguard(wanted: Wanted, found: Found) -> list[str]:
    """Take the role's policies away, and what nobody uses without them."""
    if wanted.role not in found.guarded:
        return []
    alone = found.guarded == {wanted.role}
    mine = [name for name, roles in found.guards.items() if wanted.role in roles]
    last = _render("sight_undo" if alone else "sight_role_undo", wanted, found)
    recorded = [_recorded_unguarded(wanted, found, alone=alone)] if found.recorded else []
    return [*(_queue_unguarded(wanted, found, name) for name in mine), *recorded, last]


def _recorded_unguarded(wanted: Wanted, found: Found, *, alone: bool) -> str:
    rest = _render("recorded_unguarded", wanted, found) if alone else ""
    return _render("recorded_policies_undo", wanted, found) + rest


def _queue_unguarded(wanted: Wanted, found: Found, name: str) -> str:
    alone = found.guards[name] == {wanted.role}
    rest = _render("queue_unguarded", wanted, found, name) if alone else ""
    return _render("queue_policies_undo", wanted, found, name) + rest


def _render(file: str, wanted: Wanted, found: Found, queue: str = "") -> str:
    names = {"role": wanted.role, "owner": found.owner, "database": found.database}
    parts: dict[str, sql.Composable] = {key: sql.Identifier(text) for key, text in names.items()}
    parts["queue"] = sql.Literal(queue)
    parts["recorded"] = sql.SQL(found.recorded or "")  # as the database quoted it
    default = found.queues[queue].default if queue in found.queues else None
    parts["default"] = sql.Identifier("absurd", default or "")
    for prefix in (*PREFIXES, "i"):
        table = f"{prefix}_{queue}"
        parts |= {prefix: sql.Identifier("absurd", table), f"{prefix}_name": sql.Identifier(table)}
    return sql.SQL(read_sql(f"roles/{file}")).format(**parts).as_string(None)
