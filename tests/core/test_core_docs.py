"""docs/core.md: its snippets run, in order, as one program."""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "core.md"
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_snippet_runs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABSURD_DATABASE_URL", url)
    names: dict[str, object] = {"url": url}
    text = DOCUMENT.read_text(encoding="utf-8")

    for found in SNIPPET.finditer(text):
        line = text.count("\n", 0, found.start(1))
        exec(compile("\n" * line + found[1], str(DOCUMENT), "exec"), names)
    assert "ended" in names


def test_every_pattern_it_links_to_is_there() -> None:
    links = re.findall(r"\]\((\.\./[^)]+)\)", DOCUMENT.read_text(encoding="utf-8"))

    assert len(links) == 7
    assert all((DOCUMENT.parent / link).exists() for link in links)
