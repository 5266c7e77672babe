"""The threads of ``serve`` lend each other their connections to the engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from absurd_dashboard import lending
from absurd_dashboard.engine import snapshot

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])

ALIAS = "absurd"
#: Seconds in which everything that a test waits for has happened long ago.
LONG = 30.0


@pytest.fixture(autouse=True)
def _lent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(connections[ALIAS].settings_dict, "CONN_MAX_AGE", 60)
    lending.begin()
    yield
    lending.end()


def process() -> int:
    """The server's process that this thread's connection has."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def read(wait: float = 0) -> int:
    """Read a page; which process of the server did it."""
    with snapshot(ALIAS, wait):
        return process()


def in_a_thread(work: Callable[[], Any]) -> Any:
    """Do something in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(LONG)


def test_threads_that_read_in_turn_have_one_connection() -> None:
    assert read() == in_a_thread(read) == in_a_thread(read)


def test_threads_that_read_at_the_same_time_have_one_each() -> None:
    with snapshot(ALIAS):
        assert in_a_thread(read) != process()


def test_the_connection_used_last_is_used_next() -> None:
    with snapshot(ALIAS):
        used_last = process()
        in_a_thread(read)
    assert read() == used_last


def test_outside_of_a_page_a_thread_has_its_own() -> None:
    lent = read()
    assert process() != lent


def test_within_a_transaction_it_stays_the_same() -> None:
    with transaction.atomic(using=ALIAS):
        assert read() == process()


def test_whoever_may_wait_waits_for_the_one_in_use() -> None:
    opened, asked = threading.Event(), threading.Event()

    def first() -> int:
        with snapshot(ALIAS):
            opened.set()
            assert asked.wait(LONG)
            return process()

    def second() -> int:
        assert opened.wait(LONG)
        asked.set()
        return read(wait=LONG)

    with ThreadPoolExecutor(2) as pool:
        before, after = pool.submit(first), pool.submit(second)
        assert before.result(LONG) == after.result(LONG)


def test_nobody_waits_longer_than_they_may() -> None:
    with snapshot(ALIAS):
        assert in_a_thread(lambda: read(wait=0.01)) != process()


def test_one_whose_page_failed_is_used_again() -> None:
    before = read()
    with pytest.raises(LookupError), snapshot(ALIAS):
        raise LookupError
    assert read() == before


def test_one_that_broke_is_made_anew() -> None:
    before = read()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 10000)", [before])
    assert read() != before


def test_one_for_which_there_was_no_need_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(lending, "monotonic", lambda: now)

    def spare() -> Any:
        with snapshot(ALIAS):
            return connections[ALIAS].connection

    with snapshot(ALIAS):
        unused = in_a_thread(spare)
    assert not unused.closed
    now = 61.0
    read()  # the one on top is used, and has no age
    assert unused.closed


def test_where_it_has_not_begun_each_thread_has_its_own() -> None:
    lending.end()
    assert read() == process()
