"""The engine and the browser of the dashboard's tests, for bulk operations."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.bulk.desk import Desk
from tests.dashboard.conftest import _databases, as_owner, client, django_db_setup, engine
from tests.dashboard.engine import Engine

__all__ = ["_databases", "as_owner", "client", "django_db_setup", "engine"]


@pytest.fixture(autouse=True)
def _no_threads() -> Iterator[None]:
    """Tests do the work themselves, on the connections whose transactions are rolled back."""
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "BULK_IN_WEB": False}):
        yield


@pytest.fixture
def desk(client: object, engine: Engine) -> Desk:
    """A superuser at the dashboard."""
    return Desk(client)  # type: ignore[arg-type]
