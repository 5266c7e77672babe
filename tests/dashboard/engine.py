"""An engine that tests drive through its own procedures, with its clock in their hands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from psycopg import sql

from absurd_core import schema
from absurd_core.statements import Statement, T, run
from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look

#: When the frozen clock starts.
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Engine:
    """The engine behind the alias ``absurd``, on Django's own connection.

    Attributes:
        dashboard: the role that the connection has for the dashboard's own statements; None for
            that of the engine, which owns the tables.
    """

    def __init__(self, dashboard: steps.Wanted | None = None) -> None:
        self.now = START
        self.dashboard = dashboard

    def call(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the engine's owner and return its rows."""
        with self.owning(), connections["absurd"].cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def owning(self) -> Iterator[None]:
        """Be the engine's owner for a block; not set back after an error, which ends it all."""
        if self.dashboard is None:
            yield
            return
        with connections["absurd"].cursor() as cursor:
            cursor.execute("set role none")
            yield
            cursor.execute(sql.SQL("set role {}").format(sql.Identifier(self.dashboard.role)))

    def freeze(self, moment: datetime = START) -> None:
        """Stop the engine's clock."""
        self.now = moment
        self.call("select set_config('absurd.fake_now', %s, false)", moment.isoformat())

    def advance(self, **length: float) -> datetime:
        """Move the stopped clock forward; arguments as for ``timedelta``."""
        self.freeze(self.now + timedelta(**length))
        return self.now

    def create(self, queue: str, mode: str = "unpartitioned") -> str:
        """Create a queue."""
        more = () if mode == "unpartitioned" else (mode,)  # which is all that engine 0.3 makes
        places = ", ".join("%s" for _ in (queue, *more))
        self.call(f"select absurd.create_queue({places})", queue, *more)
        if self.dashboard is not None:
            with self.owning():
                found = look("absurd", self.dashboard.role)
                steps.apply("absurd", steps.queue(self.dashboard, found, queue))
        return queue

    def run(self, statement: Statement[T]) -> T:
        """Run one of the engine's or the workflows' statements as the engine's owner."""
        with self.owning():
            return run(connections["absurd"], statement)

    def record_workflows(self) -> None:
        """Make the table of recorded workflow runs; the dashboard's role gets its rights there."""
        with self.owning():
            schema.install(connections["absurd"], workflows=True)
            if self.dashboard is not None:
                found = look("absurd", self.dashboard.role)
                steps.apply("absurd", steps.install(self.dashboard, found))

    def drop(self, queue: str) -> None:
        """Drop a queue."""
        self.call("select absurd.drop_queue(%s)", queue)

    def spawn(self, queue: str, name: str = "work", params: Any = None, **options: Any) -> UUID:
        """Spawn a task and return its id."""
        rows = self.call(
            "select task_id from absurd.spawn_task(%s, %s, %s::jsonb, %s::jsonb)",
            queue, name, json.dumps(params), json.dumps(options),
        )  # fmt: skip
        return rows[0][0]

    def claim(self, queue: str, worker: str = "worker-1", lease: int = 60) -> UUID:
        """Claim one run and return its id."""
        rows = self.call("select run_id from absurd.claim_task(%s, %s, %s)", queue, worker, lease)
        return rows[0][0]

    def checkpoint(self, queue: str, task: UUID, run: UUID, name: str, state: Any) -> None:
        """Save a step's result."""
        self.call(
            "select absurd.set_task_checkpoint_state(%s, %s, %s, %s::jsonb, %s)",
            queue, task, name, json.dumps(state), run,
        )  # fmt: skip

    def complete(self, queue: str, run: UUID, result: Any = None) -> None:
        """Complete a run."""
        self.call("select absurd.complete_run(%s, %s, %s::jsonb)", queue, run, json.dumps(result))

    def fail(self, queue: str, run: UUID, **reason: Any) -> None:
        """Fail a run with a reason as the SDKs write it."""
        self.call("select absurd.fail_run(%s, %s, %s::jsonb)", queue, run, json.dumps(reason))

    def sleep(self, queue: str, run: UUID, until: datetime) -> None:
        """Suspend a run until a moment."""
        self.call("select absurd.schedule_run(%s, %s, %s)", queue, run, until)

    def wait(
        self, queue: str, task: UUID, run: UUID, event: str, timeout: int | None = None
    ) -> None:
        """Let a run wait for an event; ``timeout`` in seconds."""
        self.call(
            "select absurd.await_event(%s, %s, %s, %s, %s, %s)",
            queue, task, run, f"$awaitEvent:{event}", event, timeout,
        )  # fmt: skip

    def emit(self, queue: str, event: str, payload: Any = None) -> None:
        """Emit an event."""
        self.call("select absurd.emit_event(%s, %s, %s::jsonb)", queue, event, json.dumps(payload))

    def cancel(self, queue: str, task: UUID) -> None:
        """Cancel a task."""
        self.call("select absurd.cancel_task(%s, %s)", queue, task)

    def failed(self, queue: str, task_name: str = "work", /, **reason: Any) -> UUID:
        """Spawn a task that fails for good at its only attempt, with a reason as SDKs write it."""
        task = self.spawn(queue, task_name, max_attempts=1)
        reason = reason or {"name": "ValueError", "message": "no", "traceback": "Traceback …"}
        self.fail(queue, self.claim(queue), **reason)
        return task
