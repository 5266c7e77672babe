"""Instants of the markup: in the viewer's zone and words, also after the page renewed itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.interface.site import Answer, Site

pytestmark = pytest.mark.browser

AXIS = """
<p><span data-instant="2026-05-04T17:00:00+00:00" data-form="date">4 May 2026, UTC</span>
<svg><text data-instant="2026-05-04T18:00:00+00:00" data-form="newday minute">18:00</text>
<text data-instant="2026-05-04T19:00:00+00:00" data-form="newday minute">19:00</text>
<text data-instant="2026-05-04T20:00:00.500+00:00" data-form="newday millisecond">20:00</text>
<text data-instant="2026-05-05T00:00:00+00:00" data-form="day">5 May</text></svg></p>
"""
CHART = """
<p><b data-form="zone">UTC</b> <time datetime="2026-05-04T18:00:00Z" data-form="minute">18:00</time>
<time datetime="2026-05-04T19:00:00Z" data-form="day minute">04 May 19:00</time>
<svg><rect><title><time datetime="2026-05-04T19:00:00Z" data-form="moment">19:00 UTC</time> · 3
</title></rect></svg></p>
"""


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    """A tab in India."""
    context = browser.new_context(base_url=site.url, timezone_id="Asia/Kolkata")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def _read(tab: Page) -> list[str]:
    """The texts of what has a form."""
    return tab.locator("#live [data-form]").all_text_contents()


def _renewed(tab: Page, site: Site, html: str) -> None:
    token = f"after {len(site.asked)}"
    site.answer = Answer(200, html, token)
    tab.evaluate("dispatchEvent(new Event('abs:ask'))")
    expect(tab.locator("#live")).to_have_attribute("data-live-token", token)


def test_an_axis_says_its_first_day_and_each_other_where_it_begins_for_the_viewer(
    tab: Page, site: Site
) -> None:
    site.region = AXIS
    tab.goto("/")
    said = ["May 4, 2026, GMT+5:30", "23:30", "May 5 00:30", "01:30:00.500", "May 5"]
    assert _read(tab) == said

    _renewed(tab, site, AXIS)
    assert _read(tab) == said
    later = '<text data-instant="2026-05-05T20:00:00+00:00" data-form="newday minute">20:00</text>'
    _renewed(tab, site, AXIS.replace("</svg>", f"{later}</svg>"))
    assert _read(tab) == [*said, "May 6 01:30"]


def test_a_chart_says_the_zone_and_its_instants_in_titles_and_tables(tab: Page, site: Site) -> None:
    site.region = CHART
    tab.goto("/")
    said = ["GMT+5:30", "23:30", "May 5 00:30", "May 5, 00:30 GMT+5:30"]
    assert _read(tab) == said
    expect(tab.locator("#live title")).to_have_text("May 5, 00:30 GMT+5:30 · 3")

    _renewed(
        tab, site, CHART.replace("· 3", "· 4").replace('data-form="minute"', 'data-form="second"')
    )
    assert _read(tab) == [said[0], "23:30:00", *said[2:]]
    expect(tab.locator("#live title")).to_have_text("May 5, 00:30 GMT+5:30 · 4")


def test_what_a_script_makes_is_put_into_the_zone_too(tab: Page, site: Site) -> None:
    site.region = "<output>before</output>"
    tab.goto("/")
    tab.locator("output").evaluate(
        """output => {
          Object.assign(output.dataset, {instant: "2026-05-04T18:00:00.250Z", form: "millisecond"});
          dispatchEvent(new CustomEvent("abs:instant", {detail: output}));
        }"""
    )
    expect(tab.locator("output")).to_have_text("23:30:00.250")
