"""What is read for somebody who has left is cancelled in the database."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections
from django.test import RequestFactory, override_settings

from absurd_dashboard import viewer
from absurd_dashboard.engine import snapshot
from absurd_dashboard.errors import QueryTimedOut

ALIAS = "absurd"


@contextmanager
def browser(method: str = "GET") -> Iterator[socket.socket]:
    """A browser's end of the connection on which the block's request came in."""
    near, far = socket.socketpair()
    with near, far:
        request = RequestFactory().generic(method, "/", **{"gunicorn.socket": far})
        with viewer.waiting(request):
            yield near


def test_a_viewer_who_waits_has_not_left() -> None:
    with browser():
        assert not viewer.left()


def test_a_viewer_who_asks_for_more_meanwhile_has_not_left() -> None:
    with browser() as near:
        near.send(b"GET /")
        assert not viewer.left()


def test_a_closed_connection_is_a_viewer_who_has_left() -> None:
    with browser() as near:
        near.close()
        assert viewer.left()


def test_what_an_action_does_is_done_whoever_leaves() -> None:
    with browser("POST") as near:
        near.close()
        assert not viewer.left()


def test_without_a_word_from_the_server_somebody_waits() -> None:
    with viewer.waiting(RequestFactory().get("/")):
        assert not viewer.left()


@pytest.mark.django_db(databases=["default", ALIAS], transaction=True)
@override_settings(ABSURD_DASHBOARD={"DATABASE": ALIAS, "STATEMENT_TIMEOUT": timedelta(minutes=1)})
def test_a_statement_for_nobody_is_cancelled() -> None:
    with browser() as near:
        near.close()
        with pytest.raises(QueryTimedOut), snapshot(ALIAS):
            connections[ALIAS].cursor().execute("select pg_sleep(20)")
