"""The world around the demo's workflows: people who order, pay and decide, and a cleaner.

``python -m absurd_dashboard.demo.traffic``; the database is ``ABSURD_DATABASE_URL``'s. It
remembers nothing, so that it goes on after a restart as if nothing had happened.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from absurd_sdk import Absurd

from absurd_core import workflows
from absurd_core.statements import run
from absurd_dashboard import examples
from absurd_dashboard.demo import answers, queues
from absurd_dashboard.examples import (
    agent,
    approval,
    deadlines,
    etl,
    failures,
    order_fulfilment,
    renewals,
    saga,
)
from absurd_dashboard.standalone import lifeline

TENANTS = ("acme", "globex", "initech")
ITEMS = ("standing desk", "second monitor", "coffee machine", "train ticket", "licence")
QUESTIONS = ("Why did churn rise in May?", "Which suppliers are late?", "What do users ask for?")

_chance = random.SystemRandom()


class World:
    """What everybody here shares: a connection, and an app on it that knows every workflow."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.app = Absurd(connection)
        examples.register(self.app)


@dataclass(slots=True)
class Source:
    """Something that happens again and again.

    Attributes:
        every: seconds between two times, on average.
        happen: what happens.
        due: when it happens next, on the clock of ``time.monotonic()``.
    """

    every: float
    happen: Callable[[World], object]
    due: float = 0.0

    def tick(self, world: World, now: float) -> None:
        """Let it happen when it is due."""
        if now >= self.due:
            self.happen(world)
            self.due = now + self.every * _chance.uniform(0.5, 1.5)


def sources() -> list[Source]:
    """All that goes on, with some 35 new tasks a minute."""
    return [
        Source(5, order),
        Source(12, trip),
        Source(15, question),
        Source(20, request),
        Source(20, subscription),
        Source(25, fail),
        Source(60, export),
        Source(60, report),
        Source(90, backlog),
        Source(120, orphan),
        Source(3, lambda world: answers.give(world.connection)),
        Source(60, lambda world: queues.maintain(world.connection)),
    ]


def number(prefix: str) -> str:
    """A number that nobody had before."""
    return f"{prefix}-{time.time_ns() // 1_000_000 % 1_000_000_000}"


def whose() -> dict[str, str]:
    """Headers that say for which tenant a task runs."""
    return {"tenant_id": _chance.choice(TENANTS)}


def order(world: World) -> None:
    """A customer orders; some give an address that does not exist."""
    postcode = _chance.choice(["1010", "8020", "10115", "94103"] * 5 + ["N/A"])
    total = _chance.randint(500, 50_000)
    order_fulfilment.place(world.app, number("A"), total=total, postcode=postcode, headers=whose())


def trip(world: World) -> None:
    """Somebody books a trip."""
    saga.plan(world.app, number("T"), headers=whose())


def question(world: World) -> None:
    """Somebody has a question."""
    agent.start(world.app, _chance.choice(QUESTIONS), headers=whose())


def request(world: World) -> None:
    """Somebody wants to buy something."""
    approval.ask(world.app, number("R"), item=_chance.choice(ITEMS), headers=whose())


def subscription(world: World) -> None:
    """Somebody subscribes."""
    renewals.subscribe(world.app, number("S"), price=990, headers=whose())


def report(world: World) -> None:
    """Somebody wants a report that takes longer than it may."""
    deadlines.request_year(world.app, 2024, headers=whose())


def export(world: World) -> None:
    """The nightly export, recorded as a workflow run that its tasks belong to."""
    day = time.strftime("%A")
    workflow = run(world.connection, workflows.create("nightly_export", "1.0", inputs={"day": day}))
    etl.begin(world.app, day, headers={"workflow_run_id": str(workflow), **whose()})


def fail(world: World) -> None:
    """One of the tasks that are made to fail."""
    failures.provoke(world.app, _chance.choice(list(failures.WAYS)), headers=whose())


def backlog(world: World) -> None:
    """More reports at once than can be begun in time."""
    for _ in range(5):
        deadlines.request_now(world.app, headers=whose())


def orphan(world: World) -> None:
    """A task that no worker knows: it is put off again and again until its time is up."""
    world.app.spawn("legacy.import", {}, queue=failures.QUEUE, cancellation={"max_duration": 90})


def main() -> None:
    """Go on until SIGTERM, or until the parent is gone."""
    lifeline.on_loss(lambda: os._exit(1))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    world = World(psycopg.connect(os.environ["ABSURD_DATABASE_URL"], autocommit=True))
    going_on = sources()
    while True:
        for source in going_on:
            source.tick(world, time.monotonic())
        time.sleep(0.5)


if __name__ == "__main__":
    main()
