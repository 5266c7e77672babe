"""The dashboard's fixtures: an engine in the test database, and somebody who may look."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from tests.core import old_engines
from tests.dashboard import second_line
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND

# Under row-level security plans are others: policies are part of them.
collect_ignore = [] if BOUND is None else ["test_plans.py"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Install the engine into the database that Django made for the alias ``absurd``, once."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            _install()
            if BOUND is not None:
                stack.enter_context(second_line.drawn(BOUND))
        yield
        with django_db_blocker.unblock():
            stack.close()


def _install() -> None:
    with connections["absurd"].cursor() as cursor:
        cursor.execute("select to_regnamespace('absurd') is null")
        if cursor.fetchone() == (True,):  # another package's tests may have been first
            version = os.environ.get("ABSURD_TEST_ENGINE", old_engines.NEWEST)
            old_engines.install(connections["absurd"].connection, version)


@pytest.fixture
def _databases(request: pytest.FixtureRequest) -> None:
    """Both databases, in transactions that are rolled back after the test."""
    request.node.add_marker(pytest.mark.django_db(databases=["default", "absurd"]))
    request.getfixturevalue("_django_db_helper")


@pytest.fixture
def engine(_databases: None) -> Iterator[Engine]:
    """An engine without queues, its clock frozen at ``START``."""
    made = Engine(BOUND)
    made.freeze()
    yield made
    made.call("select set_config('absurd.fake_now', '', false)")


@pytest.fixture
def as_owner(engine: Engine) -> None:
    """The dashboard on the engine's owner, for what takes it whatever other tests run on."""
    if engine.dashboard is not None:
        engine.dashboard = None
        engine.call("set role none")  # until the test's transaction is rolled back


@pytest.fixture
def client(_databases: None) -> Client:
    """A browser in which a superuser is signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client
