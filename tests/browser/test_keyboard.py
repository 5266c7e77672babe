"""With a keyboard and nothing else."""

import re

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, USER
from tests.browser.visiting import a_failed_task, failed_for_good

pytestmark = pytest.mark.browser

#: How often to press Tab before something counts as out of reach.
FAR = 60


def test_a_traceback_is_found_and_scrolled_with_the_keyboard_alone(tab: Page, app: Absurd) -> None:
    task_id = a_failed_task(app)
    tab.goto("/")
    tab.keyboard.type(USER)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Overview")

    follow(tab, tab.get_by_role("navigation", name="Sections").get_by_role("link", name="Failures"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("Failures")
    follow(tab, tab.get_by_role("main").get_by_role("link", name="KeyError"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("KeyError")
    follow(tab, tab.locator(f"#task-{task_id}").get_by_role("link", name="night.bug"))

    expect(tab).to_have_url(re.compile(task_id))
    expect(tab.get_by_role("heading", level=1)).to_have_text("night.bug")
    traceback = tab.get_by_role("region", name="Traceback")
    reach(tab, traceback)
    expect(traceback).to_contain_text("KeyError: 'umbrella'")


def test_the_first_key_leads_past_the_navigation(tab: Page, app: Absurd) -> None:
    a_failed_task(app)
    tab.goto("/")
    tab.keyboard.type(USER)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Overview")

    follow(tab, tab.get_by_role("link", name="Skip to the content"))

    expect(tab.get_by_role("main")).to_be_focused()


def test_a_failure_is_retried_from_the_overview_with_the_keyboard_alone(
    tab: Page, app: Absurd
) -> None:
    task_id = a_failed_task(app)
    tab.goto("/")
    tab.keyboard.type(USER)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Overview")

    follow(tab, failed_for_good(tab))
    follow(tab, tab.locator(f"#task-{task_id}").get_by_role("link", name="night.bug"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("night.bug")
    tab.keyboard.press("r")
    follow(tab, tab.get_by_role("button", name="Retry now"))

    expect(tab.locator("#abs-toasts")).to_contain_text("Attempt 2 is ready to be claimed.")


def follow(tab: Page, target: Locator) -> None:
    """Go to a link, and through it."""
    reach(tab, target)
    tab.keyboard.press("Enter")


def reach(tab: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; where that is has to be visible."""
    target.wait_for()
    for _ in range(FAR):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"{target} does not show that it has the focus"
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"{target} was not reached in {FAR} steps")
