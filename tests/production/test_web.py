"""The web process of ``serve``."""

import gc
from collections.abc import Iterator

import pytest

from absurd_dashboard.standalone import web


@pytest.fixture(autouse=True)
def _unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_was_loaded_is_not_looked_at_in_the_middle_of_a_page() -> None:
    gc.collect()  # what other tests left
    loaded = len(gc.get_objects())
    web.settled()
    assert gc.get_freeze_count() > loaded * 0.9
    assert len(gc.get_objects()) < loaded * 0.1
