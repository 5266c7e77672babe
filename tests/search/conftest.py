"""The dashboard's fixtures, for what is searched and what is kept of it."""

from tests.dashboard.conftest import _databases, client, django_db_setup, engine
from tests.security.conftest import redacting

__all__ = ["_databases", "client", "django_db_setup", "engine", "redacting"]
