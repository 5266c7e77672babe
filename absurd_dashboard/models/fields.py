"""Fields for columns that Django's own cannot read, or not in every host."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.timezone import is_aware, is_naive, make_aware, make_naive

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


class MomentField(_DateTimeField):
    """A moment of the dashboard's own records: with its time zone, also where ``USE_TZ`` is off.

    It is a ``DateTimeField`` to migrations and to the database.
    """

    def deconstruct(self) -> Any:
        """As Django's own field."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Add the host's time zone to what a database without them gives."""
        return make_aware(value) if value is not None and is_naive(value) else value

    def get_prep_value(self, value: Any) -> Any:
        """Take it away again where the host has none."""
        prepared = super().get_prep_value(value)
        naive = isinstance(prepared, datetime) and not settings.USE_TZ and is_aware(prepared)
        return make_naive(prepared) if naive else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Now, where the field says so."""
        if self.auto_now or (self.auto_now_add and add):
            now = datetime.now(UTC)
            setattr(model_instance, self.attname, now)
            return now
        return super().pre_save(model_instance, add)


class JsonTextField(_TextField):
    """A ``jsonb`` column as its exact text: a float would change the numbers in it."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The type in the engine's tables."""
        return "jsonb"

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Select the text that PostgreSQL prints for the value."""
        return f"({sql})::text", params
