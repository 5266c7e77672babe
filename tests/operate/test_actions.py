"""Retry, cancel, release and run again: in every state, by everybody, in every form."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from absurd_dashboard.models import AuditEntry, Role
from tests.dashboard.engine import Engine
from tests.operate.answers import as_json, by_htmx, posted
from tests.operate.conftest import Member
from tests.operate.states import ALL

#: The states in which each action does something.
APPLIES = {
    "retry": {"failed"},
    "cancel": {"pending", "running", "abandoned", "sleeping", "waiting"},
    "release": {"abandoned"},
    "run-again": {"failed", "completed", "cancelled"},
}
CASES = [pytest.param(a, s, id=f"{a}, {s}") for a in APPLIES for s in ALL]


def state_of(engine: Engine, task: object) -> str:
    ((state,),) = engine.call('select state from absurd."t_a" where task_id = %s', task)
    return str(state)


def reason(engine: Engine, task: object) -> dict[str, object]:
    """Why the first attempt failed, but for the moment."""
    query = "select failure_reason - 'claimExpiredAt' from absurd.\"r_a\""
    ((found,),) = engine.call(f"{query} where task_id = %s and attempt = 1", task)
    return dict(json.loads(found))


def runs(engine: Engine) -> list[tuple[object, ...]]:
    """Everything that an action could have changed."""
    return engine.call(
        'select run_id, r.state, attempt, t.state from absurd."r_a" r'
        ' join absurd."t_a" t using (task_id) order by run_id'
    )


@pytest.mark.parametrize(("action", "state"), CASES)
def test_an_action_is_done_where_it_applies_and_a_conflict_elsewhere(
    client: Client, engine: Engine, action: str, state: str
) -> None:
    engine.create("a")
    task = ALL[state](engine)
    before = runs(engine)
    response = posted(client, f"tasks/{task}/{action}/")
    if state in APPLIES[action]:
        assert response.status_code == 302
        assert runs(engine) != before
    else:
        assert response.status_code == 409
        assert runs(engine) == before
        assert state_of(engine, task) in response.text


@pytest.mark.parametrize(("action", "state"), CASES)
def test_a_program_gets_the_same_answer_as_json(
    client: Client, engine: Engine, action: str, state: str
) -> None:
    engine.create("a")
    task = ALL[state](engine)
    status, said = as_json(client, f"tasks/{task}/{action}/")
    applies = state in APPLIES[action]
    assert (status, said["result"]) == ((200, "done") if applies else (409, "nothing"))
    assert said["detail"]


@pytest.mark.parametrize(("action", "state"), CASES)
def test_htmx_is_led_to_the_fresh_state_and_told_in_a_toast(
    client: Client, engine: Engine, action: str, state: str
) -> None:
    engine.create("a")
    task = ALL[state](engine)
    status, place, said = by_htmx(client, f"tasks/{task}/{action}/")
    assert status == (200 if state in APPLIES[action] else 409)
    assert place.startswith("/absurd/tasks/")
    assert said


@pytest.mark.parametrize(("action", "state"), CASES)
def test_an_action_is_offered_only_where_it_applies(
    client: Client, engine: Engine, action: str, state: str
) -> None:
    engine.create("a")
    task = ALL[state](engine)
    address = f'action="/absurd/tasks/{task}/{action}/"'
    assert (address in client.get(f"/absurd/tasks/{task}/").text) == (state in APPLIES[action])


@pytest.mark.parametrize(("action", "state"), CASES)
def test_a_viewer_is_offered_nothing_and_what_they_try_is_refused_and_recorded(
    member: Member, engine: Engine, action: str, state: str
) -> None:
    engine.create("a")
    task = ALL[state](engine)
    viewer, before = member(Role.VIEWER), runs(engine)
    assert 'method="post"' not in viewer.get(f"/absurd/t/acme/tasks/{task}/").text
    assert posted(viewer, f"t/acme/tasks/{task}/{action}/").status_code == 403
    assert runs(engine) == before
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome.result) == (action.replace("-", "_"), "refused")


@pytest.mark.parametrize("action", APPLIES)
def test_an_operator_may_do_it_and_it_is_on_record(
    member: Member, engine: Engine, action: str
) -> None:
    engine.create("a")
    task = ALL[min(APPLIES[action])](engine)
    assert posted(member(Role.OPERATOR), f"t/acme/tasks/{task}/{action}/").status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.username, entry.tenant, entry.task_id) == ("operator-of-acme", "acme", task)
    assert (entry.action, entry.outcome.result) == (action.replace("-", "_"), "done")


@pytest.mark.parametrize("action", APPLIES)
def test_a_task_out_of_sight_is_not_there(member: Member, engine: Engine, action: str) -> None:
    engine.create("a")
    task = ALL[min(APPLIES[action])](engine)
    before = runs(engine)
    operator = member(Role.OPERATOR, ("other-*", ""))
    assert posted(operator, f"t/acme/tasks/{task}/{action}/").status_code == 404
    assert runs(engine) == before
    assert not AuditEntry.objects.exists()


def test_a_retry_in_place_keeps_the_task_and_adds_an_attempt(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.failed("a")
    status, said = as_json(client, f"tasks/{task}/retry/", {"max_attempts": 5})
    assert (status, said["task_id"], said["new"]) == (200, str(task), False)
    ((state, most),) = engine.call('select state, max_attempts from absurd."t_a"')
    assert (state, most) == ("pending", 5)


def test_a_retry_as_a_copy_leads_to_the_new_task(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    response = posted(client, f"tasks/{task}/retry/", copy="1")
    new = AuditEntry.objects.get().outcome.new_task_id
    assert response["Location"] == f"/absurd/tasks/{new}/"
    assert new != task


@pytest.mark.parametrize("most", ["0", "-1", "x", "1.5", "99999999999", "٣"])
def test_a_number_of_attempts_that_is_none_is_refused_in_words(
    client: Client, engine: Engine, most: str
) -> None:
    engine.create("a")
    task = engine.failed("a")
    response = posted(client, f"tasks/{task}/retry/", max_attempts=most)
    assert response.status_code == 400
    assert "max_attempts" in response.text
    assert state_of(engine, task) == "failed"


def test_a_released_run_fails_as_the_engine_itself_would_fail_it(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = ALL["abandoned"](engine)
    posted(client, f"tasks/{task}/release/")
    released = reason(engine, task)
    engine.cancel("a", task)
    other = ALL["abandoned"](engine)
    engine.claim("a")
    swept = reason(engine, other)
    assert released == swept
    assert state_of(engine, task) == "cancelled"


def test_a_released_task_moves_on_with_its_next_attempt(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = ALL["abandoned"](engine)
    status, said = as_json(client, f"tasks/{task}/release/")
    assert (status, said["detail"]) == (200, "Released. The task is pending now.")


def test_a_lease_without_an_end_is_never_released(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.claim("a", lease=0)
    engine.advance(days=9)
    assert posted(client, f"tasks/{task}/release/").status_code == 409


@pytest.mark.parametrize("action", APPLIES)
def test_an_action_is_a_post(client: Client, engine: Engine, action: str) -> None:
    engine.create("a")
    task = engine.failed("a")
    before = runs(engine)
    for method in ("GET", "PUT", "DELETE"):
        response = client.generic(method, f"/absurd/tasks/{task}/{action}/")
        assert response.status_code == (200 if (method, action) == ("GET", "run-again") else 405)
    assert runs(engine) == before


@pytest.mark.parametrize("action", APPLIES)
def test_a_post_from_another_site_is_refused(engine: Engine, action: str) -> None:
    engine.create("a")
    task = engine.failed("a")
    careful = Client(enforce_csrf_checks=True)
    assert posted(careful, f"tasks/{task}/{action}/").status_code == 403


def test_a_body_that_is_no_object_is_refused_in_words(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    for body in ([1], "x", "{"):
        response = client.post(
            f"/absurd/tasks/{task}/retry/", body, content_type="application/json",
            headers={"Accept": "application/json"},
        )  # fmt: skip
        assert response.status_code == 400
    assert state_of(engine, task) == "failed"
