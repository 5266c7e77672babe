"""Every page in languages nobody speaks: no text was missed, and nothing breaks in a browser."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import Route

from tests.browser.conftest import launched
from tests.browser.pictures import HEIGHT, WIDTHS
from tests.dashboard.engine import Engine
from tests.languages.pseudo import LONG, MIRRORED, make
from tests.languages.stops import filled, speaking, stops, visited

AXE, AXE_AT = (Path(__file__).parent / "axe.js").read_text(), 320
CSS = ("app.css", "bulk.css", "charts.css", "timeline.css")

#: Elements whose text is data, or is code.
DATA = {"bdi", "code", "data", "kbd", "mark", "pre", "script", "style", "textarea"}
#: Attributes that people read or hear; placeholders are examples of what to type.
SAID = re.compile(r"title|alt|label|aria-(label|description|valuetext)|data-(text|label|many).*")
#: Words of the dashboard's own that no language has others for.
NAMES = {"Absurd", "Queue", "UTC", "JSON", "Ctrl", "Esc", "WAL", "CSV", "min"}
#: Words of the engine, of PostgreSQL and of queries, which are shown as they are stored or typed.
STORED = {"completed", "days", "unpartitioned", "partitioned", "failed", "workflow_run_id", "null"}
TYPED = {"age", "attempts", "checkpoint", "has", "name", "state", "sleeping"}
#: The names of what a form or a program sends.
SENT = {
    "action", "cancel", "copy", "max_attempts", "max_delay", "mute", "note", "off", "retry",
    "run_again", "task",
}  # fmt: skip
#: Django has names of months for real languages only.
MONTHS = {"Jan", "Feb", "Mar", "Nov"}
#: Where Django says what is wrong, which it does in real languages only.
DJANGO = {"signing in as nobody"}
VOID = {"br", "hr", "img", "input", "link", "meta", "use", "wbr"}


class Reader(HTMLParser):
    """Collects what a page says itself, not what it quotes."""

    #: Newer Pythons count titles in, but the title of a shape may hold elements.
    RCDATA_CONTENT_ELEMENTS = ("textarea",)

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []
        self.heard: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in DATA:
            self.heard += [each for name, each in attributes if each and SAID.fullmatch(name)]
        if tag not in VOID:
            given = dict(attributes)
            as_it_is = "abs-json" in (given.get("class") or "").split() or "translate" in given
            self.open.append("data" if as_it_is else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not DATA & {*self.open}:
            self.said.append(data.strip())


def untranslated(html: str) -> set[str]:
    """What a page says outside of the brackets that translations stand in."""
    reader = Reader()
    reader.feed(html)
    # A sentence may go on over elements; what is heard is whole.
    texts = ["\n".join(reader.said), *reader.heard]
    found = (line.strip() for text in texts for line in _outside(text).splitlines())
    known = NAMES | STORED | TYPED | SENT | MONTHS
    return {text for text in found if {*re.findall(r"[A-Za-z_]{3,}", _without_ids(text))} - known}


def _outside(text: str) -> str:
    before = ""
    while text != before:  # a translation may stand in the place of another
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return text


def _without_ids(text: str) -> str:
    return re.sub(r"\b(?=[a-f]*\d)[0-9a-f-]{8,}\b", " ", text)


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, str]]:
    """The HTML of every stop by its name, in the languages that were asked for so far."""
    return {}


@pytest.fixture(params=[LONG, MIRRORED])
def pages(
    request: pytest.FixtureRequest, rendered: dict[str, dict[str, str]], tmp_path: Path
) -> dict[str, str]:
    """All of it in one language, made before a browser's event loop runs."""
    language = request.param
    if language not in rendered:
        engine = request.getfixturevalue("engine")
        make(language, tmp_path)
        with speaking(language, tmp_path):
            rendered[language] = dict(_visited(engine, language))
    return rendered[language]


def _visited(engine: Engine, language: str) -> Iterator[tuple[str, str]]:
    User.objects.create_superuser("0015")
    User.objects.create_user("0019")
    for name, stop in stops(filled(engine)).items():
        if language == MIRRORED and name.startswith("query "):
            continue  # the same page again, with other words
        answer = visited(stop)
        assert answer.status_code == stop.status, name
        yield name, answer.content.decode()
    yield "locked out", render_to_string("absurd_dashboard/registration/locked_out.html")


def test_no_page_says_what_is_not_translated(pages: dict[str, str]) -> None:
    ours = {name: html for name, html in pages.items() if name not in DJANGO}
    amiss = [f"{name}: {text}" for name, html in ours.items() for text in untranslated(html)]
    assert not amiss, "\n".join(amiss)


#: Refusals, mistakes and the like, which tests/browser/test_axe.py does not come by: for axe, from
#: right to left, in a narrow window.
STATES = (
    "overview", "tasks", "task", "task waiting", "not there", "not allowed", "no engine",
    "cancelled already", "nothing selected", "spawn without a name", "emit no JSON",
    "a policy that cannot be", "a queue without a name", "no task", "a retry", "signing in",
    "locked out",
)  # fmt: skip


@pytest.mark.browser
def test_no_page_breaks_where_texts_are_long_or_turned_around(pages: dict[str, str]) -> None:
    """Nothing is cut off, lies over another or makes the page wide; only code is not mirrored."""
    check, amiss = (Path(__file__).parent / "layout.js").read_text(), []
    with launched() as browser:
        tab = browser.new_page(reduced_motion="reduce")
        tab.route("**/*", _static)
        tab.goto("http://dashboard.test/")
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": HEIGHT})
            amiss += tab.evaluate(check, pages)
            if width == AXE_AT and MIRRORED in pages["overview"]:
                tab.evaluate(AXE_SCRIPT)
                amiss += tab.evaluate(AXE, {name: pages[name] for name in STATES})
    assert not amiss, "\n".join(amiss)


def _static(route: Route) -> None:
    """The style sheets, and a page that has all of them."""
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        route.fulfill(path=finders.find(path.removeprefix("/static/")))
        return
    links = "".join(f'<link rel="stylesheet" href="/static/absurd_dashboard/{css}">' for css in CSS)
    route.fulfill(
        body=f"<!doctype html><meta charset=utf-8>{links}<body></body>", content_type="text/html"
    )
