"""The indexes there are to choose from: what each serves, and what it costs every write.

Costs were measured: spawn, claim and complete with four clients, with and without the index. None
mentions the column ``state`` of tasks, not even in a WHERE: that would end HOT updates there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

#: A queue with fewer tasks is searched as fast without an index.
_LARGE = 100_000


@dataclass(frozen=True, slots=True)
class Kind:
    """An index.

    Attributes:
        key: its name on the command line and in the index's name.
        prefix: of the table: ``t`` for tasks, ``r`` for runs.
        defined_as: as PostgreSQL prints the definition, from the access method on.
        why: what it serves; ``cost`` what it costs. To be translated.
        from_rows: proposed for tables with at least so many rows; None: never by itself.
        columns: whose average widths decide its size.
        overhead: bytes per row besides; ``factor`` is what the widths count.
        seconds: to build it for a million rows, concurrently with writes, on a quiet machine.
        extension: of PostgreSQL that it needs.
        for_shared: proposed only where tenants share the queue.
    """

    key: str
    prefix: str
    defined_as: str
    why: str
    cost: str
    from_rows: int | None
    columns: tuple[str, ...]
    overhead: float
    factor: float
    seconds: float
    extension: str = ""
    for_shared: bool = False

    def size(self, rows: float, widths: Mapping[str, float]) -> int:
        """About how many bytes it takes."""
        width = sum(widths.get(column, _USUAL_WIDTHS[column]) for column in self.columns)
        return round(rows * (self.overhead + self.factor * width))


#: Bytes, where no statistics are kept.
_USUAL_WIDTHS = {"task_name": 24.0, "headers": 60.0, "params": 300.0}

KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "name", "t", "btree (task_name, task_id)",
            _("Lists of one task name, above all a rare one, at any depth of history."),
            _("2 % fewer tasks a second, 2 % more WAL; updates of tasks stay HOT."),
            _LARGE, ("task_name",), 34.0, 1.1, 5.0,
        ),
        Kind(
            "done", "r", "btree (completed_at) WHERE (completed_at IS NOT NULL)",
            _("Queries of your own by when attempts completed; no page needs it."),
            _("2 % fewer tasks a second, 11 % more WAL."),
            None, (), 18.0, 0.0, 2.0,
        ),
        Kind(
            "tenant", "t", "btree (((headers ->> 'tenant_id'::text)), task_id)",
            _("Lists in the name of tenants who share a queue and have few of its tasks."),
            _("No fewer tasks a second that could be measured, 5 % more WAL."),
            _LARGE, (), 45.0, 0.0, 5.0, for_shared=True,
        ),
        Kind(
            "params", "t", "gin (params jsonb_path_ops)",
            _("Queries of your own with params @> '…'; no page needs it."),
            _("14 % fewer tasks a second, 18 % more WAL."),
            None, ("params",), 0.0, 1.0, 30.0,
        ),
        Kind(
            "text", "t", "gin (((params)::text) gin_trgm_ops)",
            _("Queries of your own with params::text ilike '%…%'; no page needs it."),
            _("9 % fewer tasks a second, and almost four times the WAL."),
            None, ("params",), 0.0, 1.6, 160.0, extension="pg_trgm",
        ),
    )
}  # fmt: skip
