"""The design page, and what the design may weigh."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import include, path

from absurd_dashboard import urls
from absurd_dashboard.tokens import tokens
from tests.dashboard.engine import Engine

#: What a site has that develops with DEBUG on.
urlpatterns = [
    path("absurd/", include(([*urls.urlpatterns, *urls.design_pages], urls.app_name))),
]
KILOBYTE = 1_000


def own(pattern: str) -> dict[str, bytes]:
    """The dashboard's static files of a kind, by name."""
    found = finders.find("absurd_dashboard/app.css")
    assert isinstance(found, str)
    return {file.name: file.read_bytes() for file in sorted(Path(found).parent.glob(pattern))}


@pytest.mark.urls(__name__)
def test_the_design_page_shows_every_token_and_component(client: Client, engine: Engine) -> None:
    text = client.get("/absurd/_design/").text
    assert "INVALID TEMPLATE" not in text
    for token in tokens():
        assert token.name in text
    for part in ("abs-badge", "abs-chip", "abs-json", "abs-blank", "abs-alert", "abs-remarks",
                 "abs-spark", "abs-tab", "abs-pager", "abs-new", "abs-facts", "abs-id", "abs-diff",
                 "abs-json-sheet", "abs-skeleton", "abs-toast", "abs-dialog", "abs-bar",
                 "<time", "<data"):  # fmt: skip
        assert part in text, part


def test_there_is_no_design_page_where_debug_is_off(client: Client, engine: Engine) -> None:
    assert client.get("/absurd/_design/").status_code == 404


def test_every_colour_has_a_light_and_a_dark_value() -> None:
    by_name = {token.name: token for token in tokens()}
    assert by_name["--abs-failed"].light != by_name["--abs-failed"].dark
    assert by_name["--abs-row"].value == "2.25rem"
    assert all(token.light and token.dark for token in tokens() if "oklch" in token.value[:20])


def test_all_stylesheets_together_are_small() -> None:
    assert sum(map(len, own("*.css").values())) < 40 * KILOBYTE


def test_the_scripts_of_every_page_are_small() -> None:
    frame = Path(__file__).parents[2] / "templates/absurd_dashboard"
    templates = [frame / "base.html", frame / "components/head.html"]
    named = re.findall(r"absurd_dashboard/(\w+\.js)", "".join(map(Path.read_text, templates)))
    scripts = own("*.js")
    assert len(named) > 6
    assert sum(len(scripts[name]) for name in set(named)) < 25 * KILOBYTE


def test_all_scripts_together_are_small_on_their_way() -> None:
    assert sum(len(gzip.compress(script)) for script in own("*.js").values()) < 25 * KILOBYTE


def test_all_scripts_together_are_small_when_a_host_minifies_them() -> None:
    minify = pytest.importorskip("minify")
    # It takes the names at the top of a script for everybody's, unless they are in a block.
    blocks = [f"{{{script.decode().replace('export ', '')}}}" for script in own("*.js").values()]
    minified = [minify.string("application/javascript", block) for block in blocks]
    assert sum(len(each.encode()) for each in minified) < 25 * KILOBYTE


def test_no_rule_needs_to_shout() -> None:
    for name, stylesheet in own("*.css").items():
        assert b"!important" not in stylesheet, name
