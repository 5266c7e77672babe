"""The documents: they can be found, and what they refer to is there."""

import re
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT

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


def test_the_readme_opens_with_the_problem_the_commands_and_a_picture() -> None:
    opening = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]

    assert any(line.startswith("make demo") for line in opening)
    assert any(line.startswith("make test") for line in opening)
    assert any(line.startswith("![") for line in opening)
