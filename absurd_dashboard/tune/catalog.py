"""What is there: the tables of tasks and runs, how large they are, and which indexes they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from absurd_core.sqlfiles import read_sql


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a table.

    Attributes:
        is_valid: False while it is being built, and for ever when that was stopped; the index of
            a partitioned table is valid when every partition has its own.
        defined_as: its definition from the access method on.
        part_of: name of the partitioned table's index that it belongs to, or None.
    """

    name: str
    is_valid: bool
    defined_as: str
    bytes: int
    part_of: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table that holds rows, or a partitioned one."""

    name: str
    rows: float
    bytes: int
    indexes: tuple[Index, ...]

    def index(self, name: str) -> Index | None:
        """One of its indexes by name."""
        return next((index for index in self.indexes if index.name == name), None)


@dataclass(frozen=True, slots=True)
class Table:
    """A queue's table of tasks or of runs.

    Attributes:
        parts: its partitions; empty for a table that has none to have.
        is_own: whether the connection's role may build indexes on it.
        owner: the role that may.
        widths: average bytes of its columns, as far as statistics are kept.
    """

    queue: str
    prefix: str
    top: Relation
    is_partitioned: bool
    parts: tuple[Relation, ...]
    is_own: bool
    owner: str
    widths: Mapping[str, float]

    @property
    def rows(self) -> float:
        """How many rows it has, by the database's statistics."""
        return self.top.rows + sum(part.rows for part in self.parts)


def queue_names(database: str) -> list[str]:
    """Names of all queues."""
    rows = _rows(database, "select queue_name from absurd.queues order by queue_name")
    return [row["queue_name"] for row in rows]


def look(database: str, queues: Iterable[str]) -> list[Table]:
    """Read the tables of some queues.

    Args:
        database: alias of the engine's database.
        queues: their names; unknown ones are left out.
    """
    found = _rows(database, read_sql("tune/relations"), queues=list(queues))
    names = [row["relname"] for row in found]
    indexes: dict[str, list[Index]] = defaultdict(list)
    for row in _rows(database, read_sql("tune/indexes"), tables=names):
        indexes[row.pop("table_name")].append(Index(**row))
    widths: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(database, read_sql("tune/widths"), tables=names):
        table, column, width = row.values()
        widths[table][column] = width
    return [
        _table([row for row in found if (row["queue_name"], row["prefix"]) == key], indexes, widths)
        for key in dict.fromkeys((row["queue_name"], row["prefix"]) for row in found)
    ]


def _table(
    rows: Sequence[dict[str, Any]],
    indexes: Mapping[str, list[Index]],
    widths: Mapping[str, Mapping[str, float]],
) -> Table:
    relations = [
        Relation(row["relname"], row["rows"], row["bytes"], tuple(indexes.get(row["relname"], ())))
        for row in rows
    ]
    known: dict[str, float] = {}
    for relation in relations:
        known |= widths.get(relation.name, {})
    first = rows[0]
    return Table(
        queue=first["queue_name"],
        prefix=first["prefix"],
        top=relations[0],
        is_partitioned=first["is_partitioned"],
        parts=tuple(relations[1:]),
        is_own=all(row["is_own"] for row in rows),
        owner=first["owner"],
        widths=known,
    )


def _rows(database: str, query: str, **parameters: Any) -> list[dict[str, Any]]:
    with connections[database].cursor() as cursor:
        cursor.execute(query, parameters)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
