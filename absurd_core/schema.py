"""Installs and upgrades the engine's schema, and this package's own, from absurdctl's SQL."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import absurdctl
import psycopg
from psycopg import sql

from absurd_core.statements import Statement, SyncConnection, _psycopg, run

#: Whoever installs or upgrades holds this advisory lock until its transaction ends.
_LOCK = Statement(
    name="pg_advisory_xact_lock",
    query=sql.SQL("select pg_advisory_xact_lock(hashtextextended('absurd_core.schema', 0))"),
    parameters={},
    read=lambda _: None,
)

# The catalog, unlike a table, is read as of now in every isolation level: whatever another
# process installed while this one waited for the lock is seen.
_RECORDS_VERSION = Statement(
    name="to_regprocedure",
    query=sql.SQL("select to_regprocedure('absurd.get_schema_version()') is not null as found"),
    parameters={},
    read=lambda rows: bool(rows[0]["found"]),
)


def version() -> Statement[str]:
    """The version of the engine's schema: ``absurd.get_schema_version``.

    Returns:
        A release such as ``"0.5.1"``, or ``"main"`` for a development build.

    Raises:
        SchemaMissing: there is no engine in this database.
        SchemaTooOld: the engine is older than 0.2, which recorded no version.
    """
    return Statement(
        name="absurd.get_schema_version",
        query=sql.SQL("select absurd.get_schema_version() as version"),
        parameters={},
        read=lambda rows: str(rows[0]["version"]),
        repeatable=True,
    )


def install(
    connection: SyncConnection, *, workflows: bool = False, workflows_schema: str = "public"
) -> str:
    """Install the engine's schema unless it is there; an older one is left as it is.

    All of it happens in one transaction under an advisory lock, so it may be called twice, and
    from several processes at once. In a caller's transaction it takes effect, and lets the next
    process go on, when that commits.

    Args:
        connection: a psycopg connection, or Django's ``connection``.
        workflows: also install this package's own table ``workflow_run``.
        workflows_schema: where; made when it is missing. :mod:`absurd_core.workflows` finds the
            table through the search path.

    Returns:
        The version of the engine's schema that is now there.
    """
    raw = _psycopg(connection)
    with raw.transaction():
        run(raw, _LOCK)
        if not run(raw, _RECORDS_VERSION):
            _execute(raw, absurdctl.BUNDLED_SCHEMA_SQL)
        if workflows:
            _install_workflows(raw, workflows_schema)
        return run(raw, version())


def _install_workflows(connection: psycopg.Connection[Any], schema: str) -> None:
    if run(connection, _has_workflows(schema)):
        return
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    before = run(connection, _search_path(schema))
    _execute(connection, (files("absurd_core") / "sql/workflows/schema_1.sql").read_text())
    run(connection, _restore_search_path(before))


def _execute(connection: psycopg.Connection, script: str) -> None:
    """Execute a script of several commands; without parameters psycopg sends it as it is."""
    connection.execute(script.encode())


def _has_workflows(schema: str) -> Statement[bool]:
    return Statement(
        name="to_regprocedure",
        query=sql.SQL(
            "select to_regprocedure(format('%%I.workflow_run_schema_version()', %(schema)s::text))"
            " is not null as found"
        ),
        parameters={"schema": schema},
        read=lambda rows: bool(rows[0]["found"]),
    )


def _search_path(schema: str) -> Statement[str]:
    """Put a schema first until the transaction ends; returns the path before."""
    return Statement(
        name="set_config",
        query=sql.SQL(
            "select current_setting('search_path') as before,"
            " set_config('search_path', quote_ident(%(schema)s), true)"
        ),
        parameters={"schema": schema},
        read=lambda rows: str(rows[0]["before"]),
    )


def _restore_search_path(path: str) -> Statement[None]:
    return Statement(
        name="set_config",
        query=sql.SQL("select set_config('search_path', %(path)s, true)"),
        parameters={"path": path},
        read=lambda _: None,
    )
