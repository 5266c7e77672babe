"""Chromium, the stand-alone dashboard as a process, its engine, and workers of absurd-sdk."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from absurd_core import queues, run, schema
from absurd_dashboard.examples import approval, failures, register
from tests.core.databases import fresh_database
from tests.demo.commands import Command
from tests.ensure_browser import browser_path, in_ci

#: Milliseconds for what a page waits for; generous, as the other tests run at the same time.
PATIENCE = 20_000
USER, PASSWORD = "ada", "engine-no-1"
expect.set_options(timeout=PATIENCE)
#: Sandboxes and small /dev/shm are matters of the machine, not of the dashboard.
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser for a block, in which nothing else may be asynchronous: Playwright has a loop."""
    path = browser_path()
    if path is None and not in_ci():
        pytest.skip("no Chromium or Chrome; see python -m tests.ensure_browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for this folder."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def engine_url(server_url: str) -> Iterator[str]:
    """A database with the engine and the queues of two examples."""
    with fresh_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection, workflows=True)
            for queue in (approval.QUEUE, failures.QUEUE):
                run(connection, queues.create(queue))
        yield url


@pytest.fixture(scope="package")
def workers(engine_url: str) -> Iterator[None]:
    """A worker on either queue, for this folder: what it asks of the engine slows down others."""
    apps = [connected(engine_url, queue) for queue in (approval.QUEUE, failures.QUEUE)]
    threads = [
        threading.Thread(target=app.start_worker, kwargs={"poll_interval": 0.05}) for app in apps
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
    """Starts tasks and emits events, from outside of the dashboard."""
    app = connected(engine_url, approval.QUEUE)
    yield app
    app.close()


@pytest.fixture(scope="session")
def dashboard(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of `absurd-dashboard serve` on that engine."""
    options = ("--port", 0, "--workers", 1, "--data-dir", tmp_path_factory.mktemp("serve"))
    first_user = {"DJANGO_SUPERUSER_USERNAME": USER, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    command = Command("serve", "--database-url", engine_url, *options, environment=first_user)
    yield command.waits_for(r"Absurd Dashboard: (\S+)")
    command.terminate()


@pytest.fixture
def context(browser: Browser, dashboard: str) -> Iterator[BrowserContext]:
    """A browser without cookies; the test fails when a script throws or breaks the policy."""
    context = browser.new_context(base_url=dashboard)
    context.set_default_timeout(PATIENCE)
    trouble: list[str] = []
    context.on("weberror", lambda error: trouble.append(str(error.error)))
    context.on(
        "console",
        lambda said: trouble.append(said.text) if "Content Security" in said.text else None,
    )
    yield context
    context.close()
    assert trouble == []


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    """A tab in which nobody is signed in."""
    return context.new_page()


def connected(url: str, queue: str) -> Absurd:
    app = Absurd(url, queue_name=queue)
    register(app)
    return app
