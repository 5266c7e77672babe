"""A database that takes no change: nothing is done by halves, and the answer says what was not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.test import Client

from absurd_dashboard.models import AuditEntry
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.operate.answers import as_json

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine whose queue ``a`` is committed, and dropped after the test."""
    made = Engine(BOUND)
    made.create("a")
    yield made
    made.drop("a")


@contextmanager
def read_only(alias: str) -> Iterator[None]:
    """What a server that has become a replica says to every change."""
    with connections[alias].cursor() as cursor:
        cursor.execute("set default_transaction_read_only = on")
        yield
        cursor.execute("set default_transaction_read_only = off")


def test_what_cannot_be_recorded_is_not_done_and_says_so(client: Client, engine: Engine) -> None:
    task = engine.spawn("a")
    with read_only("default"):
        status, said = as_json(client, f"tasks/{task}/cancel/", {})

    assert status == 503
    assert said["title"] == "This cannot be recorded, so it was not done"
    assert engine.call("select state from absurd.t_a") == [("pending",)]


def test_an_engine_that_is_read_only_is_said_to_have_done_nothing(
    client: Client, engine: Engine
) -> None:
    task = engine.spawn("a")
    with read_only("absurd"):
        status, said = as_json(client, f"tasks/{task}/cancel/", {})

    assert status == 503
    assert said["title"] == "The engine's database takes no changes, so nothing was done"
    assert [entry.outcome.result for entry in AuditEntry.objects.all()] == ["failed"]
