"""With a keyboard and nothing else."""

import re

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Locator, Page, expect

from absurd_dashboard.examples import approval
from tests.browser.conftest import PASSWORD, USER
from tests.browser.visiting import a_failed_task, failed_for_good, its_cause, sign_in

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
    follow(tab, its_cause(tab))
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
    tab.wait_for_load_state()  # the scripts have run
    tab.keyboard.press("r")
    follow(tab, tab.get_by_role("button", name="Retry now"))

    expect(tab.locator("#abs-toasts")).to_contain_text("Attempt 2 is ready to be claimed.")


def test_tasks_are_filtered_ticked_and_retried_at_once_with_the_keyboard_alone(
    tab: Page, app: Absurd
) -> None:
    task_id = a_failed_task(app)
    sign_in(tab)
    tab.goto("/tasks/")
    tab.wait_for_load_state()  # the scripts have run
    tab.keyboard.press("/")
    tab.keyboard.type("state:failed name:night.bug")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("q=state"))
    row = tab.locator(f"#task-{task_id}")
    expect(row).to_be_visible()
    expect(tab.locator("#main tbody tr").filter(has_not_text="night.bug")).to_have_count(0)

    tab.keyboard.press("Escape")  # out of the box, where letters are text
    expect(row.get_by_role("link", name="night.bug")).to_be_focused()
    tab.keyboard.press("x")
    expect(row.get_by_role("checkbox")).to_be_checked()
    action = tab.get_by_label("Many at once")
    reach(tab, action, key="Shift+Tab")
    tab.keyboard.press("ArrowDown")
    expect(action).to_have_value("copy")
    follow(tab, tab.get_by_role("button", name="Dry run"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("Retry 1 task as a new one")
    follow(tab, tab.get_by_role("button", name="Retry 1 task as a new one"))
    expect(tab.get_by_text("Confirmed.")).to_be_visible()


def test_a_value_is_opened_walked_folded_and_searched_with_the_keyboard_alone(
    tab: Page, app: Absurd
) -> None:
    params = {"list": [{"n": n} for n in range(20)]}
    task = app.spawn("approval.unknown", params, queue=approval.QUEUE)["task_id"]
    sign_in(tab)
    tab.goto(f"/tasks/{task}/")
    follow(tab, tab.locator("#json-params > summary"))
    viewer = tab.locator("#json-params [data-json]")
    first = viewer.locator('[data-at="/list/0"]')
    reach(tab, first.locator("summary"))
    tab.keyboard.press("ArrowDown")
    expect(viewer.locator("output")).to_have_text("/list/0/n")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    expect(first).not_to_have_attribute("open", "")
    reach(tab, viewer.get_by_role("searchbox", name="Find"), key="Shift+Tab")
    tab.keyboard.type("19")
    expect(viewer.locator("output")).to_have_text("1")


def follow(tab: Page, target: Locator) -> None:
    """Go to a link, and through it."""
    reach(tab, target)
    tab.keyboard.press("Enter")


def reach(tab: Page, target: Locator, key: str = "Tab") -> None:
    """Press a key until the target has the focus; where that is has to be visible."""
    target.wait_for()
    for _ in range(FAR):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"{target} does not show that it has the focus"
            return
        tab.keyboard.press(key)
    raise AssertionError(f"{target} was not reached in {FAR} steps")
