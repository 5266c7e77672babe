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
    through_psycopg,
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


@pytest.fixture(scope="session", params=["newest", "older"])
def any_engine_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with the engine, on either server."""
    fixture = "engine_url" if request.param == "newest" else "older_engine_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture(scope="session", params=list(EXECUTORS))
def connected(request: pytest.FixtureRequest, any_engine_url: str) -> Iterator[Engine]:
    """The engine through each executor; its connection lasts for all tests."""
    with EXECUTORS[request.param](any_engine_url) as run:
        yield Engine(any_engine_url, run)


@pytest.fixture
def engine(connected: Engine, django_db_blocker: Any) -> Iterator[Engine]:
    """The engine through each executor, without queues and with its clock stopped at noon."""
    with django_db_blocker.unblock():
        zone = connected.zone()
        connected.set_clock(NOON)
        yield connected
        connected.set_zone(zone)
        drop_queues(connected.run)


@pytest.fixture
def database_url(any_engine_url: str) -> Iterator[str]:
    """The URL of a database with the engine and no queues, on either server."""
    yield any_engine_url
    with through_psycopg(any_engine_url) as run:
        drop_queues(run)


@pytest.fixture
def url(engine_url: str) -> Iterator[str]:
    """The URL of a database with the engine and no queues, on the tests' server."""
    yield engine_url
    with through_psycopg(engine_url) as run:
        drop_queues(run)
