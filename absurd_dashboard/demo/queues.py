"""The demo's queues: how they are stored, who works them, and how long they keep their history."""

from dataclasses import dataclass

import psycopg
from absurd_sdk import Absurd

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
RETENTION = "6 hours"


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue.

    Attributes:
        name: what it is called.
        at_once: how many of its tasks one worker process runs at the same time.
        partitioned: whether its tables are partitioned by week.
    """

    name: str
    at_once: int = 1
    partitioned: bool = False


QUEUES = (
    Queue(order_fulfilment.QUEUE, at_once=2),
    Queue(approval.QUEUE),
    Queue(renewals.QUEUE, partitioned=True),
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
    app = Absurd(connection)
    for queue in QUEUES:
        app.create_queue(
            queue.name,
            storage_mode="partitioned" if queue.partitioned else "unpartitioned",
            cleanup_ttl=RETENTION,
        )


def maintain(connection: psycopg.Connection) -> None:
    """Delete what is too old, and prepare partitions for the weeks to come.

    Calls ``absurd.cleanup_all_queues`` and ``absurd.ensure_partitions``.
    """
    connection.execute("select absurd.cleanup_all_queues()")
    connection.execute("select absurd.ensure_partitions()")
