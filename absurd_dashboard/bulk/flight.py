"""One batch on its way through two databases that share no transaction, so that it happens once.

1. The attempts are recorded, in the dashboard's database.
2. The engine is asked, in one transaction of its own database.
3. Before that commits, its number and what it will have done are kept, in the dashboard's.
4. It commits.
5. The outcomes are recorded and the operation moves on, in one transaction of the dashboard's.

Whoever finds a batch under way asks the engine's database what became of the transaction with
that number. If it was committed, only step 5 is left; if not, or if there is no number yet, nothing
happened in the engine and step 2 is next. While it is open nobody does anything. A worker that has
lost its tenure cannot pass step 3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import DataError, connections, transaction
from django.db.models import F
from django.http import HttpRequest
from psycopg import sql

from absurd_dashboard.access import Access
from absurd_dashboard.bulk.errors import HOPELESS, LOST, OF_ONE_TASK, Halted, Undecided
from absurd_dashboard.bulk.targets import Seen
from absurd_dashboard.bulk.tenure import Tenure, state_database
from absurd_dashboard.bulk.verbs import VERBS, Job
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.engine import translated
from absurd_dashboard.gate import Outcome, Result, Target, allowed, attempt_all, conclude_all
from absurd_dashboard.models import AuditEntry, BulkBatch, BulkOperation

Ask = Callable[[Sequence[Seen]], list[Outcome]]

#: A worker that was cut off holds its tasks in the engine for so long at most.
_IDLE = "30s"
_BOUNDS = """
set local statement_timeout = {timeout};
set local lock_timeout = {timeout};
set local idle_in_transaction_session_timeout = {idle}
"""


def attempt(
    tenure: Tenure,
    operation: BulkOperation,
    request: HttpRequest,
    access: Access,
    seen: Sequence[Seen],
) -> None:
    """Record the attempts, before the engine is asked: step 1."""
    verb = VERBS[operation.action]
    asked = {"bulk": str(operation.pk), "as": operation.action, **operation.options}
    with transaction.atomic(using=state_database()):
        targets = [task.target for task in seen]
        entries = attempt_all(request, access, verb.action, targets, asked)
        operation.flight = {"entries": [entry.pk for entry in entries]}
        tenure.write(flight=operation.flight)


def carry_out(
    tenure: Tenure, operation: BulkOperation, access: Access, seen: Sequence[Seen]
) -> None:
    """Ask the engine, and keep what it will have done before it is done: steps 2 to 4.

    Raises:
        Halted: the engine refuses this for all tasks alike; nothing was done.
    """
    try:
        _transact(tenure, operation, access, lambda ask: ask(seen))
    except HOPELESS as error:
        raise Halted("The engine's database does not let the dashboard do this.") from error
    except LOST:
        raise
    except OF_ONE_TASK:  # nothing was done; find out whose error it is
        _transact(tenure, operation, access, lambda ask: _one_by_one(access, ask, seen))


def _transact(
    tenure: Tenure, operation: BulkOperation, access: Access, asked: Callable[[Ask], list[Outcome]]
) -> None:
    """One transaction in the engine, and its number kept before it commits."""
    with _writing(access.database) as number:
        access.confine()
        outcomes = asked(partial(_perform, operation, access))
        written = [[item.result, item.detail, _text(item.task_id), item.new] for item in outcomes]
        flight = {**(operation.flight or {}), "number": number, "outcomes": written}
        tenure.write(flight=flight)
    operation.flight = flight


def _perform(operation: BulkOperation, access: Access, seen: Sequence[Seen]) -> list[Outcome]:
    """What becomes of some tasks, in their order."""
    verb = VERBS[operation.action]
    job = Job(operation.pk, **operation.options)
    outcomes: list[Outcome] = []
    for queue, group in groupby(seen, key=lambda task: task.queue):
        of_queue = list(group)
        if allowed(access, verb.action, Target(queue)):
            outcomes += verb.perform(access, queue, of_queue, job)
        else:
            outcomes += [Outcome(Result.REFUSED, "You may not do this.")] * len(of_queue)
    return outcomes


def _one_by_one(access: Access, ask: Ask, seen: Sequence[Seen]) -> list[Outcome]:
    """What becomes of some tasks when each is asked about in a savepoint of its own."""
    return [_alone(access, ask, task) for task in seen]


def _alone(access: Access, ask: Ask, task: Seen) -> Outcome:
    try:
        with translated(), transaction.atomic(using=access.database):
            (outcome,) = ask([task])
    except LOST:
        raise
    except OF_ONE_TASK as error:
        return Outcome(Result.FAILED, str(error), task.task_id)
    return outcome


def committed(operation: BulkOperation) -> bool:
    """Whether the engine has done what the flight says.

    Raises:
        Undecided: its transaction is still open.
    """
    flight = operation.flight or {}
    if "number" not in flight:
        return False
    status = _status(operation.instance, flight["number"])
    if status == "in progress":
        raise Undecided("the engine has not settled the last batch's transaction yet")
    # None: the engine has forgotten, after hundreds of millions of transactions. Asking it again
    # is safe for retries, which are held to the attempt that the dry run saw, for new tasks, which
    # have an idempotency key, and for cancelling.
    return status == "committed"


def _status(database: str, number: str) -> str | None:
    opened = connections[database]
    try:
        with translated(), transaction.atomic(using=database), opened.cursor() as cursor:
            cursor.execute("select pg_xact_status(%s::xid8)", [number])
            (status,) = cursor.fetchone()
    except DataError:  # it is yet to come: the engine lost its newest transactions in a failover
        return "aborted"
    return None if status is None else str(status)


def land(tenure: Tenure, operation: BulkOperation, batch: BulkBatch, **changes: Any) -> None:
    """Record what became of a batch, and move on to the next: step 5.

    Args:
        tenure: the right to.
        operation: with a flight that the engine has committed.
        batch: the batch in flight.
        changes: of the operation, besides.
    """
    flight = operation.flight or {}
    outcomes = [_outcome(*stored) for stored in flight["outcomes"]]
    with transaction.atomic(using=state_database()):
        counted = Counter(outcome.result for outcome in outcomes)
        numbers = {result.value: F(result.value) + number for result, number in counted.items()}
        tenure.write(flight=None, position=F("position") + 1, **numbers, **changes)
        _conclude(flight["entries"], outcomes)
        _keep_troubles(batch, outcomes)


def abandon(tenure: Tenure, operation: BulkOperation, why: str) -> None:
    """Stop before the engine is asked, or after it refused: nothing happened to the batch."""
    with transaction.atomic(using=state_database()):
        tenure.write(flight=None, state=BulkOperation.State.STOPPED, why=why)
        if operation.flight:
            said = Outcome(Result.FAILED, f"Stopped before anything was done. {why}".strip())
            entries = operation.flight["entries"]
            _conclude(entries, [said] * len(entries))


def _conclude(numbers: Sequence[int], outcomes: Sequence[Outcome]) -> None:
    """Record outcomes of entries, except of those deleted meanwhile because their time was over."""
    entries = AuditEntry.objects.in_bulk(numbers)
    pairs = zip(numbers, outcomes, strict=True)
    kept = [(entries[number], outcome) for number, outcome in pairs if number in entries]
    conclude_all([entry for entry, _ in kept], [outcome for _, outcome in kept])


def _keep_troubles(batch: BulkBatch, outcomes: Sequence[Outcome]) -> None:
    """Keep which targets were not done, and why."""
    batch.troubles = [
        [*stored[:3], outcome.result.value, outcome.detail]
        for stored, outcome in zip(batch.targets, outcomes, strict=True)
        if outcome.result is not Result.DONE
    ]
    batch.troubled = len(batch.troubles)
    if batch.troubled:
        batch.save(update_fields=["troubles", "troubled"])


def _outcome(result: str, detail: str, task_id: str | None, new: bool) -> Outcome:
    return Outcome(Result(result), detail, UUID(task_id) if task_id else None, new)


def _text(task_id: UUID | None) -> str | None:
    return str(task_id) if task_id else None


@contextmanager
def _writing(database: str) -> Iterator[str]:
    """A bounded transaction in the engine's database, and its number."""
    connection = connections[database]
    timeout = int(dashboard_settings().statement_timeout.total_seconds() * 1000)
    bounds = sql.SQL(_BOUNDS).format(timeout=sql.Literal(timeout), idle=sql.Literal(_IDLE))
    with translated(), transaction.atomic(using=database, durable=True):
        with connection.cursor() as cursor:
            cursor.execute(bounds.as_string(None))
            cursor.execute("select pg_current_xact_id()::text")
            (number,) = cursor.fetchone()
        yield number
