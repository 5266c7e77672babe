"""Calls about queues: making and dropping them, their names, their maintenance policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from absurd_core import arguments, rows
from absurd_core.errors import InvalidArgument, QueueNotFound
from absurd_core.partitioning import call_in_utc
from absurd_core.statements import Row, Statement, call

StorageMode = Literal["unpartitioned", "partitioned"]
DetachMode = Literal["none", "empty"]
DefaultPartition = Literal["enabled", "disabled"]


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """How a queue stores its rows and when they are cleaned up.

    Attributes:
        queue: the queue's name.
        storage_mode: ``unpartitioned`` or ``partitioned`` (by week).
        default_partition: whether a partition takes the rows of weeks that have none.
        partition_lookahead: how far ahead of now partitions are made.
        partition_lookback: how far behind now partitions are made.
        cleanup_ttl: the age at which finished tasks and events are deleted. PostgreSQL keeps
            months apart from days; a month is 30 days here.
        cleanup_limit: how many tasks, and how many events, one cleanup deletes at most.
        detach_mode: whether empty old partitions are detached (``empty``) or not (``none``).
        detach_min_age: the age at which they are.
    """

    queue: str
    storage_mode: StorageMode
    default_partition: DefaultPartition
    partition_lookahead: timedelta
    partition_lookback: timedelta
    cleanup_ttl: timedelta
    cleanup_limit: int
    detach_mode: DetachMode
    detach_min_age: timedelta


def create(queue: str, storage_mode: StorageMode = "unpartitioned") -> Statement[None]:
    """Make a queue; nothing happens if it is there. Calls ``absurd.create_queue``.

    Args:
        queue: its name, up to 57 bytes of UTF-8.
        storage_mode: ``unpartitioned``, or ``partitioned`` by week (from engine 0.4 on).

    Raises:
        InvalidArgument: the name or the mode is not acceptable.
        QueueExists: it is there with the other storage mode.
        SchemaTooOld: partitions on an engine before 0.4.
    """
    name = arguments.queue(queue)
    mode = arguments.choice("storage_mode", storage_mode, "unpartitioned", "partitioned")
    if storage_mode == "unpartitioned":  # the default has a call that every engine knows
        return call("create_queue", name, read=rows.nothing, repeatable=True)
    return call_in_utc("create_queue", name, mode)


def drop(queue: str) -> Statement[None]:
    """Drop a queue with all its tasks; nothing happens if there is none. ``absurd.drop_queue``.

    Args:
        queue: its name.

    Raises:
        InvalidArgument: the name is not acceptable.
    """
    return call("drop_queue", arguments.queue(queue), read=rows.nothing, repeatable=True)


def names() -> Statement[list[str]]:
    """The names of all queues, sorted by the database. Calls ``absurd.list_queues``."""
    read = rows.each(lambda row: str(row["queue_name"]))
    return call("list_queues", read=read, repeatable=True)


def policy(queue: str) -> Statement[QueuePolicy]:
    """A queue's storage mode and maintenance policy. Calls ``absurd.get_queue_policy``.

    Args:
        queue: its name.

    Raises:
        InvalidArgument: the name is not acceptable.
        QueueNotFound: there is no such queue.
        SchemaTooOld: an engine before 0.4.
    """
    read = rows.required(_policy, partial(QueueNotFound, queue=queue))
    return call("get_queue_policy", arguments.queue(queue), read=read, repeatable=True)


def set_policy(
    queue: str,
    *,
    partition_lookahead: timedelta | None = None,
    partition_lookback: timedelta | None = None,
    cleanup_ttl: timedelta | None = None,
    cleanup_limit: int | None = None,
    detach_mode: DetachMode | None = None,
    detach_min_age: timedelta | None = None,
    default_partition: DefaultPartition | None = None,
) -> Statement[None]:
    """Change a queue's maintenance policy; None leaves a value as it is.

    Calls ``absurd.set_queue_policy``. The values are those of :class:`QueuePolicy`.

    Args:
        queue: its name.
        partition_lookahead: not negative.
        partition_lookback: not negative.
        cleanup_ttl: not negative, at most 68 years: the engine counts it in integer seconds.
        cleanup_limit: at least 1.
        detach_mode: ``none`` or ``empty``.
        detach_min_age: not negative.
        default_partition: ``enabled`` or ``disabled``; partitioned queues only.

    Raises:
        InvalidArgument: a value is not acceptable.
        QueueNotFound: there is no such queue.
        QueueNotPartitioned: ``default_partition`` for a queue without partitions.
        DefaultPartitionInUse: it holds rows and can't be disabled.
        SchemaTooOld: an engine before 0.4.
    """
    if cleanup_ttl is not None:
        whole = timedelta(seconds=cleanup_ttl // timedelta(seconds=1))
        arguments.seconds("cleanup_ttl", whole)
    changes = {
        "partition_lookahead": _interval("partition_lookahead", partition_lookahead),
        "partition_lookback": _interval("partition_lookback", partition_lookback),
        "cleanup_ttl": _interval("cleanup_ttl", cleanup_ttl),
        "cleanup_limit": _limit(cleanup_limit),
        "detach_mode": _choice("detach_mode", detach_mode, "none", "empty"),
        "detach_min_age": _interval("detach_min_age", detach_min_age),
        "default_partition": _choice("default_partition", default_partition, "enabled", "disabled"),
    }
    return _set_policy(queue, {key: value for key, value in changes.items() if value is not None})


def _set_policy(queue: str, changes: Mapping[str, Any]) -> Statement[None]:
    policy = arguments.payload("policy", changes)
    return call_in_utc("set_queue_policy", arguments.queue(queue), policy)


def _policy(row: Row) -> QueuePolicy:
    return QueuePolicy(
        queue=row["queue_name"],
        storage_mode=row["storage_mode"],
        default_partition=row["default_partition"],
        partition_lookahead=row["partition_lookahead"],
        partition_lookback=row["partition_lookback"],
        cleanup_ttl=row["cleanup_ttl"],
        cleanup_limit=row["cleanup_limit"],
        detach_mode=row["detach_mode"],
        detach_min_age=row["detach_min_age"],
    )


def _interval(name: str, value: timedelta | None) -> str | None:
    """Write a timedelta as PostgreSQL reads one."""
    if value is None:
        return None
    if not isinstance(value, timedelta):
        raise InvalidArgument(argument=name, problem="is not a timedelta")
    if value < timedelta(0):
        raise InvalidArgument(argument=name, problem="is negative")
    return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"


def _limit(value: int | None) -> int | None:
    if value is None:
        return None
    limit: int = arguments.whole_number("cleanup_limit", value, least=1).value
    return limit


def _choice(name: str, value: str | None, *allowed: str) -> str | None:
    return None if value is None else str(arguments.choice(name, value, *allowed).value)
