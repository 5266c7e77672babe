"""Executes SQL scripts of several commands, which a prepared statement cannot hold."""

from typing import Any

import psycopg


def execute_script(connection: psycopg.Connection[Any], script: str) -> None:
    """Execute a script in the transaction of the connection, exactly as it is written.

    Without parameters psycopg sends it in the simple protocol, and leaves percent signs alone.
    """
    connection.execute(script.encode())
