"""Errors: one tree, one sentence each, with the data of what went wrong and no payloads."""

import pickle
import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from inspect import getdoc
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from absurd_core import (
    AbsurdError,
    AccessDenied,
    ConnectionLost,
    DeadlockDetected,
    EngineError,
    InvalidArgument,
    QueueNotFound,
    SchemaError,
    SchemaMissing,
    SchemaTooOld,
    SerializationConflict,
    Statement,
    TaskNotFound,
    TimedOut,
    TransactionAborted,
    UnreadablePayload,
    checkpoints,
    errors,
    events,
    maintenance,
    queues,
    rows,
    run,
    runs,
    tasks,
)
from tests.core import old_engines
from tests.core.engines import NOON, make_database

TASK, RUN = UUID(int=1), UUID(int=2)

#: Every call, of every procedure.
CALLS: dict[str, Statement[Any]] = {
    statement.name: statement
    for statement in (
        queues.create("work", "partitioned"),
        queues.drop("work"),
        queues.names(),
        queues.policy("work"),
        queues.set_policy("work"),
        tasks.spawn("work", "job"),
        tasks.claim("work", "w"),
        tasks.cancel("work", TASK),
        tasks.retry("work", TASK),
        tasks.result("work", TASK),
        runs.complete("work", RUN),
        runs.fail("work", RUN, "no"),
        runs.schedule("work", RUN, NOON),
        runs.extend_claim("work", RUN, 1),
        checkpoints.set("work", TASK, "step", 1, RUN),
        checkpoints.get("work", TASK, "step"),
        checkpoints.for_run("work", TASK, RUN),
        events.await_event("work", TASK, RUN, "step", "paid"),
        events.emit("work", "paid"),
        maintenance.cleanup_tasks("work", 1),
        maintenance.cleanup_events("work", 1),
        maintenance.cleanup_all_queues(),
        maintenance.ensure_partitions(),
        maintenance.detach_candidates(),
        maintenance.drop_detached_partition("no_such_partition"),
        maintenance.schedule_detach_jobs(),
        maintenance.enable_cron(),
        maintenance.disable_cron(),
    )
}
SINCE_0_4 = {
    "create_queue",
    "get_queue_policy",
    "set_queue_policy",
    "cleanup_all_queues",
    "ensure_partitions",
    "list_detach_candidates",
    "drop_detached_partition",
    "schedule_detach_jobs",
    "enable_cron",
    "disable_cron",
}


@pytest.fixture
def connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        run(connection, queues.create("work"))
        yield connection


@pytest.fixture(scope="module")
def empty_url(server_url: str, worker_id: str) -> str:
    return make_database(server_url, f"absurd_core_empty_{worker_id}")


@pytest.fixture(scope="module", params=old_engines.EVERY_VERSION)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def old_engine(version: str, server_url: str, worker_id: str) -> Iterator[psycopg.Connection[Any]]:
    """A database with the engine of one release."""
    url = make_database(server_url, f"absurd_core_old_{worker_id}")
    with psycopg.connect(url, autocommit=True) as connection:
        old_engines.install(connection, version)
        yield connection


def raised(connection: psycopg.Connection[Any], statement: Statement[Any]) -> AbsurdError:
    with pytest.raises(AbsurdError) as caught:
        run(connection, statement)
    return caught.value


def refusal(connection: psycopg.Connection[Any], statement: Statement[Any]) -> AbsurdError | None:
    """Execute a statement without leaving a trace; return the error, if any."""
    try:
        with connection.transaction(force_rollback=True):
            run(connection, statement)
    except AbsurdError as error:
        return error
    return None


def every_class() -> list[type[AbsurdError]]:
    found = [AbsurdError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return found


def test_the_tree_is_as_it_is_drawn() -> None:
    drawn = {}
    above: list[str] = []
    for prefix, name in re.findall(
        r"^    ([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE
    ):
        depth = len(prefix) // 4
        del above[depth:]
        drawn[name] = above[-1] if above else "Exception"
        above.append(name)

    assert drawn == {cls.__name__: cls.__bases__[0].__name__ for cls in every_class()}


@pytest.mark.parametrize("cls", every_class(), ids=lambda cls: cls.__name__)
def test_every_class_says_in_one_sentence_what_happened(cls: type[AbsurdError]) -> None:
    error = cls(queue="work", task_id=TASK, run_id=RUN, procedure="spawn_task", sqlstate="XX000")

    assert re.fullmatch(r"[^\n]{10,120}", str(error))
    assert (getdoc(cls) or "").splitlines()[0].endswith((".", ":"))


def test_an_error_travels_between_processes_whole() -> None:
    error = pickle.loads(pickle.dumps(TaskNotFound(queue="a b", task_id=TASK)))

    assert str(error) == f"task {TASK} not found in queue 'a b'"
    assert error.task_id == TASK


def test_an_invalid_argument_is_a_value_error() -> None:
    assert issubclass(InvalidArgument, ValueError)


def test_the_drivers_error_is_chained(connection: psycopg.Connection[Any]) -> None:
    error = raised(connection, tasks.spawn("nothing", "job"))

    assert isinstance(error, QueueNotFound)
    assert isinstance(error.__cause__, psycopg.errors.UndefinedTable)


def test_no_payload_reaches_a_message_or_a_repr(connection: psycopg.Connection[Any]) -> None:
    secret = "hunter2"
    for statement in (
        tasks.spawn("nothing", "job", secret, headers={"h": secret}, idempotency_key=secret),
        runs.complete("work", uuid4(), secret),
        checkpoints.set("work", uuid4(), "step", secret, uuid4()),
        events.emit("nothing", secret, secret),
    ):
        error = raised(connection, statement)
        assert secret not in f"{error} {error!r} {statement!r}"


def test_a_queues_name_cannot_disfigure_a_message() -> None:
    assert str(QueueNotFound(queue="a\n\u202eb")) == r"queue 'a\n\u202eb' does not exist"


@pytest.mark.parametrize("name", CALLS)
def test_without_the_engine_every_call_says_it_is_missing(empty_url: str, name: str) -> None:
    with psycopg.connect(empty_url) as connection:
        error = raised(connection, CALLS[name])

    assert isinstance(error, SchemaMissing)
    assert str(error).startswith("the schema absurd is not installed in this database")


def test_without_its_tables_the_schema_is_missing_too(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute("create schema absurd")
        connection.execute(
            "create function absurd.list_queues() returns table (queue_name text) language plpgsql"
            " as 'begin return query select q.queue_name from absurd.queues q; end'"
        )
        assert isinstance(raised(connection, queues.names()), SchemaMissing)


@pytest.mark.parametrize("name", CALLS)
def test_what_an_older_engine_lacks_is_said_by_name(
    old_engine: psycopg.Connection[Any], version: str, name: str
) -> None:
    error = refusal(old_engine, CALLS[name])

    if version == "0.3.0" and name in SINCE_0_4:
        assert isinstance(error, SchemaTooOld)
        assert (error.lacking, error.needed) == (f"absurd.{name}", "0.4.0")
    else:
        assert not isinstance(error, SchemaError | EngineError)


def test_a_task_lives_through_every_engine(old_engine: psycopg.Connection[Any]) -> None:
    for statement in (queues.create("life"), tasks.spawn("life", "job", {"a": 1})):
        run(old_engine, statement)
    (task,) = run(old_engine, tasks.claim("life", "w"))
    ids = (task.task_id, task.run_id)
    run(old_engine, checkpoints.set("life", task.task_id, "step", [1], task.run_id, 60))
    waiting = run(old_engine, events.await_event("life", *ids, "wait", "paid", 60))
    run(old_engine, events.emit("life", "paid", None))
    (woken,) = run(old_engine, tasks.claim("life", "w"))
    came = run(old_engine, events.await_event("life", *ids, "wait", "paid", 60))
    seen = run(old_engine, checkpoints.for_run("life", *ids))
    run(old_engine, runs.extend_claim("life", woken.run_id, 60))
    run(old_engine, runs.complete("life", woken.run_id, "done"))
    ended = run(old_engine, tasks.result("life", task.task_id))

    assert (waiting.suspended, came.suspended, came.timed_out) == (True, False, False)
    assert [checkpoint.name for checkpoint in seen] == ["step", "wait"]
    assert (ended.state, ended.result) == ("completed", "done")


def test_a_failed_task_is_retried_on_every_engine(old_engine: psycopg.Connection[Any]) -> None:
    run(old_engine, queues.create("again"))
    run(old_engine, tasks.spawn("again", "job", max_attempts=1, headers={"tenant_id": "t"}))
    (task,) = run(old_engine, tasks.claim("again", "w"))
    run(old_engine, runs.fail("again", task.run_id, {"message": "no"}))
    retried = run(old_engine, tasks.retry("again", task.task_id))

    assert retried.attempt == 2
    run(old_engine, tasks.cancel("again", task.task_id))
    assert run(old_engine, tasks.result("again", task.task_id)).state == "cancelled"


def test_a_statement_that_takes_too_long_times_out(connection: psycopg.Connection[Any]) -> None:
    connection.execute("set statement_timeout = '10ms'")
    slow = Statement("sleep", sql.SQL("select pg_sleep(10)"), {}, rows.nothing)

    assert isinstance(raised(connection, slow), TimedOut)


def test_a_lock_that_takes_too_long_times_out(
    connection: psycopg.Connection[Any], url: str
) -> None:
    with psycopg.connect(url) as other:
        other.execute("lock absurd.t_work in access exclusive mode")
        connection.execute("set lock_timeout = '10ms'")

        assert isinstance(raised(connection, tasks.spawn("work", "job")), TimedOut)


def test_a_read_only_transaction_denies_a_write(connection: psycopg.Connection[Any]) -> None:
    connection.execute("set default_transaction_read_only = on")

    assert isinstance(raised(connection, tasks.spawn("work", "job")), AccessDenied)


def test_a_role_without_rights_is_denied(connection: psycopg.Connection[Any]) -> None:
    connection.execute("set role pg_monitor")

    assert isinstance(raised(connection, queues.names()), AccessDenied)


def test_a_connection_that_was_ended_is_lost(connection: psycopg.Connection[Any], url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
    first, second = (raised(connection, queues.names()) for _ in range(2))

    assert isinstance(first, ConnectionLost)
    assert isinstance(second, ConnectionLost)


def test_after_an_error_a_transaction_takes_no_calls(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction(force_rollback=True):
        raised(connection, tasks.spawn("nothing", "job"))

        assert isinstance(raised(connection, queues.names()), TransactionAborted)


def test_a_lost_race_between_transactions_may_be_repeated(
    connection: psycopg.Connection[Any], url: str
) -> None:
    task_id = run(connection, tasks.spawn("work", "job")).task_id
    with psycopg.connect(url) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        run(other, tasks.result("work", task_id))
        run(connection, tasks.cancel("work", task_id))

        error = raised(other, tasks.cancel("work", task_id))
    assert type(error) is SerializationConflict


def test_a_deadlock_is_said_to_be_one(connection: psycopg.Connection[Any], url: str) -> None:
    first, second = (run(connection, tasks.spawn("work", "job")).task_id for _ in range(2))
    found: list[AbsurdError] = []

    def cancel_both(order: list[UUID], barrier: threading.Barrier) -> None:
        with psycopg.connect(url, options="-c deadlock_timeout=20ms") as own:
            run(own, tasks.cancel("work", order[0]))
            barrier.wait(10)
            try:
                run(own, tasks.cancel("work", order[1]))
            except AbsurdError as error:
                found.append(error)

    barrier = threading.Barrier(2)
    orders = ([first, second], [second, first])
    threads = [threading.Thread(target=cancel_both, args=(order, barrier)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in found] == [DeadlockDetected]


def test_json_too_deep_for_python_is_said_to_be(connection: psycopg.Connection[Any]) -> None:
    deep = "[" * 3000 + "]" * 3000
    connection.execute("select absurd.spawn_task('work', 'job', %s::jsonb)", [deep])

    assert isinstance(raised(connection, tasks.claim("work", "w")), UnreadablePayload)


def test_what_only_the_server_knows_to_be_unacceptable_is_an_invalid_argument(
    connection: psycopg.Connection[Any],
) -> None:
    error = raised(connection, tasks.spawn("work", "job", Decimal("1e200000")))

    assert isinstance(error, InvalidArgument)
    assert error.sqlstate is not None
