"""Pictures of every page in both themes, wide and narrow; and what is amiss with any of them.

They are written below the folder that ``ABSURD_DASHBOARD_PICTURES`` names, else below the system's
folder for temporary files; ``index.html`` shows all of them at once.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from playwright.sync_api import Page

#: Pixels; a page is no wider than its window in either.
WIDE, NARROW, HEIGHT = 1280, 360, 900
#: Every page by its name: its address, or the list and the link in it that leads there.
PAGES: dict[str, str | tuple[str, str]] = {
    "overview": "/",
    "attention": "/attention/",
    "tasks": "/tasks/?window=all",
    "task-failed": ("/tasks/?state=failed&window=all", "tbody th a, tbody .abs-primary a"),
    "task-sleeping": ("/tasks/?state=sleeping&window=all", "tbody .abs-primary a"),
    "task-step": ("/tasks/?state=completed&window=all", "tbody .abs-primary a"),
    "failures": "/failures/",
    "failures-one-by-one": "/failures/?view=list",
    "failure": ("/failures/", "tbody .abs-primary a"),
    "workflows": "/workflows/?by=header",
    "workflow": ("/workflows/?by=header", "tbody .abs-primary a"),
    "queues": "/queues/",
    "queue": ("/queues/", "tbody .abs-primary a"),
    "queue-create": "/create-queue/",
    "events": "/events/",
    "event": ("/events/", "tbody .abs-primary a"),
    "emit": "/events/emit/",
    "workers": "/workers/",
    "charts": "/charts/",
    "spawn": "/spawn/",
    "bulk": "/bulk/",
    "audit": "/audit/",
}


def folder(name: str) -> Path:
    """A folder for pictures, made."""
    base = os.environ.get("ABSURD_DASHBOARD_PICTURES")
    place = Path(base or Path(tempfile.gettempdir()) / "absurd-dashboard-pictures") / name
    place.mkdir(parents=True, exist_ok=True)
    return place


@dataclass
class Walk:
    """A walk over all pages in a tab that is signed in.

    Attributes:
        amiss: what was found wrong, a line each.
    """

    tab: Page
    target: Path
    whole: bool = False
    amiss: list[str] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Visit every page, and write the sheet of them all."""
        self.tab.on("console", lambda said: self._said.append(f"{said.type}: {said.text}"))
        self.tab.on("pageerror", lambda error: self._said.append(str(error)))
        names = [shot for name, stop in PAGES.items() for shot in self._visit(name, stop)]
        (self.target / "index.html").write_text(_sheet(names))

    def _visit(self, name: str, stop: str | tuple[str, str]) -> Iterator[str]:
        self._said.clear()
        self.tab.set_viewport_size({"width": WIDE, "height": HEIGHT})
        answer = self.tab.goto(stop if isinstance(stop, str) else stop[0])
        if isinstance(stop, tuple):
            address = self.tab.locator(stop[1]).first.get_attribute("href")
            answer = self.tab.goto(address or "")
        if name == "task-step":
            self.tab.locator("a[data-step]").first.click()
            self.tab.locator("#step").wait_for()
        if answer is None or answer.status != 200:
            self.amiss.append(f"{name}: {answer and answer.status}")
        for width in (WIDE, NARROW):
            self.tab.set_viewport_size({"width": width, "height": HEIGHT})
            yield from self._taken(name, width)
        self.amiss += [f"{name}: {text}" for text in self._said if not text.startswith("log:")]

    def _taken(self, name: str, width: int) -> Iterator[str]:
        wider = self.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            self.amiss.append(f"{name}: {wider} pixels wider than {width}")
        for theme in ("light", "dark"):
            self.tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
            shot = f"{name}-{width}-{theme}.png"
            self.tab.screenshot(path=self.target / shot, full_page=self.whole)
            yield shot


def _sheet(names: list[str]) -> str:
    figures = "".join(_figure(escape(name)) for name in names)
    style = "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif}figure{margin:0}"
    return f"<!doctype html><title>Every page</title><style>{style}</style>{figures}"


def _figure(name: str) -> str:
    picture = f'<a href="{name}"><img src="{name}" width="400" loading="lazy"></a>'
    return f"<figure>{picture}<figcaption>{name}</figcaption></figure>"
