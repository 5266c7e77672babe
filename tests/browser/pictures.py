"""Pictures of every page in both themes and several widths; and what is amiss with any of them.

They are written below the folder that ``ABSURD_DASHBOARD_PICTURES`` names, which gets all widths;
else below the system's folder for temporary files, which gets two.
``index.html`` is the contact sheet: a row for each page.
"""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

#: Pixels, from a phone to a wall; a page is no wider than its window in any.
WIDTHS, HEIGHT = (320, 768, 1280, 2560), 900
#: Of which there are always pictures.
USUAL = (320, 1280)
THEMES = ("light", "dark")
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
    "views": "/views/",
    "go": "/go/",
    "tune": "/tune/",
}


_FOLDER = "ABSURD_DASHBOARD_PICTURES"


def folder(name: str) -> Path:
    """A folder for pictures, made."""
    base = os.environ.get(_FOLDER)
    place = Path(base or Path(tempfile.gettempdir()) / "absurd-dashboard-pictures") / name
    place.mkdir(parents=True, exist_ok=True)
    return place


@dataclass
class Walk:
    """A walk over all pages in a tab that is signed in.

    Attributes:
        whole: whether a picture shows all of a page, or what fits into the window.
        widths: of the windows that pictures are taken of.
        amiss: what was found wrong, a line each.
    """

    tab: Page
    target: Path
    whole: bool = False
    widths: tuple[int, ...] = WIDTHS if _FOLDER in os.environ else USUAL
    amiss: list[str] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Visit every page, and write the sheet of them all."""
        self.tab.on("console", lambda said: self._said.append(f"{said.type}: {said.text}"))
        self.tab.on("pageerror", lambda error: self._said.append(str(error)))
        for name, stop in PAGES.items():
            self._visit(name, stop)
        (self.target / "index.html").write_text(_sheet(self.widths))

    def _visit(self, name: str, stop: str | tuple[str, str]) -> None:
        self._said.clear()
        self.tab.set_viewport_size({"width": 1280, "height": HEIGHT})
        answer = self.tab.goto(stop if isinstance(stop, str) else stop[0])
        if isinstance(stop, tuple):
            address = self.tab.locator(stop[1]).first.get_attribute("href")
            answer = self.tab.goto(address or "")
        if name == "task-step":
            self.tab.locator("a[data-step]").first.click()
            self.tab.locator("#step").wait_for()
        if answer is None or answer.status != 200:
            self.amiss.append(f"{name}: {answer and answer.status}")
        for width in WIDTHS:
            self._look(name, width)
        self.amiss += [f"{name}: {text}" for text in self._said if not text.startswith("log:")]

    def _look(self, name: str, width: int) -> None:
        self.tab.set_viewport_size({"width": width, "height": HEIGHT})
        wider = self.tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            self.amiss.append(f"{name}: {wider} pixels wider than {width}")
        for theme in THEMES if width in self.widths else ():
            self.tab.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            self.tab.screenshot(path=self.target / _shot(name, width, theme), full_page=self.whole)


def _shot(name: str, width: int, theme: str) -> str:
    return f"{name}-{width}-{theme}.png"


def _sheet(widths: tuple[int, ...]) -> str:
    kinds = [(width, theme) for width in widths for theme in THEMES]
    heads = "".join(f"<th>{width}, {theme}</th>" for width, theme in kinds)
    rows = "".join(_row(name, kinds) for name in PAGES)
    style = "body{font:14px sans-serif}th{text-align:start}td{padding:4px}"
    style += "img{height:240px;object-fit:cover;object-position:0 0}"
    table = f"<table><tr><th>Page</th>{heads}</tr>{rows}</table>"
    return f"<!doctype html><title>Every page</title><style>{style}</style>{table}"


def _row(name: str, kinds: list[tuple[int, str]]) -> str:
    shots = ((_shot(name, width, theme), 80 + width // 5) for width, theme in kinds)
    cells = "".join(
        f'<td><a href="{shot}"><img src="{shot}" width="{width}" alt="" loading="lazy"></a></td>'
        for shot, width in shots
    )
    return f"<tr><th>{name}</th>{cells}</tr>"
