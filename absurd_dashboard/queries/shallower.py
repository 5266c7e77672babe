"""The newest of what may be too much to be read in time: less of it rather than nothing.

Rows that nobody read for a while come from the disk, each on its own, which takes a thousand times
as long as usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from absurd_dashboard import engine
from absurd_dashboard.access import Access, Row
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.errors import QueryTimedOut

# Of the time that a statement may take, for each try but the last.
_SHARE = 0.3


def read(
    access: Access,
    name: str,
    parameters: Mapping[str, Any],
    depths: Sequence[int],
    *,
    tail: str = "",
    queues: Iterable[str] | None = None,
) -> tuple[list[Row], int]:
    """Run ``sql/dashboard/<name>.sql`` per queue, at the first depth that is read in time.

    Args:
        access: what may be seen.
        name: the file; ``%(depth)s`` is how many of a queue's rows it looks at.
        parameters: values of its other placeholders.
        depths: the usual one, and what is tried in its place; falling.
        tail: see :meth:`Access.each_queue`, also for ``queues``.

    Returns:
        The rows, and the depth that they are of.

    Raises:
        QueryTimedOut: even the last depth took longer than ``STATEMENT_TIMEOUT``.
    """

    def newest(depth: int) -> tuple[list[Row], int]:
        given = {**parameters, "depth": depth}
        return access.each_queue(name, given, tail=tail, queues=queues), depth

    *tries, last = depths
    limit = dashboard_settings().statement_timeout * _SHARE
    for depth in tries:
        with suppress(QueryTimedOut), engine.at_most(access.database, limit):
            return newest(depth)
    return newest(last)
