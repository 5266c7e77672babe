"""The live region: it stays true, it says how old it is, and it disturbs nobody."""

import re
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.interface.site import Answer, Site

pytestmark = pytest.mark.browser

ROWS = """
<ul>
  <li id="a"><details id="a-more"><summary>a</summary><p>more of a</p></details></li>
  <li id="b"><input id="typed"> <a href="#" id="link">b</a> <span id="text">select me</span></li>
</ul>
"""


@dataclass
class Live:
    """An open page and its server."""

    tab: Page
    site: Site

    def open(self, region: str = "<p>first</p>", *, interval: int = 2_000) -> None:
        """Load the page."""
        self.site.region, self.site.interval = region, interval
        self.tab.goto("/")
        expect(self.freshness).to_contain_text("live")

    def wait(self, milliseconds: int) -> None:
        """Let the page's clock run."""
        self.tab.clock.run_for(milliseconds)

    def ask(self, answer: Answer | None = None) -> None:
        """Let the page ask once, and get an answer or lose it."""
        if answer:
            self.site.answer = answer
        with self.tab.expect_request("**/live") as asked:
            self.wait(self.site.interval)
        asked.value.response()

    def change(self, html: str) -> None:
        """Let the page ask once, and get another region."""
        self.ask(Answer(200, html, "next"))

    @property
    def freshness(self) -> Locator:
        """What the page says of its age."""
        return self.tab.locator("#abs-fresh")

    @property
    def region(self) -> Locator:
        """The live region."""
        return self.tab.locator("#live")


@pytest.fixture
def live(tab: Page, site: Site) -> Live:
    return Live(tab, site)


def test_a_change_is_shown(live: Live) -> None:
    live.open()
    live.change("<p>second</p>")
    expect(live.region).to_have_text("second")


def test_the_next_question_names_the_version_that_is_shown(live: Live) -> None:
    live.open()
    live.change("<p>second</p>")
    expect(live.region).to_have_attribute("data-live-token", "next")
    live.ask()
    assert live.site.asked == ["first", "next"]


def test_an_answer_may_bring_the_region_itself(live: Live) -> None:
    live.open()
    live.change('<div id="live" data-live><p>second</p></div>')
    expect(live.region).to_have_text("second")
    expect(live.tab.locator("[data-live]")).to_have_count(1)


def test_nothing_changed_leaves_the_region_alone(live: Live) -> None:
    live.open()
    live.ask()
    live.ask()
    expect(live.region).to_have_text("first")
    expect(live.freshness).to_have_text("live")


def test_focus_and_what_was_typed_survive(live: Live) -> None:
    live.open(ROWS)
    live.tab.locator("#typed").fill("half a wo")
    live.change('<p id="news">news</p>' + ROWS)
    expect(live.tab.locator("#news")).to_be_visible()
    expect(live.tab.locator("#typed")).to_be_focused()
    expect(live.tab.locator("#typed")).to_have_value("half a wo")


def test_focus_survives_a_row_that_moves(live: Live) -> None:
    live.open('<ul><li id="a"><a href="#" id="la">a</a></li><li id="b">b</li></ul>')
    live.tab.locator("#la").focus()
    live.change('<ul><li id="b">b</li><li id="a"><a href="#" id="la">a</a></li></ul>')
    expect(live.region.locator("li").first).to_have_text("b")
    expect(live.tab.locator("#la")).to_be_focused()


def test_an_open_fold_stays_open(live: Live) -> None:
    live.open(ROWS)
    live.tab.locator("#a-more summary").click()
    live.change(ROWS.replace("more of a", "more news of a"))
    expect(live.tab.get_by_text("more news of a")).to_be_visible()


def test_a_selection_survives(live: Live) -> None:
    live.open(ROWS)
    live.tab.locator("#text").select_text()
    live.change(ROWS.replace("more of a", "more news of a"))
    expect(live.tab.locator("#a-more p")).to_have_text("more news of a")
    assert live.tab.evaluate("getSelection().toString()") == "select me"


def test_rows_keep_their_identity(live: Live) -> None:
    live.open(ROWS)
    live.tab.evaluate("document.getElementById('b').mine = true")
    live.change('<ul><li id="new">new</li><li id="b">changed</li></ul>')
    expect(live.tab.locator("#b")).to_have_text("changed")
    expect(live.tab.locator("#a")).to_have_count(0)
    assert live.tab.evaluate("document.getElementById('b').mine")


def test_new_rows_are_announced(live: Live) -> None:
    live.open()
    live.change("<a href='?' data-announce>12 new</a>")
    expect(live.tab.locator("#abs-announce")).to_have_text("12 new")


def test_links_of_an_answer_work_through_htmx(live: Live) -> None:
    live.open()
    live.change('<a href="/next" hx-get="/next" id="next">next</a>')
    live.tab.locator("#next").click()
    expect(live.tab).to_have_title("page /next · Absurd")


@pytest.mark.parametrize(
    "lost",
    [Answer(drop=True), Answer(500), Answer(503), Answer(429)],
    ids=["dropped", "500", "503", "429"],
)
def test_a_lost_server_is_said_and_recovered_from(live: Live, lost: Answer) -> None:
    live.open()
    live.ask(lost)
    expect(live.freshness).to_contain_text("reconnecting")
    live.site.answer = Answer()
    live.wait(4_000)
    expect(live.freshness).to_have_text("live")


def test_a_lost_server_is_asked_less_and_less(live: Live) -> None:
    live.open()
    live.ask(Answer(drop=True))
    expect(live.freshness).to_contain_text("reconnecting")
    live.wait(3_999)
    assert live.site.asked == ["first"]


def test_a_page_that_could_not_be_renewed_says_how_old_it_is(live: Live) -> None:
    live.open()
    live.ask(Answer(drop=True))
    expect(live.freshness).to_contain_text("reconnecting")
    live.site.answer = Answer(drop=True)
    live.tab.clock.fast_forward(120_000)
    expect(live.freshness).to_contain_text("reconnecting · 2 min ago")


@pytest.mark.parametrize(
    "refusal",
    [Answer(401), Answer(403), Answer(302, location="/sign-in")],
    ids=["401", "403", "redirect"],
)
def test_whoever_is_signed_out_is_told_and_led_back(live: Live, refusal: Answer) -> None:
    live.open()
    live.ask(refusal)
    expect(live.freshness.get_by_role("link", name="signed out")).to_be_visible()
    live.wait(120_000)
    assert live.site.asked == ["first"]


def test_what_is_gone_is_said_and_no_longer_asked_for(live: Live) -> None:
    live.open()
    live.ask(Answer(404))
    expect(live.freshness).to_have_text("no longer there")
    live.wait(120_000)
    assert live.site.asked == ["first"]


def test_a_paused_page_asks_nothing_and_says_so(live: Live) -> None:
    live.open()
    live.tab.get_by_role("button", name="Pause live updates").click()
    expect(live.freshness).to_have_text("paused")
    live.wait(30_000)
    expect(live.freshness).to_have_text("paused · 30 s ago")
    assert live.site.asked == []


def test_a_page_that_goes_on_asks_at_once(live: Live) -> None:
    live.open()
    pause = live.tab.get_by_role("button", name="Pause live updates")
    pause.click()
    pause.click()
    with live.tab.expect_request("**/live"):
        live.wait(1)


def _hidden(tab: Page, *, hidden: bool) -> None:
    tab.evaluate(
        "value => { Object.defineProperty(document, 'hidden', { value, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def test_a_hidden_tab_asks_nothing(live: Live) -> None:
    live.open()
    _hidden(live.tab, hidden=True)
    live.wait(30_000)
    assert live.site.asked == []


def test_a_tab_that_is_seen_again_asks_at_once(live: Live) -> None:
    live.open()
    _hidden(live.tab, hidden=True)
    with live.tab.expect_request("**/live"):
        _hidden(live.tab, hidden=False)
        live.wait(1)


@pytest.mark.parametrize(("told", "asks"), [(1, 1_000), (10**9, 60_000)])
def test_the_interval_is_kept_within_bounds(live: Live, told: int, asks: int) -> None:
    live.open(interval=told)
    live.wait(asks - 1)
    assert live.site.asked == []
    with live.tab.expect_request("**/live"):
        live.wait(1)


def test_a_page_asks_as_often_as_the_last_answer_said_and_says_so_where_that_is_seldom(
    live: Live,
) -> None:
    live.open()
    live.ask(Answer(every=12_000))
    expect(live.freshness).to_have_text("live, every 12 s")
    live.wait(11_000)
    assert len(live.site.asked) == 1
    live.ask(Answer(every=2_000))
    expect(live.freshness).to_have_text("live")
    live.ask()
    assert len(live.site.asked) == 3


def test_pages_that_share_a_reading_come_back_when_it_is_an_interval_old(live: Live) -> None:
    live.open()
    live.ask(Answer(age=900))
    with live.tab.expect_request("**/live"):
        live.wait(live.site.interval - 900)  # by then the reading is an interval old


def test_the_page_polls_on_after_htmx_exchanged_it(live: Live) -> None:
    live.open()
    live.tab.get_by_role("link", name="Older").click()
    expect(live.tab).to_have_title("page /older · Absurd")
    live.change("<p>second</p>")
    expect(live.region).to_have_text("second")


def test_title_and_icon_show_how_many_failed_until_none_has(live: Live) -> None:
    live.open('<span data-failures="3" hidden></span>')
    icon = live.tab.locator("#abs-icon")
    expect(live.tab).to_have_title("(3) page / · Absurd")
    expect(icon).to_have_attribute("href", re.compile("failing"))
    live.change('<span data-failures="0" hidden></span>')
    expect(live.tab).to_have_title("page / · Absurd")
    expect(icon).not_to_have_attribute("href", re.compile("failing"))


def test_a_state_changes_its_colour_in_place_and_at_once_where_motion_is_unwelcome(
    live: Live,
) -> None:
    badge = '<span class="abs-badge abs-state-{0}" id="s"><svg class="abs-icon"></svg>{0}</span>'
    seconds = "getComputedStyle(document.querySelector('#s > svg')).transitionDuration"
    live.open(badge.format("running"))
    live.tab.evaluate("document.getElementById('s').mine = true")
    live.change(badge.format("failed"))
    expect(live.tab.locator("#s")).to_have_text("failed")
    assert live.tab.evaluate("document.getElementById('s').mine")
    assert live.tab.evaluate(seconds) == "0.12s"
    live.tab.emulate_media(reduced_motion="reduce")
    assert live.tab.evaluate(seconds) == "0s"


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", 1), ("reduce", 0)])
def test_a_state_that_changed_moves_unless_motion_is_unwelcome(
    live: Live, motion: Literal["no-preference", "reduce"], moves: int
) -> None:
    badge = '<p><span class="abs-badge abs-state-{0}">{0}</span> of <i>{1}</i></p>'
    live.tab.emulate_media(reduced_motion=motion)
    live.open(badge.format("running", 1))
    slow = live.tab.context.new_cdp_session(live.tab)
    slow.send("Animation.enable")
    slow.send("Animation.setPlaybackRate", {"playbackRate": 0.001})
    moving = "document.querySelector('.abs-badge').getAnimations().length"
    live.change(badge.format("running", 2))
    expect(live.region).to_have_text("running of 2")
    assert live.tab.evaluate(moving) == 0
    live.change(badge.format("failed", 2))
    expect(live.region).to_have_text("failed of 2")
    assert live.tab.evaluate(moving) == moves


def test_a_lost_connection_is_told_from_a_lost_server(live: Live) -> None:
    live.open()
    live.tab.context.set_offline(True)
    live.wait(1)
    expect(live.freshness).to_contain_text("no connection")
    live.tab.context.set_offline(False)
    live.wait(1)
    expect(live.freshness).to_have_text("live")


def test_whoever_listens_is_told_of_a_lost_server_and_of_its_return_once(live: Live) -> None:
    live.open()
    spoken = live.tab.locator("#abs-announce")
    live.ask(Answer(drop=True))
    expect(live.freshness).to_contain_text("reconnecting")
    expect(spoken).to_have_text("")
    with live.tab.expect_request("**/live"):
        live.wait(4_000)
    expect(spoken).to_have_text("reconnecting")
    live.site.answer = Answer()
    live.wait(8_000)
    expect(live.freshness).to_have_text("live")
    expect(spoken).to_have_text("live")
