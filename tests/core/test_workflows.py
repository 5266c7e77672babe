"""Workflow runs: recording them, their transitions, and pages of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_args
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from absurd_core import (
    IllegalTransition,
    InvalidArgument,
    QueueNotFound,
    SchemaMissing,
    Statement,
    WorkflowRunNotFound,
    following,
    queues,
    run,
    runs,
    schema,
    tasks,
    workflows,
)
from absurd_core.workflow_rows import Cursor, Status
from tests.core.databases import fresh_database
from tests.core.engines import NOON, Engine
from tests.core.waiting import eventually, somebody_waits_for_a_lock

STATUSES = get_args(Status)
OVER = ["completed", "failed", "cancelled"]
LEGAL = {
    ("pending", "pending"),
    ("pending", "running"),
    ("pending", "failed"),
    ("pending", "cancelled"),
    ("running", "running"),
    ("running", "completed"),
    ("running", "failed"),
    ("running", "cancelled"),
}


@pytest.fixture
def flows(engine: Engine) -> Iterator[Engine]:
    """The engine, and an empty table of workflow runs beside it."""
    with psycopg.connect(engine.url, autocommit=True) as connection:
        schema.install(connection, workflows=True)
        connection.execute("truncate workflow_run")
    return engine


@pytest.fixture
def url(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as connection:
        schema.install(connection, workflows=True)
        connection.execute("truncate workflow_run")
    return database_url


def run_once(url: str, statement: Statement[Any]) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        return run(connection, statement)


def created(flows: Engine, **details: Any) -> UUID:
    return flows.run(workflows.create("order", "1", **details))


def with_status(flows: Engine, status: str) -> UUID:
    """A workflow run that has come to a status by legal steps."""
    steps = ["running", "completed"] if status == "completed" else [status]
    workflow_run_id = created(flows)
    for step in steps:
        flows.run(workflows.update(workflow_run_id, step))
    return workflow_run_id


# Recording


def test_a_new_workflow_run_is_pending(flows: Engine) -> None:
    found = flows.run(workflows.get(created(flows)))

    assert (found.workflow_name, found.workflow_version, found.status) == ("order", "1", "pending")
    assert (found.created_at, found.started_at, found.completed_at) == (NOON, None, None)


def test_what_is_recorded_is_read_back(flows: Engine) -> None:
    details = {
        "workflow_run_id": uuid4(),
        "workflow_hash": "c0ffee",
        "absurd_run_id": uuid4(),
        "absurd_queue": "orders",
        "inputs": {"id": 7},
        "created_by": "ada",
        "tags": {"customer": "acme"},
    }
    found = flows.run(workflows.get(created(flows, **details)))

    assert {name: getattr(found, name) for name in details} == details


def test_json_null_is_recorded_and_nothing_is_not(flows: Engine) -> None:
    created(flows, inputs=None)
    created(flows)

    assert flows.sql("select inputs from workflow_run where inputs is not null") == [(None,)]


@pytest.mark.parametrize("name", ["a", "order_2", "o_r_d_e_r"])
def test_names_are_lower_case_words(flows: Engine, name: str) -> None:
    workflow_run_id = flows.run(workflows.create(name, "1"))

    assert flows.run(workflows.get(workflow_run_id)).workflow_name == name


BAD_NAMES = ["", "Order", "2nd", "_order", "a__b", "a-b", "a b", "a\n", "é"]
BAD_VERSIONS = ["", "1__2", "v 1", "1/2", "1\n", "é"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_other_names_are_refused_before_anything_is_sent(name: str) -> None:
    with pytest.raises(InvalidArgument, match="workflow_name must match"):
        workflows.create(name, "1")


@pytest.mark.parametrize("version", BAD_VERSIONS)
def test_other_versions_are_refused_before_anything_is_sent(version: str) -> None:
    with pytest.raises(InvalidArgument, match="workflow_version must match"):
        workflows.create("order", version)


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, "1") for name in BAD_NAMES] + [("order", version) for version in BAD_VERSIONS],
)
def test_the_table_refuses_them_too(url: str, name: str, version: str) -> None:
    insert = "insert into workflow_run (workflow_name, workflow_version) values (%s, %s)"
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(insert, [name, version])


def test_an_unknown_workflow_run_is_not_found(flows: Engine) -> None:
    unknown = uuid4()
    with pytest.raises(WorkflowRunNotFound, match=str(unknown)):
        flows.run(workflows.get(unknown))


# Changing


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_only_legal_transitions_happen(url: str, before: Any, after: Any) -> None:
    flows = Engine(url, partial(run_once, url))
    workflow_run_id = with_status(flows, before)
    if (before, after) in LEGAL:
        assert flows.run(workflows.update(workflow_run_id, after)).status == after
    else:
        with pytest.raises(IllegalTransition, match=f"is {before}, .* become {after}"):
            flows.run(workflows.update(workflow_run_id, after))
        assert flows.run(workflows.get(workflow_run_id)).status == before


def test_an_unknown_status_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(InvalidArgument, match="status must be one of"):
        workflows.update(uuid4(), "paused")  # type: ignore[arg-type]


def test_an_unknown_workflow_run_cannot_change(flows: Engine) -> None:
    with pytest.raises(WorkflowRunNotFound):
        flows.run(workflows.update(uuid4(), "running"))


def test_the_server_says_when_it_started_and_ended(flows: Engine) -> None:
    workflow_run_id = created(flows)
    flows.advance(minutes=1)
    flows.run(workflows.update(workflow_run_id, "running"))
    flows.advance(minutes=1)
    found = flows.run(workflows.update(workflow_run_id, "completed"))

    assert found.started_at == NOON + timedelta(minutes=1)
    assert found.completed_at == NOON + timedelta(minutes=2)


def test_it_started_when_it_first_ran(flows: Engine) -> None:
    workflow_run_id = with_status(flows, "running")
    flows.advance(minutes=1)

    assert flows.run(workflows.update(workflow_run_id, "running")).started_at == NOON


def test_times_that_are_given_are_kept(flows: Engine) -> None:
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)
    workflow_run_id = created(flows)
    flows.run(workflows.update(workflow_run_id, "running", started_at=start))
    found = flows.run(workflows.update(workflow_run_id, "completed", completed_at=end))

    assert (found.started_at, found.completed_at) == (start, end)


def test_what_is_not_given_stays(flows: Engine) -> None:
    workflow_run_id = with_status(flows, "running")
    flows.run(workflows.update(workflow_run_id, result={"a": 1}, error=["b"], task_count=3))
    found = flows.run(workflows.update(workflow_run_id, "completed"))

    assert (found.result, found.error, found.task_count) == ({"a": 1}, ["b"], 3)


@pytest.mark.parametrize("status", OVER)
def test_details_may_be_added_to_one_that_is_over(flows: Engine, status: str) -> None:
    found = flows.run(workflows.update(with_status(flows, status), task_count=3))

    assert (found.status, found.task_count) == (status, 3)


def test_of_two_who_end_it_at_once_one_does(url: str) -> None:
    flows = Engine(url, partial(run_once, url))
    workflow_run_id = with_status(flows, "running")
    with psycopg.connect(url, autocommit=True) as watch, ThreadPoolExecutor() as pool:
        with psycopg.connect(url) as first:
            run(first, workflows.update(workflow_run_id, "completed"))
            late = pool.submit(flows.run, workflows.update(workflow_run_id, "failed"))
            eventually(lambda: somebody_waits_for_a_lock(watch))
        with pytest.raises(IllegalTransition, match=r"is completed, .* become failed"):
            late.result(timeout=20)
    assert flows.run(workflows.get(workflow_run_id)).status == "completed"


# Pages


def recorded(flows: Engine, count: int, **details: Any) -> list[UUID]:
    """Workflow runs a minute apart, newest first."""
    ids = []
    for _ in range(count):
        ids.insert(0, created(flows, **details))
        flows.advance(minutes=1)
    return ids


def ids(page: workflows.Page) -> list[UUID]:
    return [found.workflow_run_id for found in page.runs]


def test_the_newest_come_first(flows: Engine) -> None:
    newest_first = recorded(flows, 3)

    assert ids(flows.run(workflows.page())) == newest_first


def test_pages_join_without_gap_or_repetition(flows: Engine) -> None:
    every, seen, after = recorded(flows, 5), [], None
    while True:
        page = flows.run(workflows.page(limit=2, after=after))
        seen += ids(page)
        if (after := page.next) is None:
            break

    assert seen == every


def test_those_recorded_at_the_same_moment_are_told_apart(flows: Engine) -> None:
    every = {created(flows) for _ in range(3)}
    first = flows.run(workflows.page(limit=2))
    second = flows.run(workflows.page(limit=2, after=first.next))

    assert {*ids(first), *ids(second)} == every


def test_a_page_starts_right_even_if_its_cursor_is_gone(flows: Engine) -> None:
    every = recorded(flows, 3)
    first = flows.run(workflows.page(limit=1))
    flows.sql("delete from workflow_run where workflow_run_id = %s", every[0])

    assert ids(flows.run(workflows.page(after=first.next))) == every[1:]


def test_the_last_page_has_no_next(flows: Engine) -> None:
    recorded(flows, 2)

    assert flows.run(workflows.page(limit=2)).next is None


def test_a_page_carries_no_payloads(flows: Engine) -> None:
    created(flows, inputs={"big": "x" * 1000})
    (found,) = flows.run(workflows.page()).runs

    assert not hasattr(found, "inputs")


def test_a_page_of_one_name(flows: Engine) -> None:
    created(flows)
    refund = flows.run(workflows.create("refund", "1"))

    assert ids(flows.run(workflows.page(workflow_name="refund"))) == [refund]


def test_a_page_of_one_status(flows: Engine) -> None:
    created(flows)
    failed = with_status(flows, "failed")

    assert ids(flows.run(workflows.page(status="failed"))) == [failed]


def test_a_page_of_some_tags(flows: Engine) -> None:
    created(flows, tags={"customer": "other"})
    found = created(flows, tags={"customer": "acme", "tier": 1})

    assert ids(flows.run(workflows.page(tags={"customer": "acme"}))) == [found]


def test_a_page_has_at_least_one_row() -> None:
    with pytest.raises(InvalidArgument, match="limit is not from 1"):
        workflows.page(limit=0)


PAGES = {
    "workflow_run_newest": workflows.page(after=Cursor(NOON, uuid4())),
    "workflow_run_by_name": workflows.page(workflow_name="order"),
    "workflow_run_by_status": workflows.page(status="failed"),
    "workflow_run_by_tag": workflows.page(tags={"customer": "acme"}),
}


@pytest.mark.parametrize("index", PAGES)
def test_each_filter_has_its_index(url: str, index: str) -> None:
    statement = PAGES[index]
    with psycopg.connect(url) as connection:
        connection.execute("set enable_seqscan = off")
        plan = connection.execute(
            sql.SQL("explain ") + statement.query, statement.parameters
        ).fetchall()
    assert any(index in line for (line,) in plan)


# The table itself


def test_a_missing_table_is_said_by_name(server_url: str) -> None:
    with fresh_database(server_url) as url, psycopg.connect(url) as connection:
        schema.install(connection)
        with pytest.raises(SchemaMissing, match="the table workflow_run is not installed"):
            run(connection, workflows.page())


def test_the_table_is_found_through_the_search_path(server_url: str) -> None:
    with fresh_database(server_url) as url, psycopg.connect(url) as connection:
        schema.install(connection, workflows=True, workflows_schema="flows")
        connection.execute("set search_path to flows")
        workflow_run_id = run(connection, workflows.create("order", "1"))
        assert run(connection, workflows.get(workflow_run_id)).status == "pending"


# What the engine knows of root tasks


def rooted(flows: Engine) -> tuple[UUID, tasks.Spawned]:
    """A workflow run whose root task is running."""
    flows.run(queues.create("q"))
    workflow_run_id = created(flows)
    headers = {"workflow_run_id": str(workflow_run_id)}
    root = flows.spawned("q", headers=headers, max_attempts=1)
    flows.run(tasks.claim("q", "worker"))
    flows.run(following.started(workflow_run_id, run_id=root.run_id, queue="q"))
    return workflow_run_id, root


def test_a_cancelled_root_task_cancels_its_workflow_run(flows: Engine) -> None:
    workflow_run_id, root = rooted(flows)
    flows.run(tasks.cancel("q", root.task_id))

    assert flows.run(following.settle("q")) == [workflow_run_id]
    assert flows.run(workflows.get(workflow_run_id)).status == "cancelled"


def test_a_root_task_lost_with_its_worker_fails_its_workflow_run(flows: Engine) -> None:
    workflow_run_id, _ = rooted(flows)
    flows.advance(minutes=5)
    flows.run(tasks.claim("q", "another worker"))
    flows.run(following.settle("q"))
    found = flows.run(workflows.get(workflow_run_id))

    assert (found.status, found.error["name"]) == ("failed", "$ClaimTimeout")
    assert found.completed_at == NOON + timedelta(minutes=5)


def test_a_root_task_completed_unseen_completes_its_workflow_run(flows: Engine) -> None:
    workflow_run_id, root = rooted(flows)
    flows.run(runs.complete("q", root.run_id, {"sum": 3}))
    flows.run(following.settle("q"))
    found = flows.run(workflows.get(workflow_run_id))

    assert (found.status, found.result) == ("completed", {"sum": 3})


def test_workflow_runs_whose_root_task_goes_on_stay(flows: Engine) -> None:
    workflow_run_id, _ = rooted(flows)

    assert flows.run(following.settle("q")) == []
    assert flows.run(workflows.get(workflow_run_id)).status == "running"


def test_an_unknown_queue_cannot_be_settled(flows: Engine) -> None:
    with pytest.raises(QueueNotFound):
        flows.run(following.settle("nowhere"))


def test_only_the_run_that_started_it_last_ends_a_workflow_run(flows: Engine) -> None:
    workflow_run_id, _ = rooted(flows)
    flows.run(following.finished(workflow_run_id, "failed", run_id=uuid4()))

    assert flows.run(workflows.get(workflow_run_id)).status == "running"


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_root_task_that_starts_again_reopens_its_workflow_run(flows: Engine, status: Any) -> None:
    workflow_run_id, root = rooted(flows)
    flows.run(workflows.update(workflow_run_id, status, result=1, error=2))
    flows.run(following.started(workflow_run_id, run_id=root.run_id, queue="q"))
    found = flows.run(workflows.get(workflow_run_id))

    assert (found.status, found.result, found.error) == ("running", None, None)
    assert found.completed_at is None


def test_a_cancelled_workflow_run_is_not_reopened(flows: Engine) -> None:
    workflow_run_id, root = rooted(flows)
    flows.run(workflows.update(workflow_run_id, "cancelled"))
    flows.run(following.started(workflow_run_id, run_id=root.run_id, queue="q"))

    assert flows.run(workflows.get(workflow_run_id)).status == "cancelled"
