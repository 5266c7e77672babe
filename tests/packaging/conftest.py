"""What is built once, for all who look into it or install it."""

from pathlib import Path

import pytest

from tests.packaging.environments import build


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from the checkout."""
    return build(tmp_path_factory.mktemp("wheel"), "--wheel")
