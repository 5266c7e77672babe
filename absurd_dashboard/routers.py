"""A database router that keeps Django's own tables out of an engine's database."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from absurd_dashboard.conf import dashboard_settings


class EngineRouter:
    """Never migrate anything into the engine's database when it is not the default one.

    Add to ``DATABASE_ROUTERS`` when the engine lives in a database of its own.
    """

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Refuse the engine's alias, and have no opinion about any other."""
        given = dashboard_settings()
        engines = {given.database, *given.instances.values(), *given.replicas.values()}
        return False if db in engines - {DEFAULT_DB_ALIAS} else None
