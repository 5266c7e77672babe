"""Going anywhere and doing anything from the keyboard: the palette and the one-letter keys."""

import re

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Page, expect

from tests.browser.visiting import a_failed_task, sign_in

pytestmark = pytest.mark.browser


def test_the_palette_finds_a_task_by_its_id_and_offers_what_can_be_done_to_it(
    tab: Page, app: Absurd
) -> None:
    task_id = a_failed_task(app)
    sign_in(tab)
    tab.wait_for_load_state()  # the scripts have run
    tab.keyboard.press("Control+k")
    palette = tab.get_by_role("dialog", name="Go to")
    expect(palette.get_by_role("link", name="Failures")).to_be_visible()
    tab.keyboard.insert_text(task_id)
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(f"/tasks/{task_id}/$"))
    tab.wait_for_load_state()

    tab.keyboard.press("Control+k")
    expect(palette.get_by_role("link", name="Retry this task…")).to_be_visible()
    tab.keyboard.press("ArrowDown")
    expect(palette.get_by_role("link", name="Retry this task…")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(tab.get_by_role("button", name="Retry now")).to_be_visible()
    expect(tab.get_by_text("Failed", exact=True).first).to_be_visible()  # nothing was done

    tab.keyboard.press("Control+k")
    tab.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_rows_are_walked_selected_and_opened_with_letters_that_keep_out_of_inputs(
    tab: Page, app: Absurd
) -> None:
    task_id = a_failed_task(app)
    sign_in(tab)
    tab.goto("/tasks/?q=name:night.bug&window=1h")
    row = tab.locator(f"#task-{task_id}")
    tab.keyboard.press("j")
    expect(row.get_by_role("link", name="night.bug")).to_be_focused()
    tab.keyboard.press("x")
    expect(row.get_by_role("checkbox")).to_be_checked()

    tab.keyboard.press("/")
    box = tab.get_by_role("main").get_by_label("Search tasks")
    expect(box).to_be_focused()
    tab.keyboard.type(" jx?")
    expect(box).to_have_value("name:night.bug jx?")
    expect(tab.get_by_role("dialog")).to_have_count(0)

    row.get_by_role("link", name="night.bug").focus()
    tab.keyboard.press("r")
    expect(tab).to_have_url(re.compile(f"/tasks/{task_id}/#retry$"))
    expect(tab.get_by_role("button", name="Retry now")).to_be_visible()


def test_the_box_completes_what_is_typed_and_a_pinned_view_is_counted(
    tab: Page, app: Absurd
) -> None:
    a_failed_task(app)
    sign_in(tab)
    tab.goto("/tasks/?state=failed")
    box = tab.get_by_role("main").get_by_label("Search tasks")
    box.press("End")
    box.press_sequentially(" name:night.b")
    expect(tab.locator("#query-options option[value='state:failed name:night.bug']")).to_have_count(
        1
    )

    tab.get_by_role("link", name="Save view").click()
    tab.get_by_label("Name").fill("failed nights")
    tab.get_by_role("button", name="Save").click()
    pinned = tab.get_by_role("list", name="Pinned views").get_by_role("link", name="failed nights")
    expect(pinned).to_contain_text(re.compile(r"[1-9]"))
    pinned.click()
    expect(box).to_have_value("state:failed")
