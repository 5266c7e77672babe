"""What a viewer may see of one queue, and the FROM items that say so in SQL."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import sql

#: The engine's tables of a queue, by their prefix.
PREFIXES = ("t", "r", "c", "e", "w")

# Checkpoints by which a task was given an event: a range, which also a policy of the database
# lets be looked at before it asks whose each of them is.
_GIVEN = sql.SQL(
    "v.checkpoint_name collate \"C\" >= '$awaitEvent:'"
    " and v.checkpoint_name collate \"C\" < '$awaitEvent;'"
)


@dataclass(frozen=True, slots=True)
class ByRuns:
    """How tasks are come by that have a run in a state: from these runs, which an index serves.

    Attributes:
        state: of the run.
        since: no run that was due or claimed before is looked at; None for all.
        lowest: no task, and so no run, with an id below this is looked at.
        most: in each queue, at most so many of the newest are looked at.
    """

    state: str
    since: datetime | None
    lowest: UUID
    most: int


@dataclass(frozen=True, slots=True)
class QueueScope:
    """One queue in a viewer's sight.

    Attributes:
        queue: the queue's name.
        tenants: None for all of it; otherwise only tasks whose header ``tenant_id`` is one of
            these, and their runs, checkpoints and waits.
    """

    queue: str
    tenants: frozenset[str] | None = None

    def relation(self, prefix: str) -> sql.Composable:
        """The queue's table with that prefix, cut down to what is in scope."""
        table = self._table(prefix)
        if self.tenants is None:
            return table
        return sql.SQL("(select * from {} x where {})").format(table, self._restriction(prefix))

    def tasks_by_runs(self, by: ByRuns) -> sql.Composable:
        """The queue's tasks that have a run in a state, come by from these runs."""
        return sql.SQL(
            "(select x.* from (select distinct n.task_id from (select r.task_id from {runs} r"
            " where r.state = {state} and r.available_at >= {since} and r.run_id >= {lowest}"
            # With a limit the index is read, whatever statistics say.
            " order by r.available_at desc limit {most}) n) n"
            " cross join lateral (select * from {tasks} y where y.task_id = n.task_id"
            " and y.task_id >= {lowest} offset 0) x)"
        ).format(
            runs=self._table("r"),
            tasks=self.relation("t"),
            state=sql.Literal(by.state),
            since=sql.Literal(by.since or "-infinity"),
            lowest=sql.Literal(by.lowest),
            most=sql.Literal(by.most),
        )

    def _table(self, prefix: str) -> sql.Composable:
        return sql.Identifier("absurd", f"{prefix}_{self.queue}")

    def _restriction(self, prefix: str) -> sql.Composable:
        own = sql.SQL("headers->>'tenant_id' in ({})").format(
            sql.SQL(", ").join(map(sql.Literal, sorted(self.tenants or ())))
            if self.tenants
            else sql.SQL("null")
        )
        if prefix == "t":
            return own
        tasks = self._table("t")
        if prefix != "e":
            # A probe of the primary key for each row that is looked at; an `exists` could be
            # planned as a scan of all tasks, once for every time the table is named.
            return sql.SQL("(select o.{} from {} o where o.task_id = x.task_id)").format(own, tasks)
        # An event belongs to nobody; it is in sight when one of the tenant's tasks waits for it
        # or was given it (the SDKs keep it under this checkpoint name).
        return sql.SQL(
            "exists (select from {waits} v join {tasks} o using (task_id)"
            " where v.event_name = x.event_name and o.{own})"
            " or exists (select from {checkpoints} v join {tasks} o using (task_id)"
            " where v.checkpoint_name = '$awaitEvent:' || x.event_name"
            " and {given} and o.{own})"
        ).format(
            waits=self._table("w"),
            checkpoints=self._table("c"),
            tasks=tasks,
            own=own,
            given=_GIVEN,
        )


def sql_text(composable: sql.Composable) -> str:
    """Render SQL for a cursor that is given parameters, where a percent sign counts double."""
    return composable.as_string(None).replace("%", "%%")
