"""Going anywhere by a few letters: the page that the command palette shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Role, Scope, Tenant
from tests.dashboard.engine import Engine
from tests.dashboard.test_lists import twin


def found(client: Client, typed: str = "", came_from: str = "") -> dict[str, list[str]]:
    """Labels of the matches by their heading."""
    groups: list[Any] = twin(client, "go/", q=typed, **{"from": came_from})["groups"]
    return {each["title"]: [match["label"] for match in each["matches"]] for each in groups}


def test_letters_find_pages_queues_views_and_recent_tasks(client: Client, engine: Engine) -> None:
    engine.create("failing-mails")
    engine.spawn("failing-mails", "never-fail")
    client.post("/absurd/views/new/", {"name": "Failed today", "query": "state=failed"})
    assert found(client, "fail") == {
        "Tasks": ["never-fail"],
        "Pages": ["Failures"],
        "Saved views": ["Failed today"],
        "Queues": ["failing-mails"],
        "Search": [
            "Search tasks for fail",
            "Look for fail in params",
            "Look for fail in errors",
        ],
    }


def test_an_id_leads_to_its_task_and_its_beginning_lists_it(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", "the-task")
    assert client.get(f"/absurd/go/?q={task}")["Location"] == f"/absurd/tasks/{task}/"
    assert found(client, str(task)[:13])["Tasks"] == ["the-task"]
    listed = client.get(f"/absurd/go/?q={task}", headers={"HX-Request": "true"})
    assert f'href="/absurd/tasks/{task}/"' in listed.text


def test_any_letters_are_looked_for_as_a_text(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a", params={"note": 'order:42 "urgent"'})
    groups = twin(client, "go/", q='order:42 "urgent"')["groups"]
    (search,) = [each["matches"] for each in groups if each["title"] == "Search"]
    (in_params,) = [match["url"] for match in search if "in params" in match["label"]]
    answer = client.get(f"{in_params}&format=json").json()
    assert [row["task_id"] for row in answer["rows"]["rows"]] == [str(task)]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("failed", ["Retry this task…", "Run this task again…"]),
        ("waiting", ["Cancel this task…", "Emit paid…"]),
    ],
)
def test_what_can_be_done_here_is_offered_and_asks_first(
    client: Client, engine: Engine, state: str, offered: list[str]
) -> None:
    engine.create("a")
    if state == "failed":
        task = engine.failed("a")
    else:
        task = engine.spawn("a")
        engine.wait("a", task, engine.claim("a"), "paid")
    assert found(client, came_from=f"/absurd/tasks/{task}/")["Here"] == offered
    shown = client.get(f"/absurd/go/?from=/absurd/tasks/{task}/").text
    assert 'method="post"' not in shown.split("<main")[1].split("</main>")[0]


def test_nothing_out_of_sight_is_found_or_offered(engine: Engine) -> None:
    for queue in ("ours", "theirs"):
        engine.create(queue)
    tasks = [engine.failed(queue, f"task-{queue}") for queue in ("ours", "theirs")]
    tenant = Tenant.objects.create(slug="us", name="Us")
    Scope.objects.create(tenant=tenant, queue_pattern="ours")
    viewer = User.objects.create_user("viewer")
    Membership.objects.create(tenant=tenant, user=viewer, role=Role.VIEWER)
    client = Client()
    client.force_login(viewer)
    for task in tasks:
        where = f"/absurd/t/us/tasks/{task}/"
        matches = (
            client.get(f"/absurd/t/us/go/?from={where}")
            .text.split("data-matches")[1]
            .split("</main>")[0]
        )
        assert "task-ours" in matches
        for missing in ("task-theirs", "Retry", "Spawn a task", ">theirs<"):
            assert missing not in matches


NOWHERE = ["", "//", "/absurd/", "/admin/", "x" * 3_000, "/absurd/tasks/1/", "\x00",
           "/absurd/queues/none/", "/absurd/events/none/x/"]  # fmt: skip


@pytest.mark.parametrize("path", NOWHERE)
def test_nothing_is_offered_at_an_address_that_is_about_nothing(
    client: Client, engine: Engine, path: str
) -> None:
    assert "Here" not in found(client, came_from=path)
