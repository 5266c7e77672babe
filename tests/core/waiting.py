"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

import psycopg


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Return as soon as the condition holds, and fail the test if it doesn't in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def somebody_waits_for_a_lock(connection: psycopg.Connection) -> bool:
    """Whether any session of the connection's database waits for another one."""
    query = """
        select from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
    """
    return connection.execute(query).fetchone() is not None
