"""The hooks, under real workers of absurd-sdk, sync and async."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID, uuid4

import psycopg
import pytest

from absurd_core import events, following, queues, run, schema, tasks, workflows
from absurd_core.hooks import inherit_headers
from tests.core.databases import fresh_database
from tests.core.sdk_workers import Task, work_async, work_sync

WORKERS = {"sync": work_sync, "async": work_async}


@dataclass
class Flow:
    """A queue with a worker whose hooks are on, and one recorded workflow run."""

    connection: psycopg.Connection
    kind: str
    bodies: dict[str, Task] = field(default_factory=dict)
    workflow_run_id: UUID = field(default_factory=uuid4)

    def run(self, statement: Any) -> Any:
        return run(self.connection, statement)

    def root(self, body: Task, **options: Any) -> tasks.Spawned:
        """Spawn the workflow run's root task."""
        self.bodies["root"] = body
        headers = {"workflow_run_id": str(self.workflow_run_id), "tenant_id": "acme"}
        return self.run(tasks.spawn("q", "root", headers=headers, **options))

    def work(self) -> None:
        """Let a worker carry out one run."""
        WORKERS[self.kind](self.connection.info.dsn, "q", self.bodies)

    @property
    def recorded(self) -> workflows.WorkflowRun:
        return self.run(workflows.get(self.workflow_run_id))

    def headers(self, task_name: str) -> dict[str, Any]:
        """Headers of the only task of this name."""
        query = "select headers from absurd.t_q where task_name = %s"
        ((headers,),) = self.connection.execute(query, [task_name]).fetchall()
        return headers


@pytest.fixture(scope="module")
def flows_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        with psycopg.connect(url) as connection:
            schema.install(connection, workflows=True)
        yield url


@pytest.fixture(params=WORKERS)
def flow(flows_url: str, request: pytest.FixtureRequest) -> Iterator[Flow]:
    with psycopg.connect(flows_url, autocommit=True) as connection:
        flow = Flow(connection, request.param)
        flow.run(queues.create("q"))
        flow.run(workflows.create("order", "1", workflow_run_id=flow.workflow_run_id))
        yield flow
        flow.run(queues.drop("q"))


async def nothing(ctx: Any, spawn: Any) -> None:
    """A task that has nothing to do."""


async def broken(ctx: Any, spawn: Any) -> NoReturn:
    raise LookupError("no such order")


async def waiting(ctx: Any, spawn: Any) -> Any:
    return await ctx.await_event("paid")


def spawning(name: str, **options: Any) -> Task:
    """A task that spawns another one."""

    async def body(ctx: Any, spawn: Any) -> None:
        await spawn(name, {}, queue="q", **options)

    return body


# Headers


def test_a_child_inherits_workflow_run_and_tenant(flow: Flow) -> None:
    root = flow.root(spawning("child"))
    flow.work()

    assert flow.headers("child") == {
        "workflow_run_id": str(flow.workflow_run_id),
        "tenant_id": "acme",
        "parent_task_id": str(root.task_id),
    }


def test_a_grandchilds_parent_is_the_child(flow: Flow) -> None:
    flow.root(spawning("child"))
    flow.bodies["child"] = spawning("grandchild")
    flow.work()
    flow.work()

    query = "select task_id::text from absurd.t_q where task_name = 'child'"
    (child,) = flow.connection.execute(query).fetchone() or ("",)
    assert flow.headers("grandchild")["parent_task_id"] == child
    assert flow.headers("grandchild")["workflow_run_id"] == str(flow.workflow_run_id)


def test_a_child_keeps_headers_of_its_own(flow: Flow) -> None:
    flow.root(spawning("child", headers={"tenant_id": "other", "trace": "t1"}))
    flow.work()

    assert flow.headers("child")["tenant_id"] == "other"
    assert flow.headers("child")["trace"] == "t1"


def test_a_copied_parent_header_is_put_right(flow: Flow) -> None:
    root = flow.root(spawning("child", headers={"parent_task_id": str(uuid4())}))
    flow.work()

    assert flow.headers("child")["parent_task_id"] == str(root.task_id)


def test_a_child_of_a_task_without_headers_has_its_parent(flow: Flow) -> None:
    flow.bodies["alone"] = spawning("child")
    alone = flow.run(tasks.spawn("q", "alone"))
    flow.work()

    assert flow.headers("child") == {"parent_task_id": str(alone.task_id)}


def test_a_task_that_starts_another_workflow_run_is_not_its_parent(flow: Flow) -> None:
    other = str(uuid4())
    flow.root(spawning("child", headers={"workflow_run_id": other}))
    flow.work()

    assert flow.headers("child") == {"workflow_run_id": other, "tenant_id": "acme"}


def test_a_spawn_outside_a_task_is_left_alone() -> None:
    options: Any = {"queue": "q", "headers": {"a": 1}}

    assert inherit_headers("child", {}, options) == {"queue": "q", "headers": {"a": 1}}


# The workflow run


def test_it_runs_while_its_root_task_runs(flow: Flow) -> None:
    seen = []

    async def body(ctx: Any, spawn: Any) -> None:
        seen.append(flow.recorded)

    root = flow.root(body)
    flow.work()

    (during,) = seen
    assert (during.status, during.absurd_run_id, during.absurd_queue) == (
        "running",
        root.run_id,
        "q",
    )


def test_it_completes_with_its_root_task(flow: Flow) -> None:
    async def body(ctx: Any, spawn: Any) -> dict[str, int]:
        return {"sum": 3}

    root = flow.root(body)
    flow.work()

    assert (flow.recorded.status, flow.recorded.result) == ("completed", {"sum": 3})
    assert flow.run(tasks.result("q", root.task_id)).state == "completed"


def test_it_fails_with_the_last_attempt(flow: Flow) -> None:
    root = flow.root(broken, max_attempts=2)
    flow.work()
    assert flow.recorded.status == "running"
    flow.work()

    assert flow.recorded.status == "failed"
    assert flow.recorded.error == {"name": "LookupError", "message": "no such order"}
    assert flow.run(tasks.result("q", root.task_id)).failure_reason["name"] == "LookupError"


def test_a_wait_is_not_an_end(flow: Flow) -> None:
    flow.root(waiting, max_attempts=1)
    flow.work()
    assert flow.recorded.status == "running"
    flow.run(events.emit("q", "paid", 5))
    flow.work()

    assert (flow.recorded.status, flow.recorded.result) == ("completed", 5)


def test_a_cancelled_root_task_cancels_it_when_its_worker_notices(flow: Flow) -> None:
    async def body(ctx: Any, spawn: Any) -> None:
        flow.run(tasks.cancel("q", root.task_id))
        await ctx.heartbeat()

    root = flow.root(body)
    flow.work()

    assert flow.recorded.status == "cancelled"


def test_an_attempt_that_lost_its_lease_says_nothing(flow: Flow) -> None:
    async def body(ctx: Any, spawn: Any) -> None:
        claimed_elsewhere(flow)
        await ctx.heartbeat()

    flow.root(body, max_attempts=2)
    flow.work()

    assert flow.recorded.status == "running"


def claimed_elsewhere(flow: Flow) -> None:
    """Another worker comes an hour later and finds the lease expired."""
    later = datetime.now(UTC) + timedelta(hours=1)
    with flow.connection.transaction():
        flow.connection.execute(
            "select set_config('absurd.fake_now', %s, true)", [later.isoformat()]
        )
        flow.run(tasks.claim("q", "another worker"))


def test_a_retried_root_task_reopens_it(flow: Flow) -> None:
    root = flow.root(broken, max_attempts=1)
    flow.work()
    flow.bodies["root"] = nothing
    flow.run(tasks.retry("q", root.task_id))
    flow.work()

    assert (flow.recorded.status, flow.recorded.error) == ("completed", None)


def test_a_child_does_not_end_it(flow: Flow) -> None:
    async def body(ctx: Any, spawn: Any) -> None:
        await spawn("child", {}, queue="q", max_attempts=1)
        await ctx.await_event("paid")

    flow.root(body)
    flow.bodies["child"] = broken
    flow.work()
    flow.work()

    assert flow.recorded.status == "running"


def test_a_root_task_cancelled_while_it_waits_is_settled(flow: Flow) -> None:
    root = flow.root(waiting)
    flow.work()
    flow.run(tasks.cancel("q", root.task_id))
    flow.run(following.settle("q"))

    assert flow.recorded.status == "cancelled"


@pytest.mark.parametrize("header", [str(UUID(int=7)), "order-7", 7, None])
def test_a_header_that_nobody_recorded_does_no_harm(flow: Flow, header: Any) -> None:
    flow.bodies["root"] = nothing
    root = flow.run(tasks.spawn("q", "root", headers={"workflow_run_id": header}))
    flow.work()

    assert flow.run(tasks.result("q", root.task_id)).state == "completed"


# When it cannot be recorded


@contextmanager
def table_hidden(flow: Flow) -> Iterator[None]:
    flow.connection.execute("alter table workflow_run rename to hidden")
    try:
        yield
    finally:
        flow.connection.execute("alter table hidden rename to workflow_run")


def test_an_attempt_whose_start_cannot_be_recorded_fails(flow: Flow) -> None:
    root = flow.root(nothing, max_attempts=1)
    with table_hidden(flow):
        flow.work()

    assert flow.run(tasks.result("q", root.task_id)).failure_reason["name"] == "SchemaMissing"


@pytest.mark.parametrize("body", [nothing, broken], ids=["completed", "failed"])
def test_an_end_that_cannot_be_recorded_is_logged_and_settled(
    flow: Flow, body: Task, caplog: pytest.LogCaptureFixture
) -> None:
    async def hiding(ctx: Any, spawn: Any) -> None:
        flow.connection.execute("alter table workflow_run rename to hidden")
        await body(ctx, spawn)

    root = flow.root(hiding, max_attempts=1)
    with caplog.at_level(logging.ERROR, "absurd_core.hooks"):
        flow.work()
    flow.connection.execute("alter table hidden rename to workflow_run")

    assert f"the end of workflow run {flow.workflow_run_id} was not recorded" in caplog.text
    flow.run(following.settle("q"))
    assert flow.recorded.status == flow.run(tasks.result("q", root.task_id)).state
