"""The dashboard's fixtures, for the pages that explain."""

from tests.dashboard.conftest import _databases, as_owner, client, django_db_setup, engine

__all__ = ["_databases", "as_owner", "client", "django_db_setup", "engine"]
