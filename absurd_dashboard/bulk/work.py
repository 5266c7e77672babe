"""Working operations off, piece by piece, for whoever has the time: a command, a thread, a page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import connections

from absurd_dashboard.bulk import flight
from absurd_dashboard.bulk.dry_run import count_slice
from absurd_dashboard.bulk.errors import PASSING, Halted
from absurd_dashboard.bulk.owner import access_of, request_of
from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.bulk.tenure import LEASE, Tenure, taken
from absurd_dashboard.models import BulkBatch, BulkOperation

logger = logging.getLogger("absurd_dashboard.bulk")

State = BulkOperation.State
#: How long to wait after what passes by itself, in seconds: at first, and at most.
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
#: How much the latest batch counts for the pace.
_WEIGHT = 0.3

#: Says whether to stop before the next piece.
Stopping = Callable[[], bool]
#: Waits so many seconds, or less.
Pause = Callable[[float], object]


def advance(tenure: Tenure) -> bool:
    """Do one piece of an operation: a slice of its dry run, or a batch.

    Returns:
        Whether there is more to do.

    Raises:
        One of PASSING: nothing is lost; call again later.
    """
    operation = tenure.operation()
    try:
        if operation.state == State.COUNTING:
            count_slice(tenure, operation)
            return True
        if operation.state == State.RUNNING or operation.flight:
            return _next_batch(tenure, operation)
    except Halted as error:
        flight.abandon(tenure, operation, str(error))
    return False


def _next_batch(tenure: Tenure, operation: BulkOperation) -> bool:
    batch = operation.batches.filter(position=operation.position).first()
    if batch is None:
        tenure.write(state=State.FINISHED, ended_at=datetime.now(UTC))
        return False
    began = monotonic()
    if not flight.committed(operation):
        if operation.state != State.RUNNING:
            flight.abandon(tenure, operation, operation.why)
            return False
        _fly(tenure, operation, batch)
    flight.land(tenure, operation, batch, pace=_pace(operation, batch, monotonic() - began))
    return True


def _fly(tenure: Tenure, operation: BulkOperation, batch: BulkBatch) -> None:
    request = request_of(operation)
    access = access_of(operation, request)
    seen = [Seen.read(stored) for stored in batch.targets]
    if not operation.flight:
        flight.attempt(tenure, operation, request, access, seen)
    flight.carry_out(tenure, operation, access, seen)


def _pace(operation: BulkOperation, batch: BulkBatch, seconds: float) -> float:
    latest = len(batch.targets) / max(seconds, 0.001)
    before = latest if operation.pace is None else operation.pace
    return before + _WEIGHT * (latest - before)


def drain(stopping: Stopping, lease: timedelta = LEASE) -> bool:
    """Work off what is to be worked off and nobody else works on, oldest first.

    Args:
        stopping: asked before each piece.
        lease: see :func:`absurd_dashboard.bulk.tenure.taken`.

    Returns:
        Whether anything was done.
    """
    unsettled = BulkOperation.objects.filter(state=State.STOPPED, flight__isnull=False)
    running = BulkOperation.objects.filter(state=State.RUNNING)
    did = False
    for operation in (unsettled | running).order_by("confirmed_at").values_list("pk", flat=True):
        with taken(operation, lease) as tenure:
            while tenure and not stopping() and advance(tenure):
                did = True
    return did


def persist(
    stopping: Stopping, pause: Pause, *, idle: float | None, lease: timedelta = LEASE
) -> None:
    """Work until told to stop, through every outage.

    Args:
        stopping: asked before each piece.
        pause: waits.
        idle: seconds to wait when there is nothing to do; None returns instead.
        lease: see :func:`absurd_dashboard.bulk.tenure.taken`.
    """
    wait = _FIRST_WAIT
    while not stopping():
        try:
            did = drain(stopping, lease)
        except PASSING as error:
            logger.warning("bulk work waits %.1f s: %s", wait, error)
            connections.close_all()
            pause(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
            continue
        wait = _FIRST_WAIT
        if not did and idle is None:
            return
        if not did and idle is not None:
            pause(idle)
