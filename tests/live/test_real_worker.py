"""Every page beside a real absurd-sdk worker, in real transactions of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from absurd_sdk import Absurd, TaskContext
from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from absurd_dashboard.models import Task
from absurd_dashboard.policy import Policy
from tests.dashboard.engine import Engine
from tests.live.conftest import dsn

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "absurd"])

QUEUE = 'work/"night" shift'


@pytest.fixture
def worker(engine: Engine) -> Iterator[Absurd]:
    """A worker that knows tasks which complete, fail, sleep and wait."""
    app = Absurd(dsn(), queue_name=QUEUE)
    app.create_queue()

    @app.register_task("complete")
    def complete(params: Any, ctx: TaskContext) -> Any:
        return ctx.step("greet", lambda: {"hello": params["who"]})

    @app.register_task("fail", default_max_attempts=1)
    def fail(params: Any, ctx: TaskContext) -> None:
        raise LookupError("no such order")

    @app.register_task("sleep")
    def sleep(params: Any, ctx: TaskContext) -> None:
        ctx.sleep_for("cool-down", 3600)

    @app.register_task("wait")
    def wait(params: Any, ctx: TaskContext) -> Any:
        return ctx.await_event("shipment.packed:42")

    yield app
    app.close()


def test_every_page_shows_what_a_worker_did(client: Client, worker: Absurd) -> None:
    ids = {
        name: worker.spawn(name, {"who": "you"})["task_id"]
        for name in ("complete", "fail", "sleep", "wait")
    }
    worker.work_batch("the-worker", batch_size=10)
    states = {"complete": "Completed", "fail": "Failed", "sleep": "Sleeping", "wait": "Sleeping"}
    listed = client.get("/absurd/tasks/").text
    for name, task_id in ids.items():
        assert f"/absurd/tasks/{task_id}/" in listed
        page = client.get(f"/absurd/tasks/{task_id}/").text
        assert states[name] in page
        assert ("the-worker" in page) == (name in {"complete", "fail"})
    assert "hello" in client.get(f"/absurd/tasks/{ids['complete']}/").text
    failed = client.get(f"/absurd/tasks/{ids['fail']}/").text
    assert "LookupError" in failed
    assert "raise LookupError" in failed
    assert "cool-down" in client.get(f"/absurd/tasks/{ids['sleep']}/").text
    assert "shipment.packed:42" in client.get(f"/absurd/tasks/{ids['wait']}/").text
    assert "LookupError" in client.get("/absurd/failures/").text
    assert "the-worker" in client.get("/absurd/workers/").text
    assert "night" in client.get("/absurd/").text
    assert "night" in client.get("/absurd/queues/").text


def test_a_waiting_task_goes_on_once_its_event_is_emitted(client: Client, worker: Absurd) -> None:
    task = worker.spawn("wait", {})["task_id"]
    worker.work_batch("the-worker")
    worker.emit_event("shipment.packed:42", {"by": "hand"})
    assert "shipment.packed:42" in client.get("/absurd/events/").text
    worker.work_batch("the-worker")
    page = client.get(f"/absurd/tasks/{task}/").text
    assert "Completed" in page
    assert "by" in page


def test_a_page_reads_in_a_transaction_that_can_only_read(client: Client, worker: Absurd) -> None:
    worker.spawn("complete", {"who": "you"})
    with override_settings(
        ABSURD_DASHBOARD={"DATABASE": "absurd", "POLICY": f"{__name__}.Meddling"}
    ):
        client.raise_request_exception = False
        response = client.get("/absurd/tasks/")
    assert response.status_code == 500
    assert Engine().call("select count(*) from absurd.queues") == [(1,)]


class Meddling(Policy):
    """A policy that tries to write while a page reads."""

    def redactions(self, access: Any) -> Any:
        """Try."""
        Engine().call("select absurd.create_queue('meddled')")


class Dropping(Policy):
    """A policy that sees somebody drop a queue after the page has read their names."""

    dropped = False

    def redactions(self, access: Any) -> Any:
        """Drop it from another connection, once."""
        if not type(self).dropped:
            type(self).dropped = True
            with psycopg.connect(dsn(), autocommit=True) as other:
                other.execute("select absurd.drop_queue('doomed')")
        return ()


@pytest.mark.parametrize("page", ["", "tasks/", "queues/", "workers/"])
def test_a_queue_dropped_while_a_page_is_being_built_is_left_out(
    client: Client, engine: Engine, page: str
) -> None:
    engine.create("doomed")
    engine.create("staying")
    Dropping.dropped = False
    with override_settings(
        ABSURD_DASHBOARD={"DATABASE": "absurd", "POLICY": f"{__name__}.Dropping"}
    ):
        response = client.get(f"/absurd/{page}")
    assert Dropping.dropped
    assert response.status_code == 200
    assert "doomed" not in response.text


def test_a_poll_reads_nothing_while_nothing_was_written(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    # Other tests write into other databases of the same server, which counts as a change, too.
    assert any(_poll_was_empty(client) for _ in range(300))


def _poll_was_empty(client: Client) -> bool:
    token = client.get("/absurd/tasks/", headers={"X-Absurd-Live": ""})["X-Absurd-Token"]
    with CaptureQueriesContext(connections["absurd"]) as captured:
        answer = client.get("/absurd/tasks/", headers={"X-Absurd-Live": token})
    assert (answer.status_code, answer.content) == (204, b"")
    size = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    sent = [query["sql"] for query in captured if query["sql"] not in {"BEGIN", "COMMIT"}]
    assert len(sent) == 1 or "absurd.queues" in sent[1]
    # Where something was written that the page does not show, the answer brings a new token.
    assert size < (200 if len(sent) == 1 else 300)
    return len(sent) == 1


def test_a_poll_sees_what_an_open_transaction_wrote_once_it_commits(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    with psycopg.connect(dsn()) as other:
        other.execute("select absurd.spawn_task('a', 'late', 'null')")
        page = client.get("/absurd/tasks/").text
        token = page.partition('data-live-token="')[2].partition('"')[0]
        other.commit()
        answer = client.get("/absurd/tasks/", headers={"X-Absurd-Live": token})
    assert "late" in answer.text


def test_a_kept_connection_that_the_server_closed_is_replaced(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    assert client.get("/absurd/").status_code == 200
    pid = engine.call("select pg_backend_pid()")[0][0]
    with psycopg.connect(dsn(), autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", [pid])
    assert client.get("/absurd/").status_code == 200


def test_an_engine_that_cannot_be_reached_is_said_with_what_to_do(client: Client) -> None:
    connections["absurd"].close()
    before = connections["absurd"].settings_dict["HOST"]
    connections["absurd"].settings_dict["HOST"] = "/nowhere"
    try:
        response = client.get("/absurd/")
    finally:
        connections["absurd"].settings_dict["HOST"] = before
    assert response.status_code == 503
    assert "cannot be reached" in response.text
    assert "/nowhere" not in response.text


def test_a_role_that_may_only_read_sees_every_page(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    settings = connections["absurd"].settings_dict
    engine.call(
        "create role looker login; grant usage on schema absurd to looker;"
        " grant select on all tables in schema absurd to looker"
    )
    connections["absurd"].close()
    before = settings["USER"]
    settings["USER"] = "looker"
    try:
        answers = [
            client.get(f"/absurd/{page}").status_code
            for page in (
                "",
                "queues/",
                "tasks/",
                "failures/",
                "events/",
                "workers/",
                f"tasks/{task}/",
            )
        ]
    finally:
        connections["absurd"].close()
        settings["USER"] = before
        engine.call("drop owned by looker; drop role looker")
    assert answers == [200] * 7


def test_a_role_without_rights_is_told_which_it_needs(client: Client, engine: Engine) -> None:
    engine.create("a")
    settings = connections["absurd"].settings_dict
    engine.call("create role nobody_here login")
    connections["absurd"].close()
    before = settings["USER"]
    settings["USER"] = "nobody_here"
    try:
        response = client.get("/absurd/")
    finally:
        connections["absurd"].close()
        settings["USER"] = before
        engine.call("drop role nobody_here")
    assert response.status_code == 503
    assert "may not read" in response.text
    assert "SELECT" in response.text


def test_the_models_have_no_tables_of_their_own() -> None:
    with connections["default"].cursor() as cursor:
        tables = connections["default"].introspection.table_names(cursor)
    assert Task._meta.db_table not in tables
