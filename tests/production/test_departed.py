"""A page is made for those who still wait for it."""

import socket
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from absurd_dashboard.standalone.departed import CLOSED, Departed


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection: the server's end, and the browser's."""
    server, browser = socket.socketpair()
    with server, browser:
        yield server, browser


def answered(connection: object, method: str = "GET") -> int:
    """The status of an answer to a request that came over a connection."""
    request: HttpRequest = RequestFactory().generic(method, "/tasks/")
    request.META["gunicorn.socket"] = connection
    return Departed(lambda _: HttpResponse("page"))(request).status_code


def test_who_waits_is_answered(ends: tuple[socket.socket, socket.socket]) -> None:
    assert answered(ends[0]) == 200


def test_who_asks_for_more_meanwhile_is_answered(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ends[1].send(b"GET /next")

    assert answered(ends[0]) == 200
    assert ends[0].recv(100) == b"GET /next"


def test_who_has_left_is_not(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()

    assert answered(ends[0]) == CLOSED
    assert answered(ends[0], "HEAD") == CLOSED


def test_an_action_is_done_all_the_same(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()

    assert answered(ends[0], "POST") == 200


def test_another_server_says_nothing_of_connections() -> None:
    assert answered(None) == 200
