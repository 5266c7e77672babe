"""The dashboard's fixtures: an engine in the test database, and somebody who may look."""

from collections.abc import Iterator

import absurdctl
import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from tests.dashboard.engine import Engine


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Install the engine into the database that Django made for the alias ``absurd``, once."""
    with django_db_blocker.unblock(), connections["absurd"].cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("select to_regnamespace('absurd') is null")
        if cursor.fetchone() == (True,):  # another package's tests may have been first
            cursor.execute(absurdctl.BUNDLED_SCHEMA_SQL)


@pytest.fixture
def _databases(request: pytest.FixtureRequest) -> None:
    """Both databases, in transactions that are rolled back after the test."""
    request.node.add_marker(pytest.mark.django_db(databases=["default", "absurd"]))
    request.getfixturevalue("_django_db_helper")


@pytest.fixture
def engine(_databases: None) -> Iterator[Engine]:
    """An engine without queues, its clock frozen at ``START``."""
    made = Engine()
    made.freeze()
    yield made
    made.call("select set_config('absurd.fake_now', '', false)")


@pytest.fixture
def client(_databases: None) -> Client:
    """A browser in which a superuser is signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client
