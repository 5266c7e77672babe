"""What needs somebody: every rule, its link and its cure; and a quiet engine that needs nobody."""

import json
from datetime import timedelta
from typing import Any

import absurdctl
import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from absurd_dashboard.attention import spiking
from absurd_dashboard.likeness import alike
from absurd_dashboard.models import Membership, Role, Scope, Tenant
from tests.dashboard.engine import START, Engine


def items(client: Client, kind: str | None = None) -> list[dict[str, Any]]:
    """What needs somebody, of one kind or all."""
    response = client.get("/absurd/attention/?format=json")
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = json.loads(response.content)["items"]
    return [item for item in found if kind in (None, item["kind"])]


def kinds(client: Client) -> set[str]:
    """Which rules apply."""
    return {item["kind"] for item in items(client)}


@pytest.fixture(autouse=True)
def queue(engine: Engine) -> None:
    """A queue."""
    engine.create("a")


@pytest.fixture
def busy(engine: Engine) -> None:
    """A worker that holds a claim in the queue for a year."""
    engine.spawn("a", "busy")
    engine.claim("a", "busy-worker", lease=31_536_000)


def test_an_engine_at_rest_needs_nobody(client: Client, engine: Engine) -> None:
    engine.create("p", "partitioned")
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    assert items(client) == []
    assert "Nothing needs attention" in client.get("/absurd/attention/").text


def test_a_dead_lease_leads_to_its_task(client: Client, engine: Engine) -> None:
    task = engine.spawn("a")
    engine.claim("a", "w-1", 30)
    assert items(client) == []
    engine.advance(seconds=31)
    (item,) = items(client, "dead_leases")
    assert item["tasks"] == [str(task)]
    text = client.get("/absurd/").text
    assert f'href="/absurd/tasks/{task}/"' in text
    assert "Start a worker for this queue" in text


def test_due_work_that_nobody_takes_needs_a_worker(client: Client, engine: Engine) -> None:
    engine.spawn("a")
    engine.advance(seconds=29)
    assert items(client) == []
    engine.advance(seconds=2)
    (item,) = items(client)
    assert (item["kind"], item["since"]) == ("untaken", START.isoformat())
    assert str(item["url"]).startswith("/absurd/tasks/?queue=a&state=pending")


def test_due_work_that_waits_too_long_for_busy_workers(
    client: Client, engine: Engine, busy: None
) -> None:
    engine.spawn("a")
    engine.advance(minutes=4)
    assert items(client) == []
    engine.advance(minutes=2)
    assert kinds(client) == {"late"}


def test_how_long_is_too_long_is_a_setting(client: Client, engine: Engine, busy: None) -> None:
    engine.spawn("a")
    engine.advance(minutes=2)
    late = {"DATABASE": "absurd", "LATE_AFTER": timedelta(minutes=1)}
    with override_settings(ABSURD_DASHBOARD=late):
        assert kinds(client) == {"late"}


def test_tasks_put_back_again_and_again_are_not_known_to_any_worker(
    client: Client, engine: Engine, busy: None
) -> None:
    task = engine.spawn("a", "send-fax")
    for _ in range(7):
        engine.sleep("a", engine.claim("a"), engine.now + timedelta(seconds=60))
        engine.advance(seconds=60)
    (item,) = items(client, "deferred")
    assert item["tasks"] == [str(task)]
    assert "send-fax" in item["meaning"]
    assert "name=send-fax" in item["url"]


def test_a_task_that_was_put_back_once_just_now_is_not_cycling(
    client: Client, engine: Engine, busy: None
) -> None:
    engine.spawn("a", "send-fax")
    engine.sleep("a", engine.claim("a"), engine.now + timedelta(seconds=60))
    assert items(client) == []


def test_a_task_that_sleeps_in_a_step_is_not_cycling(
    client: Client, engine: Engine, busy: None
) -> None:
    task = engine.spawn("a")
    run = engine.claim("a")
    until = engine.now + timedelta(days=1)
    engine.checkpoint("a", task, run, "cool-down", until.isoformat())
    engine.sleep("a", run, until)
    engine.advance(hours=1)
    assert items(client) == []


def test_a_task_in_back_off_is_not_cycling(client: Client, engine: Engine, busy: None) -> None:
    engine.spawn("a", retry_strategy={"kind": "fixed", "base_seconds": 3600})
    engine.fail("a", engine.claim("a"), name="E")
    engine.advance(minutes=30)
    assert items(client) == []


def test_a_wait_past_its_time_out_needs_a_claim(client: Client, engine: Engine, busy: None) -> None:
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "shipped", timeout=60)
    engine.advance(seconds=80)
    assert items(client) == []
    engine.advance(seconds=20)
    (item,) = items(client, "late_waits")
    assert item["tasks"] == [str(task)]


def test_a_wait_without_a_time_out_is_never_late(
    client: Client, engine: Engine, busy: None
) -> None:
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "shipped")
    engine.advance(days=100)
    assert items(client) == []


def test_a_spike_of_failures_leads_to_their_causes(client: Client, engine: Engine) -> None:
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    engine.advance(hours=2)
    for _ in range(6):
        engine.failed("a")
    (item,) = items(client, "spike")
    assert item["url"] == "/absurd/failures/?queue=a&window=24h&attempts=all"
    engine.advance(hours=2)
    assert items(client, "spike") == []


def test_in_a_queue_that_just_began_there_is_nothing_to_compare_with(
    client: Client, engine: Engine
) -> None:
    for _ in range(6):
        engine.failed("a")
    assert kinds(client) == {"failed"}


@pytest.mark.parametrize(
    ("lately", "before", "expected"),
    [(4, 0, False), (5, 0, True), (5, 40, True), (5, 41, False), (30, 239, True), (30, 241, False)],
)
def test_a_spike_is_five_and_three_times_the_hourly_average(
    lately: int, before: int, expected: bool
) -> None:
    assert spiking(START, lately, before, START - timedelta(hours=25)) is expected


def test_where_not_all_of_a_day_was_looked_at_the_average_is_of_what_was() -> None:
    three_hours = START - timedelta(hours=3)
    assert not spiking(START, 4_000, 6_000, three_hours)  # 3,000 an hour
    assert spiking(START, 9_100, 900, three_hours)


def test_tasks_that_failed_for_good_lead_to_exactly_those(client: Client, engine: Engine) -> None:
    task = engine.failed("a")
    (item,) = items(client, "failed")
    assert item["title"] == "1 task failed for good"
    assert str(task) in client.get(item["url"]).text


def test_partitions_that_run_out_within_a_week(client: Client, engine: Engine) -> None:
    engine.create("p", "partitioned")
    engine.advance(days=20)
    assert items(client) == []
    engine.advance(days=12)
    (item,) = items(client)
    assert (item["kind"], item["queue"]) == ("partitions", "p")
    engine.call("select absurd.ensure_partitions()")
    assert items(client) == []


@pytest.mark.usefixtures("as_owner")  # a role that policies bind reads no partition
def test_a_default_partition_that_holds_tasks(client: Client, engine: Engine) -> None:
    engine.create("p", "partitioned")
    engine.freeze(START + timedelta(days=80))
    engine.spawn("p")
    assert {"default_partition", "partitions"} <= kinds(client)


def test_finished_tasks_older_than_they_should_get(
    client: Client, engine: Engine, busy: None
) -> None:
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    engine.advance(days=30, hours=12)
    assert items(client, "retention") == []
    engine.advance(days=1)
    (item,) = items(client, "retention")
    assert (item["since"], item["url"]) == (START.isoformat(), "/absurd/queues/a/")
    engine.call("select absurd.cleanup_all_queues()")
    assert items(client, "retention") == []


def test_a_schema_older_than_the_client_s(client: Client, engine: Engine) -> None:
    version = "create or replace function absurd.get_schema_version() returns text language sql"
    engine.call(f"{version} as $$ select '0.4.0'::text $$")
    (item,) = items(client, "schema")
    assert item["title"] == "The engine's schema is 0.4.0"
    assert absurdctl.ABSURD_SCHEMA_TARGET_VERSION in item["meaning"]
    engine.call(f"{version} as $$ select 'main'::text $$")
    assert items(client, "schema") == []


def test_a_wait_for_a_mistyped_name(client: Client, engine: Engine) -> None:
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "shipment_packed:42")
    engine.emit("a", "shipment.packed:41")
    assert items(client, "lookalike") == []
    engine.emit("a", "shipment.packed:42")
    (item,) = items(client, "lookalike")
    assert item["url"] == "/absurd/events/a/shipment_packed~3A42/"
    assert "shipment.packed:42 was" in item["meaning"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("shipment.packed", "shipment_packed", True),
        ("Shipment.Packed", "shipment.packed", True),
        ("shipment.packed", "shipmentPacked", True),
        ("shipment.packed", "shipment.paked", True),
        ("shipment.packed", "shipmnet.packed", True),
        ("shipment.packed", "shipment.packed", False),
        ("shipment.packed", "shipment.shipped", False),
        ("approval:R-1", "approval:R-2", False),
        ("go", "no", False),
        ("", "a", False),
        ("order:1:paid", "order:1:piad", True),
    ],
)
def test_names_are_alike_when_one_looks_like_the_other_mistyped(
    one: str, other: str, expected: bool
) -> None:
    assert alike(one, other) is expected
    assert alike(other, one) is expected


def test_the_most_urgent_comes_first_and_the_rest_is_counted(
    client: Client, engine: Engine
) -> None:
    for number in range(20):
        engine.failed(engine.create(f"q{number:02}"))
    engine.spawn("a")
    engine.advance(minutes=1)
    response = json.loads(client.get("/absurd/attention/?format=json").content)
    assert (response["items"][0]["kind"], len(response["items"]), response["more"]) == (
        "untaken",
        15,
        6,
    )
    assert "6 less urgent things are not shown" in client.get("/absurd/").text


def test_names_that_are_markup_stay_text(client: Client, engine: Engine, busy: None) -> None:
    engine.spawn("a", "<b>fax</b>")
    engine.sleep("a", engine.claim("a"), engine.now + timedelta(minutes=20))
    engine.advance(minutes=6)
    assert "&lt;b&gt;fax" in client.get("/absurd/").text


def test_a_tenant_is_told_of_its_own_tasks_alone(client: Client, engine: Engine) -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    Scope.objects.create(tenant=tenant, queue_pattern="a", header_tenant="acme")
    user = User.objects.create_user("viewer")
    Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
    viewer = Client()
    viewer.force_login(user)
    engine.failed("a")
    address = "/absurd/t/acme/attention/?format=json"
    assert json.loads(viewer.get(address).content)["items"] == []
    engine.spawn("a", max_attempts=1, headers={"tenant_id": "acme"})
    engine.fail("a", engine.claim("a"), name="E")
    (item,) = json.loads(viewer.get(address).content)["items"]
    assert item["title"] == "1 task failed for good"
    assert item["url"].startswith("/absurd/t/acme/")
