"""Installs the table workflow_run, which is this package's own and not the engine's."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from absurd_core.errors import SchemaUpgradeError
from absurd_core.scripts import execute_script
from absurd_core.sqlfiles import read_sql
from absurd_core.statements import Statement, run


def ensure(connection: psycopg.Connection[Any], schema: str) -> None:
    """Install the table and its company in a schema, unless they are there.

    The caller has a transaction and holds the lock under which schemas are installed.

    Args:
        connection: where.
        schema: the schema; made when it is missing.

    Raises:
        SchemaUpgradeError: a ``workflow_run`` of another making is in the way.
    """
    objects = run(connection, _objects(schema))
    if objects["version"]:
        return
    if objects["table"]:
        raise SchemaUpgradeError(
            found="a table workflow_run of another making",
            wanted="workflow_run version 1",
            problem=f"rename the one in schema {schema} and install again",
        )
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    _execute_in(connection, schema, read_sql("workflows/schema_1"))


def _execute_in(connection: psycopg.Connection[Any], schema: str, script: str) -> None:
    """Execute a script whose names are meant for a schema; the search path is put back."""
    before = run(connection, _set_search_path(sql.Identifier(schema).as_string(connection)))
    execute_script(connection, script)
    run(connection, _set_search_path(before))


def _objects(schema: str) -> Statement[dict[str, bool]]:
    return Statement(
        name="to_regclass",
        query=sql.SQL(
            """
            select
              to_regprocedure(quoted || '.workflow_run_schema_version()') is not null as version,
              to_regclass(quoted || '.workflow_run') is not null as table
            from quote_ident(%(schema)s) as quoted
            """
        ),
        parameters={"schema": schema},
        read=lambda rows: dict(rows[0]),
    )


def _set_search_path(path: str) -> Statement[str]:
    """Set the search path until the transaction ends; returns the one before."""
    return Statement(
        name="set_config",
        query=sql.SQL(
            """
            with before as materialized (select current_setting('search_path') as path)
            select path, set_config('search_path', %(path)s, true) from before
            """
        ),
        parameters={"path": path},
        read=lambda rows: str(rows[0]["path"]),
    )
