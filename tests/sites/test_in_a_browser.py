"""What only a browser can tell of a host: nothing is refused, and nobody's files are taken."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sites.conftest import Fail
from tests.sites.running import Host, running

_STYLED = "getComputedStyle(document.querySelector('.abs-nav')).display != 'inline'"
_COLOUR = "getComputedStyle(document.body).backgroundColor"
RED = "rgb(255, 0, 0)"


@contextmanager
def visited(browser: Browser, host: Host) -> Iterator[Page]:
    """A tab in which the superuser is signed in, and whose console stays empty."""
    name, value = host.cookie
    context = browser.new_context(base_url=host.url)
    context.add_cookies([{"name": name, "value": value, "url": host.url}])
    tab, said = context.new_page(), list[str]()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    context.close()
    assert said == []


@pytest.fixture
def strict(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The host that lets only what bears a nonce run."""
    with running("strict_policy", engine_url, tmp_path_factory.mktemp("strict")) as host:
        yield host


@pytest.fixture
def colliding(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The host whose files are called as others would be."""
    with running("colliding", engine_url, tmp_path_factory.mktemp("colliding")) as host:
        yield host


@pytest.mark.browser
def test_a_policy_of_nonces_is_kept_and_refuses_nothing(
    browser: Browser, strict: Host, fail: Fail
) -> None:
    address = f"/absurd/tasks/{fail()}/"
    policy = strict.get(address).headers["Content-Security-Policy"]
    assert "script-src 'nonce-" in policy
    assert "default-src 'none'" in policy

    with visited(browser, strict) as tab:
        tab.goto(address)
        expect(tab.locator("#abs-fresh")).to_contain_text("live", ignore_case=True)
        assert tab.evaluate(_STYLED)
        assert tab.evaluate("htmx.version").startswith("2.")
        with tab.expect_response(lambda answer: answer.status == 204):  # it renews itself
            pass


@pytest.mark.browser
def test_neither_takes_the_others_files(browser: Browser, colliding: Host) -> None:
    with visited(browser, colliding) as tab:
        tab.goto("/absurd/")
        assert tab.evaluate(_STYLED)
        assert tab.evaluate(_COLOUR) != RED
        assert tab.evaluate("htmx.version").startswith("2.")

        tab.goto("/")
        assert tab.evaluate(_COLOUR) == RED
        assert tab.evaluate("htmx.version") == "1.9.12"
        expect(tab.get_by_role("link")).to_have_text("the host's tasks")
