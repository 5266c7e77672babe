"""The one door at which the driver's errors become this package's: SQLSTATE first, then message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import psycopg

from absurd_core import errors

#: The first release of the engine that has a procedure, where that isn't the oldest we support.
INTRODUCED = {
    "retry_task": "0.2.0",
    "get_schema_version": "0.2.0",
    "get_task_result": "0.3.0",
    "cleanup_all_queues": "0.4.0",
    "create_queue": "0.4.0",  # with a storage mode; the call without one is older
    "disable_cron": "0.4.0",
    "drop_detached_partition": "0.4.0",
    "enable_cron": "0.4.0",
    "ensure_partitions": "0.4.0",
    "get_queue_policy": "0.4.0",
    "list_detach_candidates": "0.4.0",
    "schedule_detach_jobs": "0.4.0",
    "set_queue_policy": "0.4.0",
}


@contextmanager
def translated(procedure: str, about: Mapping[str, Any]) -> Iterator[None]:
    """Translate psycopg's errors in the block into this package's, chained.

    Args:
        procedure: the stored procedure the block calls, without its schema.
        about: attributes for the error; each class takes those it has.

    Raises:
        AbsurdError: its class says what was refused; ``__cause__`` is the driver's error.
    """
    try:
        yield
    except errors.AbsurdError as error:
        error.procedure = error.procedure or procedure
        raise
    except Exception as error:
        if (cause := _driver_error(error)) is None:
            raise
        raise translation(cause, procedure, about) from cause


def _driver_error(error: Exception) -> psycopg.Error | None:
    """Return psycopg's error, also from inside one of Django's."""
    for candidate in (error, error.__cause__):
        if isinstance(candidate, psycopg.Error):
            return candidate
    return None


def translation(
    error: psycopg.Error, procedure: str, about: Mapping[str, Any]
) -> errors.AbsurdError:
    """Return what a driver's error means, not raised and not chained."""
    facts = {**about, "procedure": procedure, "sqlstate": error.sqlstate}
    cls, details = _meaning(error, facts)
    facts.update(details)
    known = {field.name for field in fields(cls)}
    return cls(**{name: value for name, value in facts.items() if name in known})


_Meaning = tuple[type[errors.AbsurdError], dict[str, Any]]
_Facts = Mapping[str, Any]


def _meaning(error: psycopg.Error, facts: _Facts) -> _Meaning:
    sqlstate = error.sqlstate
    if sqlstate is None:
        return _unsent(error), {}
    if sqlstate in _BY_STATE:
        return _BY_STATE[sqlstate], {}
    if sqlstate in _BY_STATE_AND_MESSAGE:
        return _BY_STATE_AND_MESSAGE[sqlstate](_message(error), facts)
    return _BY_STATE_CLASS.get(sqlstate[:2], errors.EngineError), {}


def _message(error: psycopg.Error) -> str:
    return error.diag.message_primary or ""


def _unsent(error: psycopg.Error) -> type[errors.AbsurdError]:
    """Tell errors apart in which the server had no say."""
    if isinstance(error, psycopg.DataError):
        return errors.InvalidArgument
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return errors.ConnectionLost
    return errors.EngineError


def _undefined_table(message: str, facts: _Facts) -> _Meaning:
    """Tell a queue that isn't there from a schema that isn't, by the table that was missed.

    The table's name is searched for, not the sentence around it: servers speak many languages.
    """
    queue = facts.get("queue")
    if queue is not None and any(f"absurd.{kind}_{queue}" in message for kind in "trcewi"):
        return errors.QueueNotFound, {}
    return errors.SchemaMissing, {"lacking": facts.get("table") or "the schema absurd"}


def _undefined_function(_message: str, facts: _Facts) -> _Meaning:
    procedure = facts["procedure"]
    lacking = f"absurd.{procedure}"
    return errors.SchemaTooOld, {"lacking": lacking, "needed": INTRODUCED.get(procedure)}


def _undefined_column(_message: str, facts: _Facts) -> _Meaning:
    return errors.SchemaTooOld, {"lacking": f"a result column of absurd.{facts['procedure']}"}


def _retry_strategy(message: str, _facts: _Facts) -> _Meaning:
    """Name what is wrong; the engine's sentence about a kind quotes the value, so it's replaced."""
    subject, _, rest = message.partition(" ")
    if subject.startswith("retry_strategy"):
        _, _, part = subject.partition(".")
        return errors.InvalidRetryStrategy, {"problem": f"{part} {rest}".strip()}
    return errors.InvalidRetryStrategy, {"problem": "is of an unknown kind"}


def _serialization(message: str, _facts: _Facts) -> _Meaning:
    if message.startswith("Idempotency key"):
        return errors.IdempotencyConflict, {}
    return errors.SerializationConflict, {}


def _check_violation(message: str, facts: _Facts) -> _Meaning:
    """An insert for which a partitioned queue has no partition; else a constraint of a table."""
    queue = facts.get("queue")
    if any(f"{kind}_{queue}" in message for kind in "trcw"):
        return errors.PartitionMissing, {}
    return errors.InvalidArgument, {}


def _raised(message: str, _facts: _Facts) -> _Meaning:
    """Tell the engine's own exceptions apart: PostgreSQL doesn't translate their messages."""
    for start, end, cls in _BY_MESSAGE:
        if message.startswith(start) and end in message:
            return cls, _details(cls, message)
    return errors.EngineError, {}


def _details(cls: type[errors.AbsurdError], message: str) -> dict[str, Any]:
    if cls is errors.QueueExists:
        return {"storage_mode": message.rsplit('"', 2)[-2]}
    if cls is errors.InvalidArgument:
        return _invalid(message)
    return {}


def _invalid(message: str) -> dict[str, Any]:
    """Name the argument where the engine's sentence begins with its name."""
    argument, _, problem = message.partition(" ")
    if message.startswith("max_attempts ("):
        return {"argument": argument, "problem": "must be greater than the attempts made so far"}
    if argument.islower() and '"' not in problem:
        return {"argument": argument, "problem": problem}
    return {}


#: (how the message starts, what it contains after that, what it means); the first that fits.
_BY_MESSAGE: tuple[tuple[str, str, type[errors.AbsurdError]], ...] = (
    ('Queue "', '" already exists with storage mode "', errors.QueueExists),
    ('Queue "', '" does not exist', errors.QueueNotFound),
    ('Queue "', '" was not found after create attempt', errors.QueueNotFound),
    ("Queue name ", "", errors.InvalidArgument),
    ("default_partition policy is only supported", "", errors.QueueNotPartitioned),
    ("Cannot disable default_partition", "is not empty", errors.DefaultPartitionInUse),
    ('Task "', '" not found in queue "', errors.TaskNotFound),
    ('Task "', '" is not currently failed', errors.TaskNotFailed),
    ('Run "', '" not found', errors.RunNotFound),
    ('Run "', '" does not belong to task', errors.RunOfAnotherTask),
    ('Run "', '" is not currently running', errors.RunNotRunning),
    ('Run "', '" cannot be failed', errors.RunNotRunning),
    ('Run "', '" must be running', errors.RunNotRunning),
    ('Run "', '" does not have an active claim', errors.NoActiveClaim),
    ("pg_cron is not available", "", errors.CronUnavailable),
    ("Unsupported ", "", errors.InvalidArgument),
    ("Queue policy must be", "", errors.InvalidArgument),
    ("TTL must be", "", errors.InvalidArgument),
    ("", " must be ", errors.InvalidArgument),
)

_BY_STATE: dict[str, type[errors.AbsurdError]] = {
    "AB001": errors.TaskCancelled,
    "AB002": errors.RunAlreadyFailed,
    "25006": errors.AccessDenied,
    "25P02": errors.TransactionAborted,
    "3F000": errors.SchemaMissing,
    "40P01": errors.DeadlockDetected,
    "42501": errors.AccessDenied,
    "53300": errors.ConnectionLost,
    "55P03": errors.TimedOut,
    "57014": errors.TimedOut,
    "57P01": errors.ConnectionLost,
    "57P02": errors.ConnectionLost,
    "57P03": errors.ConnectionLost,
    "57P05": errors.ConnectionLost,
}

_BY_STATE_AND_MESSAGE: dict[str, Callable[[str, _Facts], _Meaning]] = {
    "AB003": _retry_strategy,
    "23514": _check_violation,
    "40001": _serialization,
    "42703": _undefined_column,
    "42883": _undefined_function,
    "42P01": _undefined_table,
    "P0001": _raised,
}

#: By the first two characters, for codes not listed above.
_BY_STATE_CLASS: dict[str, type[errors.AbsurdError]] = {
    "08": errors.ConnectionLost,
    "22": errors.InvalidArgument,
    "28": errors.AccessDenied,
    "54": errors.InvalidArgument,
}
