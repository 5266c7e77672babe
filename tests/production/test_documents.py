"""What the documents say of production is what the code does."""

from pathlib import Path

import pytest

from absurd_dashboard.standalone.options import OPTIONS, Option

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_every_option_is_in_the_table(option: Option) -> None:
    row = f"| `{option.flag}` | `{option.variable}` | "
    assert row in (DOCS / "serve.md").read_text(encoding="utf-8")
