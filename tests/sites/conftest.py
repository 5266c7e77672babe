"""An engine for all the hosts, and a worker whose tasks fail."""

from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Browser

from absurd_core import queues, run, schema
from tests.browser.conftest import launched
from tests.core.databases import fresh_database

#: The hosts' queue, with a name that has to be encoded.
QUEUE = "orders & more"

Fail = Callable[[], UUID]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def engine_url(server_url: str) -> Iterator[str]:
    """A database with an engine, and one queue."""
    with fresh_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection)
            run(connection, queues.create(QUEUE))
        yield url


@pytest.fixture(scope="session")
def fail(engine_url: str) -> Iterator[Fail]:
    """Let a worker of absurd-sdk run a task that does a step and then fails for good."""
    with psycopg.connect(engine_url, autocommit=True) as connection:
        worker = Absurd(connection, QUEUE)

        @worker.register_task("charge", default_max_attempts=1)
        def charge(params: object, ctx: object) -> None:
            ctx.step("reserve", lambda: {"amount": 1234567.5})  # type: ignore[attr-defined]
            raise ValueError("the card was declined")

        def failed() -> UUID:
            task = worker.spawn("charge", {"order": 1234567}, headers={"trace": "a b&c"})
            worker.work_batch(batch_size=10)
            return UUID(str(task["task_id"]))

        yield failed
