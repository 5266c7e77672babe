"""The timeline in a browser: closer and farther, and a step's panel in place."""

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Locator, Page, expect

from tests.browser.visiting import a_request, approve, sign_in

pytestmark = pytest.mark.browser


def width(bar: Locator) -> float:
    """Pixels, seen or not."""
    box = bar.bounding_box()
    assert box is not None
    return box["width"]


def test_the_timeline_is_zoomed_by_keys_buttons_wheel_and_drag_and_stays_so_when_it_renews_itself(
    tab: Page, app: Absurd
) -> None:
    task = a_request(app, "Z-1")
    sign_in(tab)
    tab.goto(f"/tasks/{task}/")
    box = tab.locator(".abs-tl-box")
    drawing, level = box.locator(".abs-tl-svg").nth(1), tab.locator("[data-zoom-level]")
    whole = width(drawing)
    box.focus()
    tab.keyboard.press("+")
    expect(level).to_have_text("×1.5")
    tab.get_by_role("button", name="Zoom in").click()
    expect(level).to_have_text("×2.3")
    assert width(drawing) == pytest.approx(2.25 * whole, rel=0.01)
    left = drawing.bounding_box()
    box.focus()
    tab.keyboard.press("ArrowRight")
    moved = drawing.bounding_box()
    assert left is not None
    assert moved is not None
    assert moved["x"] < left["x"]
    tab.mouse.move(700, moved["y"] + 10)
    tab.mouse.down()
    tab.mouse.move(760, moved["y"] + 10)
    tab.mouse.up()
    dragged = drawing.bounding_box()
    assert dragged is not None
    assert dragged["x"] == pytest.approx(moved["x"] + 60, abs=2)
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -100)
    tab.keyboard.up("Control")
    expect(level).to_have_text("×3.4")

    approve(app, "Z-1")

    expect(tab.locator("#live > .abs-badge")).to_have_text("Completed")
    expect(level).to_have_text("×3.4")
    assert width(box.locator(".abs-tl-svg").nth(1)) > 3 * whole
    tab.keyboard.press("0")
    expect(level).to_have_text("")


def test_a_step_opens_into_its_panel_in_place_and_escape_closes_it(tab: Page, app: Absurd) -> None:
    approve(app, "Z-2")
    task = a_request(app, "Z-2")
    app.await_task_result(task, queue_name="approvals", timeout=30)
    sign_in(tab)
    tab.goto(f"/tasks/{task}/")
    table = tab.locator("#timeline-table")
    table.locator("summary").click()
    navigations: list[str] = []
    tab.on("domcontentloaded", lambda page: navigations.append(page.url))
    link = tab.locator("a[data-step]").first
    link.click()
    panel = tab.get_by_role("complementary")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("attempt 1")
    expect(table).to_have_attribute("open", "")
    tab.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(link).to_be_focused()
    assert navigations == []
