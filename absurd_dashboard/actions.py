"""What the actions do in the engine, each through its stored procedure, each telling the truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from psycopg import sql

from absurd_core import events, tasks
from absurd_core.errors import TaskNotFailed, TaskNotFound
from absurd_core.statements import Statement, run
from absurd_dashboard import display
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import translated
from absurd_dashboard.gate import Outcome, Result, Target


def retry(
    access: Access, target: Target, *, copy: bool = False, max_attempts: int | None = None
) -> Outcome:
    """Retry a failed task, in place or as a new task. Calls ``absurd.retry_task``."""
    task_id = _task(target)
    statement = tasks.retry(target.queue, task_id, spawn_new=copy, max_attempts=max_attempts)
    try:
        spawned = _run(access, statement)
    except TaskNotFailed:
        return Outcome(Result.NOTHING, _not_failed(access, target), task_id)
    except TaskNotFound:
        return Outcome(Result.NOTHING, "The task no longer exists; nothing was retried.")
    if spawned.created:
        return Outcome(
            Result.DONE, "Spawned a new task with the same inputs.", spawned.task_id, new=True
        )
    return Outcome(Result.DONE, f"Attempt {spawned.attempt} is ready to be claimed.", task_id)


def cancel(access: Access, target: Target) -> Outcome:
    """Cancel an open task. Calls ``absurd.cancel_task``, which says nothing of finished ones."""
    task_id = _task(target)
    with _writing(access) as connection:
        try:
            before = run(connection, tasks.result(target.queue, task_id))
            run(connection, tasks.cancel(target.queue, task_id))
            after = run(connection, tasks.result(target.queue, task_id))
        except TaskNotFound:
            return Outcome(Result.NOTHING, "The task no longer exists; nothing was cancelled.")
    if before.finished or after.state != "cancelled":
        said = f"The task is already {after.state}; nothing was cancelled."
        return Outcome(Result.NOTHING, said, task_id)
    held = before.state == "running"
    said = (
        "Cancelled. Its worker stops at its next checkpoint or heartbeat." if held else "Cancelled."
    )
    return Outcome(Result.DONE, said, task_id)


def emit(access: Access, target: Target, payload: Any) -> Outcome:
    """Emit an event; only the first of a name counts. Calls ``absurd.emit_event``."""
    with _writing(access) as connection:
        (found,) = access.each_queue("emit_check", {"event": target.event}, queues=[target.queue])
        if _reaches_others(access, target, found):
            return Outcome(Result.REFUSED, "You may emit only what your own tasks wait for.")
        if found["emitted_at"] is not None:
            when = display.exact(found["emitted_at"])
            said = f"Already emitted at {when}; the first emit counts, and this one was ignored."
            return Outcome(Result.NOTHING, said)
        run(connection, events.emit(target.queue, target.event, payload))
    woken = len(found["runs"] or ())
    return Outcome(Result.DONE, f"Emitted. It woke {woken} {'run' if woken == 1 else 'runs'}.")


def _reaches_others(access: Access, target: Target, found: dict[str, Any]) -> bool:
    """Whether the event belongs to tasks that are out of sight in a queue that tenants share.

    A name that nobody waits for yet may be awaited by anybody later, so it is nobody's to emit.
    """
    (scope,) = [scope for scope in access.scopes if scope.queue == target.queue]
    if scope.tenants is None:
        return False
    return bool(found["seen"] == 0 or found["every"] > found["seen"])


def _not_failed(access: Access, target: Target) -> str:
    state = _run(access, tasks.result(target.queue, _task(target))).state
    return f"The task is {state}, and only failed tasks can be retried; nothing was done."


def _task(target: Target) -> UUID:
    if target.task_id is None:
        raise TypeError("this action needs a task")
    return target.task_id


def _run(access: Access, statement: Statement[Any]) -> Any:
    with _writing(access) as connection:
        return run(connection, statement)


@contextmanager
def _writing(access: Access) -> Iterator[Any]:
    """One transaction on the engine's database, bounded like a page's."""
    connection = connections[access.database]
    timeout = int(dashboard_settings().statement_timeout.total_seconds() * 1000)
    bound = sql.SQL("set local statement_timeout = {0}; set local lock_timeout = {0}")
    with translated(), transaction.atomic(using=access.database):
        with connection.cursor() as cursor:
            cursor.execute(bound.format(sql.Literal(timeout)).as_string(None))
        yield connection
