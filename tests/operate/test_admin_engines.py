"""Django's admin with several engines: one is chosen, read and acted upon, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connections
from django.test import Client, override_settings
from psycopg.conninfo import conninfo_to_dict

from absurd_core import queues, tasks
from absurd_core.statements import run
from absurd_dashboard.admin_actions import CONFIRMED
from absurd_dashboard.models import AuditEntry, Membership, Role, Tenant
from tests.core.engines import make_engine_database
from tests.dashboard.engine import Engine
from tests.operate.conftest import Member
from tests.production.test_instances import let_it_try

EU, US, DOWN = "absurd", "absurd_us", "absurd_down"
LIST = "/admin/absurd_dashboard/task/"
QUEUE = "abroad"


@pytest.fixture(scope="module")
def us_url(server_url: str, worker_id: str) -> str:
    """A second database with an engine and a queue."""
    url = make_engine_database(server_url, f"absurd_us_{worker_id}")
    with psycopg.connect(url, autocommit=True) as connection:
        run(connection, queues.create(QUEUE))
    return url


@pytest.fixture
def task(us_url: str) -> UUID:
    """A task in ``us``."""
    with psycopg.connect(us_url, autocommit=True) as connection:
        return run(connection, tasks.spawn(QUEUE, "work")).task_id


@pytest.fixture(autouse=True)
def three(engine: Engine, us_url: str) -> Iterator[None]:
    """``eu`` is the tests' engine, ``us`` another, and nobody started ``down``."""
    parts = conninfo_to_dict(us_url)
    usual = connections[EU].settings_dict
    # The role that row-level security binds, where tests run on one, is known in ``eu`` alone.
    own = {name: each for name, each in usual["OPTIONS"].items() if name != "assume_role"}
    connections.databases[US] = usual | {"NAME": parts["dbname"], "OPTIONS": own}
    options = {"OPTIONS": {"connect_timeout": 1}}
    connections.databases[DOWN] = usual | {"HOST": "127.0.0.1", "PORT": "1"} | options
    for alias in (US, DOWN):
        let_it_try(connections[alias])
    named = {"eu": EU, "us": US, "down": DOWN}
    given: dict[str, Any] = {"DATABASE": EU, "INSTANCES": named}
    with override_settings(ABSURD_DASHBOARD=given):
        yield
    for alias in (US, DOWN):
        connections[alias].close()
        del connections.databases[alias]
        delattr(connections._connections, alias)  # type: ignore[attr-defined]  # Django's own way


def rows(text: str) -> list[str]:
    """The rows' pages that a list leads to."""
    return re.findall(r'<th class="field-[^>]+><a href="([^"]+)', text)


def offered(text: str) -> dict[str, bool]:
    """The engines to choose from, and whether each is the chosen one."""
    (choices,) = re.findall(r'data-filter-title="engine".*?</details>', text, re.DOTALL) or ("",)
    found = re.findall(r'<li( class="selected")?>\s*<a href="\?engine=(\w+)', choices)
    return {name: bool(selected) for selected, name in found}


def test_the_usual_engine_is_shown_first_and_the_others_are_offered(
    client: Client, engine: Engine, task: UUID
) -> None:
    engine.create("home")
    here = engine.spawn("home")

    shown = client.get(LIST).text

    assert str(here) in shown
    assert str(task) not in shown
    assert offered(shown) == {"eu": True, "us": False, "down": False}


def test_a_chosen_engine_is_read_with_its_own_queues_and_rows(client: Client, task: UUID) -> None:
    shown = client.get(f"{LIST}?engine=us").text

    assert offered(shown)["us"]
    assert "?engine=us&amp;queue=abroad" in shown
    (page,) = (page for page in rows(shown) if str(task) in page)
    assert str(task) in client.get(page.replace("&amp;", "&")).text
    assert client.get(page.partition("?")[0]).status_code == 302  # it is no task of ``eu``


def test_rows_lead_to_the_task_in_their_engine(client: Client, task: UUID) -> None:
    shown = client.get("/admin/absurd_dashboard/run/?engine=us").text

    assert f'href="{LIST}{task}/change/?engine=us"' in shown


def test_an_action_is_done_in_the_engine_of_the_list_and_on_record_with_it(
    client: Client, task: UUID, us_url: str
) -> None:
    data = {"action": "cancel", "_selected_action": [str(task)]}
    assert "Engine: <strong>us</strong>" in client.post(f"{LIST}?engine=us", data).text

    answer = client.post(f"{LIST}?engine=us", data | {CONFIRMED: "1"})

    assert answer["Location"] == f"{LIST}?engine=us"
    assert AuditEntry.objects.get().instance == US
    with psycopg.connect(us_url) as connection:
        assert run(connection, tasks.result(QUEUE, task)).state == "cancelled"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", [f"{LIST}?engine=us", LIST + "{task}/change/?engine=us"])
def test_a_scope_in_one_engine_shows_nothing_of_another(
    member: Member, task: UUID, path: str
) -> None:
    client = member(Role.ADMIN, ("home", ""))
    Tenant.objects.get().scopes.all().delete()
    Tenant.objects.get().scopes.create(queue_pattern="*", instance=EU)
    user = Membership.objects.get().user
    user.is_staff = True
    user.save()

    assert str(task) not in client.get(path.format(task=task), follow=True).text.replace(
        f"ID “{task}”", ""
    )


def test_one_that_is_down_says_so_and_leads_to_the_others(client: Client) -> None:
    answer = client.get(f"{LIST}?engine=down")

    assert answer.status_code == 503
    assert "cannot be reached (down)" in answer.text
    assert "Check that PostgreSQL runs" in answer.text
    assert f'<a href="{LIST}?engine=us">us</a>' in answer.text


def test_an_engine_that_does_not_exist_is_not_there(client: Client) -> None:
    assert client.get(f"{LIST}?engine=mars").status_code == 404
    assert (
        client.post(f"{LIST}?engine=mars", {CONFIRMED: "1", "action": "cancel"}).status_code == 404
    )


@override_settings(ABSURD_DASHBOARD={"DATABASE": EU})
def test_with_one_engine_nothing_is_offered(client: Client, engine: Engine) -> None:
    engine.create("home")
    here = engine.spawn("home")

    shown = client.get(LIST).text

    assert offered(shown) == {}
    assert [page.partition("?")[0] for page in rows(shown)] == [f"{LIST}{here}/change/"]
    assert "engine=" not in shown
