"""Databases that last for one test, or for one test module."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


@contextmanager
def fresh_database(server_url: str, *, template: str = "template0") -> Iterator[str]:
    """Make a database, give its connection string, and drop it."""
    name = f"core_{uuid4().hex}"
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("create database {name} template {template}").format(**names))
        try:
            yield make_conninfo(server_url, dbname=name)
        finally:
            server.execute(sql.SQL("drop database {name} with (force)").format(**names))
