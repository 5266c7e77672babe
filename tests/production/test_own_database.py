"""The dashboard's own database may freeze too: a page says so, and no thread waits for long."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from absurd_dashboard import patience
from absurd_dashboard.standalone.own_database import OwnDatabase

pytestmark = pytest.mark.django_db(databases=["default", "absurd"], transaction=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits so short that a test takes no time."""
    monkeypatch.setattr(patience, "GRACE", 0.2)
    monkeypatch.setattr(patience, "_silent", {})
    given = {"DATABASE": "absurd", "STATEMENT_TIMEOUT": timedelta(seconds=0.1)}
    with override_settings(ABSURD_DASHBOARD=given):
        yield


def asked(request: HttpRequest) -> HttpResponse:
    """What a page does first."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("page")


def answered(path: str = "/tasks/") -> HttpResponse:
    """What the middleware makes of a request."""
    answer = OwnDatabase(asked)(RequestFactory().get(path))
    assert isinstance(answer, HttpResponse)
    return answer


@contextmanager
def frozen() -> Iterator[None]:
    """The server's process behind the connection stands still, and the block ends in time."""
    process = connection.connection.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    begun = monotonic()
    try:
        yield
        assert monotonic() - begun < 2
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_connection_that_froze_is_replaced() -> None:
    answered()
    with frozen():
        assert answered().text == "page"


def test_whether_pages_can_be_served_is_answered_in_time_too() -> None:
    answered()
    with frozen():
        assert Client().get("/absurd/healthz?ready").status_code == 200


def test_after_it_froze_in_the_middle_of_a_page_nobody_else_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def freezing(request: HttpRequest) -> HttpResponse:
        with frozen(), pytest.raises(OperationalError):
            asked(request)
        return HttpResponse("given up")

    page = RequestFactory().get("/tasks/")
    assert OwnDatabase(freezing)(page).status_code == 200

    with monkeypatch.context() as nobody:
        nobody.setattr(patience, "revive", lambda _: pytest.fail("it was asked"))
        assert answered().status_code == 503
    connection.close()


def test_a_server_that_says_nothing_makes_it_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", str(deaf.getsockname()[1]))
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"connect_timeout": 2})
        connection.close()

        answer = Client().get("/absurd/healthz?ready")

    assert (answer.status_code, answer.text) == (
        503,
        "The dashboard's own database does not answer.\n",
    )


def test_a_server_that_is_gone_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    connection.close()

    answer = answered()

    assert answer.status_code == 503
    assert "own database cannot be reached" in answer.text


def test_whether_the_process_is_alive_is_answered_anyway() -> None:
    connection.close()
    OwnDatabase(lambda _: HttpResponse("ok"))(RequestFactory().get("/healthz"))

    assert connection.connection is None
