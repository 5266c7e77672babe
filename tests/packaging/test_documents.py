"""The documents: they can be found, and what they refer to is there."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from absurd_dashboard import __version__
from tests.packaging.environments import ROOT, run

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def targets(document: Path) -> set[Path]:
    """The files that a document links to."""
    links = LINK.findall(document.read_text(encoding="utf-8"))
    local = (link.partition("#")[0] for link in links if "://" not in link)
    return {(document.parent / link).resolve() for link in local if link}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    assert {target for target in targets(document) if not target.exists()} == set()


def test_every_document_is_in_the_index() -> None:
    index = ROOT / "docs" / "index.md"

    assert set((ROOT / "docs").glob("*.md")) - {index} <= targets(index)


def test_the_version_has_a_page_and_it_is_in_the_list() -> None:
    page = ROOT / "docs" / "releases" / f"{__version__}.md"

    assert page in targets(ROOT / "docs" / "upgrading.md")
    assert page.exists()


def test_the_readme_opens_with_the_problem_the_commands_and_a_picture() -> None:
    opening = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]

    assert any(line.startswith("make demo") for line in opening)
    assert any(line.startswith("make test") for line in opening)
    assert any(line.startswith("![") for line in opening)


class Addresses(HTMLParser):
    """What a page of the site links to, and what a browser loads for it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name == "src" or (name == "href" and tag == "link")):
                self.loaded.add(value)
            elif value and name == "href" and tag == "a":
                self.links.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Addresses]:
    """The documents as a site, built as `make docs` does: addresses by page."""
    folder = tmp_path_factory.mktemp("site")
    options = ("--strict", "--quiet", "--config-file", "docs/site/mkdocs.yml")
    run(sys.executable, "-m", "mkdocs", "build", *options, "--site-dir", folder)
    return {
        f"/{page.relative_to(folder).as_posix()}": Addresses(page.read_text(encoding="utf-8"))
        for page in folder.rglob("index.html")
    }


def broken(site: dict[str, Addresses]) -> Iterator[str]:
    """Links within the site that lead to no page of it."""
    for page, addresses in site.items():
        for link in addresses.links:
            place = urlsplit(urljoin(page, link))
            end = "index.html" if place.path.endswith("/") else ""
            if not place.netloc and unquote(place.path) + end not in site:
                yield f"{page}: {link}"


def test_on_the_site_every_link_leads_to_a_page_those_to_code_too(
    site: dict[str, Addresses],
) -> None:
    assert list(broken(site)) == []
    assert "/source/deploy/alerts.yaml/index.html" in site


def test_every_document_is_in_the_sites_navigation(site: dict[str, Addresses]) -> None:
    reached = {urljoin("/index.html", link) for link in site["/index.html"].links}

    documents = ROOT.glob("docs/*.md")
    assert {f"/{file.stem}/" for file in documents if file.stem != "index"} - reached == set()


def test_the_site_loads_nothing_from_elsewhere(site: dict[str, Addresses]) -> None:
    assert {url for page in site.values() for url in page.loaded if urlsplit(url).netloc} == set()


def test_pictures_are_few_and_light() -> None:
    pictures = list(ROOT.glob("docs/*.png"))

    assert len(pictures) <= 8
    assert {file.name for file in pictures if file.stat().st_size >= 150_000} == set()
