"""A worker process of the demo: an ``absurd-sdk`` worker on each of its queues.

``python -m absurd_dashboard.demo.worker <name>``; the database is ``ABSURD_DATABASE_URL``'s.
"""

import os
import signal
import sys
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

import psycopg
from absurd_sdk import Absurd, AbsurdHooks

from absurd_core import statements
from absurd_core.hooks import workflow_hooks
from absurd_dashboard import examples
from absurd_dashboard.demo.queues import QUEUES, WORKERS, Queue
from absurd_dashboard.standalone import lifeline

#: Seconds without a checkpoint or heartbeat after which a run is taken for dead.
LEASE = 15
#: Seconds between two looks at an empty queue: a demo may be slow, and has to stay cool.
POLL = 1.0


def main() -> None:
    """Work until SIGTERM, until a queue cannot be worked, or until the parent is gone."""
    lifeline.on_loss(lambda: os._exit(1))
    name = sys.argv[1]
    run = partial(
        statements.run, psycopg.connect(os.environ["ABSURD_DATABASE_URL"], autocommit=True)
    )
    queues = {
        queue: app_for(queue, workflow_hooks(run))
        for queue in QUEUES
        if queue.name in WORKERS[name]
    }
    signal.signal(signal.SIGTERM, lambda *_: stop(queues.values()))
    with ThreadPoolExecutor(len(queues)) as threads:
        working = [threads.submit(work, name, queue, app) for queue, app in queues.items()]
        first, _ = wait(working, return_when=FIRST_COMPLETED)
        stop(queues.values())
    report(first)


def app_for(queue: Queue, hooks: AbsurdHooks) -> Absurd:
    """Connect to the database for one queue, and make all workflows known."""
    app = Absurd(queue_name=queue.name, hooks=hooks)
    examples.register(app)
    return app


def work(name: str, queue: Queue, app: Absurd) -> None:
    """Run a queue's tasks until told to stop."""
    app.start_worker(
        worker_id=f"{name}:{os.getpid()}",
        claim_timeout=LEASE,
        concurrency=queue.at_once,
        poll_interval=POLL,
    )


def stop(apps: Iterable[Absurd]) -> None:
    """Let each app finish what it has begun, and begin nothing more."""
    for app in apps:
        app.stop_worker()


def report(ended: set[Future[None]]) -> None:
    """Raise the error that ended a queue's worker, if one did."""
    for future in ended:
        future.result()


if __name__ == "__main__":
    main()
