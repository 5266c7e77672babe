"""The dashboard's own database may freeze too: a page says so, and no thread waits for long."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

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


def test_a_connection_that_froze_is_replaced() -> None:
    answered()
    process = connection.connection.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    try:
        begun = monotonic()
        assert answered().text == "page"
        assert monotonic() - begun < 2
    finally:
        os.kill(process, signal.SIGCONT)


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
