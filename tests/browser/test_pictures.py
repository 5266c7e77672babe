"""Every page in both themes, wide and narrow: written as pictures, and nothing amiss on any."""

import pytest
from absurd_sdk import Absurd
from playwright.sync_api import Page

from absurd_dashboard.examples import approval
from tests.browser.pictures import PAGES, Walk, folder
from tests.browser.visiting import a_failed_task, a_request, approve, sign_in

pytestmark = pytest.mark.browser


def test_every_page_fits_its_window_and_makes_no_script_complain(tab: Page, app: Absurd) -> None:
    a_failed_task(app)
    approve(app, "P-1")
    done = a_request(app, "P-1")
    app.await_task_result(done, queue_name=approval.QUEUE, timeout=30)
    a_request(app, "P-2")
    for _ in range(3):
        app.spawn(
            "approval.nobody-knows", {}, queue=approval.QUEUE, headers={"workflow_run_id": "P-3"}
        )
    sign_in(tab)
    walk = Walk(tab, folder("suite"))
    walk.run()
    assert walk.amiss == []
    assert len(list(walk.target.glob("*.png"))) >= 4 * len(PAGES)
