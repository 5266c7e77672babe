"""The whole way through: a worker's task, the engine, the dashboard, a browser."""

import re

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Page, expect

from absurd_dashboard.examples import failures
from tests.browser.visiting import (
    a_failed_task,
    a_request,
    approve,
    failed_for_good,
    its_cause,
    sign_in,
    sign_in_by_form,
)

pytestmark = pytest.mark.browser


def test_a_failed_task_is_followed_from_the_overview_to_its_traceback(
    tab: Page, app: Absurd
) -> None:
    task_id = a_failed_task(app)
    sign_in_by_form(tab)

    failed_for_good(tab).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Failures")
    tab.locator(f"#task-{task_id}").get_by_role("link", name="night.bug").click()

    expect(tab).to_have_url(re.compile(task_id))
    traceback = tab.get_by_role("region", name="Traceback")
    expect(traceback).to_be_visible()
    expect(traceback).to_contain_text("return prices[item]")
    expect(traceback).to_contain_text("KeyError: 'umbrella'")


def test_a_waiting_task_finishes_on_the_open_page_without_a_reload(tab: Page, app: Absurd) -> None:
    task_id = a_request(app, "R-1")
    sign_in(tab)
    tab.goto(f"/tasks/{task_id}/")
    state = tab.locator("#live > .abs-badge")
    expect(state).to_have_text("Sleeping")
    expect(tab.get_by_role("region", name="Waits for")).to_contain_text("approval:R-1")
    navigations: list[str] = []
    tab.on("framenavigated", lambda frame: navigations.append(frame.url))

    approve(app, "R-1")

    expect(state).to_have_text("Completed")
    expect(tab.locator("#live")).to_contain_text("PO-R-1")
    assert navigations == []


def test_three_clicks_lead_from_a_spike_to_its_cause_and_to_the_cure(
    tab: Page, app: Absurd
) -> None:
    for _ in range(3):
        a_failed_task(app)
    sign_in(tab)
    attention = tab.get_by_role("region", name="Needs attention").get_by_role("listitem")
    failed = attention.filter(has_text=failures.QUEUE)

    failed.get_by_role("link", name="By cause").click()
    its_cause(tab).click()
    expect(tab.get_by_role("region", name="Traceback")).to_contain_text("KeyError: 'umbrella'")
    tab.get_by_role("button", name=re.compile(r"Retry \d+ tasks")).click()

    expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile(r"Retry \d+ tasks"))
    expect(tab.locator("#live")).to_contain_text("it would be done to exactly these")


def test_six_keys_lead_from_what_needs_attention_to_the_cause_and_the_cure(
    tab: Page, app: Absurd
) -> None:
    task_id = a_failed_task(app)
    sign_in(tab)
    link = failed_for_good(tab)
    tab.wait_for_load_state()  # the scripts have run
    for _ in range(tab.locator(".abs-attention > li").count()):  # once, where it is the first
        tab.keyboard.press("j")
        if link.evaluate("element => element === document.activeElement"):
            break
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Failures")
    tab.wait_for_load_state()
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(task_id))
    expect(tab.get_by_role("region", name="Traceback")).to_contain_text("KeyError: 'umbrella'")
    tab.wait_for_load_state()
    tab.keyboard.press("r")
    tab.keyboard.press("Enter")
    expect(tab.locator("#abs-toasts")).to_contain_text("Attempt 2 is ready to be claimed.")
