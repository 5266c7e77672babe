"""A queue that the database's role may not read is said to be so, and takes no other one down."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Scope, Tenant
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.tenancy.bound import bound

pytestmark = pytest.mark.skipif(BOUND is not None, reason="these make roles of their own")

JSON = {"Accept": "application/json"}


@pytest.fixture
def partly(engine: Engine) -> Engine:
    """An engine with two queues, of one of which the role may read all tables but one."""
    for queue in ("open", "shut"):
        engine.create(queue)
        engine.spawn(queue, f"task-of-{queue}")
    bound(engine)
    engine.call('revoke select on absurd."w_shut" from "dash ""board"""')
    return engine


def member(pattern: str) -> Client:
    """Somebody whose tenant sees queues of a pattern."""
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    Scope.objects.create(tenant=tenant, queue_pattern=pattern)
    user = User.objects.create_user("ann")
    Membership.objects.create(tenant=tenant, user=user)
    client = Client()
    client.force_login(user)
    return client


def test_the_overview_says_it_with_the_remedy(client: Client, partly: Engine) -> None:
    (item,) = client.get("/absurd/attention/", headers=JSON).json()["items"]
    assert (item["kind"], item["queue"]) == ("unreadable", "shut")
    assert "absurd_roles" in item["cure"]
    assert "Not readable" in client.get("/absurd/").text


def test_the_list_of_queues_names_it(client: Client, partly: Engine) -> None:
    answer = client.get("/absurd/queues/", headers=JSON).json()
    assert answer["unreadable"] == ["shut"]
    assert [row["summary"]["queue"] for row in answer["rows"]] == ["open"]
    assert "absurd_roles" in client.get("/absurd/queues/").text


def test_its_page_says_why_it_shows_nothing(client: Client, partly: Engine) -> None:
    answer = client.get("/absurd/queues/shut/")
    assert answer.status_code == 503
    assert "absurd_roles" in answer.text


@pytest.mark.parametrize("page", ["", "tasks/", "failures/", "events/", "workers/", "workflows/"])
def test_no_page_about_other_queues_fails(client: Client, partly: Engine, page: str) -> None:
    assert client.get(f"/absurd/{page}").status_code == 200


def test_tasks_of_other_queues_are_listed(client: Client, partly: Engine) -> None:
    text = client.get("/absurd/tasks/").text
    assert "task-of-open" in text
    assert "task-of-shut" not in text


def test_who_may_see_nothing_else_is_told_too(partly: Engine) -> None:
    text = member("shut").get("/absurd/t/acme/").text
    assert "Not readable" in text
    assert "No queues yet" not in text


def test_who_may_not_see_it_is_told_nothing(partly: Engine) -> None:
    client = member("open")
    for page in ("", "queues/", "attention/"):
        assert "shut" not in client.get(f"/absurd/t/acme/{page}").text
    assert client.get("/absurd/t/acme/queues/shut/").status_code == 404
