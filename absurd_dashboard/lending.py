"""Connections that the threads of a process lend each other; the one used last is used next.

A connection keeps the plans of its statements (:mod:`absurd_dashboard.plans`), which take the
server as long to make as to carry out. Django has one in each thread. So sixteen of them would
make all plans for a single viewer, again and again: a plan ends when its tables are analyzed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class _Resting:
    connection: BaseDatabaseWrapper
    since: float


@dataclass(frozen=True, slots=True)
class _Lender:
    """By alias: connections that nobody uses, the last one on top, and how many are used."""

    resting: dict[str, list[_Resting]] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)
    returned: threading.Condition = field(default_factory=threading.Condition)

    def take(self, alias: str, wait: float) -> BaseDatabaseWrapper:
        with self.returned:
            self.returned.wait_for(lambda: not self.used[alias], wait)
            self.used[alias] += 1
            found = self.resting.get(alias)
            if found:
                return found.pop().connection
        connection = connections.create_connection(alias)
        connection.inc_thread_sharing()
        return connection

    def put_back(self, alias: str, connection: BaseDatabaseWrapper) -> None:
        now, longest = monotonic(), connection.settings_dict["CONN_MAX_AGE"]
        with self.returned:
            kept = self.resting.setdefault(alias, [])
            unused = [each for each in kept if longest is not None and now - each.since > longest]
            del kept[: len(unused)]  # the lowest, for which there was no need so long
            kept.append(_Resting(connection, now))
            self.used[alias] -= 1
            self.returned.notify()
        for each in unused:
            each.connection.close()

    def close(self) -> None:
        with self.returned:
            for each in (each for kept in self.resting.values() for each in kept):
                each.connection.close()
            self.resting.clear()


#: None where each thread has its own connections.
_lender: _Lender | None = None


def begin() -> None:
    """Have the threads of this process lend each other their connections, from now on.

    Not of a host's process, which may have its own ideas of what a thread's connection is.
    """
    global _lender
    _lender = _Lender()


def end() -> None:
    """Close those that nobody uses, and have each thread use its own again."""
    global _lender
    if _lender is not None:
        _lender.close()
    _lender = None


@contextmanager
def lent(alias: str, wait: float = 0) -> Iterator[None]:
    """For the block, ``connections[alias]`` of this thread is one that was used already, if any.

    Nothing changes where connections are not lent, or within a transaction.

    Args:
        alias: of a database.
        wait: seconds to wait while others use connections, rather than use another one at once.
    """
    lender, own = _lender, connections[alias]
    if lender is None or own.in_atomic_block:
        yield
        return
    connection = lender.take(alias, wait)
    connections[alias] = connection
    try:
        connection.close_if_unusable_or_obsolete()  # as Django does before each request
        yield
    finally:
        connections[alias] = own
        lender.put_back(alias, connection)
