"""How many statements a page takes does not depend on how much there is to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.dashboard.engine import Engine

#: More than this on one database is a page that asks too much.
MOST = 18


def statements(client: Client, address: str) -> dict[str, int]:
    """How many statements a page sends to either database."""
    client.get(address)
    with (
        CaptureQueriesContext(connections["absurd"]) as engine,
        CaptureQueriesContext(connections["default"]) as own,
    ):
        assert client.get(address).status_code == 200, address
    return {"engine": len(engine), "own": len(own)}


def fill(engine: Engine, queues: range) -> UUID:
    """Queues with everything a page can list; a task of the last one with a step for each queue."""
    for number in queues:
        queue = engine.create(f"q{number}")
        engine.failed(queue, f"fails-{number}", name=f"Error{number}", message="no")
        engine.emit(queue, f"event-{number}")
        engine.wait(queue, engine.spawn(queue), engine.claim(queue), f"wanted-{number}")
        engine.spawn(queue, headers={"workflow_run_id": f"run-{number}"})
        engine.claim(queue, f"worker-{number}", 600)
        engine.spawn(queue, f"waits-{number}")
    queue = f"q{queues[-1]}"
    task = engine.spawn(queue, "long", max_attempts=9)
    engine.call(
        "select absurd.claim_task(%s, 'w', 600, 100)", queue
    )  # all that is pending, the task among it
    (run,) = engine.call(f'select run_id from absurd."r_{queue}" where task_id = %s', task)[0]
    for number in queues:
        engine.checkpoint(queue, task, run, f"step-{number}", {"number": number})
    return task


def pages(task: UUID, queue: str) -> Iterator[str]:
    """The pages, under names that do not depend on what is there."""
    yield from (
        "", "attention/", "queues/", "tasks/", "tasks/?state=failed", "tasks/?window=all",
        "failures/", "failures/?view=list", "events/", "workers/", "workflows/", "audit/", "bulk/",
        "charts/", "charts/?window=30d", "tune/",
    )  # fmt: skip
    yield from (f"tasks/{task}/", f"queues/{queue}/", f"tasks/?id={str(task)[:8]}")


def counted(client: Client, task: UUID, queue: str) -> dict[str, dict[str, int]]:
    """The counts, by the page's place in the list of pages."""
    return {
        page.replace(str(task), "…").replace(str(task)[:8], "…").replace(queue, "…"): statements(
            client, f"/absurd/{page}"
        )
        for page in pages(task, queue)
    }


# A search takes as many slices as it has time for.
@override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "SEARCH_BUDGET": timedelta(minutes=1)})
def test_a_page_with_ten_times_as_much_takes_the_same_statements(
    client: Client, engine: Engine
) -> None:
    few = counted(client, fill(engine, range(4)), "q3")
    many = counted(client, fill(engine, range(4, 40)), "q39")
    assert many == few
    assert {page: each for page, each in many.items() if max(each.values()) > MOST} == {}
