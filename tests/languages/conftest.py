"""The dashboard's fixtures, with an engine in which every page has something to show."""

from tests.dashboard.conftest import _databases, client, django_db_setup, engine

__all__ = ["_databases", "client", "django_db_setup", "engine"]
