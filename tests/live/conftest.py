"""An engine and a dashboard in real transactions of their own, as open pages and workers have."""

from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from absurd_dashboard import watching
from tests.dashboard.conftest import django_db_setup
from tests.dashboard.engine import Engine

__all__ = ["client", "django_db_setup", "dsn", "engine"]


def dsn() -> str:
    """How somebody else connects to the engine's database."""
    given = connections["absurd"].get_connection_params()
    kept = ("host", "port", "user", "password", "dbname")
    return psycopg.conninfo.make_conninfo(**{key: given[key] for key in kept if given.get(key)})


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine whose queues are committed, and dropped after the test."""
    watching.forget()
    made = Engine()
    yield made
    for (queue,) in made.call("select queue_name from absurd.queues"):
        made.drop(queue)


@pytest.fixture
def client() -> Client:
    """A browser in which a superuser is signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client
