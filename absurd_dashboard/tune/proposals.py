"""What could be built or removed, with its reason and its price, and the statements that do it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from psycopg import sql

from absurd_core.sqlfiles import read_sql
from absurd_dashboard.tune.catalog import Relation, Table
from absurd_dashboard.tune.kinds import KINDS, Kind
from absurd_dashboard.tune.naming import index_name


class Standing(StrEnum):
    """How far an index is."""

    ABSENT = "absent"
    UNFINISHED = "unfinished"
    BUILT = "built"
    #: Somebody else has made the same index under another name.
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        brief: whether it locks out writers, so that it must not wait long for its lock.
        builds: whether it makes an index.
    """

    sql: str
    brief: bool = False
    builds: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """An index that a queue could have, or has.

    Attributes:
        kind: a key of :data:`absurd_dashboard.tune.kinds.KINDS`.
        proposed: whether it is worth its price here.
        rows: of the table, by the database's statistics.
        bytes: about how many it would take; of one that is built, how many it takes.
        seconds: about how long building it takes, on a quiet machine.
        is_own: whether the connection's role may build it; ``owner`` is who may.
    """

    queue: str
    kind: str
    standing: Standing
    proposed: bool
    why: str
    cost: str
    rows: int
    bytes: int
    seconds: float
    is_own: bool
    owner: str
    build: tuple[Statement, ...]
    remove: tuple[Statement, ...]


def proposals(tables: Iterable[Table], shared: Collection[str] = ()) -> list[Proposal]:
    """Every kind of index for every table.

    Args:
        tables: from :func:`absurd_dashboard.tune.catalog.look`.
        shared: names of the queues that tenants share.
    """
    return [
        _proposal(table, kind, table.queue in shared)
        for table in tables
        for kind in KINDS.values()
        if kind.prefix == table.prefix
    ]


def _proposal(table: Table, kind: Kind, is_shared: bool) -> Proposal:
    standing = _standing(table, kind)
    wanted = kind.from_rows is not None and table.rows >= kind.from_rows
    return Proposal(
        queue=table.queue,
        kind=kind.key,
        standing=standing,
        proposed=(
            standing is Standing.UNFINISHED
            or (standing is Standing.ABSENT and wanted and (is_shared or not kind.for_shared))
        ),
        why=kind.why,
        cost=kind.cost,
        rows=round(table.rows),
        bytes=_bytes(table, kind) or kind.size(table.rows, table.widths),
        seconds=kind.seconds * table.rows / 1_000_000,
        is_own=table.is_own,
        owner=table.owner,
        build=() if standing is Standing.OTHERS else tuple(_build(table, kind)),
        remove=tuple(_remove(table, kind)),
    )


def _standing(table: Table, kind: Kind) -> Standing:
    own = table.top.index(index_name(kind.key, table.top.name))
    if own is not None and own.is_valid:
        return Standing.BUILT
    alike = [index for index in table.top.indexes if index.defined_as == kind.defined_as]
    if any(index.is_valid and index is not own for index in alike):
        return Standing.OTHERS
    left = own or any(part.index(index_name(kind.key, part.name)) for part in table.parts)
    return Standing.UNFINISHED if left else Standing.ABSENT


def _bytes(table: Table, kind: Kind) -> int:
    """What the index takes now, with what is built of it."""
    own = index_name(kind.key, table.top.name)
    found = [table.top.index(own)] + [
        index
        for part in table.parts
        for index in part.indexes
        if index.part_of == own or index.name == index_name(kind.key, part.name)
    ]
    return sum(index.bytes for index in found if index)


def _build(table: Table, kind: Kind) -> Iterator[Statement]:
    """What is left to do, in an order that can be broken off and taken up again anywhere."""
    if not table.is_partitioned:
        yield from _built(table.top, kind)
        return
    parent = index_name(kind.key, table.top.name)
    if table.top.index(parent) is None:
        yield _statement("create_parent", parent, brief=True, table=table.top.name, kind=kind)
    for part in table.parts:
        if any(index.part_of == parent for index in part.indexes):
            continue
        yield from _built(part, kind)
        name = index_name(kind.key, part.name)
        yield _statement("attach", name, brief=True, parent=parent)


def _built(relation: Relation, kind: Kind) -> Iterator[Statement]:
    """Build the index of a table without partitions, after removing what is left of one."""
    name = index_name(kind.key, relation.name)
    found = relation.index(name)
    if found is not None and found.is_valid:
        return
    if found is not None:
        yield _statement("drop", name)
    yield _statement("create", name, table=relation.name, kind=kind)


def _remove(table: Table, kind: Kind) -> Iterator[Statement]:
    top = index_name(kind.key, table.top.name)
    for part in table.parts:  # built, but never made a part of the table's index
        index = part.index(index_name(kind.key, part.name))
        if index is not None and index.part_of is None:
            yield _statement("drop", index.name)
    if table.top.index(top) is not None:
        if table.is_partitioned:
            yield _statement("drop_parent", top, brief=True)
        else:
            yield _statement("drop", top)


def _statement(
    file: str,
    name: str,
    *,
    brief: bool = False,
    table: str = "",
    parent: str = "",
    kind: Kind | None = None,
) -> Statement:
    # An index is made in its table's schema, and must be named without one.
    made = file.startswith("create")
    text = read_sql(f"tune/{file}").split("\n", 1)[1].strip()
    parts = {
        "name": sql.Identifier(name) if made else sql.Identifier("absurd", name),
        "table": sql.Identifier("absurd", table),
        "parent": sql.Identifier("absurd", parent),
        "definition": sql.SQL(kind.defined_as if kind else ""),
    }
    return Statement(sql.SQL(text).format(**parts).as_string(None), brief, builds=made)
