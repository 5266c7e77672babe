"""Actions in Django's admin: asked first, done through the gate, in the tenant's name."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from absurd_dashboard.admin_actions import CONFIRMED, MOST, VERBS, OperableTaskAdmin
from absurd_dashboard.models import AuditEntry, Role, Task
from tests.dashboard.engine import Engine
from tests.operate.conftest import Member
from tests.operate.states import ALL

site = AdminSite("boss")
site.register(Task, OperableTaskAdmin)
urlpatterns = [
    path("boss/", site.urls),
    path("absurd/", include("absurd_dashboard.urls")),
]
pytestmark = pytest.mark.urls(__name__)

LIST = "/boss/absurd_dashboard/task/"
APPLIES = {
    "retry": {"failed"},
    "cancel": {"pending", "running", "abandoned", "sleeping", "waiting"},
    "run_again": {"failed", "completed", "cancelled"},
    "emit": {"waiting"},
}
CASES = [pytest.param(a, s, id=f"{a}, {s}") for a in APPLIES for s in ALL]


def ticked(client: Client, action: str, *tasks: UUID, **more: str) -> HttpResponse:
    """The list, with tasks ticked and an action chosen."""
    data = {"action": action, "_selected_action": [str(task) for task in tasks], **more}
    return client.post(LIST, data)


def confirmed(client: Client, action: str, *tasks: UUID, **more: str) -> HttpResponse:
    """The page that asks, answered with yes."""
    return ticked(client, action, *tasks, **{CONFIRMED: "1", **more})


def everything(engine: Engine) -> list[tuple[object, ...]]:
    """What an action could have changed."""
    query = 'select run_id, r.state, t.state from absurd."r_a" r join absurd."t_a" t'
    return engine.call(f"{query} using (task_id) order by run_id")


@pytest.mark.parametrize(("action", "state"), CASES)
def test_an_action_is_asked_first_and_then_done_where_it_applies(
    client: Client, engine: Engine, action: str, state: str
) -> None:
    engine.create("a")
    task = ALL[state](engine)
    before = everything(engine)
    asked = ticked(client, action, task)
    assert asked.status_code == 200
    assert ("(does not apply)" not in asked.text) == (state in APPLIES[action])
    assert everything(engine) == before
    assert confirmed(client, action, task)["Location"] == LIST
    assert (everything(engine) != before) == (state in APPLIES[action])


def test_what_came_of_each_task_is_said_on_the_list(client: Client, engine: Engine) -> None:
    engine.create("a")
    good, bad = engine.failed("a"), engine.spawn("a")
    confirmed(client, "retry", good, bad)
    text = client.get(LIST).text
    assert f"{good}: Attempt 2 is ready to be claimed." in text
    assert f"{bad}: The task is pending, and only failed tasks can be retried" in text
    assert sorted(AuditEntry.objects.values_list("outcome__result", flat=True)) == [
        "done",
        "nothing",
    ]


def test_the_events_that_tasks_wait_for_are_emitted_with_a_payload(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = ALL["waiting"](engine)
    assert "go" in ticked(client, "emit", task).text
    confirmed(client, "emit", task, payload='{"n": 1.10}')
    assert engine.call('select payload::text from absurd."e_a"') == [('{"n": 1.10}',)]


def test_a_payload_that_cannot_be_read_is_asked_for_again(client: Client, engine: Engine) -> None:
    engine.create("a")
    response = confirmed(client, "emit", ALL["waiting"](engine), payload="{")
    assert response.status_code == 400
    assert "line 1, column 2" in response.text
    assert not AuditEntry.objects.exists()


def test_the_page_sent_twice_acts_once(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    for _ in range(2):
        confirmed(client, "run_again", task, once="token")
    assert engine.call('select count(*) from absurd."t_a"') == [(2,)]


def test_everything_that_matches_is_left_to_bulk_operations(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    text = ticked(client, "retry", task, select_across="1").text
    assert f"at most {MOST}" in text


def test_what_is_no_id_is_nothing(client: Client, engine: Engine) -> None:
    engine.create("a")
    data = {"action": "cancel", "_selected_action": ["x", "1"], CONFIRMED: "1"}
    assert client.post(LIST, data).status_code == 302
    assert not AuditEntry.objects.exists()


def staff(member: Member, role: Role, *scopes: tuple[str, str]) -> Client:
    client = member(role, *scopes)
    User.objects.update(is_staff=True)
    return client


def test_a_tenants_admin_acts_in_the_tenants_name_and_sight(member: Member, engine: Engine) -> None:
    engine.create("a")
    engine.create("theirs")
    ours, theirs = engine.failed("a"), engine.failed("theirs")
    boss = staff(member, Role.ADMIN, ("a", ""))
    assert str(theirs) not in ticked(boss, "retry", ours, theirs).text
    confirmed(boss, "retry", ours, theirs)
    (entry,) = AuditEntry.objects.all()
    assert (entry.task_id, entry.tenant, entry.outcome.result) == (ours, "acme", "done")
    assert engine.call('select state from absurd."t_theirs"') == [("failed",)]


@pytest.mark.parametrize("action", VERBS)
def test_who_is_in_charge_of_nothing_does_nothing(
    member: Member, engine: Engine, action: str
) -> None:
    engine.create("a")
    task = ALL[min(APPLIES[action])](engine)
    before = everything(engine)
    for role in (Role.VIEWER, Role.OPERATOR):
        other = staff(member, role)
        assert confirmed(other, action, task).status_code == 403
    assert everything(engine) == before


def test_the_actions_are_a_post(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    client.get(LIST, {"action": "retry", "_selected_action": str(task), CONFIRMED: "1"})
    assert engine.call('select state from absurd."t_a"') == [("failed",)]
