"""The world around the demo's workflows."""

from collections.abc import Iterator

import psycopg
import pytest
from absurd_sdk import Absurd, SpawnResult
from psycopg import sql

from absurd_dashboard.demo import answers, queues, traffic
from absurd_dashboard.examples import approval, etl, order_fulfilment
from tests.demo.commands import eventually


@pytest.fixture
def world(engine_url: str) -> Iterator[traffic.World]:
    """A world in a transaction that leaves nothing behind."""
    with psycopg.connect(engine_url) as connection:
        yield traffic.World(connection)
        connection.rollback()


def tasks(connection: psycopg.Connection, queue: str) -> int:
    query = sql.SQL("select count(*) from absurd.{}").format(sql.Identifier(f"t_{queue}"))
    row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


def completed(app: Absurd, task: SpawnResult, queue: str) -> bool:
    end = app.await_task_result(str(task["task_id"]), queue_name=queue, timeout=30)
    return end.state == "completed"


def waited_for(app: Absurd, event: str, queue: str) -> None:
    """Wait until a task waits."""
    eventually(lambda: event in dict(answers.waits(app._conn, queue)))


def test_something_happens_in_every_queue_that_people_use(world: traffic.World) -> None:
    names = {queue.name for queue in queues.QUEUES} - {etl.SHARDS}
    before = {name: tasks(world.connection, name) for name in names}

    for source in traffic.sources():
        source.happen(world)

    assert all(tasks(world.connection, name) > before[name] for name in names)


def test_a_source_rests_after_it_happened(world: traffic.World) -> None:
    happened: list[traffic.World] = []
    source = traffic.Source(10, happened.append)

    for now in (0.0, 1.0, 4.9):
        source.tick(world, now)
    assert len(happened) == 1

    source.tick(world, 15.0)
    assert len(happened) == 2


def test_customers_pay_for_the_orders_that_wait(
    app: Absurd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_fulfilment, "carrier_is_down", lambda _now: False)
    monkeypatch.setattr(answers, "time_to_pay", lambda _event: 0)
    task = order_fulfilment.place(app, "P-1", payment_timeout=600, pace=0)
    waited_for(app, "payment:P-1", order_fulfilment.QUEUE)

    answers.give(app._conn)

    assert completed(app, task, order_fulfilment.QUEUE)


def test_somebody_decides_on_the_requests_that_wait(
    app: Absurd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "time_to_decide", lambda _event: 0)
    task = approval.ask(app, "D-1", pace=0)
    waited_for(app, "approval:D-1", approval.QUEUE)

    answers.give(app._conn)

    assert completed(app, task, approval.QUEUE)


def test_who_has_not_waited_long_enough_is_not_answered(
    app: Absurd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "time_to_decide", lambda _event: 3600)
    approval.ask(app, "D-2", pace=0)
    waited_for(app, "approval:D-2", approval.QUEUE)

    answers.give(app._conn)

    waited_for(app, "approval:D-2", approval.QUEUE)


def test_one_customer_in_eight_never_pays_and_the_others_do_within_half_a_minute() -> None:
    times = [answers.time_to_pay(f"payment:{number}") for number in range(800)]

    never = times.count(float("inf"))
    assert 60 < never < 140
    assert all(1 <= time <= 30 for time in times if time != float("inf"))


def test_every_request_is_decided_within_half_an_hour() -> None:
    assert all(0 < answers.time_to_decide(f"approval:{n}") <= 1800 for n in range(800))
