"""Calls a worker makes about the run it holds: finish it, fail it, put it to sleep, keep it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from absurd_core import arguments, rows
from absurd_core.payloads import Json, SqlNull
from absurd_core.statements import Statement, call


def complete(queue: str, run_id: UUID | str, result: Json | SqlNull = None) -> Statement[None]:
    """Complete a running run, and its task. Calls ``absurd.complete_run``.

    Args:
        queue: the run's queue.
        run_id: the run.
        result: any JSON value; None stores JSON ``null`` as the SDKs do, ``SQL_NULL`` no result.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotFound: the queue has no such run.
        RunNotRunning: it is pending, sleeping or completed.
        TaskCancelled: its task was cancelled meanwhile.
        RunAlreadyFailed: its lease expired, or it was failed otherwise.
    """
    return call(
        "complete_run",
        arguments.queue(queue),
        arguments.identifier("run_id", run_id),
        arguments.payload("result", result),
        read=rows.nothing,
    )


def fail(
    queue: str, run_id: UUID | str, reason: Json | SqlNull, retry_at: datetime | None = None
) -> Statement[None]:
    """Fail a running or sleeping run; a new one follows if attempts are left. ``absurd.fail_run``.

    Args:
        queue: the run's queue.
        run_id: the run.
        reason: any JSON value; the SDKs store ``{"name": …, "message": …}``. None stores JSON
            ``null``, ``SQL_NULL`` no reason.
        retry_at: when to try again; what the task's retry strategy says by default.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotRunning: it is pending or completed, or there is no such run.
        TaskCancelled: its task was cancelled meanwhile.
        RunAlreadyFailed: it has failed already.
    """
    return call(
        "fail_run",
        arguments.queue(queue),
        arguments.identifier("run_id", run_id),
        arguments.payload("reason", reason),
        arguments.optional_instant("retry_at", retry_at),
        read=rows.nothing,
    )


def schedule(queue: str, run_id: UUID | str, wake_at: datetime) -> Statement[None]:
    """Put a running run to sleep until a time. Calls ``absurd.schedule_run``.

    Args:
        queue: the run's queue.
        run_id: the run.
        wake_at: when it may be claimed again.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotRunning: it is not running, or there is no such run.
    """
    return call(
        "schedule_run",
        arguments.queue(queue),
        arguments.identifier("run_id", run_id),
        arguments.instant("wake_at", wake_at),
        read=rows.nothing,
    )


def extend_claim(queue: str, run_id: UUID | str, seconds: int | timedelta) -> Statement[None]:
    """Let a running run's lease end this long from now. Calls ``absurd.extend_claim``.

    Args:
        queue: the run's queue.
        run_id: the run.
        seconds: whole seconds from now, at least 1.

    Raises:
        InvalidArgument: an argument is not acceptable.
        QueueNotFound: there is no such queue.
        RunNotFound: the queue has no such run.
        RunNotRunning: it is pending, sleeping or completed.
        NoActiveClaim: it was claimed without a lease.
        TaskCancelled: its task was cancelled meanwhile.
        RunAlreadyFailed: its lease expired, or it was failed otherwise.
    """
    return call(
        "extend_claim",
        arguments.queue(queue),
        arguments.identifier("run_id", run_id),
        arguments.seconds("seconds", seconds, least=1),
        read=rows.nothing,
    )
