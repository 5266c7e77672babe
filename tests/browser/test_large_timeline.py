"""A timeline of 5,000 checkpoints answers at once: to keys, to the pointer, and when it is opened.

What an interaction takes is counted in processor time of the page's main thread, which says nearly
the same on a busy machine. Of Chromium's own INP, which does not, the quickest of several counts: a
busy machine slows some of them down, and a slow page all.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from playwright.sync_api import CDPSession, Page, expect

from absurd_core import queues, run
from tests.browser.visiting import sign_in

pytestmark = pytest.mark.browser
logger = logging.getLogger(__name__)

MANY = 5_000
#: Seconds of the main thread: for the page with all its scripts; for what is answered in the page;
#: for what the server is asked for, until it stands there.
LOADED, ANSWERED, RENEWED = 1.5, 0.1, 1.5
#: Milliseconds from the press of a key to the next paint.
INP = 200

_OBSERVE = """
window.presses = [];
new PerformanceObserver((list) => {
  presses.push(...list.getEntries().filter(({ name }) => name === "keydown").map((each) => each.duration));
}).observe({ type: "event", durationThreshold: 16 });
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
  .observe({ type: "longtask" });
"""  # noqa: E501
_TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_SAVE = """
select absurd.set_task_checkpoint_state(%s, %s,
         case when n %% 2 = 0 then 'iteration#' || n / 2 + 1 else 'step ' || n end, '{"n": 1}', %s)
  from generate_series(%s::int, %s::int) n
"""


@pytest.fixture
def task(engine_url: str) -> Iterator[str]:
    """A completed task with very many checkpoints, half of them an agent's loop."""
    queue = "large timelines"
    with psycopg.connect(engine_url, autocommit=True) as connection:
        run(connection, queues.create(queue))
        spawn = "select task_id, run_id from absurd.spawn_task(%s, 'agent.loop', '{}')"
        spawned = connection.execute(spawn, [queue]).fetchone()
        assert spawned is not None
        connection.execute("select absurd.claim_task(%s, 'worker', 3600)", [queue])
        for number in range(1, MANY, 50):  # instants of their own for each fifty
            connection.execute(_SAVE, [queue, *spawned, number, number + 49])
        connection.execute("select absurd.complete_run(%s, %s, 'null')", [queue, spawned[1]])
        yield str(spawned[0])
        run(connection, queues.drop(queue))


class Thread:
    """The processor time of a page's main thread."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.session: CDPSession = tab.context.new_cdp_session(tab)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.took: dict[str, float] = {}

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Count what something takes, until two frames after it."""
        before = self._busy()
        yield
        self.tab.evaluate(_TWO_FRAMES)
        self.took[what] = self._busy() - before

    def _busy(self) -> float:
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def test_five_thousand_checkpoints_answer_at_once(tab: Page, task: str) -> None:
    tab.add_init_script(_OBSERVE)
    sign_in(tab)
    thread = Thread(tab)
    with thread.during("load"):
        tab.goto(f"/tasks/{task}/")
        expect(tab.locator(".abs-tl-box")).to_be_visible()
    tab.locator(".abs-tl-box").focus()
    for what, (does, _) in INTERACTIONS.items():
        with thread.during(what):
            does(tab)
    presses, tasks = tab.evaluate("presses"), tab.evaluate("tasks")
    logger.info("seconds %s, presses %s ms, long tasks %s ms", thread.took, presses, tasks)
    assert thread.took.pop("load") < LOADED
    most = {what: bound for what, (_, bound) in INTERACTIONS.items()}
    assert {what: took for what, took in thread.took.items() if took > most[what]} == {}
    assert min(presses, default=0) <= INP


def press(key: str) -> Callable[[Page], None]:
    return lambda tab: tab.keyboard.press(key)


def pull(tab: Page) -> None:
    """Drag the zoomed picture a little to the left."""
    place = tab.locator(".abs-tl-life .abs-tl-svg").bounding_box()
    assert place is not None
    tab.mouse.move(700, place["y"] + 10)
    tab.mouse.down()
    tab.mouse.move(660, place["y"] + 10)
    tab.mouse.up()


def open_a_panel(tab: Page) -> None:
    tab.get_by_role("link", name="step 1", exact=True).click()
    expect(tab.locator("#step")).to_be_visible()


def close_it(tab: Page) -> None:
    tab.keyboard.press("Escape")
    expect(tab.locator("#step")).to_have_count(0)


def unfold(tab: Page) -> None:
    tab.locator("summary.abs-tl-row", has_text="iteration").click()
    expect(tab.locator(".abs-tl-repeat")).to_have_count(100)


def open_the_table(tab: Page) -> None:
    tab.locator("#timeline-table > summary").click()
    expect(tab.locator("#timeline-table tbody tr")).to_have_count(100)


#: What a viewer does with a timeline, and its bound.
INTERACTIONS: dict[str, tuple[Callable[[Page], None], float]] = {
    "zoom in": (press("+"), ANSWERED),
    "closer": (press("+"), ANSWERED),
    "closer still": (press("+"), ANSWERED),
    "to the right": (press("ArrowRight"), ANSWERED),
    "to the left": (press("ArrowLeft"), ANSWERED),
    "farther": (press("-"), ANSWERED),
    "drag": (pull, 4 * ANSWERED),
    "open a panel": (open_a_panel, RENEWED),
    "close it": (close_it, RENEWED),
    "unfold": (unfold, RENEWED),
    "open the table": (open_the_table, RENEWED),
}
