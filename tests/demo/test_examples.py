"""Each example workflow, run to its end by real workers."""

from typing import Any

import pytest
from absurd_sdk import Absurd, SpawnResult, TaskResultSnapshot

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

AT_ONCE: dict[str, Any] = {"kind": "none"}


@pytest.fixture(autouse=True)
def retries_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for lesson in (order_fulfilment, renewals, agent, etl, failures):
        monkeypatch.setattr(lesson, "RETRIES", AT_ONCE)


carrier_is_down = order_fulfilment.carrier_is_down


@pytest.fixture(autouse=True)
def carrier_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_fulfilment, "carrier_is_down", lambda _now: False)


def outcome(app: Absurd, task: SpawnResult, queue: str) -> TaskResultSnapshot:
    return app.await_task_result(str(task["task_id"]), queue_name=queue, timeout=30)


def checkpoints(app: Absurd, task: SpawnResult, queue: str) -> list[str]:
    rows = app._conn.execute(
        "select checkpoint_name from absurd.get_task_checkpoint_states(%s, %s, %s)"
        " order by updated_at",
        (queue, task["task_id"], task["run_id"]),
    )
    return [row[0] for row in rows]


def test_an_order_ships_once_it_is_paid(app: Absurd) -> None:
    task = order_fulfilment.place(app, "A-1", total=4200, pace=0)
    app.emit_event("payment:A-1", {"cents": 4200}, queue_name=order_fulfilment.QUEUE)

    end = outcome(app, task, order_fulfilment.QUEUE)

    assert end.state == "completed"
    assert end.result == {
        "order": "A-1",
        "status": "shipped",
        "payment": {"cents": 4200},
        "parcel": {"carrier": "Post", "label": "A-1/01010"},
    }


def test_an_order_is_placed_once_however_often_it_is_asked_for(app: Absurd) -> None:
    first = order_fulfilment.place(app, "A-2", payment_timeout=60)
    second = order_fulfilment.place(app, "A-2", payment_timeout=60)

    assert first["task_id"] == second["task_id"]


def test_an_order_that_nobody_pays_is_abandoned(app: Absurd) -> None:
    task = order_fulfilment.place(app, "A-3", payment_timeout=0, pace=0)

    end = outcome(app, task, order_fulfilment.QUEUE)

    assert end.result == {"order": "A-3", "status": "abandoned"}
    assert "release stock" in checkpoints(app, task, order_fulfilment.QUEUE)


def test_an_order_outlasts_an_outage_of_the_carrier(
    app: Absurd, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage = iter([True, True, False])
    monkeypatch.setattr(order_fulfilment, "carrier_is_down", lambda _now: next(outage))
    task = order_fulfilment.place(app, "A-4", pace=0)
    app.emit_event("payment:A-4", queue_name=order_fulfilment.QUEUE)

    assert outcome(app, task, order_fulfilment.QUEUE).state == "completed"
    assert next(outage, None) is None


def test_an_address_that_does_not_exist_fails_every_attempt(app: Absurd) -> None:
    task = order_fulfilment.place(app, "A-5", postcode="nowhere", pace=0)
    app.emit_event("payment:A-5", queue_name=order_fulfilment.QUEUE)

    end = outcome(app, task, order_fulfilment.QUEUE)

    assert end.state == "failed"
    assert isinstance(end.failure, dict)
    assert end.failure["name"] == "AddressRejectedError"
    for function in ("fulfil", "book_carrier", "label", "normalised"):
        assert f"in {function}\n" in end.failure["traceback"]


def test_the_carrier_is_down_for_ten_seconds_of_every_minute() -> None:
    assert [second for second in range(120) if carrier_is_down(second)] == [
        *range(10),
        *range(60, 70),
    ]


@pytest.mark.parametrize("approved", [True, False])
def test_an_approval_waits_for_the_decision_and_acts_on_it(app: Absurd, approved: bool) -> None:
    request = f"R-{approved}"
    task = approval.ask(app, request, pace=0)
    app.emit_event(f"approval:{request}", {"approved": approved}, queue_name=approval.QUEUE)

    end = outcome(app, task, approval.QUEUE)

    assert isinstance(end.result, dict)
    assert end.result["approved"] is approved
    assert ("place the purchase" in checkpoints(app, task, approval.QUEUE)) is approved


def test_a_subscription_is_charged_every_period(app: Absurd) -> None:
    task = renewals.subscribe(app, "S-1", period=0.01, periods=3, price=500, declines=0, pace=0)

    end = outcome(app, task, renewals.QUEUE)

    assert end.result == {"subscription": "S-1", "paid": 1500}
    assert checkpoints(app, task, renewals.QUEUE) == [
        "charge",
        "until the next period",
        "charge#2",
        "until the next period#2",
        "charge#3",
    ]


def test_a_declined_card_gets_a_reminder_and_time(app: Absurd) -> None:
    task = renewals.subscribe(app, "S-2", period=0.01, periods=1, declines=1, pace=0)

    outcome(app, task, renewals.QUEUE)

    names = checkpoints(app, task, renewals.QUEUE)
    assert names == ["remind the customer", "grace period", "charge"]


def test_an_agent_iterates_ten_to_forty_times_under_one_step_name(app: Absurd) -> None:
    task = agent.start(app, "Why?", overload=0, pace=0)

    end = outcome(app, task, agent.QUEUE)

    assert isinstance(end.result, dict)
    turns = end.result["turns"]
    assert isinstance(turns, int)
    assert 10 <= turns <= 40
    assert checkpoints(app, task, agent.QUEUE) == [
        "iteration",
        *(f"iteration#{number}" for number in range(2, turns + 1)),
        "answer",
    ]


def test_an_agent_fails_when_the_model_stays_overloaded(app: Absurd) -> None:
    task = agent.start(app, "Why?", overload=1, pace=0)

    end = outcome(app, task, agent.QUEUE)

    assert isinstance(end.failure, dict)
    assert end.failure["name"] == "ModelOverloadedError"


def test_a_trip_is_booked_leg_by_leg(app: Absurd) -> None:
    task = saga.plan(app, "T-1", sold_out=None, pace=0)

    end = outcome(app, task, saga.QUEUE)

    assert isinstance(end.result, dict)
    assert end.result["status"] == "booked"
    assert checkpoints(app, task, saga.QUEUE) == ["book flight", "book hotel", "book car"]


def test_a_sold_out_leg_takes_back_the_earlier_ones_last_first(app: Absurd) -> None:
    task = saga.plan(app, "T-2", sold_out="car", pace=0)

    end = outcome(app, task, saga.QUEUE)

    assert isinstance(end.result, dict)
    assert end.result["status"] == "taken back"
    assert checkpoints(app, task, saga.QUEUE)[-2:] == ["cancel hotel", "cancel flight"]


def test_an_export_adds_up_what_its_children_did_in_another_queue(app: Absurd) -> None:
    task = etl.begin(app, "monday", shards=4, corrupt=0, pace=0)

    end = outcome(app, task, etl.QUEUE)

    assert isinstance(end.result, dict)
    assert isinstance(end.result["records"], int)
    assert end.result["records"] >= 400


def test_the_children_of_an_export_name_their_parent_and_inherit_its_headers(app: Absurd) -> None:
    task = etl.begin(app, "tuesday", headers={"tenant_id": "acme"}, shards=2, corrupt=0, pace=0)
    outcome(app, task, etl.QUEUE)

    headers = app._conn.execute(
        'select headers from absurd."t_etl-shards" where params @> %s', ['{"day": "tuesday"}']
    ).fetchall()

    parent = str(task["task_id"])
    expected = {"tenant_id": "acme", "workflow_run_id": parent, "parent_task_id": parent}
    assert headers == [(expected,), (expected,)]


def test_an_export_fails_when_a_shard_does(app: Absurd) -> None:
    task = etl.begin(app, "sunday", shards=2, corrupt=1, pace=0)

    end = outcome(app, task, etl.QUEUE)

    assert isinstance(end.failure, dict)
    assert end.failure["message"] == "shards [1, 2] of sunday are missing"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("night.bug", "KeyError"),
        ("night.chained", "InvoiceError"),
        ("night.foreign", "LetterError"),
        ("night.unserialisable", "TypeError"),
        ("night.deep", "DocumentError"),
    ],
)
def test_five_ways_to_fail(app: Absurd, name: str, error: str) -> None:
    end = outcome(app, failures.provoke(app, name, pace=0), failures.QUEUE)

    assert end.state == "failed"
    assert isinstance(end.failure, dict)
    assert end.failure["name"] == error


def test_a_message_need_not_be_ascii(app: Absurd) -> None:
    end = outcome(app, failures.provoke(app, "night.foreign", pace=0), failures.QUEUE)

    assert isinstance(end.failure, dict)
    assert "東京都" in str(end.failure["message"])


def test_a_traceback_may_have_200_kb(app: Absurd) -> None:
    end = outcome(app, failures.provoke(app, "night.deep", pace=0), failures.QUEUE)

    assert isinstance(end.failure, dict)
    assert len(str(end.failure["traceback"])) > 200_000


def test_a_task_that_takes_too_long_is_cancelled(app: Absurd) -> None:
    task = deadlines.request_year(app, 2024, max_duration=0, pause=3600, pace=0)

    assert outcome(app, task, deadlines.QUEUE).state == "cancelled"


def test_a_task_that_is_begun_too_late_is_cancelled(app: Absurd) -> None:
    # Ready a second later: a claim that begins before the task is committed cannot take it,
    # which would find it after having looked for what is too late.
    app._conn.execute(
        "select set_config('absurd.fake_now', (clock_timestamp() + '1 s')::text, false)"
    )
    task = deadlines.request_now(app, max_delay=0, pace=0)

    assert outcome(app, task, deadlines.QUEUE).state == "cancelled"


def test_a_task_within_its_deadlines_is_completed(app: Absurd) -> None:
    on_time = deadlines.request_now(app, max_delay=60, pace=0)
    short = deadlines.request_year(app, 2024, max_duration=60, pause=0, pace=0)

    assert outcome(app, on_time, deadlines.QUEUE).result == {"sent": True}
    assert outcome(app, short, deadlines.QUEUE).result == {"year": 2024, "months": 12}
