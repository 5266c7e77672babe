"""Fields for columns of the engine that Django's own cannot read."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:  # Django's fields are generic only in their stubs
    _DateTimeField = models.DateTimeField[Any, Any]
    _TextField = models.Field[Any, Any]
else:
    _DateTimeField, _TextField = models.DateTimeField, models.Field


class EngineDateTimeField(_DateTimeField):
    """A timestamp that may be ``infinity`` or beyond Python's years; both read as None.

    Filters and ordering see the column as it is, so that its index serves them.
    """

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Select the column only where a ``datetime`` can hold it."""
        fits = f"CASE WHEN {sql} > '0001-01-02' AND {sql} < '9999-12-30' THEN {sql} END"
        return fits, (*params, *params, *params)


class JsonTextField(_TextField):
    """A ``jsonb`` column as its exact text: a float would change the numbers in it."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The type in the engine's tables."""
        return "jsonb"

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Select the text that PostgreSQL prints for the value."""
        return f"({sql})::text", params
