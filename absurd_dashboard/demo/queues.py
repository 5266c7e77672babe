"""The demo's queues: how they are stored, who works them, and how long they keep their history."""

from dataclasses import dataclass
from datetime import timedelta

import psycopg

from absurd_core import maintenance, queues
from absurd_core.queues import StorageMode
from absurd_core.statements import run
from absurd_dashboard.examples import (
    agent,
    approval,
    etl,
    failures,
    order_fulfilment,
    renewals,
    saga,
)

#: A finished task is deleted this long after its end, so that the demo's data stays small.
RETENTION = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue.

    Attributes:
        name: what it is called.
        at_once: how many of its tasks one worker process runs at the same time.
        storage_mode: one table for each kind of thing, or one for each week.
    """

    name: str
    at_once: int = 1
    storage_mode: StorageMode = "unpartitioned"


QUEUES = (
    Queue(order_fulfilment.QUEUE, at_once=2),
    Queue(approval.QUEUE),
    Queue(renewals.QUEUE, storage_mode="partitioned"),
    Queue(agent.QUEUE, at_once=2),
    Queue(saga.QUEUE),
    Queue(etl.QUEUE, at_once=2),
    Queue(etl.SHARDS, at_once=2),
    Queue(failures.QUEUE),
)

#: Which worker process works which queues. Only those named twice are worked while one is down.
WORKERS: dict[str, tuple[str, ...]] = {
    "worker-1": (
        order_fulfilment.QUEUE,
        agent.QUEUE,
        approval.QUEUE,
        saga.QUEUE,
        etl.QUEUE,
    ),
    "worker-2": (
        order_fulfilment.QUEUE,
        agent.QUEUE,
        renewals.QUEUE,
        etl.SHARDS,
        failures.QUEUE,
    ),
}


def create(connection: psycopg.Connection) -> None:
    """Create the queues that are missing: ``absurd.create_queue``, ``absurd.set_queue_policy``."""
    for queue in QUEUES:
        run(connection, queues.create(queue.name, queue.storage_mode))
        run(connection, queues.set_policy(queue.name, cleanup_ttl=RETENTION))


def maintain(connection: psycopg.Connection) -> None:
    """Delete what is too old, and prepare partitions for the weeks to come.

    Calls ``absurd.cleanup_all_queues`` and ``absurd.ensure_partitions``.
    """
    run(connection, maintenance.cleanup_all_queues())
    run(connection, maintenance.ensure_partitions())
