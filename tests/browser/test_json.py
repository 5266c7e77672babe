"""A JSON value in the browser: found in, walked through, copied, and loaded piece by piece."""

import json

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Page, expect

from absurd_dashboard.examples import approval
from tests.browser.visiting import sign_in

pytestmark = pytest.mark.browser


def test_a_value_is_searched_walked_copied_and_loaded_piece_by_piece(
    tab: Page, app: Absurd
) -> None:
    params = {"amount": 1, "list": [{"n": n, "name": f"item {n} " + "x" * 90} for n in range(700)]}
    task = app.spawn("unknown", params, queue=approval.QUEUE)["task_id"]
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(tab)
    tab.goto(f"/tasks/{task}/#params")
    tab.locator("#json-params > summary").click()
    viewer = tab.locator("#json-params [data-json]")

    viewer.locator('[data-at="/list/3/n"]').hover()
    expect(viewer.locator("output")).to_have_text("/list/3/n")
    viewer.locator('[data-at="/list/3"] > summary').focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    expect(viewer.locator("output")).to_have_text("/list/3/name")
    viewer.get_by_role("button", name="Copy value").click()
    expect(tab.locator("#abs-announce")).to_have_text("Copied")
    assert tab.evaluate("navigator.clipboard.readText()") == f'"item 3 {"x" * 90}"'
    viewer.get_by_role("button", name="Copy path").click()
    assert tab.evaluate("navigator.clipboard.readText()") == "/list/3/name"

    viewer.locator('[data-at="/list/3"] > summary').focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Escape")
    expect(viewer.get_by_role("button", name="Copy path")).to_be_focused()
    tab.keyboard.press("Enter")
    assert tab.evaluate("navigator.clipboard.readText()") == "/list/3/n"

    viewer.locator('[data-at="/list/4"] > summary').click()
    viewer.get_by_role("searchbox", name="Find").fill("item 4 ")
    expect(viewer.locator("output")).to_have_text("1")
    expect(viewer.locator('[data-at="/list/4/name"]')).to_be_visible()

    expect(viewer.locator('[data-at="/list/500"]')).to_have_count(0)
    more = viewer.locator('[data-at="/list"] .abs-json-more')
    while viewer.locator('[data-at="/list/699"]').count() == 0:
        before = viewer.locator("[data-at]").count()
        more.last.click()
        expect(viewer.locator("[data-at]")).not_to_have_count(before)
    assert viewer.locator('[data-at="/list"] > .abs-json-in > [data-at]').count() == 700


def test_a_list_is_a_table_whose_cells_are_pointed_at_and_copied_as_in_the_tree(
    tab: Page, app: Absurd
) -> None:
    items = [{"sku": f"A-{n}", "options": {"gift": True, "n": n}} for n in range(3)]
    params = {"items": items, "more": list(range(20))}
    task = app.spawn("unknown", params, queue=approval.QUEUE)["task_id"]
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(tab)
    tab.goto(f"/tasks/{task}/#params")
    tab.locator("#json-params > summary").click()
    viewer = tab.locator("#json-params [data-json]")
    viewer.locator("summary", has_text="Table").click()
    expect(viewer.locator('[data-at="/items/1/sku"]')).to_be_hidden()

    viewer.locator('[data-cell="/items/1/options"]').hover()
    expect(viewer.locator("output")).to_have_text("/items/1/options")
    viewer.get_by_role("button", name="Copy value").click()
    expect(tab.locator("#abs-announce")).to_have_text("Copied")
    copied = json.loads(tab.evaluate("navigator.clipboard.readText()"))
    assert copied == {"gift": True, "n": 1}

    viewer.get_by_role("searchbox", name="Find").fill("A-2")
    expect(viewer.locator("output")).to_have_text("1")
    expect(viewer.locator('[data-at="/items/2/sku"]')).to_be_visible()
    viewer.locator("[data-at]").first.hover(position={"x": 4, "y": 4})
    expect(viewer.locator("output")).to_have_text("/")
    viewer.get_by_role("button", name="Copy value").click()
    tab.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('{'))")
    everything = json.loads(tab.evaluate("navigator.clipboard.readText()"))
    assert everything["items"] == items
