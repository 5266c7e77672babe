"""The engine in databases of its own: on the tests' server, and on an older one if installed."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.core import older_server
from tests.core.engines import (
    EXECUTORS,
    NOON,
    Engine,
    drop_queues,
    make_engine_database,
)


@pytest.fixture(scope="session")
def engine_url(server_url: str, worker_id: str) -> str:
    """A database with the engine on the tests' server."""
    return make_engine_database(server_url, f"absurd_core_{worker_id}")


@pytest.fixture(scope="session")
def older_engine_url(worker_id: str) -> Iterator[str]:
    """A database with the engine on the oldest PostgreSQL that is installed."""
    programs = older_server.programs()
    if programs is None:
        pytest.skip("no server programs of another PostgreSQL are installed")
    with older_server.cluster(programs) as url:
        yield make_engine_database(url, f"absurd_core_{worker_id}")


@pytest.fixture(params=["newest", "older"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with the engine and no queues, on either server."""
    fixture = "engine_url" if request.param == "newest" else "older_engine_url"
    url: str = request.getfixturevalue(fixture)
    yield url
    drop_queues(url)


@pytest.fixture(params=list(EXECUTORS))
def engine(
    request: pytest.FixtureRequest, database_url: str, django_db_blocker: Any
) -> Iterator[Engine]:
    """The engine through each executor, its clock stopped at noon."""
    with django_db_blocker.unblock(), EXECUTORS[request.param](database_url) as run:
        engine = Engine(database_url, run)
        engine.set_clock(NOON)
        yield engine


@pytest.fixture
def url(engine_url: str) -> Iterator[str]:
    """The URL of a database with the engine and no queues, on the tests' server."""
    yield engine_url
    drop_queues(engine_url)
