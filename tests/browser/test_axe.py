"""Every page for every eye: axe finds nothing, nothing sticks out, forced colours hide nothing."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from uuid import uuid4

import pytest
from absurd_sdk import Absurd
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from absurd_dashboard.examples import approval
from tests.browser.conftest import PATIENCE, connected
from tests.browser.pictures import WIDTHS
from tests.browser.visiting import a_failed_task, a_request, approve, sign_in
from tests.security.endpoints import ENDPOINTS, Kind

pytestmark = pytest.mark.browser

URLS = "absurd_dashboard.standalone.urls"
#: What shows no page of its own: files to download, and parts of other pages.
PARTS = {"params", "headers", "result", "reason", "step", "json", "audit_csv", "audit_jsonl"}
PARTS |= {"complete", "pinned", "task_counts"}
#: What an address needs; the others need nothing.
ARGUMENTS = {
    "task": ["failed"],
    "run_again": ["done"],
    "queue": ["queue"],
    "maintenance": ["queue"],
    "queue_policy": ["queue"],
    "queue_cleanup": ["queue"],
    "queue_partitions": ["queue"],
    "queue_detach": ["queue"],
    "queue_cron": ["queue"],
    "queue_drop": ["queue"],
    "failure": ["fingerprint"],
    "event": ["queue", "event"],
    "emit": ["queue", "event"],
    "workflow": ["done"],
    "view_edit": ["view"],
    "view_delete": ["view"],
    "bulk_operation": ["operation"],
}
PAGES = sorted(
    name
    for name, endpoint in ENDPOINTS.items()
    if endpoint.kind in (Kind.LIST, Kind.OBJECT, Kind.FORM) and name not in PARTS
)
#: States of pages besides the first: a page, its query, and what to open there.
STATES = {
    "a task that waits": ("task:waiting", "", ""),
    "a task that is done": ("task:done", "", ""),
    "a task that was run again, its list as a table": (
        "task:again",
        "",
        ".abs-json-sheet > summary",
    ),
    "an event that was emitted twice": ("event", "", ""),
    "a step's panel": ("task:failed", "?step=prepare", ""),
    "what a retry asks": ("task:failed", "", "#retry > summary"),
    "the account": ("overview", "", "#abs-account > summary"),
    "the keys": ("overview", "", "key:?"),
    "the palette": ("overview", "", "key:Control+k"),
    "a query with a mistake": ("tasks", "?q=stat:failed", ""),
    "no task found": ("tasks", "?name=nothing", ""),
    "one task ticked": ("tasks", "?state=failed", 'main input[name="task"]'),
    "a task that is not there": ("task:missing", "", ""),
    "what many at once asks": ("tasks", "?state=failed", "#bulk-all"),
    "the columns to choose": ("tasks", "", "#columns > summary"),
    "the queues to choose": ("tasks", "", "#queues-menu > summary"),
    "the help for queries": ("tasks", "", "#query-help > summary"),
    "no failure": ("failures", "?window=1h&queue=nothing", ""),
    "no event": ("events", "?name=nothing", ""),
    "charts as tables": ("charts", "?tables=throughput,duration", ""),
    "a cause to be muted": ("failure", "", "#triage > summary"),
}


@dataclass(frozen=True)
class World:
    """A signed-in tab, and the arguments of addresses by what they are."""

    tab: Page
    arguments: dict[str, str]

    def address(self, page: str) -> str:
        """Where a page is; behind a colon stands which of its things."""
        name, _, thing = page.partition(":")
        wanted = [thing] if thing else ARGUMENTS.get(name, [])
        arguments = [self.arguments[each] for each in wanted]
        return reverse(f"absurd_dashboard:{name}", urlconf=URLS, args=arguments)

    def open(self, page: str, query: str = "", what: str = "") -> None:
        """Go to a page, and open something there."""
        self.tab.set_viewport_size({"width": 1280, "height": 800})
        self.tab.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.tab.goto(self.address(page) + query)
        key = what.removeprefix("key:")
        if key != what:
            self.tab.keyboard.press(key)
            expect(self.tab.get_by_role("dialog")).to_be_visible()
        elif what:
            self.tab.locator(what).first.click()


@pytest.fixture(scope="module")
def world(browser: Browser, dashboard: str, engine_url: str, workers: None) -> Iterator[World]:
    """One of everything there is to see."""
    context = browser.new_context(base_url=dashboard)
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    sign_in(tab)
    with closing(connected(engine_url, approval.QUEUE)) as app:
        arguments = _tasks(app)
    arguments["missing"] = str(uuid4())
    arguments |= _made_in_the_dashboard(tab, arguments)
    yield World(tab, arguments)
    context.close()


def _tasks(app: Absurd) -> dict[str, str]:
    failed, done, waiting = a_failed_task(app), a_request(app, "X-1"), a_request(app, "X-2")
    approve(app, "X-1")
    app.await_task_result(done, timeout=30)
    return {
        "queue": approval.QUEUE,
        "event": "approval:X-1",
        "failed": failed,
        "done": done,
        "waiting": waiting,
    }


def _made_in_the_dashboard(tab: Page, arguments: dict[str, str]) -> dict[str, str]:
    """A cause, a saved view and a bulk operation, each by its address's last argument."""
    tab.goto(f"/tasks/{arguments['failed']}/")
    cause = tab.get_by_role("link", name="All failures like this").get_attribute("href")
    assert cause
    _posted(tab, "/views/new/", name="failed", query="state=failed")
    operation = _posted(
        tab, "/bulk/new/", action="retry", **{"from": "selected"}, task=arguments["failed"]
    )
    tab.goto("/views/")
    edit = tab.locator("main a[href*='/edit/']").first.get_attribute("href")
    assert edit
    items = json.dumps({"items": [{"n": 1}, {"n": 2, "more": [1]}]})
    again = _posted(tab, f"/tasks/{arguments['done']}/run-again/", params=items)
    emit = reverse("absurd_dashboard:emit", urlconf=URLS, args=_event(arguments))
    _posted(tab, emit, status=409, payload='{"approved": false}')
    last = {
        "fingerprint": cause,
        "operation": operation,
        "view": edit.removesuffix("edit/"),
        "again": again,
    }
    return {name: href.split("?")[0].strip("/").split("/")[-1] for name, href in last.items()}


def _event(arguments: dict[str, str]) -> list[str]:
    return [arguments["queue"], arguments["event"]]


def _posted(tab: Page, path: str, *, status: int = 200, **form: str) -> str:
    """Send a form; where that led to."""
    tab.goto("/tasks/")
    [token] = [each for each in tab.context.cookies() if each["name"].startswith("csrf")]
    sent = {"csrfmiddlewaretoken": token["value"], **form}
    answer = tab.request.post(path, form=sent, headers={"Referer": tab.url})
    assert answer.status == status, answer.text()
    return answer.url.split("//")[-1].partition("/")[2]


def found(tab: Page) -> list[str]:
    """What axe finds, once in either theme and width."""
    tab.evaluate(AXE_SCRIPT)
    return [*_axe(tab, "light", 1280), *_axe(tab, "dark", 320)]


def _axe(tab: Page, theme: str, width: int) -> list[str]:
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    violations = tab.evaluate(
        "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
    )
    return [
        f"{theme} {width}: {violation['help']}: {node['html']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def sticks_out(tab: Page, width: int = 0) -> int:
    """By how many pixels the page is wider than its window, of some width or as it is."""
    if width:
        tab.set_viewport_size({"width": width, "height": 800})
    return int(tab.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(world: World, page: str) -> None:
    world.open(page)
    expect(world.tab.get_by_role("heading", level=1)).to_be_visible()
    assert found(world.tab) == []
    assert [width for width in WIDTHS if sticks_out(world.tab, width) > 0] == []


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in(world: World, state: str) -> None:
    world.open(*STATES[state])
    assert found(world.tab) == []
    assert [width for width in WIDTHS if sticks_out(world.tab, width) > 0] == []


@pytest.mark.parametrize("page", ["overview", "tasks", "task:failed", "spawn"])
def test_text_of_twice_the_size_fits_into_the_window(world: World, page: str) -> None:
    world.open(page)
    world.tab.set_viewport_size({"width": 640, "height": 400})  # what zoom makes of 1280 × 800
    assert sticks_out(world.tab) <= 0
    world.tab.evaluate("document.documentElement.style.fontSize = '200%'")
    assert sticks_out(world.tab) <= 0


def test_forced_colours_leave_every_state_its_shape_and_word(world: World) -> None:
    world.open("task:failed")
    world.tab.emulate_media(forced_colors="active")
    badge = world.tab.locator("#live > .abs-badge")
    expect(badge).to_have_text("Failed")
    ink, ground = badge.evaluate("""badge => [
        getComputedStyle(badge.querySelector("svg")).color,
        getComputedStyle(document.body).backgroundColor,
    ]""")
    world.tab.emulate_media(forced_colors="none")
    assert ink != ground


def test_forced_colours_leave_each_state_a_shape_of_its_own(world: World) -> None:
    """In the tabs of the list, which has all of them; the chosen one is told apart too."""
    world.open("tasks", "?state=failed")
    world.tab.wait_for_load_state("networkidle")  # the tabs are exchanged when their counts come
    world.tab.emulate_media(forced_colors="active")
    tabs = world.tab.get_by_role("navigation", name="State").locator(".abs-tab:has(svg)")
    assert tabs.count() == 6
    pictures = {tab.locator("svg").screenshot() for tab in tabs.all()}
    edges = [tab.evaluate("tab => getComputedStyle(tab).borderBottomColor") for tab in tabs.all()]
    world.tab.emulate_media(forced_colors="none")
    assert len(pictures) == 6
    assert min(map(edges.count, edges)) == 1, "the chosen tab looks like the others"


def test_where_less_motion_is_wanted_nothing_moves(world: World) -> None:
    world.open("tasks")
    moving = """() => [...document.querySelectorAll("*")].filter(each => {
        const style = getComputedStyle(each);
        const lengths = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
        return lengths.some(length => parseFloat(length) > 0);
    }).map(each => each.outerHTML.slice(0, 80))"""
    assert world.tab.evaluate(moving) == []
    world.tab.emulate_media(reduced_motion="no-preference")
    assert world.tab.evaluate(moving) != []


@pytest.mark.parametrize("page", ["overview", "task:failed", "tasks", "spawn", "queue"])
def test_headings_go_down_by_one_and_regions_are_named(world: World, page: str) -> None:
    world.open(page)
    levels = world.tab.evaluate("""() => [...document.querySelectorAll("h1, h2, h3, h4")]
        .filter(each => each.checkVisibility()).map(each => Number(each.tagName[1]))""")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    unnamed = world.tab.evaluate("""() => [...document.querySelectorAll("nav, section, aside")]
        .filter(each => each.checkVisibility())
        .filter(each => !each.ariaLabel && !each.ariaLabelledByElements?.length)
        .map(each => each.outerHTML.slice(0, 80))""")
    assert unnamed == []
