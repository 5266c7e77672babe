"""One PostgreSQL server for the whole run, one pair of databases for each worker process."""

import pytest
from django.conf import settings

from tests import server


def pytest_configure(config: pytest.Config) -> None:
    """Point Django at the server before anything connects; start it in the controlling process."""
    parameters = server.django_parameters(server.start())
    for database in settings.DATABASES.values():
        database.update(parameters)


def pytest_unconfigure(config: pytest.Config) -> None:
    server.stop()


@pytest.fixture(scope="session")
def server_url() -> str:
    """URL of the server's maintenance database, with the right to create databases."""
    return server.start()
