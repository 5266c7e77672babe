"""Calls about events: waiting for one, and emitting one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from absurd_core import arguments, rows
from absurd_core.payloads import Json
from absurd_core.statements import Row, Statement, call


@dataclass(frozen=True, slots=True)
class Awaited:
    """What came of waiting for an event.

    Attributes:
        suspended: the event isn't there yet and the run now sleeps: its worker must let go.
        timed_out: the wait is over without the event.
        payload: the event's payload, which may be JSON ``null``; None unless it has arrived.
    """

    suspended: bool
    timed_out: bool
    payload: Any


def await_event(
    queue: str,
    task_id: UUID | str,
    run_id: UUID | str,
    step_name: str,
    event_name: str,
    timeout: int | timedelta | None = None,
) -> Statement[Awaited]:
    """Take an event that has been emitted, or put the run to sleep until it is.

    Calls ``absurd.await_event``. The payload is also saved as the step's checkpoint. After a
    timeout the engine wakes the run, and the same call then says so once.

    Args:
        queue: the task's queue.
        task_id: the task.
        run_id: its run, which must be running.
        step_name: the checkpoint that keeps the payload.
        event_name: what to wait for.
        timeout: how long to wait at most, in whole seconds; None for ever.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotFound: the queue has no such run.
        RunNotRunning: it is not running.
        TaskCancelled: the task was cancelled meanwhile.
    """
    return call(
        "await_event",
        arguments.queue(queue),
        arguments.identifier("task_id", task_id),
        arguments.identifier("run_id", run_id),
        arguments.name("step_name", step_name),
        arguments.name("event_name", event_name),
        arguments.optional_seconds("timeout", timeout),
        columns="should_suspend, payload, not should_suspend and payload is null as timed_out",
        read=rows.only(_awaited),
    )


def emit(queue: str, event_name: str, payload: Json = None) -> Statement[None]:
    """Emit an event and wake who waits for it. Calls ``absurd.emit_event``.

    The first emit of a name in a queue wins: the engine ignores any later one and does not say
    so.

    Args:
        queue: where.
        event_name: what.
        payload: any JSON value; the engine stores JSON ``null`` for none.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
    """
    return call(
        "emit_event",
        arguments.queue(queue),
        arguments.name("event_name", event_name),
        arguments.payload("payload", payload),
        read=rows.nothing,
        repeatable=True,
    )


def _awaited(row: Row) -> Awaited:
    return Awaited(row["should_suspend"], row["timed_out"], row["payload"])
