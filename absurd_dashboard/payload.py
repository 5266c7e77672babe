"""JSON of the engine as a page shows it: its exact text, cut off where it gets long."""

from dataclasses import dataclass

from django.db.models import CharField, F, IntegerField, TextField
from django.db.models.functions import Cast, Left, Length

from absurd_dashboard.conf import dashboard_settings


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value's text.

    Attributes:
        text: as PostgreSQL prints it, or its beginning.
        size: length of the whole text in characters.
    """

    text: str
    size: int

    @property
    def truncated(self) -> bool:
        """Whether ``text`` is only the beginning."""
        return len(self.text) < self.size

    @classmethod
    def of(cls, text: str | None, size: int | None) -> "Json | None":
        """The value, or None for SQL NULL."""
        return None if text is None else cls(text, size or len(text))


def preview(column: str, *, longest: int | None = None) -> dict[str, object]:
    """Annotations ``<column>_text`` and ``<column>_size``: a value without fetching all of it."""
    whole = Cast(F(column), TextField())
    limit = longest or dashboard_settings().payload_preview
    return {
        f"{column}_text": Left(whole, limit, output_field=CharField()),
        f"{column}_size": Length(whole, output_field=IntegerField()),
    }
