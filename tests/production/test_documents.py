"""What the documents say of production is what the code does."""

import re
from pathlib import Path

import pytest

from absurd_dashboard.standalone.options import OPTIONS, Option

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_every_option_is_in_the_table(option: Option) -> None:
    row = f"| `{option.flag}` | `{option.variable}` | "
    assert row in (DOCS / "serve.md").read_text(encoding="utf-8")


def test_every_metric_is_in_the_table() -> None:
    code = (DOCS.parent / "absurd_dashboard/metrics.py").read_text(encoding="utf-8")
    documented = (DOCS / "production.md").read_text(encoding="utf-8")
    rules = (DOCS.parent / "deploy/alerts.yaml").read_text(encoding="utf-8")
    there = set(re.findall(r'"(absurd_\w+)"', code))

    assert {name for name in there if f"`{name}`" not in documented} == set()
    assert set(re.findall(r"\babsurd_\w+", rules)) <= there
