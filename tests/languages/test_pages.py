"""Every page in a language nobody speaks: what reads as English there was never translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf.locale import LANG_INFO
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from tests.browser.pictures import PAGES
from tests.dashboard.engine import Engine
from tests.languages.pseudo import LONG, MIRRORED, make

#: Elements whose text is data, or is code.
DATA = {"bdi", "code", "data", "kbd", "option", "pre", "script", "style", "svg", "textarea", "time"}
#: Words of the dashboard's own that no language has others for.
NAMES = {"Absurd", "Queue", "UTC", "JSON", "Ctrl", "WAL", "CSV", "min"}
#: Words of the engine and of PostgreSQL, which are shown as they are stored.
STORED = {"completed", "days", "unpartitioned"}
#: Django has names of months for real languages only.
MONTHS = {"Mar"}
VOID = {"br", "hr", "img", "input", "link", "meta", "use", "wbr"}


class Reader(HTMLParser):
    """Collects what a page says itself, not what it quotes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            json = "abs-json" in (dict(attributes).get("class") or "")
            self.open.append("data" if json else tag)

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
    left, before = "\n".join(reader.said), ""
    while left != before:  # a translation may stand in the place of another
        before, left = left, re.sub(r"⟦[^⟦⟧]*⟧", " ", left)
    found = (text.strip() for text in left.splitlines())
    return {
        text for text in found if {*re.findall(r"[A-Za-z]{3,}", text)} - NAMES - STORED - MONTHS
    }


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    make(LONG, folder)
    make(MIRRORED, folder)
    return folder


@pytest.fixture
def seeded(engine: Engine) -> Engine:
    """Tasks of every state, a cause of failures, a workflow, an event and who waits for it."""
    engine.create("0000-00")
    engine.failed("0000-00", "0001", name="0009", message="0010", traceback="0011")
    engine.spawn("0000-00", "0002", headers={"workflow_run_id": "0003"})
    run = engine.claim("0000-00", "0004")
    engine.complete("0000-00", run)
    sleeper = engine.spawn("0000-00", "0005")
    run = engine.claim("0000-00", "0004")
    engine.checkpoint("0000-00", sleeper, run, "0006", {"0": 1})
    engine.wait("0000-00", sleeper, run, "0007", timeout=600)
    engine.emit("0000-00", "0008", 1)
    return engine


def address(client: Client, stop: str | tuple[str, str]) -> str:
    """Where a page is; where it is about one thing, the first that its list leads to."""
    mounted = reverse("absurd_dashboard:overview").rstrip("/")
    if isinstance(stop, str):
        return f"{mounted}{stop}"
    html = client.get(f"{mounted}{stop[0]}").content.decode()
    body = html[html.index("<tbody") :]
    found = re.search(r'<a href="([^"]+)"', body)
    assert found, stop
    return found[1].replace("&amp;", "&")


@pytest.mark.usefixtures("seeded")
def test_every_page_says_nothing_that_is_not_translated(client: Client, catalogues: Path) -> None:
    names = {"name": "x", "name_local": "⟦x⟧", "bidi": False}
    info = {LONG: {**names, "code": LONG}, MIRRORED: {**names, "code": MIRRORED, "bidi": True}}
    LANG_INFO.update(info)
    settings = {"LANGUAGE_CODE": LONG, "LOCALE_PATHS": [catalogues], "LANGUAGES": [(LONG, "x")]}
    amiss: list[str] = []
    try:
        with override_settings(**settings), translation.override(LONG):
            for name, stop in PAGES.items():
                answer = client.get(address(client, stop))
                assert answer.status_code == 200, name
                amiss += [f"{name}: {text}" for text in untranslated(answer.content.decode())]
    finally:
        for code in info:
            del LANG_INFO[code]
    assert not amiss, "\n".join(amiss)
