"""Many at once in a real Chromium: a filter, a dry run, and an operation that is watched drain."""

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from absurd_core import queues, run
from tests.browser.conftest import PATIENCE
from tests.browser.visiting import sign_in
from tests.demo.commands import eventually

pytestmark = pytest.mark.browser

NUMBER = 3_000


@pytest.fixture(scope="module")
def failed(engine_url: str) -> str:
    """A queue full of tasks that failed for good; nobody works on it."""
    with psycopg.connect(engine_url, autocommit=True) as connection:
        run(connection, queues.create("outage"))
        connection.execute(
            "select absurd.spawn_task('outage', 'charge', 'null', '{\"max_attempts\": 1}')"
            " from generate_series(1, %s)",
            [NUMBER],
        )
        connection.execute(
            "select absurd.fail_run('outage', run_id, '{\"name\": \"Timeout\"}')"
            " from absurd.claim_task('outage', 'worker', 600, %s)",
            [NUMBER],
        )
    return engine_url


def states(url: str) -> dict[str, int]:
    """How many tasks of the queue are in each state."""
    with psycopg.connect(url) as connection:
        query = "select state, count(*) from absurd.t_outage group by state"
        return dict(connection.execute(query).fetchall())


def test_selected_tasks_are_retried_as_new_ones_without_scripts(
    browser: Browser, dashboard: str, failed: str
) -> None:
    context = browser.new_context(base_url=dashboard, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    sign_in(tab)
    tab.goto("/tasks/?queue=outage")
    for box in tab.get_by_role("checkbox", name="Select charge").all()[:2]:
        box.check()
    tab.get_by_label("Many at once").select_option("Retry as new tasks")
    tab.get_by_role("button", name="Dry run").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Retry 2 tasks as new ones")
    tab.get_by_role("button", name="Retry 2 tasks as new ones").click()
    expect(tab.get_by_text("Confirmed.")).to_be_visible()
    eventually(lambda: tab.reload() and "finished" in tab.locator("#live").inner_text())
    assert states(failed) == {"failed": NUMBER, "pending": 2}
    context.close()


def test_the_box_for_everything_ticks_the_rows_in_view(tab: Page, failed: str) -> None:
    sign_in(tab)
    tab.goto("/tasks/?queue=outage")
    everything = tab.get_by_label("Everything that matches, on all pages")
    everything.check()
    row = tab.get_by_role("checkbox", name="Select charge").first
    expect(row).to_be_checked()
    row.uncheck()
    expect(everything).not_to_be_checked()


def test_a_cause_of_failures_is_retried_whole_and_drains_on_the_open_page(
    tab: Page, failed: str
) -> None:
    sign_in(tab)
    tab.goto("/failures/?queue=outage")
    tab.get_by_role("link", name="Timeout").first.click()
    tab.get_by_role("button", name="Retry 3,000 tasks").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Retry 3,000 tasks")
    expect(tab.locator("#live")).to_contain_text("exactly these 3,000 tasks")
    before = states(failed)

    tab.get_by_role("button", name="Retry 3,000 tasks").click()
    bar = tab.get_by_role("progressbar", name="Progress")
    expect(bar).to_be_visible()
    navigations: list[str] = []
    tab.on("framenavigated", lambda frame: navigations.append(frame.url))
    expect(bar).to_have_attribute("value", str(NUMBER), timeout=60_000)
    expect(tab.locator("#live")).to_contain_text("finished")

    assert navigations == []
    assert before["failed"] == NUMBER
    assert "failed" not in states(failed)
