"""One time zone for all of a page: sentences, tables, timelines and charts."""

from collections.abc import Iterator

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.visiting import a_failed_task, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser: Browser, dashboard: str) -> Iterator[Page]:
    """A tab in India, signed in."""
    context = browser.new_context(base_url=dashboard, timezone_id="Asia/Kolkata")
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    sign_in(tab)
    yield tab
    context.close()


def test_the_zone_of_the_browser_or_the_chosen_one_is_in_charts_tables_and_timelines(
    tab: Page, app: Absurd
) -> None:
    task = a_failed_task(app)
    tab.goto("/charts/?tables=throughput")
    _in_zone(tab, "GMT+5:30", 330)
    tab.goto(f"/tasks/{task}/")
    expect(tab.locator(".abs-tl-axis [data-form=date]")).to_contain_text("GMT+5:30")

    tab.locator("#abs-account summary").click()
    tab.get_by_label("Time zone").select_option("America/St_Johns")
    expect(tab.locator(".abs-tl-axis [data-form=date]")).to_contain_text("GMT-")
    tab.goto("/charts/?tables=throughput")
    _in_zone(tab, "GMT-", -210, -150)


def _in_zone(tab: Page, name: str, *offsets: int) -> None:
    """The table beside the first chart names the zone, and its first instant is in it."""
    table = tab.locator(".abs-chart-table").first
    expect(table.locator("thead th").first).to_contain_text(name)
    start = table.locator("tbody time").first
    hours, minutes = map(int, start.evaluate("time => time.textContent")[-5:].split(":"))
    utc = start.evaluate("time => new Date(time.dateTime).getTime() / 60_000 % 1440")
    assert (hours * 60 + minutes - utc) % 1440 in {offset % 1440 for offset in offsets}
