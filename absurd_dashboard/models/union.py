"""Unmanaged models whose rows come from the tables of every queue in scope, in one FROM item.

A ``Query`` whose base table renders as ``(SELECT … UNION ALL SELECT …) AS "task"``: PostgreSQL
flattens it, merges the queues' primary keys, and drops the arms that a filter on ``queue_name``
rules out. A queue outside the scope is not in the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar, cast

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable
from psycopg import sql

from absurd_dashboard.errors import ScopeMissing
from absurd_dashboard.models.scope import ByRuns, QueueScope, sql_text

M = TypeVar("M", bound="EngineModel")


class UnionTable(BaseTable):
    """The FROM item of a :class:`ScopedQuery`."""

    def as_sql(  # type: ignore[override]  # the stubs promise a tuple of strings
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Render the union over the scopes of the query that is being compiled."""
        query = cast("ScopedQuery", compiler.query)
        model = cast("type[EngineModel]", query.model)
        # Aggregates and existence tests change the query's class, but keep its attributes.
        scopes = vars(query).get("scopes")
        if scopes is None:
            raise ScopeMissing(model.__name__)
        by = vars(query).get("by_runs")
        united = (
            sql_text(model.union(scopes, connection, lambda scope: scope.tasks_by_runs(by)))
            if by
            else _united(model, scopes, connection.alias)
        )
        # Django 6.1 renamed it; before, the alias U0 of a subquery stays bare.
        quote = getattr(compiler, "quote_name", None) or compiler.quote_name_unless_alias
        alias = quote(str(self.table_alias))
        return f"({united}) AS {alias}", []


class ScopedQuery(Query):
    """A query over the queues in ``scopes``; without them it cannot be compiled."""

    base_table_class = UnionTable
    scopes: tuple[QueueScope, ...] | None = None
    by_runs: ByRuns | None = None


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that must be given a scope before it can be evaluated, and only reads."""

    def __init__(
        self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None
    ) -> None:
        super().__init__(model, query or ScopedQuery(model), using, hints)

    def within(self, scopes: Iterable[QueueScope]) -> Self:
        """Restrict to these queues; an access object calls this, nothing else should."""
        narrowed = self.all()
        cast("ScopedQuery", narrowed.query).scopes = tuple(scopes)
        return narrowed

    def by_runs(self, by: ByRuns) -> Self:
        """Only tasks that have a run in a state, come by from these; of tasks alone."""
        found = self.all()
        cast("ScopedQuery", found.query).by_runs = by
        return found

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("the engine's tables are written by its stored procedures only")

    create = bulk_create = update = bulk_update = delete = get_or_create = update_or_create = (
        _refuse
    )


class EngineModel(models.Model):
    """A row of one of the engine's per-queue tables."""

    #: Prefix of the table: ``t`` for ``absurd.t_<queue>``.
    prefix: ClassVar[str]

    queue_name = models.TextField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        managed = False
        default_permissions = ("view",)

    @classmethod
    def union(
        cls,
        scopes: tuple[QueueScope, ...],
        connection: BaseDatabaseWrapper,
        relation: Callable[[QueueScope], sql.Composable] | None = None,
    ) -> sql.Composable:
        """The rows of all queues in scope as one SELECT; none when there is no queue.

        Args:
            scopes: the queues.
            connection: to the engine's database.
            relation: where a queue's rows come from, if not from its table as a whole.
        """
        columns = {
            str(field.column): str(field.db_type(connection))
            for field in cls._meta.concrete_fields
            if field.name != "queue_name"
        }
        if not scopes:
            return _nothing(columns)
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        return sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}::text AS queue_name, {} FROM {} s").format(
                sql.Literal(scope.queue),
                names,
                relation(scope) if relation else scope.relation(cls.prefix),
            )
            for scope in scopes
        )

    def __str__(self) -> str:
        return f"{self.pk} ({self.queue_name})"

    def save(self, *_: Any, **__: Any) -> None:
        """Refuse: the engine's tables are written by its stored procedures only."""
        raise TypeError("the engine's tables are written by its stored procedures only")

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        """Refuse: the engine's tables are written by its stored procedures only."""
        raise TypeError("the engine's tables are written by its stored procedures only")


@lru_cache(maxsize=64)
def _united(model: type[EngineModel], scopes: tuple[QueueScope, ...], database: str) -> str:
    """The SQL of a union, which is the same for every page with the same sight."""
    return sql_text(model.union(scopes, connections[database]))


def _nothing(columns: dict[str, str]) -> sql.Composable:
    """A SELECT without rows, of columns with these types."""
    nulls = [
        sql.SQL("NULL::{} AS {}").format(sql.SQL(kind), sql.Identifier(name))
        for name, kind in columns.items()
    ]
    return sql.SQL("SELECT NULL::text AS queue_name, {} WHERE false").format(
        sql.SQL(", ").join(nulls)
    )
