"""A Chromium and a site of the test's own; the page's clock stands still until a test moves it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE
from tests.browser.interface.site import NOW, Site, served


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
    page.set_default_timeout(PATIENCE)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda said: trouble.append(said.text) if "Content Security" in said.text else None,
    )
    page.clock.install(time=NOW - timedelta(minutes=1))  # it runs until it is stopped
    page.clock.pause_at(NOW)
    yield page
    context.close()
    assert trouble == []
