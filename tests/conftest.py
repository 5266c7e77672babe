"""One PostgreSQL server for the whole run, one pair of databases for each worker process."""

import pytest
from django.conf import settings

from tests import server

#: What takes longest, longest first. Begun late, it would keep one worker busy after all others.
LONGEST = (
    "tests/security/test_matrix.py",
    "tests/bulk/test_crashes.py",
    "tests/security/test_fuzz.py",
    "tests/demo",
    "tests/sites",
    "tests/browser",
    "tests/packaging",
)


def pytest_configure(config: pytest.Config) -> None:
    """Point Django at the server before anything connects; start it in the controlling process."""
    parameters = server.django_parameters(server.start())
    for database in settings.DATABASES.values():
        database.update(parameters)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that all workers end together."""

    def place(item: pytest.Item) -> int:
        found = (n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start))
        return next(found, len(LONGEST))

    items.sort(key=place)


def pytest_unconfigure(config: pytest.Config) -> None:
    server.stop()


@pytest.fixture(scope="session")
def server_url() -> str:
    """URL of the server's maintenance database, with the right to create databases."""
    return server.start()
