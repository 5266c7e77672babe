"""Calls that make partitions, in UTC whatever the session's time zone.

The engine adds weeks to a timestamp in the time zone of the session. Where clocks change, the
bounds of later partitions move by an hour: some then overlap and some weeks get none.
"""

from __future__ import annotations

from psycopg import sql

from absurd_core import rows
from absurd_core.arguments import Argument
from absurd_core.statements import Statement, call

#: Each part needs the one before, so that the zone is set, used and set back in this order.
_IN_UTC = sql.SQL(
    """
    with before as materialized (
        select current_setting('TimeZone') as zone, set_config('TimeZone', 'UTC', true)
    ), called as materialized (
        select before.zone, made.* from before, lateral ({}) made
    )
    select set_config('TimeZone', called.zone, true) from called
    """
)


def call_in_utc(procedure: str, *arguments: Argument) -> Statement[None]:
    """Return the statement that calls a procedure, which returns nothing, in UTC.

    Args:
        procedure: its name in the schema absurd.
        arguments: in the procedure's order.
    """
    inner = call(procedure, *arguments, read=rows.nothing)
    return Statement(
        name=procedure,
        query=_IN_UTC.format(inner.query),
        parameters=inner.parameters,
        read=rows.nothing,
        about=inner.about,
        repeatable=True,
    )
