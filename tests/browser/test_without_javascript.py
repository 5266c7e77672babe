"""Everything there is to see and to do, in a browser that runs no scripts."""

import re
from collections.abc import Iterator

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Browser, Page, expect

from absurd_dashboard.examples import approval
from tests.browser.conftest import PATIENCE
from tests.browser.visiting import (
    a_failed_task,
    a_request,
    approve,
    failed_for_good,
    sign_in_by_form,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def state(browser: Browser, dashboard: str) -> dict[str, object]:
    """The cookies of somebody who signed in without JavaScript."""
    context = browser.new_context(base_url=dashboard, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    sign_in_by_form(context.new_page())
    kept = dict(context.storage_state())
    context.close()
    return kept


@pytest.fixture
def tab(browser: Browser, dashboard: str, state: dict[str, object]) -> Iterator[Page]:
    """A tab without JavaScript, signed in."""
    context = browser.new_context(
        base_url=dashboard,
        java_script_enabled=False,
        storage_state=state,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    tab.goto("/")
    yield tab
    context.close()


def test_the_navigation_leads_to_every_section(tab: Page) -> None:
    sections = tab.get_by_role("navigation", name="Sections").get_by_role("listitem")
    assert sections.count() >= 7

    for section in sections.get_by_role("link").all():
        section.click()
        expect(section).to_have_attribute("aria-current", "true")
        expect(tab.get_by_role("heading", level=1)).to_be_visible()


def test_a_failed_task_is_followed_to_its_traceback(tab: Page, app: Absurd) -> None:
    task_id = a_failed_task(app)
    tab.goto("/")
    failed_for_good(tab).click()
    tab.locator(f"#task-{task_id}").get_by_role("link", name="night.bug").click()
    expect(tab.get_by_role("region", name="Traceback")).to_contain_text("KeyError: 'umbrella'")


def test_the_list_of_tasks_is_filtered(tab: Page, app: Absurd) -> None:
    task_id = a_failed_task(app)
    a_request(app, "R-2")
    tab.goto("/tasks/")
    tab.get_by_role("main").get_by_label("Search tasks").fill("night.*")
    tab.get_by_role("main").get_by_role("button", name="Search").click()
    expect(tab).to_have_url(re.compile(r"q=night"))
    expect(tab.locator(f"#task-{task_id}")).to_be_visible()
    expect(tab.get_by_role("main").get_by_role("link", name="purchase.approve")).to_have_count(0)


def test_an_event_is_followed_to_its_payload(tab: Page, app: Absurd) -> None:
    task_id = a_request(app, "R-3")
    approve(app, "R-3")
    app.await_task_result(task_id, timeout=30)
    tab.goto("/events/")
    tab.get_by_role("link", name="approval:R-3").click()
    expect(tab.get_by_role("main")).to_contain_text('"approved": true')


def test_a_page_shows_what_is_so_when_it_is_loaded_again(tab: Page, app: Absurd) -> None:
    task_id = a_request(app, "R-4")
    tab.goto(f"/tasks/{task_id}/")
    approve(app, "R-4")
    app.await_task_result(task_id, timeout=30)
    tab.reload()
    expect(tab.locator("#live > .abs-badge")).to_have_text("Completed")


def test_a_failed_task_is_retried(tab: Page, app: Absurd) -> None:
    tab.goto(f"/tasks/{a_failed_task(app)}/")
    tab.locator("#retry summary").click()
    tab.get_by_role("button", name="Retry now").click()
    expect(tab.locator("#abs-toasts")).to_contain_text("Attempt 2 is ready to be claimed.")


def test_a_chart_is_read_as_a_table(tab: Page, app: Absurd) -> None:
    a_failed_task(app)
    tab.goto("/charts/")
    table = tab.locator("#chart-throughput-table")
    table.locator("summary").click()
    table.get_by_role("link", name="Show the table").click()
    expect(table.locator("tbody tr").first).to_be_visible()


def test_a_list_in_a_payload_is_a_tree_or_a_table(tab: Page, app: Absurd) -> None:
    params = {"items": [{"sku": "A", "sum": 1}, {"sku": "B", "sum": 2}]}
    task = app.spawn("unknown", params, queue=approval.QUEUE)["task_id"]
    tab.goto(f"/tasks/{task}/")
    tree, table = tab.locator('[data-at="/items/1/sku"]'), tab.locator('[data-cell="/items/1/sku"]')
    expect(tree).to_be_visible()
    expect(table).to_be_hidden()
    tab.get_by_text("Table", exact=True).click()
    expect(table).to_be_visible()
    expect(tree).to_be_hidden()
