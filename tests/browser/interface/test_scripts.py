"""Keys, copying, the theme, times, and pages that change without a reload."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.interface.site import NOW, Site

pytestmark = pytest.mark.browser


def test_a_slash_goes_to_the_search(tab: Page) -> None:
    tab.goto("/")
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox", name="Search tasks")).to_be_focused()
    expect(tab.get_by_role("searchbox")).to_have_value("")


def test_a_question_mark_opens_the_keys_and_escape_closes_them(tab: Page) -> None:
    tab.goto("/")
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog", name="Keys")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_keys_are_text_inside_of_inputs(tab: Page) -> None:
    tab.goto("/")
    tab.get_by_role("searchbox").focus()
    tab.keyboard.type("a/b?")
    expect(tab.get_by_role("searchbox")).to_have_value("a/b?")
    expect(tab.get_by_role("dialog")).to_be_hidden()


def test_an_id_is_copied_whole(tab: Page) -> None:
    tab.goto("/")
    tab.get_by_role("button", name="Copy deadbeef").click()
    expect(tab.locator("#abs-announce")).to_have_text("Copied")
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied == "0199a3f0-0000-7000-8000-0000deadbeef"


def test_the_chosen_theme_is_remembered(tab: Page) -> None:
    tab.goto("/")
    tab.locator("#abs-account summary").click()
    tab.get_by_role("button", name="Dark").click()
    expect(tab.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    tab.reload()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_theme_follows_the_system_again_when_told_to(tab: Page) -> None:
    tab.goto("/")
    tab.locator("#abs-account summary").click()
    tab.get_by_role("button", name="Dark").click()
    tab.get_by_role("button", name="System").click()
    expect(tab.locator("html")).not_to_have_attribute("data-theme", re.compile(".*"))


def test_relative_times_go_on(tab: Page) -> None:
    tab.goto("/")
    time = tab.locator("time[data-relative]")
    expect(time).to_have_text("now")
    tab.clock.run_for(75_000)
    expect(time).to_have_text("1 min ago")


def test_ages_count_from_the_servers_clock(browser: Browser, site: Site) -> None:
    page = browser.new_page(base_url=site.url)
    page.clock.install(time=NOW.replace(year=2031))
    page.goto("/")
    expect(page.locator("time[data-relative]")).to_have_text(re.compile("^(now|[123] s ago)$"))
    page.close()


def test_tooltips_are_in_the_viewers_zone(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, timezone_id="Asia/Kolkata")
    page = context.new_page()
    page.goto("/")
    expect(page.locator("time[data-relative]")).to_have_attribute("title", re.compile("17:30:00"))
    context.close()


def test_a_chosen_time_zone_is_remembered(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, timezone_id="Asia/Kolkata")
    page = context.new_page()
    page.goto("/")
    page.locator("#abs-account summary").click()
    page.get_by_label("Time zone").select_option("UTC")
    time = page.locator("time[data-relative]")
    expect(time).to_have_attribute("title", re.compile("12:00:00.*UTC"))
    page.locator("#abs-account summary").click()
    page.get_by_label("Time zone").select_option("America/New_York")
    expect(time).to_have_attribute("title", re.compile("08:00:00"))
    page.reload()
    expect(time).to_have_attribute("title", re.compile("08:00:00"))
    context.close()


def test_all_time_zones_are_there_for_who_opens_the_menu_before_the_script_came(tab: Page) -> None:
    held: list[Route] = []
    tab.route("**/time.js", lambda route: held.append(route))
    tab.goto("/", wait_until="commit")
    tab.locator("#abs-account summary").click()
    held[0].continue_()
    expect(tab.get_by_label("Time zone").get_by_role("option")).not_to_have_count(2)


def test_a_link_exchanges_the_page_without_a_reload(tab: Page) -> None:
    tab.goto("/")
    tab.evaluate("window.mine = true")
    tab.get_by_role("link", name="Older").click()
    expect(tab).to_have_url(re.compile("/older$"))
    expect(tab).to_have_title("page /older · Absurd")
    expect(tab.get_by_role("main")).to_have_count(1)
    expect(tab.get_by_role("heading", level=1)).to_have_text("page /older")
    assert tab.evaluate("window.mine")


def test_going_back_shows_the_page_before(tab: Page) -> None:
    tab.goto("/")
    tab.get_by_role("link", name="Older").click()
    expect(tab).to_have_title("page /older · Absurd")
    tab.go_back()
    expect(tab).to_have_title("page / · Absurd")


def test_no_page_is_kept_in_the_browsers_storage(tab: Page) -> None:
    tab.goto("/")
    tab.get_by_role("link", name="Older").click()
    expect(tab).to_have_title("page /older · Absurd")
    assert "page /" not in tab.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")


def test_an_answer_from_the_sign_in_page_is_a_page_of_its_own(tab: Page, site: Site) -> None:
    tab.goto("/")
    site.moved.add("/older")
    tab.get_by_role("link", name="Older").click()
    expect(tab).to_have_url(re.compile("/sign-in$"))


def test_a_server_that_does_not_answer_is_said(tab: Page) -> None:
    tab.goto("/")
    tab.route("**/older", lambda route: route.abort())
    tab.get_by_role("link", name="Older").click()
    expect(tab.get_by_text("The server does not answer.")).to_be_visible()


def test_without_javascript_links_lead_on(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Older").click()
    expect(page).to_have_title("page /older · Absurd")
    expect(page.get_by_role("button", name="Copy deadbeef")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
def test_nothing_sticks_out_of_the_window(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto("/")
    assert tab.evaluate("document.documentElement.scrollWidth") == width
