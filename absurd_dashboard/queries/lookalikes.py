"""Names that are waited for and look like an emitted one mistyped."""

from __future__ import annotations

from dataclasses import dataclass

from absurd_dashboard import likeness
from absurd_dashboard.access import Access

#: Waits, and the newest events, of each queue that are compared.
DEPTH = 500


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Somebody waits for ``awaited``, which was never emitted; ``emitted`` was."""

    queue: str
    awaited: str
    emitted: str

    @property
    def names(self) -> tuple[str, str]:
        """Both."""
        return (self.awaited, self.emitted)


def lookalikes(access: Access, queue: str | None = None) -> list[Lookalike]:
    """Compare what is awaited with what was emitted, in each queue that is wholly in sight.

    Args:
        access: what the viewer may see.
        queue: in this queue only.
    """
    # In a queue that tenants share, finding what was emitted for one of them is not bounded.
    whole = {scope.queue for scope in access.scopes if scope.tenants is None}
    chosen = whole.intersection(access.near_names if queue is None else [queue])
    rows = access.each_queue("event_names", {"depth": DEPTH}, queues=chosen)
    return [
        Lookalike(row["queue_name"], awaited, emitted)
        for row in sorted(rows, key=lambda row: str(row["queue_name"]))
        for awaited, emitted in likeness.pairs(sorted(row["awaited"]), row["emitted"])
    ]
