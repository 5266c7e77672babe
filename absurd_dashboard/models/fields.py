"""Fields for columns of the engine that Django's own cannot read."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler


class EngineDateTimeField(models.DateTimeField[Any, Any]):
    """A timestamp that may be ``infinity`` or beyond Python's years; both read as None.

    Filters and ordering see the column as it is, so that its index serves them.
    """

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Select the column only where a ``datetime`` can hold it."""
        fits = f"CASE WHEN {sql} > '0001-01-02' AND {sql} < '9999-12-30' THEN {sql} END"
        return fits, (*params, *params, *params)


class JsonTextField(models.Field[str, str]):
    """A ``jsonb`` column as its exact text: a float would change the numbers in it."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The type in the engine's tables."""
        return "jsonb"

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Select the text that PostgreSQL prints for the value."""
        return f"({sql})::text", params
