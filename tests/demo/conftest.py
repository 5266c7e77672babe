"""A database with the engine and the demo's queues, and real workers on it."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from absurd_sdk import Absurd
from psycopg import sql
from psycopg.conninfo import make_conninfo

from absurd_core import schema
from absurd_dashboard import examples
from absurd_dashboard.demo import queues


@pytest.fixture(scope="session")
def engine_url(server_url: str, worker_id: str) -> Iterator[str]:
    """A database of its own for this process, with the engine and the demo's queues."""
    name = f"absurd_demo_{worker_id}"
    with psycopg.connect(server_url, autocommit=True) as server:
        drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        server.execute(drop)
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        url = make_conninfo(server_url, dbname=name)
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection, workflows=True)
            queues.create(connection)
        yield url
        server.execute(drop)


@pytest.fixture(scope="package")
def workers(engine_url: str) -> Iterator[None]:
    """A real worker on every queue, as the SDK runs it, for this folder: asking slows others."""
    apps = [app_for(engine_url, queue.name) for queue in queues.QUEUES]
    threads = [
        threading.Thread(target=app.start_worker, kwargs={"concurrency": 4, "poll_interval": 0.02})
        for app in apps
    ]
    for thread in threads:
        thread.start()
    yield
    for app in apps:
        app.stop_worker()
    for thread in threads:
        thread.join()
    for app in apps:
        app.close()


@pytest.fixture
def app(engine_url: str, workers: None) -> Iterator[Absurd]:
    """An app that starts tasks, and leaves running them to the workers."""
    app = app_for(engine_url, "default")
    yield app
    app.close()


def app_for(url: str, queue: str) -> Absurd:
    """An app on one queue that knows every example."""
    app = Absurd(url, queue_name=queue)
    examples.register(app)
    return app
