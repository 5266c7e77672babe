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


@dataclass(slots=True)
class Source:
    """Something that happens again and again.

    Attributes:
        every: seconds between two times, on average.
        happen: what happens.
        due: when it happens next, on the clock of ``time.monotonic()``.
    """

    every: float
    happen: Callable[[Absurd], object]
    due: float = 0.0

    def tick(self, app: Absurd, now: float) -> None:
        """Let it happen when it is due."""
        if now >= self.due:
            self.happen(app)
            self.due = now + self.every * _chance.uniform(0.5, 1.5)


def sources() -> list[Source]:
    """All that goes on, with about 35 new tasks a minute."""
    return [
        Source(5, order),
        Source(
            20,
            lambda app: approval.ask(app, number("R"), item=_chance.choice(ITEMS), headers=whose()),
        ),
        Source(20, lambda app: renewals.subscribe(app, number("S"), price=990, headers=whose())),
        Source(15, lambda app: agent.start(app, _chance.choice(QUESTIONS), headers=whose())),
        Source(12, lambda app: saga.plan(app, number("T"), headers=whose())),
        Source(60, export),
        Source(25, fail),
        Source(60, lambda app: deadlines.request_year(app, 2024, headers=whose())),
        Source(90, backlog),
        Source(120, orphan),
        Source(3, lambda app: answers.give(app)),
        Source(60, lambda app: queues.maintain(app._conn)),
    ]


def number(prefix: str) -> str:
    """A number that nobody had before."""
    return f"{prefix}-{time.time_ns() // 1_000_000 % 1_000_000_000}"


def whose() -> dict[str, str]:
    """Headers that say for which tenant a task runs."""
    return {"tenant_id": _chance.choice(TENANTS)}


def order(app: Absurd) -> None:
    """A customer orders; some give an address that does not exist."""
    postcode = _chance.choice(["1010", "8020", "10115", "94103"] * 5 + ["N/A"])
    total = _chance.randint(500, 50_000)
    order_fulfilment.place(app, number("A"), total=total, postcode=postcode, headers=whose())


def export(app: Absurd) -> None:
    """The nightly export, recorded as a workflow run that its tasks belong to."""
    day = time.strftime("%A")
    workflow = run(app._conn, workflows.create("nightly_export", "1.0", inputs={"day": day}))
    etl.begin(app, day, headers={"workflow_run_id": str(workflow), **whose()})


def fail(app: Absurd) -> None:
    """One of the tasks that are made to fail."""
    failures.provoke(app, _chance.choice(list(failures.WAYS)), headers=whose())


def backlog(app: Absurd) -> None:
    """More reports at once than can be begun in time."""
    for _ in range(5):
        deadlines.request_now(app, headers=whose())


def orphan(app: Absurd) -> None:
    """A task that no worker knows: it is put off again and again until its time is up."""
    app.spawn("legacy.import", {}, queue=failures.QUEUE, cancellation={"max_duration": 90})


def main() -> None:
    """Go on until SIGTERM, or until the parent is gone."""
    lifeline.on_loss(lambda: os._exit(1))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = Absurd()
    examples.register(app)
    going_on = sources()
    while True:
        for source in going_on:
            source.tick(app, time.monotonic())
        time.sleep(0.5)


if __name__ == "__main__":
    main()
