"""What every visit begins with, and tasks to look at."""

from urllib.parse import urlsplit

from absurd_sdk import Absurd
from playwright.sync_api import Locator, Page, expect

from absurd_dashboard.examples import approval, failures
from tests.browser.conftest import PASSWORD, USER

#: The session's cookie at each dashboard where somebody signed in: to check a password is slow.
_sessions: dict[str, tuple[str, str]] = {}


def sign_in(tab: Page) -> None:
    """Come to the dashboard signed in; whoever comes first does that where it leads."""
    tab.goto("/")
    host = urlsplit(tab.url).netloc
    if host in _sessions:
        name, value = _sessions[host]
        tab.context.add_cookies([{"name": name, "value": value, "url": f"http://{host}"}])
        tab.goto("/")
        _arrived(tab)
    else:
        sign_in_by_form(tab)
        [cookie] = [each for each in tab.context.cookies() if each["name"].endswith("_session")]
        _sessions[host] = cookie["name"], cookie["value"]


def sign_in_by_form(tab: Page) -> None:
    """Come to the dashboard, and sign in where it leads."""
    tab.goto("/")
    tab.get_by_label("User name").fill(USER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    _arrived(tab)


def _arrived(tab: Page) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text("Overview")


def failed_for_good(tab: Page) -> Locator:
    """The overview's link to what failed in the queue of :func:`a_failed_task`."""
    attention = tab.get_by_role("region", name="Needs attention").get_by_role("listitem")
    return attention.filter(has_text=failures.QUEUE).get_by_role("link", name="failed for good")


def its_cause(tab: Page) -> Locator:
    """Among causes of failures, the link to that of :func:`a_failed_task`."""
    row = tab.get_by_role("main").get_by_role("row").filter(has_text="night.bug")
    return row.get_by_role("link", name="KeyError")


def a_failed_task(app: Absurd) -> str:
    """Id of a task that a worker has just failed for good."""
    task = app.spawn("night.bug", {"pace": 0}, queue=failures.QUEUE, max_attempts=1)
    app.await_task_result(str(task["task_id"]), queue_name=failures.QUEUE, timeout=30)
    return str(task["task_id"])


def a_request(app: Absurd, number: str) -> str:
    """Id of a task that waits for the event ``approval:<number>``, or soon will."""
    return str(approval.ask(app, number, pace=0)["task_id"])


def approve(app: Absurd, number: str) -> None:
    """Emit what the request waits for."""
    app.emit_event(f"approval:{number}", {"approved": True}, queue_name=approval.QUEUE)
