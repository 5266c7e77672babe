"""The engine and the browser of the dashboard's tests, for tenants, roles and the admin."""

from tests.dashboard.conftest import _databases, client, django_db_setup, engine

__all__ = ["_databases", "client", "django_db_setup", "engine"]
