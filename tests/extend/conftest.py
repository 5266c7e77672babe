"""The dashboard's fixtures, here too."""

from tests.dashboard.conftest import _databases, client, django_db_setup, engine

__all__ = ["_databases", "client", "django_db_setup", "engine"]
