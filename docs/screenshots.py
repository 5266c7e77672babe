"""Makes the documents' pictures from a demo that runs, and pictures of every page of it.

    python -m docs.screenshots http://127.0.0.1:8000/ <password>

Run it from the checkout, in the tests' environment. A demo needs some minutes to have all that is
shown. Where the pictures of every page go is told in tests/browser/pictures.py.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.pictures import Walk, folder
from tests.ensure_browser import browser_path

HERE = Path(__file__).parent
FAILED_ORDER = "/tasks/?name=order.*&state=failed&window=all"
RESEARCH = "/tasks/?name=agent.research&state=completed&window=all"
SEARCH = "/tasks/?q=state:failed name:order.* attempts:>=3 -params.postcode:1010"


def main(url: str, password: str) -> None:
    """Sign in as the demo's user, and take all pictures."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        page = chromium.new_page(base_url=url, viewport={"width": 1200, "height": 800})
        _sign_in(page, password)
        for name, take in PICTURES.items():
            take(page, HERE / name)
        walk = Walk(page, folder("demo"), whole=True)
        walk.run()
        sys.stdout.write("\n".join([*walk.amiss, f"{walk.target}/index.html", ""]))
        chromium.close()


def _failed_order(page: Page, target: Path) -> None:
    _first(page, FAILED_ORDER)
    page.get_by_role("region", name="Timeline").wait_for()
    page.screenshot(path=target)


def _step(page: Page, target: Path) -> None:
    _first(page, RESEARCH)
    page.locator("summary.abs-tl-row").first.click()
    page.locator(".abs-tl-repeat:visible").first.wait_for()
    page.locator(".abs-tl-repeat:visible a[data-step]").last.click()
    page.locator("#step").wait_for()
    page.set_viewport_size({"width": 1000, "height": 1600})  # nothing sticks to its edges
    page.locator("#timeline").screenshot(path=target)
    page.set_viewport_size({"width": 1200, "height": 800})


def _causes(page: Page, target: Path) -> None:
    page.goto("/failures/?window=all&attempts=all")
    page.locator("#main").screenshot(path=target)


def _workflow(page: Page, target: Path) -> None:
    _first(page, "/workflows/?status=failed", "/workflows/")
    page.screenshot(path=target)


def _overview(page: Page, target: Path) -> None:
    page.goto("/")
    page.locator("#live").get_by_role("row").last.wait_for()
    page.screenshot(path=target)


def _search(page: Page, target: Path) -> None:
    page.goto(SEARCH)
    page.screenshot(path=target, clip={"x": 0, "y": 0, "width": 1200, "height": 520})


def _dry_run(page: Page, target: Path) -> None:
    page.goto('/tasks/?queue=ops/night "shift"&state=failed')
    page.get_by_label("Everything that matches, on all pages").check()
    page.get_by_label("Many at once").select_option("Retry in place")
    page.get_by_role("button", name="Dry run").click()
    page.get_by_role("button", name="Retry").first.wait_for()
    page.screenshot(path=target, clip={"x": 208, "y": 48, "width": 992, "height": 530})


PICTURES = {
    "bulk.png": _dry_run,
    "overview.png": _overview,
    "screenshot.png": _failed_order,
    "search.png": _search,
    "understand-step.png": _step,
    "understand-causes.png": _causes,
    "understand-workflow.png": _workflow,
}


def _first(page: Page, *lists: str) -> None:
    """Open the first row of the first of these lists that has one."""
    for address in lists:
        page.goto(address)
        link = page.locator("tbody .abs-primary a").first
        if link.count():
            page.goto(link.get_attribute("href") or "")
            return
    sys.exit(f"Nothing to show at {lists[-1]}; the demo has not run long enough.")


def _sign_in(page: Page, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name").fill("demo")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()


if __name__ == "__main__":
    main(*sys.argv[1:])
