"""Where the site's tables are."""

from typing import Any


class Replicated:
    """Everything of the site's own is in the primary, and is read from its replica."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        """From the replica."""
        return "replica"

    def db_for_write(self, model: Any, **_: Any) -> str:
        """To the primary."""
        return "primary"

    def allow_relation(self, one: Any, other: Any, **_: Any) -> bool:
        """Both are the same."""
        return True

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """In the primary only."""
        return None if db == "primary" else False
