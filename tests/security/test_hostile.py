"""In a real browser: whatever applications and workers write, nothing runs, nothing overflows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from absurd_core import schema
from absurd_dashboard.tilde import encode
from tests.browser.conftest import context, dashboard, launched
from tests.browser.visiting import sign_in
from tests.core.databases import fresh_database
from tests.security.hostile import CLASSES, Writer, fill

pytestmark = pytest.mark.browser

__all__ = ["context", "dashboard"]

WIDTHS = (1280, 360)
#: Runs in the page before anything else of it does.
_TRAP = (
    "addEventListener('securitypolicyviolation', e => (window.trapped ||= []).push(e.blockedURI))"
)
_FOUND = """() => ({
    pwned: document.querySelectorAll('[data-pwned]').length + document.scripts.length
        - document.querySelectorAll('script[src]').length,
    violations: window.trapped ?? [],
})"""
_TOO_WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"


@dataclass(frozen=True)
class Written:
    """A queue of hostile data and its most hostile task."""

    queue: str
    task: UUID
    failed: UUID
    event: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for this file."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def engine_url(server_url: str) -> Iterator[str]:
    """A database with nothing but hostile data in it."""
    with fresh_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            schema.install(connection, workflows=True)
        yield url


@pytest.fixture(scope="session")
def written(engine_url: str) -> dict[str, Written]:
    """A queue for every class of payloads."""
    with psycopg.connect(engine_url, autocommit=True) as connection:
        engine = Writer(connection)
        return {name: _written(engine, texts) for name, texts in CLASSES.items()}


def _written(engine: Writer, texts: list[str]) -> Written:
    queue, task = fill(engine, texts)
    table = f'absurd."t_{queue.replace(chr(34), chr(34) * 2)}"'.replace("%", "%%")
    ((failed,),) = engine.call(f"select task_id from {table} where state = 'failed' limit 1")
    return Written(queue, task, failed, texts[-1])


@pytest.fixture
def page(context: BrowserContext, written: object) -> Page:
    """A tab in which somebody is signed in; it fails the test when anything runs or leaves."""
    page = context.new_page()
    page.add_init_script(_TRAP)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    sign_in(page)
    return page


def look(page: Page, path: str) -> None:
    """Open a page and see that it is quiet, and no wider than the window."""
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(_FOUND) == {"pwned": 0, "violations": []}, path
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(_TOO_WIDE) <= 0, (path, width)
    assert hosts == {urlsplit(page.url).netloc}, path


@pytest.mark.parametrize("kind", CLASSES)
def test_what_a_worker_writes_is_shown_and_does_nothing(
    page: Page, written: dict[str, Written], kind: str
) -> None:
    found = written[kind]
    given = quote(found.queue)
    for path in (
        f"/queues/{encode(found.queue)}/",
        f"/tasks/?queue={given}&window=all",
        f"/failures/?queue={given}",
        f"/failures/?view=list&queue={given}",
        f"/events/?queue={given}",
        f"/tasks/{found.task}/",
        f"/tasks/{found.failed}/",
        f"/tasks/{found.failed}/run-again/",
        f"/events/{encode(found.queue)}/{encode(found.event)}/",
        f"/events/{encode(found.queue)}/{encode('never ' + found.event)}/emit/",
        f"/spawn/?queue={given}&name={quote(found.event)}",
    ):
        look(page, path)


@pytest.mark.parametrize("path", ["/", "/queues/", "/tasks/", "/failures/", "/events/", "/workers/",
                                  "/workflows/?by=header", "/audit/", "/bulk/"])  # fmt: skip
def test_a_list_of_all_of_it_is_quiet(page: Page, path: str) -> None:
    look(page, path)


def test_what_somebody_searches_for_is_shown_and_does_nothing(page: Page) -> None:
    for text in (CLASSES["markup"][8], CLASSES["script"][10], CLASSES["template"][0]):
        look(page, f"/tasks/?q={quote(text)}")
        look(page, f"/tasks/?name={quote(text)}&queue={quote(text)}")
        look(page, f"/events/?name={quote(text)}&queue={quote(text)}")
        look(page, f"/failures/?name={quote(text)}&queue={quote(text)}")


def test_the_trap_catches_what_would_run(browser: Browser, dashboard: str) -> None:
    """In a context of its own, because that of the others fails for it, as it should."""
    with closing(browser.new_context(base_url=dashboard)) as context:
        page = context.new_page()
        page.add_init_script(_TRAP)
        sign_in(page)
        for text in CLASSES["markup"][:2]:
            page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", text)
        page.wait_for_function("() => window.trapped?.length")
        assert page.evaluate(_FOUND) == {"pwned": 1, "violations": ["inline"]}
