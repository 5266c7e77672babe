"""Charts in the browser: a table is drawn when it is opened, in place."""

from __future__ import annotations

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Page, expect

from tests.browser.visiting import a_failed_task, sign_in

pytestmark = pytest.mark.browser


def test_a_table_is_drawn_in_place_when_it_is_opened(tab: Page, app: Absurd) -> None:
    a_failed_task(app)
    sign_in(tab)
    tab.goto("/charts/")
    fold = tab.locator("#chart-throughput-table")
    summary = fold.locator("summary")
    summary.focus()
    tab.keyboard.press("Enter")
    expect(fold.locator("tbody tr").first).to_be_visible()
    expect(summary).to_be_focused()
    assert "tables=throughput" in tab.url

    tab.keyboard.press("Enter")
    expect(fold.locator("tbody tr").first).to_be_hidden()
    expect(tab.locator("#chart-latency-table tbody")).to_have_count(0)
