"""Everything works behind a real PgBouncer in transaction mode, with two connections for all."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import psycopg
import pytest

from absurd_core import checkpoints, queues, runs, schema, tasks
from absurd_core.client import Client as CoreClient
from absurd_core.statements import run
from tests.core.databases import fresh_database
from tests.demo.commands import Browser, Command
from tests.production.bouncer import PROGRAM, bouncing

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed")
QUEUE = "behind"


@pytest.fixture(scope="module")
def engine_url(server_url: str) -> Iterator[str]:
    """A database with the engine, and nobody else in it."""
    with fresh_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection)
        yield url


@pytest.fixture(scope="module")
def through(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The engine's URL through PgBouncer, which has two connections for all."""
    directory = tmp_path_factory.mktemp("pgbouncer")
    directory.chmod(0o755)
    with bouncing(engine_url, directory, connections=2) as url:
        yield url


@pytest.fixture(scope="module")
def failed(engine_url: str) -> list[str]:
    """Ids of ten tasks that have failed."""
    with psycopg.connect(engine_url, autocommit=True) as connection:
        for queue in (QUEUE, "beside"):  # a page over several queues is a statement of another kind
            run(connection, queues.create(queue))
        for _ in range(10):
            run(connection, tasks.spawn(QUEUE, "work", {"n": 1}, max_attempts=1))
        claimed = run(connection, tasks.claim(QUEUE, "w", 60, 10))
        for each in claimed:
            run(connection, checkpoints.set(QUEUE, each.task_id, "step", 1, each.run_id))
            run(connection, runs.fail(QUEUE, each.run_id, {"name": "E", "message": "m"}))
        return [str(each.task_id) for each in claimed]


@pytest.fixture(scope="module")
def browser(through: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """An operator's browser on a dashboard that reaches the engine through PgBouncer alone."""
    options = ("--port", 0, "--data-dir", tmp_path_factory.mktemp("serve"))
    first = {"DJANGO_SUPERUSER_USERNAME": "ada", "DJANGO_SUPERUSER_PASSWORD": "engine-no-1"}
    command = Command("serve", "--database-url", through, *options, environment=first)
    browser = Browser(command.waits_for(r"Absurd Dashboard: (\S+)"))
    browser.sign_in("ada", "engine-no-1")
    yield browser
    command.terminate()


def test_more_readers_than_connections_all_get_their_pages(
    browser: Browser, failed: list[str]
) -> None:
    pages = ("", "tasks/", "failures/", "queues/", "workers/", "events/", f"tasks/{failed[0]}/")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(browser.get, pages * 6))

    assert {status for status, _ in found} == {200}


def test_connections_that_are_shared_keep_no_plans(browser: Browser, through: str) -> None:
    for page in ("", "workers/", "charts/") * 3:
        assert browser.get(page)[0] == 200

    with psycopg.connect(through) as one, psycopg.connect(through) as other:
        counts = [
            each.execute("select count(*) from pg_prepared_statements").fetchone()
            for each in (one, other)
        ]

    assert counts == [(0,), (0,)]


def test_an_action_reaches_the_engine(browser: Browser, failed: list[str], engine_url: str) -> None:
    _, page = browser.get(f"tasks/{failed[0]}/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = urlencode({"csrfmiddlewaretoken": token[1], "attempts": "1"}).encode()

    status, _ = browser.get(f"tasks/{failed[0]}/retry/?format=json", form)

    assert status == 200
    with psycopg.connect(engine_url) as connection:
        found = run(connection, tasks.result(QUEUE, failed[0]))
    assert found is not None
    assert found.state == "pending"


def test_a_pooled_client_of_the_core_package_works_from_many_threads(through: str) -> None:
    with CoreClient(through) as client:
        client.run(queues.create("core-behind"))
        with ThreadPoolExecutor(8) as threads:
            spawn = [tasks.spawn("core-behind", "work", {"n": n}) for n in range(40)]
            made = list(threads.map(client.run, spawn))
        claimed = client.run(tasks.claim("core-behind", "w", 60, 40))

    assert {each.task_id for each in claimed} == {each.task_id for each in made}
    assert sorted(json.dumps(each.params) for each in claimed)
