"""What a task belongs to: parents and children that headers record or checkpoints suggest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from absurd_dashboard import anchors
from absurd_dashboard.lineage import mentions
from absurd_dashboard.models import Scope
from absurd_dashboard.queries import lineage
from tests.dashboard.engine import Engine
from tests.dashboard.members import member_of


@pytest.fixture
def queues(engine: Engine) -> Engine:
    """Queues for parents and children; ids are made by the real clock, so it is now."""
    engine.freeze(datetime.now(UTC))
    engine.create("orders")
    engine.create("shards")
    return engine


def related(client: Client, task: UUID, mount: str = "/absurd/") -> dict[str, Any]:
    """The related tasks in the JSON twin of a task's page."""
    found: dict[str, Any] = client.get(f"{mount}tasks/{task}/?format=json").json()["lineage"]
    return found


def told(lineage: dict[str, Any]) -> list[tuple[str, str]]:
    """Children as (id, how they are known)."""
    return [(child["task"]["task_id"], child["source"]) for child in lineage["children"]]


def child(engine: Engine, parent: UUID, queue: str = "shards", **headers: str) -> UUID:
    """Spawn a task that names its parent, at a time of its own: ids made at once are unordered."""
    engine.advance(milliseconds=1)
    return engine.spawn(queue, "part", headers={"parent_task_id": str(parent), **headers})


def test_children_that_name_their_parent_are_recorded(client: Client, queues: Engine) -> None:
    parent = queues.spawn("orders", "whole")
    children = [child(queues, parent), child(queues, parent, "orders")]
    queues.spawn("shards", "stranger")
    queues.advance(seconds=5)
    assert told(related(client, parent)) == [(str(each), "recorded") for each in children]


def test_a_child_names_its_parent(client: Client, queues: Engine) -> None:
    parent = queues.spawn("orders", "whole")
    found = related(client, child(queues, parent))["parent"]
    assert (found["task"]["task_id"], found["task"]["name"], found["source"]) == (
        str(parent),
        "whole",
        "recorded",
    )


def test_a_header_that_is_no_id_is_no_parent(client: Client, queues: Engine) -> None:
    task = queues.spawn("orders", headers={"parent_task_id": "somebody"})
    assert related(client, task)["parent"] is None


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("$awaitTaskResult:{id}", {"state": "completed"}),
        ("$awaitTaskResult:{id}#2", None),
        ("spawn", {"task_id": "{id}", "run_id": "x"}),
        ("spawn", {"taskID": "{id}"}),
        ("spawn", "{id}"),
    ],
)
def test_a_child_is_inferred_from_a_checkpoint(
    client: Client, queues: Engine, name: str, state: Any
) -> None:
    parent = queues.spawn("orders", "whole")
    run = queues.claim("orders")
    other = str(queues.spawn("shards", "part"))
    if isinstance(state, dict):
        state = {key: value.replace("{id}", other) for key, value in state.items()}
    value = other if state == "{id}" else state
    queues.checkpoint("orders", parent, run, name.replace("{id}", other), value)
    assert told(related(client, parent)) == [(other, "inferred")]


def test_what_is_recorded_is_not_called_inferred(client: Client, queues: Engine) -> None:
    parent = queues.spawn("orders", "whole")
    run = queues.claim("orders")
    other = child(queues, parent)
    queues.checkpoint("orders", parent, run, "spawn", {"task_id": str(other)})
    queues.advance(seconds=5)
    assert told(related(client, parent)) == [(str(other), "recorded")]


def test_an_id_that_is_no_tasks_is_no_child(client: Client, queues: Engine) -> None:
    parent = queues.spawn("orders")
    run = queues.claim("orders")
    queues.checkpoint("orders", parent, run, "customer", {"task_id": str(uuid4())})
    assert related(client, parent)["children"] == []


@pytest.mark.parametrize(
    "state", ["[1,2]", '{"task_id": 7}', '{"task_id": {"task_id": "x"}}', '"x"', "null", None, "{"]
)
def test_values_that_hold_no_id_mention_nothing(state: str | None) -> None:
    assert list(mentions(uuid4(), "step", state)) == []


def test_a_task_is_not_its_own_child() -> None:
    task = uuid4()
    assert list(mentions(task, "step", f'"{task}"')) == []


def test_relatives_out_of_sight_are_not_even_counted(queues: Engine) -> None:
    parent = queues.spawn("orders", "whole", headers={"tenant_id": "acme"})
    run = queues.claim("orders")
    child(queues, parent, "orders", tenant_id="rival")
    hidden = child(queues, parent, tenant_id="acme")
    ours = child(queues, parent, "orders", tenant_id="acme")
    queues.checkpoint("orders", parent, run, "spawn", {"task_id": str(hidden)})
    queues.advance(seconds=5)
    member = member_of(Scope(queue_pattern="orders", header_tenant="acme"))
    found = related(member, parent, "/absurd/t/acme/")
    assert told(found) == [(str(ours), "recorded")]


def test_a_parent_out_of_sight_is_not_named(queues: Engine) -> None:
    parent = queues.spawn("orders", "whole")
    task = child(queues, parent)
    member = member_of(Scope(queue_pattern="shards"))
    assert related(member, task, "/absurd/t/acme/")["parent"] is None
    page = member.get(f"/absurd/t/acme/tasks/{task}/").text
    assert "Related tasks" not in page


def test_the_search_is_bounded_and_says_how_far_it_came(
    client: Client, queues: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "DEPTH", 3)
    parent = queues.spawn("orders", "whole")
    near = child(queues, parent)
    queues.advance(seconds=30)
    for _ in range(3):
        queues.spawn("shards", "stranger")
    queues.advance(seconds=30)
    child(queues, parent)
    found = related(client, parent)
    assert told(found) == [(str(near), "recorded")]
    assert found["reach"]["cut"]
    assert "of each queue were looked at" in client.get(f"/absurd/tasks/{parent}/").text


def test_children_are_looked_for_until_a_while_after_the_parents_end(
    client: Client, queues: Engine
) -> None:
    queues.advance(minutes=-30)
    parent = queues.spawn("orders", "whole")
    queues.complete("orders", queues.claim("orders"))
    queues.advance(minutes=30)
    child(queues, parent)
    assert related(client, parent)["children"] == []


def test_the_page_says_what_is_recorded_and_what_is_inferred(
    client: Client, queues: Engine
) -> None:
    parent = queues.spawn("orders", "whole", headers={"workflow_run_id": "night 7"})
    run = queues.claim("orders")
    first = child(queues, parent, workflow_run_id="night 7")
    second = queues.spawn("shards", "<b>part</b>")
    queues.checkpoint("orders", parent, run, "spawn it", {"task_id": str(second)})
    queues.advance(seconds=5)
    page = client.get(f"/absurd/tasks/{parent}/").text
    for text in ("Related tasks", str(first), "recorded", "inferred", "spawn it", "&lt;b&gt;part"):
        assert text in page
    assert "/absurd/workflows/night~20" in page or "/absurd/workflows/night+7" in page


def test_a_task_without_relatives_says_nothing_of_them(client: Client, queues: Engine) -> None:
    assert "Related tasks" not in client.get(f"/absurd/tasks/{queues.spawn('orders')}/").text


# On the timeline


def test_an_awaited_child_is_nested_under_the_step_that_awaited_it(
    client: Client, queues: Engine
) -> None:
    parent = queues.spawn("orders", "whole")
    run = queues.claim("orders")
    other = queues.spawn("shards", "part")
    queues.advance(seconds=5)
    queues.complete("shards", queues.claim("shards"))
    queues.checkpoint("orders", parent, run, f"$awaitTaskResult:{other}", {"state": "completed"})
    page = client.get(f"/absurd/tasks/{parent}/").text
    nested = page[page.index(f'id="timeline-1-child-{other}"') :]
    nested = nested[: nested.index("</details>")]
    assert f'href="/absurd/tasks/{other}/"' in nested
    assert nested.count("part") >= 2


def test_a_child_out_of_sight_is_not_nested(queues: Engine) -> None:
    parent = queues.spawn("orders", "whole")
    run = queues.claim("orders")
    other = queues.spawn("shards", "secret part")
    queues.advance(seconds=5)
    queues.checkpoint("orders", parent, run, f"$awaitTaskResult:{other}", {"state": "completed"})
    member = member_of(Scope(queue_pattern="orders"))
    page = member.get(f"/absurd/t/acme/tasks/{parent}/").text
    assert "timeline-1-child" not in page
    assert "secret part" not in page


def test_a_step_leads_to_its_checkpoint_whatever_page_that_is_on(
    client: Client, queues: Engine
) -> None:
    task = queues.spawn("orders")
    run = queues.claim("orders")
    for number in range(101):
        queues.advance(seconds=1)
        queues.checkpoint("orders", task, run, f"step {number:03}", number)
    address = f"/absurd/tasks/{task}/"
    assert 'href="?step=step+100#step"' in client.get(address).text
    for name, number in (("step 000", 1), ("step 100", 2)):
        row = f"{anchors.step(name)}-row"
        panel = client.get(address, {"step": name}).text
        assert f'href="?step={name.replace(" ", "+")}&amp;steps={number}#{row}"' in panel
        assert f'id="{row}"' in client.get(f"{address}?steps={number}").text
