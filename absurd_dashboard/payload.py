"""JSON of the engine as a page shows it: its exact text, cut off where it gets long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import CharField, F, IntegerField, TextField
from django.db.models.functions import Cast, Left, Length

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.redaction import Redactor


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
    def of(
        cls,
        redactor: Redactor,
        text: str | None,
        size: int | None,
        *,
        below: Sequence[str] = (),
        first: int = 0,
    ) -> Json | None:
        """The value with what is to be hidden replaced; None for SQL NULL.

        Args:
            redactor: what to hide, from :meth:`absurd_dashboard.access.Access.redactor`.
            text: the value's text, or its beginning.
            size: length of the whole.
            below: where in a payload the value stands, from the outside in.
            first: number of a list's first element, where only later ones are there.
        """
        if text is None:
            return None
        cut = len(text) < (size or 0)
        shown = redactor.json(text, cut=cut, below=below, first=first)
        return cls(shown, max(size or 0, len(shown) + 1) if cut else len(shown))


def preview(column: str, *, longest: int | None = None) -> dict[str, object]:
    """Annotations ``<column>_text`` and ``<column>_size``: a value without fetching all of it."""
    whole = Cast(F(column), TextField())
    limit = longest or dashboard_settings().payload_preview
    return {
        f"{column}_text": Left(whole, limit, output_field=CharField()),
        f"{column}_size": Length(whole, output_field=IntegerField()),
    }
