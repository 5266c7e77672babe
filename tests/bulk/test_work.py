"""Working an operation off: what is done to each task, what is not, and what is on record."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from absurd_dashboard.bulk import dry_run, tenure, work
from absurd_dashboard.models import AuditEntry, AuditOutcome, Membership, Scope, Tenant
from tests.bulk.desk import Desk, kept, work_off
from tests.dashboard.engine import Engine


def states(engine: Engine, queue: str = "a") -> Counter[str]:
    """How many tasks of a queue are in each state."""
    rows = engine.call(f'select state, count(*) from absurd."t_{queue}" group by 1')
    return Counter(dict(rows))


def member(name: str, role: str, *, tenant: str = "acme", header: str = "") -> Desk:
    """A member of a tenant that sees every queue, or its own tasks in them."""
    made, new = Tenant.objects.get_or_create(slug=tenant, name=tenant)
    if new:
        Scope.objects.create(tenant=made, queue_pattern="*", header_tenant=header)
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, tenant=made, role=role)
    browser = Client()
    browser.force_login(user)
    return Desk(browser, tenant)


def fail_again(engine: Engine, queue: str = "a") -> None:
    """Let the next attempt of a queue fail."""
    engine.fail(queue, engine.claim(queue), name="Again")


@pytest.fixture
def three(engine: Engine) -> list[UUID]:
    """Three failed tasks."""
    engine.create("a")
    return [engine.failed("a") for _ in range(3)]


def test_retrying_in_place_gives_each_task_one_more_attempt(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    report = desk.do("retry")["progress"]
    assert (report["state"], report["done"]) == ("finished", 3)
    rows = engine.call('select state, attempts, max_attempts from absurd."t_a"')
    assert rows == [("pending", 2, 2)] * 3


def test_retrying_may_give_more_attempts(desk: Desk, engine: Engine, three: list[UUID]) -> None:
    desk.do("retry", attempts="4")
    assert engine.call('select distinct max_attempts from absurd."t_a"') == [(5,)]


def test_retrying_as_new_tasks_copies_the_inputs_and_leaves_the_old_ones(
    desk: Desk, engine: Engine
) -> None:
    engine.create("a")
    engine.call(
        """select absurd.spawn_task('a', 'n', '[1.10, {"deep": null}]',
           '{"max_attempts": 1, "headers": {"x": null, "y": 1.50}, "cancellation": {"max_delay": 9},
             "retry_strategy": {"kind": "fixed", "base_seconds": 3}, "idempotency_key": "k"}')"""
    )
    engine.fail("a", engine.claim("a"), name="E")
    desk.do("copy")
    rows = engine.call(
        "select state, params::text, headers::text, cancellation::text, retry_strategy::text,"
        ' max_attempts from absurd."t_a" order by state'
    )
    assert [row[0] for row in rows] == ["failed", "pending"]
    assert rows[0][1:] == rows[1][1:]
    assert rows[1][1:3] == ('[1.10, {"deep": null}]', '{"x": null, "y": 1.50}')


def test_a_copy_without_options_has_none_of_its_own(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    desk.do("run_again")
    rows = engine.call(
        'select headers, retry_strategy, cancellation, max_attempts from absurd."t_a"'
    )
    assert rows == [(None, None, None, None)] * 2


def test_running_again_takes_whatever_has_ended(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    engine.failed("a")
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    engine.cancel("a", engine.spawn("a"))
    desk.do("run_again")
    assert states(engine) == {"failed": 1, "completed": 1, "cancelled": 1, "pending": 3}


def test_cancelling_takes_whatever_is_open(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    for _ in range(3):
        engine.spawn("a")
    engine.claim("a")
    engine.complete("a", engine.claim("a"))
    assert desk.do("cancel")["progress"]["done"] == 2
    assert states(engine) == {"cancelled": 2, "completed": 1}


def test_a_partitioned_queue_is_as_good(desk: Desk, engine: Engine) -> None:
    engine.create("p", "partitioned")
    engine.failed("p")
    desk.do("copy")
    desk.do("retry")
    assert states(engine, "p") == {"pending": 2}


def test_each_task_is_on_record_with_the_operation(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.do("retry")["progress"]["id"]
    entries = AuditEntry.objects.filter(action="retry").select_related("outcome")
    assert {entry.task_id for entry in entries} == set(three)
    assert {entry.arguments["bulk"] for entry in entries} == {operation}
    assert {entry.outcome.result for entry in entries} == {"done"}
    assert {entry.username for entry in entries} == {"operator"}


def test_confirming_stopping_and_resuming_are_on_record(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry")
    desk.post(operation, "stop")
    desk.post(operation, "resume")
    steps = AuditEntry.objects.filter(action="bulk").order_by("id")
    assert [entry.arguments["step"] for entry in steps] == ["confirm", "stop", "resume"]


def test_a_new_task_is_named_in_the_record(desk: Desk, engine: Engine, three: list[UUID]) -> None:
    desk.do("copy")
    made = engine.call("""select task_id from absurd."t_a" where state = 'pending'""")
    named = AuditOutcome.objects.filter(entry__action="retry").values_list("new_task_id")
    assert set(named) == set(made)


def test_what_failed_after_the_dry_run_is_not_taken(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry")
    late = engine.failed("a", "late")
    work_off()
    assert desk.report(operation)["progress"]["done"] == 3
    assert engine.call('select state from absurd."t_a" where task_id = %s', late) == [("failed",)]


def test_a_task_that_failed_again_meanwhile_is_not_retried_twice(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry", source="selected", task=[str(three[0])])
    engine.call("select absurd.retry_task('a', %s, '{\"max_attempts\": 2}')", three[0])
    fail_again(engine)
    work_off()
    report = desk.report(operation)
    assert (report["progress"]["done"], report["progress"]["nothing"]) == (0, 1)
    assert "later attempt" in report["troubles"][0]["detail"]
    assert states(engine) == {"failed": 3}


def test_a_task_that_moved_meanwhile_is_left_alone_and_listed(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry")
    engine.call("select absurd.retry_task('a', %s)", three[1])
    work_off()
    report = desk.report(operation)
    assert report["progress"]["done"] == 2
    (trouble,) = report["troubles"]
    assert trouble["task_id"] == str(three[1])
    assert "was failed and is pending now" in trouble["detail"]
    assert trouble["detail"] in desk.client.get(f"/absurd/bulk/{operation}/").text.replace(
        "&#x27;", "'"
    )


@pytest.mark.parametrize("action", ["retry", "copy", "cancel"])
def test_a_queue_that_is_dropped_midway_is_said_task_by_task(
    desk: Desk, engine: Engine, action: str
) -> None:
    for queue in ("kept", "dropped"):
        engine.create(queue)
        engine.spawn(queue) if action == "cancel" else engine.failed(queue)
    operation = desk.begin(action)
    engine.drop("dropped")
    work_off()
    report = desk.report(operation)
    assert (report["progress"]["state"], report["progress"]["done"]) == ("finished", 1)
    (trouble,) = report["troubles"]
    assert (trouble["queue"], "no longer exists" in trouble["detail"]) == ("dropped", True)


def test_a_task_that_the_engine_refuses_fails_alone(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    engine.call("""update absurd."t_a" set retry_strategy = '{"kind": "odd"}' where task_id = %s""",
                three[1])  # fmt: skip
    report = desk.do("copy")
    assert (report["progress"]["done"], report["progress"]["failed"]) == (2, 1)
    assert "unknown kind" in report["troubles"][0]["detail"]
    assert states(engine) == {"failed": 3, "pending": 2}


def test_a_stopped_one_goes_no_further_until_it_is_resumed(
    desk: Desk, engine: Engine, three: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "BATCH", 1)
    operation = desk.begin("retry")
    with tenure.taken(operation) as mine:
        assert mine is not None
        assert work.advance(mine)
        assert desk.post(operation, "stop") == 200
        assert not work.advance(mine)
    assert states(engine) == {"pending": 1, "failed": 2}
    assert desk.post(operation, "resume") == 200
    work_off()
    assert states(engine) == {"pending": 3}


def test_a_page_works_it_off_where_there_is_no_worker(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry")
    assert "Work on it from here" in desk.client.get(f"/absurd/bulk/{operation}/").text
    assert desk.post(operation, "step") == 201
    assert desk.report(operation)["progress"]["state"] == "finished"


def test_a_second_click_confirms_nothing_more(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry")
    assert desk.post(operation, "confirm") == 409
    work_off()
    assert desk.post(operation, "confirm") == 409
    assert desk.post(operation, "resume") == 409
    assert states(engine) == {"pending": 3}


def test_two_operators_on_the_same_tasks_retry_each_once(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    first, second = desk.begin("retry"), desk.begin("retry")
    work_off()
    done = [desk.report(operation)["progress"]["done"] for operation in (first, second)]
    assert sorted(done) == [0, 3]
    assert engine.call('select distinct attempts from absurd."t_a"') == [(2,)]


@pytest.mark.parametrize("role", ["viewer", None])
def test_an_operator_demoted_midway_stops_it(
    engine: Engine, three: list[UUID], role: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "BATCH", 1)
    ann = member("ann", "operator")
    operation = ann.begin("retry")
    with tenure.taken(operation) as mine:
        assert mine is not None
        assert work.advance(mine)
        if role:
            Membership.objects.update(role=role)
        else:
            Membership.objects.all().delete()
        assert not work.advance(mine)
    assert kept(operation).state == "stopped"
    assert "ann" in kept(operation).why
    assert states(engine) == {"pending": 1, "failed": 2}


def test_somebody_deactivated_midway_stops_it(engine: Engine, three: list[UUID]) -> None:
    operation = member("ann", "operator").begin("retry")
    User.objects.update(is_active=False)
    work_off()
    assert (kept(operation).state, states(engine)) == ("stopped", {"failed": 3})


def test_whoever_resumes_it_is_its_owner_from_then_on(engine: Engine, three: list[UUID]) -> None:
    operation = member("ann", "operator").begin("retry")
    User.objects.filter(username="ann").update(is_active=False)
    work_off()
    bob = member("bob", "operator")
    assert bob.post(operation, "resume") == 200
    work_off()
    assert bob.report(operation)["progress"]["username"] == "bob"
    assert states(engine) == {"pending": 3}


def test_a_viewer_sees_it_and_cannot_touch_it(engine: Engine, three: list[UUID]) -> None:
    operation = member("ann", "operator").dry_run("retry")
    eve = member("eve", "viewer")
    page = eve.client.get(f"{eve.root}bulk/{operation}/").text
    assert "Retry 3 tasks" in page
    assert "bulk-confirm" not in page
    for step in ("confirm", "stop", "resume", "step"):
        assert eve.post(operation, step) == 403
    answer = eve.client.post(f"{eve.root}bulk/new/", {"action": "retry", "from": "tasks"})
    assert answer.status_code == 403
    assert 'name="task"' not in eve.client.get(f"{eve.root}tasks/").text


def test_another_tenants_operation_is_not_there(engine: Engine, three: list[UUID]) -> None:
    operation = member("ann", "operator").begin("retry")
    eve = member("eve", "admin", tenant="other")
    assert eve.client.get(f"{eve.root}bulk/{operation}/").status_code == 404
    assert [eve.post(operation, step) for step in ("confirm", "stop", "resume", "step")] == [
        404
    ] * 4
    assert "Retry 3 tasks" not in eve.client.get(f"{eve.root}bulk/").text


@pytest.mark.parametrize("action", ["retry", "copy", "run_again", "cancel"])
def test_another_tenants_tasks_are_never_touched(engine: Engine, action: str) -> None:
    engine.create("a")
    for owner in ("acme", "other"):
        options: dict[str, Any] = {"headers": {"tenant_id": owner}, "max_attempts": 1}
        task = engine.spawn("a", owner, **options)
        if action != "cancel":
            engine.fail("a", engine.claim("a"), name="E")
    report = member("ann", "operator", header="acme").do(action)
    assert report["progress"]["done"] == 1
    before = "pending" if action == "cancel" else "failed"
    rows = engine.call('select task_id, state from absurd."t_a" where task_name = %s', "other")
    assert rows == [(task, before)]


def test_a_task_handed_to_another_tenant_midway_is_out_of_sight(engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a", headers={"tenant_id": "acme"}, max_attempts=1)
    engine.fail("a", engine.claim("a"), name="E")
    operation = member("ann", "operator", header="acme").begin("retry")
    engine.call("""update absurd."t_a" set headers = '{"tenant_id": "other"}'""")
    work_off()
    assert (kept(operation).nothing, states(engine)) == (1, {"failed": 1})


def test_a_role_that_may_only_read_stops_it_and_nothing_is_left_open(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    operation = desk.begin("retry")
    engine.call("create role bulk_reader")
    engine.call("grant usage on schema absurd to bulk_reader")
    engine.call("grant select on all tables in schema absurd to bulk_reader")
    engine.call("grant execute on all functions in schema absurd to bulk_reader")
    with connections["absurd"].cursor() as cursor:
        cursor.execute("set local role bulk_reader")
        work_off()
        cursor.execute("reset role")
    assert kept(operation).state == "stopped"
    assert AuditEntry.objects.filter(action="retry", outcome=None).count() == 0
    assert desk.post(operation, "resume") == 200
    work_off()
    assert states(engine) == {"pending": 3}


def test_the_list_shows_how_each_one_stands(desk: Desk, engine: Engine, three: list[UUID]) -> None:
    desk.do("retry")
    desk.dry_run("cancel")
    page = desk.client.get("/absurd/bulk/").text
    assert "Retry 3 tasks" in page
    assert "finished" in page
    assert "to be confirmed" in page


def test_the_lists_of_tasks_and_failures_lead_to_a_dry_run(
    desk: Desk, engine: Engine, three: list[UUID]
) -> None:
    tasks = desk.client.get("/absurd/tasks/?state=failed").text
    assert tasks.count('form="bulk"') == 3
    for page in (tasks, desk.client.get("/absurd/failures/?view=list").text):
        assert 'action="/absurd/bulk/new/"' in page
        assert "INVALID TEMPLATE" not in page
