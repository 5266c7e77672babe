"""Every error this package raises; each carries what it is about and says it in one sentence.

::

    AbsurdError
    ├── SchemaError
    │   ├── SchemaMissing            the engine (or one of our tables) is not installed
    │   └── SchemaTooOld             the installed engine lacks what the call needs
    ├── SchemaUpgradeError           an install or upgrade that cannot be done
    ├── QueueError
    │   ├── QueueNotFound
    │   ├── QueueExists              with another storage mode
    │   ├── QueueNotPartitioned
    │   ├── DefaultPartitionInUse    rows in it, so it cannot be disabled
    │   └── PartitionMissing         no partition takes the new row
    ├── TaskNotFound
    ├── RunNotFound
    │   └── RunOfAnotherTask
    ├── WrongState
    │   ├── TaskNotFailed            only a failed task is retried
    │   ├── RunNotRunning
    │   └── NoActiveClaim            claimed without a lease, so there is none to extend
    ├── TaskCancelled                AB001
    ├── RunAlreadyFailed             AB002
    ├── InvalidRetryStrategy         AB003
    ├── InvalidArgument              also a ValueError
    ├── SerializationConflict        40001: nothing happened, the call may be repeated
    │   └── IdempotencyConflict      the key's former task was being cleaned up
    ├── DeadlockDetected
    ├── TransactionAborted           an earlier call in it failed
    ├── CronUnavailable              pg_cron is not installed in this database
    ├── AccessDenied                 the role or the transaction may not do it
    ├── ConnectionLost
    ├── TimedOut
    ├── PoolExhausted
    ├── ClientClosed
    ├── UnreadablePayload            JSON too deep for Python to hold
    ├── WorkflowRunNotFound
    ├── IllegalTransition
    └── EngineError                  refused for a reason that has no class here
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class AbsurdError(Exception):
    """Anything that went wrong in a call to the engine.

    Attributes:
        procedure: the stored procedure that was called, without its schema.
        queue: the queue the call named.
        task_id: the task the call named.
        run_id: the run the call named.
        sqlstate: PostgreSQL's code; None where the server wasn't asked or didn't answer.
    """

    procedure: str | None = None
    queue: str | None = None
    task_id: UUID | None = None
    run_id: UUID | None = None
    sqlstate: str | None = None

    def __str__(self) -> str:
        return self.message()

    def message(self) -> str:
        """Say in one sentence what went wrong, without the values of parameters."""
        return f"{self._call} failed"

    @property
    def _call(self) -> str:
        return self.procedure or "the call"

    @property
    def _where(self) -> str:
        return "" if self.queue is None else f" in queue {self.queue!r}"

    @property
    def _subject(self) -> str:
        """The run or the task the call was about, and its queue."""
        if self.run_id is not None:
            return f"run {self.run_id}{self._where}"
        return f"task {self.task_id}{self._where}"


class SchemaError(AbsurdError):
    """The installed schema cannot answer the call."""


@dataclass(eq=False, kw_only=True)
class SchemaMissing(SchemaError):
    """The database has no such schema object at all.

    Attributes:
        lacking: what was looked for.
    """

    lacking: str = "the schema absurd"

    def message(self) -> str:
        return f"{self.lacking} is not installed in this database; see absurd_core.schema.install"


@dataclass(eq=False, kw_only=True)
class SchemaTooOld(SchemaError):
    """The installed engine lacks what the call needs.

    Attributes:
        found: the installed version; None when the failed call left no way to ask.
        needed: the first version that has it; None when no version is known to.
        lacking: what is lacking, by name.
    """

    found: str | None = None
    needed: str | None = None
    lacking: str | None = None

    def message(self) -> str:
        found = f" {self.found}" if self.found else ""
        since = f", which came with {self.needed}" if self.needed else ""
        return f"the installed schema absurd{found} lacks {self.lacking or self.procedure}{since}"


@dataclass(eq=False, kw_only=True)
class SchemaUpgradeError(AbsurdError):
    """An install or upgrade that cannot be done.

    Attributes:
        found: the installed version.
        wanted: the version that was asked for.
        problem: why it cannot be done.
    """

    found: str | None = None
    wanted: str | None = None
    problem: str = "there is no way from one version to the other"

    def message(self) -> str:
        return f"cannot take the schema from {self.found} to {self.wanted}: {self.problem}"


class QueueError(AbsurdError):
    """The queue is not what the call needs."""


class QueueNotFound(QueueError):
    """No queue has this name."""

    def message(self) -> str:
        return f"queue {self.queue!r} does not exist"


@dataclass(eq=False, kw_only=True)
class QueueExists(QueueError):
    """The queue exists with another storage mode.

    Attributes:
        storage_mode: the mode it has.
    """

    storage_mode: str | None = None

    def message(self) -> str:
        return f"queue {self.queue!r} already exists, {self.storage_mode}"


class QueueNotPartitioned(QueueError):
    """A policy for partitions was set on a queue that has none."""

    def message(self) -> str:
        return f"queue {self.queue!r} is not partitioned, so it has no default partition"


class DefaultPartitionInUse(QueueError):
    """The default partition holds rows and can't be disabled."""

    def message(self) -> str:
        return f"the default partition of queue {self.queue!r} holds rows and cannot be disabled"


class PartitionMissing(QueueError):
    """The queue has no default partition and none for the new row's week."""

    def message(self) -> str:
        return f"queue {self.queue!r} has no partition for now; see maintenance.ensure_partitions"


class TaskNotFound(AbsurdError):
    """The queue has no task with this id."""

    def message(self) -> str:
        return f"task {self.task_id} not found{self._where}"


class RunNotFound(AbsurdError):
    """The queue has no run with this id."""

    def message(self) -> str:
        return f"run {self.run_id} not found{self._where}"


class RunOfAnotherTask(RunNotFound):
    """The run exists and belongs to another task."""

    def message(self) -> str:
        return f"run {self.run_id} does not belong to task {self.task_id}{self._where}"


class WrongState(AbsurdError):
    """The task or run isn't in the state that the call needs."""


class TaskNotFailed(WrongState):
    """Only a failed task can be retried."""

    def message(self) -> str:
        return f"task {self.task_id}{self._where} is not failed"


class RunNotRunning(WrongState):
    """The run isn't running; for ``schedule`` and ``fail`` it may also not exist.

    The engine answers both with one message there.
    """

    def message(self) -> str:
        missing = ", or does not exist" if self.procedure in ("schedule_run", "fail_run") else ""
        return f"run {self.run_id}{self._where} is not running{missing}"


class NoActiveClaim(WrongState):
    """The run was claimed without a lease, so there's none to extend."""

    def message(self) -> str:
        return f"run {self.run_id}{self._where} has no active claim"


class TaskCancelled(AbsurdError):
    """The task has been cancelled: its worker should stop."""

    def message(self) -> str:
        return f"the task of {self._subject} has been cancelled"


class RunAlreadyFailed(AbsurdError):
    """The run has failed already, for example because its lease expired."""

    def message(self) -> str:
        return f"{self._subject} has already failed"


@dataclass(eq=False, kw_only=True)
class InvalidRetryStrategy(AbsurdError):
    """The engine can't work with this retry strategy.

    Attributes:
        problem: what is wrong with it.
    """

    problem: str = "is not one that the engine knows"

    def message(self) -> str:
        return f"the retry strategy {self.problem}"


@dataclass(eq=False, kw_only=True)
class InvalidArgument(AbsurdError, ValueError):
    """An argument that no state of the engine would accept.

    Attributes:
        argument: its name; None where only the server noticed.
        problem: what is wrong with it, without its value.
    """

    argument: str | None = None
    problem: str = "is not acceptable"

    def message(self) -> str:
        return f"{self.argument or f'an argument of {self._call}'} {self.problem}"


class SerializationConflict(AbsurdError):
    """A concurrent transaction won; nothing happened and the call may be repeated."""

    def message(self) -> str:
        return f"{self._call} conflicted with a concurrent transaction and did nothing"


class IdempotencyConflict(SerializationConflict):
    """The task that held the idempotency key was being cleaned up: spawn again."""

    def message(self) -> str:
        return f"the idempotency key was being cleaned up{self._where}; spawn again with it"


class DeadlockDetected(AbsurdError):
    """PostgreSQL ended this call to break a deadlock; nothing happened."""

    def message(self) -> str:
        return f"{self._call} was ended to break a deadlock and did nothing"


class TransactionAborted(AbsurdError):
    """An earlier call in the transaction failed, so nothing of it is kept."""

    def message(self) -> str:
        return "an earlier call in this transaction failed, so nothing of it is kept"


class CronUnavailable(AbsurdError):
    """pg_cron is not installed in this database."""

    def message(self) -> str:
        return f"{self._call} needs pg_cron, which this database does not have"


class AccessDenied(AbsurdError):
    """The role lacks a privilege, or the transaction is read-only."""

    def message(self) -> str:
        return f"this connection may not do what {self._call} needs"


class ConnectionLost(AbsurdError):
    """There is no connection, or it broke; a call under way may or may not have happened."""

    def message(self) -> str:
        return f"no connection to the database, or it was lost, during {self._call}"


class TimedOut(AbsurdError):
    """The statement or lock timeout passed, or the statement was cancelled; nothing happened."""

    def message(self) -> str:
        return f"{self._call} timed out or was cancelled and did nothing"


@dataclass(eq=False, kw_only=True)
class PoolExhausted(AbsurdError):
    """Every connection of the pool stayed in use.

    Attributes:
        size: how many connections the pool may have.
        waited: seconds spent waiting for one.
    """

    size: int | None = None
    waited: float | None = None

    def message(self) -> str:
        return f"no connection of the pool ({self.size} at most) became free in {self.waited} s"


class ClientClosed(AbsurdError):
    """The client or its pool was closed, or not opened yet."""

    def message(self) -> str:
        return "the client is not open: use it in a with block, or call open() first"


class UnreadablePayload(AbsurdError):
    """A stored JSON value is nested too deeply to read."""

    def message(self) -> str:
        return f"{self._call} returned JSON that is nested too deeply to read"


@dataclass(eq=False, kw_only=True)
class WorkflowRunNotFound(AbsurdError):
    """No workflow run has this id.

    Attributes:
        workflow_run_id: the id.
    """

    workflow_run_id: UUID | None = None

    def message(self) -> str:
        return f"workflow run {self.workflow_run_id} not found"


@dataclass(eq=False, kw_only=True)
class IllegalTransition(AbsurdError):
    """A workflow run can't go from its status to the one asked for.

    Attributes:
        workflow_run_id: the workflow run.
        current: the status it has; None when it isn't known.
        wanted: the status asked for.
    """

    workflow_run_id: UUID | None = None
    current: str | None = None
    wanted: str | None = None

    def message(self) -> str:
        current = f" {self.current}," if self.current else ""
        return (
            f"workflow run {self.workflow_run_id} is{current} not allowed to become {self.wanted}"
        )


@dataclass(eq=False, kw_only=True)
class EngineError(AbsurdError):
    """Refused for a reason that has no class here; the cause has the driver's words."""

    def message(self) -> str:
        return f"{self._call} was refused (SQLSTATE {self.sqlstate})"
