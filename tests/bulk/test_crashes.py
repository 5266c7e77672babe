"""Killed at any point, work goes on where it was: nothing twice, nothing skipped, all on record."""

import os
import random
import threading
from collections.abc import Iterator

import pytest

from tests.bulk.site import Site, live, site

LONG = "ABSURD_BULK_TASKS" in os.environ
#: Enough for ten lives of a worker in small batches; ABSURD_BULK_TASKS=10000 proves the same for
#: longer, with both kinds of database for each action.
NUMBER = int(os.environ.get("ABSURD_BULK_TASKS", "2000"))
BATCH = 100 if LONG else 20
STATES = ["postgresql", "sqlite"]


@pytest.fixture
def made(state: str) -> Iterator[Site]:
    """A dashboard with its own server, its own tables in either kind of database."""
    with site(sqlite=state == "sqlite") as found:
        yield found


def kill_and_restart(made: Site, seed: int) -> None:
    """Kill the worker ten times, crash the server once and restart it once, wherever they are."""
    chance = random.Random(seed)
    calamities = [made.kill_worker] * 10
    calamities[3:3] = [made.crash]
    calamities[8:8] = [made.restart]
    made.worker("--lease", "0.5")
    for strike in calamities:
        point = made.progress()[0] + chance.randint(1, NUMBER // 50)
        made.waits_for(lambda through, _, point=point: through >= point)
        threading.Event().wait(chance.uniform(0, 0.05))  # anywhere in a batch, not at its end
        assert made.progress()[1] == "running"
        strike()
    made.waits_for(lambda _, state: state != "running")


@pytest.mark.parametrize("state", STATES if LONG else STATES[:1])
def test_retried_tasks_are_retried_once_although_they_fail_again_at_once(made: Site) -> None:
    made.fail(NUMBER)
    begun = made.crew("begin", "retry", "state=failed", str(BATCH))
    assert begun["targets"] == NUMBER
    with live(made):
        kill_and_restart(made, seed=1)
    report = made.crew("report", begun["id"])
    assert report["state"] == "finished"
    assert report["numbers"] == [NUMBER, 0, 0, 0]
    assert (report["outcomes"], report["recorded_twice"]) == ({"done": NUMBER}, 0)
    attempts = made.each_queue("select count(*), attempts from {t} group by attempts")
    assert attempts == [(NUMBER // 2, 2)] * 2
    runs = made.each_queue("select count(*) from {r}")
    assert runs == [(NUMBER,)] * 2


@pytest.mark.parametrize("state", STATES if LONG else STATES[1:])
def test_each_task_is_copied_once(made: Site) -> None:
    made.fail(NUMBER)
    begun = made.crew("begin", "copy", "state=failed", str(BATCH))
    kill_and_restart(made, seed=2)
    report = made.crew("report", begun["id"])
    assert report["numbers"] == [NUMBER, 0, 0, 0]
    assert (report["outcomes"], report["recorded_twice"]) == ({"done": NUMBER}, 0)
    states = made.each_queue("select state, count(*) from {t} group by state order by state")
    assert states == [("failed", NUMBER // 2), ("pending", NUMBER // 2)] * 2


@pytest.mark.parametrize("state", ["postgresql"])
def test_two_workers_share_the_work_and_repeat_none_of_it(made: Site) -> None:
    made.fail(NUMBER)
    begun = made.crew("begin", "copy", "state=failed", str(BATCH))
    for _ in range(2):
        made.worker("--lease", "0.5")
    made.waits_for(lambda _, state: state != "running")
    assert made.crew("report", begun["id"])["numbers"] == [NUMBER, 0, 0, 0]
    states = made.each_queue("select state, count(*) from {t} group by state order by state")
    assert states == [("failed", NUMBER // 2), ("pending", NUMBER // 2)] * 2
