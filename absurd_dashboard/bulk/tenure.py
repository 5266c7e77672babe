"""Who works on an operation: one worker at a time, and nobody who has lost that right unawares.

On PostgreSQL the right is an advisory lock, which dies with its holder's connection. Elsewhere it
lasts as long as its holder gives signs of life. Either way it has a number, the epoch: whoever
takes over raises it, and every write of the former holder then misses, because it names the old
one in the same statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections, router
from django.db.models import Q

from absurd_dashboard.bulk.errors import TenureLost
from absurd_dashboard.models import BulkOperation

#: Where there are no advisory locks: a worker that was silent for so long is taken for dead.
LEASE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Tenure:
    """The right to work on one operation."""

    operation_id: UUID
    epoch: int

    def operation(self) -> BulkOperation:
        """The operation as it is now.

        Raises:
            TenureLost: somebody else works on it.
        """
        found = BulkOperation.objects.filter(pk=self.operation_id, epoch=self.epoch).first()
        if found is None:
            raise TenureLost(f"bulk operation {self.operation_id} has another worker")
        return found

    def write(self, **changes: Any) -> None:
        """Change the operation, and give a sign of life.

        Raises:
            TenureLost: somebody else works on it; nothing was changed.
        """
        mine = BulkOperation.objects.filter(pk=self.operation_id, epoch=self.epoch)
        if not mine.update(heartbeat_at=datetime.now(UTC), **changes):
            raise TenureLost(f"bulk operation {self.operation_id} has another worker")


@contextmanager
def taken(operation_id: UUID, lease: timedelta = LEASE) -> Iterator[Tenure | None]:
    """The right to work on an operation while the block lasts; None if somebody else has it.

    Args:
        operation_id: the operation.
        lease: where there are no advisory locks, how long a silent worker counts as alive.
    """
    database = state_database()
    if connections[database].vendor == "postgresql":
        with (
            _locked(database, operation_id) as mine,
            _begun(operation_id) if mine else nullcontext() as tenure,
        ):
            yield tenure
    else:
        silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=datetime.now(UTC) - lease)
        with _begun(operation_id, silent) as tenure:
            yield tenure


def state_database() -> str:
    """Alias of the database that holds the dashboard's own tables."""
    return router.db_for_write(BulkOperation)


@contextmanager
def _begun(operation_id: UUID, free: Q | None = None) -> Iterator[Tenure | None]:
    """Raise the epoch, unless it is not free or somebody else raised it meanwhile."""
    rows = BulkOperation.objects.filter(pk=operation_id)
    epoch = rows.filter(free or Q()).values_list("epoch", flat=True).first()
    if epoch is None or not rows.filter(epoch=epoch).update(
        epoch=epoch + 1, heartbeat_at=datetime.now(UTC)
    ):
        yield None
        return
    yield Tenure(operation_id, epoch + 1)
    rows.filter(epoch=epoch + 1).update(heartbeat_at=None)  # let go; after an error it lapses


@contextmanager
def _locked(database: str, operation_id: UUID) -> Iterator[bool]:
    """Whether the operation's lock is held while the block lasts, or somebody else has it."""
    connection = connections[database]
    key = operation_id.int >> 65  # 63 bits: a positive bigint
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            _unlock(database, key)


def _unlock(database: str, key: int) -> None:
    connection = connections[database]
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [key])
    except DatabaseError:
        connection.close()  # which gives the lock back as well
