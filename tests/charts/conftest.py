"""The dashboard's fixtures, also here."""

from tests.dashboard.conftest import _databases, client, django_db_setup, engine

__all__ = ["_databases", "client", "django_db_setup", "engine"]
