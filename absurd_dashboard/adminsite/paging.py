"""Paging of change lists whose tables are too large to be counted."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

#: Rows that a change list pages through; the dashboard's own lists go on from there.
CAP = 1_000


class Capped(int):
    """A number that reads as ``1,000+``: the admin prints a list's count as it is."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and pages through the first :data:`CAP` rows, and says when there are more."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or the cap."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # change lists page one
        # In their order: without it, PostgreSQL may look for them from the wrong end of a table.
        found = rows.values("pk")[: CAP + 1].count()
        return Capped(CAP) if found > CAP else found
