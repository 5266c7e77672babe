"""A Chromium and a site of the test's own; the page's clock stands still until a test moves it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.interface.site import NOW, Site, served


def _executable() -> str | None:
    """A Chromium of the system; None lets Playwright take its own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=_executable(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server for one test."""
    with served() as site:
        yield site


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    """A tab; the test fails when a script throws or the content security policy is violated."""
    context = browser.new_context(
        base_url=site.url, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.set_default_timeout(5_000)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda said: trouble.append(said.text) if "Content Security" in said.text else None,
    )
    page.clock.install(time=NOW)
    page.clock.pause_at(NOW)
    yield page
    context.close()
    assert trouble == []
