"""Two tenants in one engine, and everybody who may come by; made once for each module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.test import override_settings

from absurd_dashboard.redaction import Redaction
from tests.dashboard.conftest import (
    _databases,
    as_owner,
    client,
    django_db_setup,
    engine,
)
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.security.world import World, build, undone

__all__ = ["_databases", "as_owner", "client", "django_db_setup", "engine"]


# A thread would not see what the transactions of a test hold.
_SETTINGS = {"DATABASE": "absurd", "BULK_IN_WEB": False}


@pytest.fixture(autouse=True)
def _no_threads() -> Iterator[None]:
    """All bulk work is done in requests."""
    with override_settings(ABSURD_DASHBOARD=_SETTINGS):
        yield


@pytest.fixture
def redacting() -> Iterator[Callable[..., None]]:
    """A function that sets what is to be hidden until the test ends."""
    with ExitStack() as stack:

        def hide(*rules: Redaction, **more: object) -> None:
            given = {**_SETTINGS, "REDACT": rules, **more}
            stack.enter_context(override_settings(ABSURD_DASHBOARD=given))

        yield hide


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty engine, and both databases in transactions that end with the module."""
    with django_db_blocker.unblock(), undone():  # type: ignore[attr-defined]
        engine = Engine(BOUND)
        engine.freeze()
        yield engine
        engine.call("select set_config('absurd.fake_now', '', false)")


@pytest.fixture(scope="module")
def world(ground: Engine) -> World:
    """Two tenants and all actors."""
    return build(ground)
