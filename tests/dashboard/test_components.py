"""The components, the frame around pages, and the stylesheet that draws them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from math import cos, radians, sin
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from absurd_dashboard import markup
from absurd_dashboard.display import Count
from absurd_dashboard.gallery import gallery
from absurd_dashboard.pages import PageInfo
from absurd_dashboard.payload import Json
from absurd_dashboard.states import STATES
from tests.dashboard.test_states import static_file

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>'\""
SCRIPTS = ("copy", "keys", "live", "morph", "pages", "theme", "time")
PAGE = PageInfo(title="order.fulfil", section="tasks", now=NOW, site_title="Absurd")


def drawn(template: str, **context: Any) -> str:
    return Template("{% load absurd %}" + template).render(Context({"now": NOW, **context}))


def whole(template: str, **context: Any) -> str:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return render_to_string(f"absurd_dashboard/{template}.html", context, request)


def design() -> str:
    return whole("design", page=PAGE, view=gallery(NOW))


# States, names, ids


def test_a_badge_says_the_state_in_words_shape_and_colour() -> None:
    badge = drawn("{{ 'failed'|state_badge }}")
    assert "abs-state-failed" in badge
    assert "icons.svg#failed" in badge
    assert ">Failed</span>" in badge


def test_a_badge_of_an_unknown_state_is_escaped() -> None:
    assert "<img" not in drawn("{{ state|state_badge }}", state=HOSTILE)


def test_a_name_is_escaped_and_isolated_from_the_text_around_it() -> None:
    assert drawn("{{ name|name }}", name="<b>") == '<bdi class="abs-name">&lt;b&gt;</bdi>'


def test_a_missing_name_is_a_dash() -> None:
    assert drawn("{{ name|name }}", name=None) == '<span class="abs-none">–</span>'


def test_a_long_name_is_whole_in_its_tooltip() -> None:
    assert f'title="{"n" * 300}"' in drawn("{{ name|name }}", name="n" * 300)


def test_a_name_of_ten_megabytes_stays_small() -> None:
    assert len(drawn("{{ name|name }}", name="\x00" * 10_000_000)) < 10_000


def test_an_id_is_short_on_the_page_and_whole_on_the_clipboard() -> None:
    task_id = UUID("0199a3f0-0000-7000-8000-0000deadbeef")
    shown = drawn("{% identifier task_id href='/t/' %}", task_id=task_id)
    assert '<a href="/t/">deadbeef</a>' in shown
    assert f'data-copy="{task_id}"' in shown
    assert 'aria-label="Copy deadbeef"' in shown


# Times and numbers


def test_an_instant_is_relative_and_exact_at_once() -> None:
    shown = drawn("{{ then|since:now }}", then=NOW - timedelta(minutes=5))
    assert ">5 min ago</time>" in shown
    assert 'datetime="2026-05-04T11:55:00+00:00"' in shown
    assert 'title="2026-05-04 11:55:00.000 UTC"' in shown


def test_an_instant_to_come_is_relative_too() -> None:
    assert ">in 3 h</time>" in drawn("{{ then|until:now }}", then=NOW + timedelta(hours=3))


@pytest.mark.parametrize("tag", ["then|since:now", "then|moment", "then|duration", "then|count"])
def test_what_is_missing_is_a_dash(tag: str) -> None:
    assert drawn("{{ " + tag + " }}", then=None) == '<span class="abs-none">–</span>'


def test_a_duration_carries_its_seconds() -> None:
    assert drawn("{{ took|duration }}", took=192) == '<data value="192.000">3 m 12 s</data>'


@pytest.mark.parametrize(
    ("count", "title"),
    [
        (Count.capped(20_000, 10_000), "Counting stopped there"),
        (Count.estimated(5_000), "Estimated, not counted"),
    ],
)
def test_a_count_that_is_not_exact_says_why(count: Count, title: str) -> None:
    assert f'title="{title}' in drawn("{{ count|count }}", count=count)


# JSON


def test_json_shows_numbers_as_they_are_stored() -> None:
    shown = drawn("{% json text id='x' %}", text='{"a": 1.10, "b": 12345678901234567890123}')
    assert '<span class="abs-json-number">1.10</span>' in shown
    assert '<span class="abs-json-number">12345678901234567890123</span>' in shown


def test_json_is_escaped() -> None:
    shown = drawn("{% json text id='x' %}", text='{"<img src=x>": "<script>"}')
    assert "<img" not in shown
    assert "<script" not in shown


def test_text_that_is_no_json_is_escaped() -> None:
    assert "<img" not in drawn("{% json text id='x' %}", text="<img src=x> &")


def test_long_json_is_folded_under_an_id_that_survives_a_refresh() -> None:
    shown = drawn("{% json text id='params' %}", text="[" + "1, " * 40 + "1]")
    assert '<details class="abs-fold" id="params">' in shown
    assert "42 values" in shown


def test_short_json_is_open() -> None:
    assert "<details" not in drawn("{% json text id='params' %}", text='{"a": 1}')


def test_cut_json_says_so_and_offers_the_whole() -> None:
    shown = drawn("{% json cut id='x' download='/all' %}", cut=Json('{"a": "beginn', 48_213))
    assert "48,213" in shown
    assert 'href="/all"' in shown


def test_sql_null_is_a_dash_and_json_null_is_null() -> None:
    assert "–" in drawn("{% json nothing id='x' %}", nothing=None)
    assert '<span class="abs-json-literal">null</span>' in drawn("{% json 'null' id='x' %}")


# Lists


def test_a_page_in_the_middle_has_both_neighbours() -> None:
    shown = drawn("{% pager newer='?n' older='?o' %}")
    assert 'href="?n" rel="prev" hx-get="?n"' in shown
    assert 'href="?o" rel="next" hx-get="?o"' in shown


def test_the_only_page_has_no_neighbours() -> None:
    assert "<a" not in drawn("{% pager %}")


def test_the_current_tab_says_that_it_is() -> None:
    shown = drawn("{% tabs view.tabs label='State' %}", view=gallery(NOW))
    assert shown.count('aria-current="page"') == 1
    assert shown.count("<a ") == 1 + len(STATES)


def test_a_filter_is_removed_by_a_plain_link() -> None:
    shown = drawn("{% chip 'queue' queue remove='?' %}", queue=HOSTILE)
    assert 'href="?"' in shown
    assert 'aria-label="Remove the filter queue"' in shown
    assert "<img" not in shown


def test_new_rows_are_a_link_that_is_also_spoken() -> None:
    shown = drawn("{% new_rows 12 '?' %}")
    assert "data-announce" in shown
    assert ">12</data> new</a>" in shown


def test_an_empty_table_says_what_is_missing() -> None:
    shown = whole("components/table", table=gallery(NOW).empty_table)
    assert "No task matches these filters." in shown


def test_a_table_names_itself_and_its_cells() -> None:
    shown = whole("components/table", table=gallery(NOW).table)
    assert '<caption class="abs-sr">Tasks</caption>' in shown
    assert 'data-label="Queue"' in shown


# The frame


class Markup(HTMLParser):
    """Collects every start tag with its attributes, and what scripts contain."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in {"script", "style"}:
            self.inline += data.strip()

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


PAGES = {
    "design": {"page": PAGE, "view": gallery(NOW)},
    "registration/login": {"form": SimpleNamespace(non_field_errors=[HOSTILE])},
    "registration/logged_out": {},
    "403": {},
    "404": {"page": PAGE, "error": {"title": HOSTILE}},
    "409": {},
    "error": {"error": {"title": HOSTILE, "message": "m", "works": "w", "remedy": "r"}},
}


@pytest.mark.parametrize("template", PAGES)
def test_a_strict_content_security_policy_has_nothing_to_object_to(template: str) -> None:
    page = Markup(whole(template, **PAGES[template]))
    assert page.inline == ""
    assert not page.all("style")
    for _tag, attributes in page.tags:
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
    for link in [each.get("src") or each.get("href") for each in page.all("script")]:
        assert link is not None
        assert link.startswith("/static/")


@pytest.mark.parametrize("template", PAGES)
def test_no_variable_of_a_template_is_undefined(template: str) -> None:
    assert "INVALID" not in whole(template, **PAGES[template])


@pytest.mark.parametrize("template", PAGES)
def test_ids_are_unique(template: str) -> None:
    page = Markup(whole(template, **PAGES[template]))
    ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("template", PAGES)
def test_a_page_has_one_main_landmark_and_one_first_heading(template: str) -> None:
    page = Markup(whole(template, **PAGES[template]))
    assert len(page.all("main")) == len(page.all("h1")) == 1


@pytest.mark.parametrize("template", PAGES)
def test_hostile_text_stays_text(template: str) -> None:
    assert "<img" not in whole(template, **PAGES[template])


@pytest.mark.parametrize(
    "section", ["overview", "tasks", "failures", "queues", "events", "workers"]
)
def test_the_navigation_marks_the_section(section: str) -> None:
    page = Markup(whole("base", page=replace(PAGE, section=section)))
    current = [link["href"] for link in page.all("a") if "aria-current" in link]
    assert current == ["/absurd/" if section == "overview" else f"/absurd/{section}/"]


def test_without_the_frame_a_page_is_its_title_and_its_main() -> None:
    page = Markup(whole("partial", page=PAGE))
    assert [tag for tag, _ in page.tags][:2] == ["title", "main"]


def test_the_title_says_the_object() -> None:
    assert "<title>order.fulfil · Absurd</title>" in whole("base", page=PAGE)


def test_the_search_goes_to_the_tasks_without_javascript() -> None:
    page = Markup(whole("base", page=PAGE))
    search = next(form for form in page.all("form") if form.get("role") == "search")
    assert search["action"] == "/absurd/tasks/"


def test_a_link_carries_what_is_asked_for_and_leaves_out_what_is_empty() -> None:
    url = drawn("{% dash_url 'tasks' queue='a b/ä' state='' name=nothing %}", nothing=None)
    assert url == "/absurd/tasks/?queue=a+b%2F%C3%A4"


# The stylesheet and the scripts


COLOUR = re.compile(r"--abs-([a-z-]+): light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\)")


def colours(theme: str) -> dict[str, tuple[float, ...]]:
    found = COLOUR.findall(static_file("app.css"))
    chosen = {name: light if theme == "light" else dark for name, light, dark in found}
    return {name: tuple(map(float, value.split())) for name, value in chosen.items()}


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance (WCAG) of an OKLCH colour, through OKLab and linear sRGB."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    darker, lighter = sorted((luminance(*one), luminance(*other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "sunken", "raised", "hover", "selected"])
@pytest.mark.parametrize("text", ["ink", "muted", "accent", *STATES])
def test_every_text_has_contrast_on_every_ground(theme: str, ground: str, text: str) -> None:
    palette = colours(theme)
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_primary_button_has_contrast(theme: str) -> None:
    palette = colours(theme)
    assert contrast(palette["on-accent"], palette["accent"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "raised"])
def test_the_edge_of_an_input_can_be_seen(theme: str, ground: str) -> None:
    palette = colours(theme)
    assert contrast(palette["line-strong"], palette[ground]) >= 3


def test_every_class_of_the_stylesheet_has_the_prefix() -> None:
    rules = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", static_file("app.css"), flags=re.DOTALL)
    foreign = {name for name in re.findall(r"\.([a-z][\w-]*)", rules) if name[:3] != "abs"}
    assert foreign == {"htmx-request"}


def test_the_stylesheet_forces_nothing() -> None:
    assert "!important" not in static_file("app.css")


def test_the_stylesheet_and_the_scripts_are_small() -> None:
    assert len(static_file("app.css").encode()) < 40_000
    assert sum(len(static_file(f"{name}.js").encode()) for name in SCRIPTS) < 25_000


def test_every_shape_that_is_used_is_in_the_sprite() -> None:
    used = set(re.findall(r"icons\.svg#([\w-]+)", design()))
    assert used <= set(re.findall(r'<symbol id="([\w-]+)"', static_file("icons.svg")))


def test_icons_are_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in markup.icon("search")
