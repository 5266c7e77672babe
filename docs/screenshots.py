"""Makes docs/screenshot.png from a demo that runs: an order that failed after all its attempts.

    python -m docs.screenshots http://127.0.0.1:8000/ <password>

Run it from the checkout, in the tests' environment.
A demo needs some minutes to have such an order.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.ensure_browser import browser_path

TARGET = Path(__file__).with_name("screenshot.png")
LIST = "/tasks/?name=order.*&state=failed&window=all"


def main(url: str, password: str) -> None:
    """Sign in as the demo's user, find the order, and take the picture."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        page = chromium.new_page(base_url=url, viewport={"width": 1200, "height": 800})
        _sign_in(page, password)
        page.goto(LIST)
        page.get_by_role("link", name="order.fulfil").first.click()
        page.get_by_role("region", name="Timeline").wait_for()
        page.screenshot(path=TARGET)
        chromium.close()


def _sign_in(page: Page, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name").fill("demo")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


if __name__ == "__main__":
    main(*sys.argv[1:])
