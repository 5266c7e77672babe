"""A database that says nothing at all takes no thread for long, and is asked again later."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from absurd_dashboard import patience
from absurd_dashboard.engine import snapshot
from absurd_dashboard.errors import EngineUnreachable
from tests.dashboard.engine import Engine

ALIAS = "absurd"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits so short that a test takes no time."""
    monkeypatch.setattr(patience, "GRACE", 0.2)
    monkeypatch.setattr(patience, "SLOW", 0.1)
    monkeypatch.setattr(patience, "_silent", {})
    settings: dict[str, Any] = {"DATABASE": ALIAS, "STATEMENT_TIMEOUT": timedelta(seconds=0.1)}
    with override_settings(ABSURD_DASHBOARD=settings):
        yield


@contextmanager
def frozen() -> Iterator[None]:
    """The server's process behind the connection, stopped as a hanging disk would."""
    process = connections[ALIAS].connection.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.django_db(databases=["default", ALIAS], transaction=True)
class TestAFrozenDatabase:
    """The page's own connection hangs; the server is there otherwise."""

    def test_is_given_up_in_the_middle_of_a_page(self) -> None:
        begun = monotonic()
        with pytest.raises(EngineUnreachable), snapshot(ALIAS), frozen():
            connections[ALIAS].cursor().execute("select 1")
        assert monotonic() - begun < 2

    def test_is_left_for_a_fresh_connection_before_a_page_begins(self) -> None:
        with snapshot(ALIAS):
            before = connections[ALIAS].connection
        with frozen(), snapshot(ALIAS):
            assert connections[ALIAS].connection is not before

    def test_is_not_asked_again_for_a_moment(self) -> None:
        with pytest.raises(EngineUnreachable), snapshot(ALIAS), frozen():
            connections[ALIAS].cursor().execute("select 1")
        with pytest.raises(EngineUnreachable), snapshot(ALIAS):
            pytest.fail("it was asked")

    def test_is_asked_again_after_the_pause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(patience, "PAUSE", 0)
        with pytest.raises(EngineUnreachable), snapshot(ALIAS), frozen():
            connections[ALIAS].cursor().execute("select 1")
        with snapshot(ALIAS) as opened:
            assert opened.now

    def test_is_tried_by_one_thread_while_the_others_are_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(patience, "_silent", {ALIAS: monotonic() - 1})
        with patience.answering(ALIAS), pytest.raises(EngineUnreachable), patience.answering(ALIAS):
            pytest.fail("two threads asked")
        with patience.answering(ALIAS):
            pass  # the first one succeeded, so all may ask


@pytest.mark.django_db(databases=["default", ALIAS], transaction=True)
def test_a_page_that_ends_early_counts_as_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_silent", {ALIAS: monotonic() - 1})
    with pytest.raises(LookupError), patience.answering(ALIAS):
        raise LookupError
    with patience.answering(ALIAS):
        pass


def test_the_limit_holds_for_the_block_only(engine: Engine) -> None:
    driver = connections[ALIAS].connection
    with patience.bounded(connections[ALIAS]):
        assert "wait" in vars(driver)
    assert driver.wait.__func__ is type(driver).wait
