"""Workflow runs: what the list and the page of one tell, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from absurd_core import following, workflows
from absurd_dashboard.models import Scope
from absurd_dashboard.queries.workflows import summed
from absurd_dashboard.redaction import Redaction
from absurd_dashboard.timeline.group import draw_group
from tests.dashboard.engine import Engine
from tests.dashboard.members import member_of
from tests.dashboard.second_line import BOUND

JSON = {"Accept": "application/json"}
ACME = "/absurd/t/acme/"


@pytest.fixture
def queues(engine: Engine) -> Engine:
    """Two queues; ids are made by the real clock, so it is now."""
    engine.freeze(datetime.now(UTC))
    engine.create("orders")
    engine.create("shards")
    return engine


@pytest.fixture
def table(queues: Engine) -> Engine:
    """The same with the table of recorded workflow runs."""
    queues.record_workflows()
    return queues


def record(engine: Engine, name: str = "nightly_export", **more: Any) -> UUID:
    """Record a workflow run."""
    engine.advance(seconds=1)
    return engine.run(workflows.create(name, "1.2", **more))


def member(engine: Engine, key: object, queue: str = "orders", **more: Any) -> UUID:
    """Spawn a task of a workflow run, at a time of its own: ids made at once are unordered."""
    engine.advance(milliseconds=1)
    headers = {"workflow_run_id": str(key), **more.pop("headers", {})}
    return engine.spawn(queue, more.pop("name", "export"), headers=headers, **more)


def begin(engine: Engine, key: UUID, queue: str = "orders") -> UUID:
    """Claim the root task, and say so as the SDK's hooks do."""
    claimed = engine.claim(queue)
    engine.run(following.started(key, run_id=claimed, queue=queue))
    return claimed


def listed(client: Client, query: str = "", mount: str = "/absurd/") -> list[dict[str, Any]]:
    """The rows of the list."""
    rows: list[dict[str, Any]] = client.get(f"{mount}workflows/?{query}", headers=JSON).json()[
        "page"
    ]["rows"]
    return rows


def shown(client: Client, key: object, mount: str = "/absurd/", query: str = "") -> dict[str, Any]:
    """One workflow run's page."""
    response = client.get(f"{mount}workflows/{key}/?{query}", headers=JSON)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["workflow"]
    return found


# The list


def test_a_recorded_run_says_its_name_version_status_and_progress(
    client: Client, table: Engine
) -> None:
    key = record(table, created_by="cron", tags={"team": "data"})
    member(table, key)
    table.complete("orders", begin(table, key))
    member(table, key, "shards")
    (row,) = listed(client)
    assert (row["key"], row["name"], row["version"]) == (str(key), "nightly_export", "1.2")
    assert (row["status"], row["done"], row["total"]) == ("running", 1, 2)
    assert (row["created_by"], row["tags"]) == ("cron", '{"team": "data"}')


def test_pages_join_without_gap_or_overlap(client: Client, table: Engine) -> None:
    keys = [str(record(table)) for _ in range(5)]
    found: list[str] = []
    query = ""
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "PAGE_SIZE": 2}):
        while True:
            page = client.get(f"/absurd/workflows/{query}", headers=JSON).json()
            found += [row["key"] for row in page["page"]["rows"]]
            if not (query := page["older"]):
                break
    assert found == keys[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=nightly_export", {"nightly_export"}),
        ("status=running", {"monthly"}),
        ("status=nonsense", {"nightly_export", "monthly"}),
        ("name=nobody", set()),
    ],
)
def test_a_filter_narrows_the_list(
    client: Client, table: Engine, query: str, found: set[str]
) -> None:
    record(table)
    key = record(table, "monthly")
    member(table, key)
    begin(table, key)
    assert {row["name"] for row in listed(client, query)} == found


def test_without_the_table_the_page_says_so_and_lists_tasks_that_share_a_header(
    client: Client, queues: Engine
) -> None:
    member(queues, "night 7")
    queues.complete("orders", queues.claim("orders"))
    member(queues, "night 7", name="later")
    (row,) = listed(client)
    assert (row["key"], row["name"], row["status"]) == ("night 7", "export", "running")
    assert (row["done"], row["total"]) == (1, 2)
    assert "No workflow runs are recorded in this database" in client.get("/absurd/workflows/").text


def test_beside_recorded_runs_there_is_a_list_by_header(client: Client, table: Engine) -> None:
    record(table)
    member(table, "night 7")
    assert [row["key"] for row in listed(client, "by=header")] == ["night 7"]


@pytest.mark.parametrize("header", ["", "x" * 501])
def test_a_header_that_can_be_no_id_makes_no_group(
    client: Client, queues: Engine, header: str
) -> None:
    task = member(queues, header)
    assert listed(client) == []
    assert client.get(f"/absurd/tasks/{task}/").status_code == 200


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (["pending"], "pending"),
        (["pending", "completed"], "running"),
        (["sleeping"], "running"),
        (["completed", "failed", "running"], "running"),
        (["completed", "failed", "cancelled"], "failed"),
        (["completed", "cancelled"], "cancelled"),
        (["completed"], "completed"),
    ],
)
def test_states_of_tasks_add_up_to_a_status(states: list[str], status: str) -> None:
    assert summed(states) == status


# One workflow run


def test_a_run_shows_what_is_recorded_and_its_tasks_as_a_tree(
    client: Client, table: Engine
) -> None:
    key = record(table, inputs={"day": "Monday"})
    root = member(table, key)
    begin(table, key)
    part = member(table, key, "shards", name="part", headers={"parent_task_id": str(root)})
    found = shown(client, key)
    assert found["record"]["inputs"] == {"day": "Monday"}
    told = [(each["task"]["task_id"], each["parent"], each["source"]) for each in found["members"]]
    assert told == [(str(root), None, "recorded"), (str(part), str(root), "recorded")]
    text = client.get(f"/absurd/workflows/{key}/").text
    for expected in (
        "Monday",
        "Tasks as a tree",
        f"/absurd/tasks/{part}/",
        "known tasks are finished",
        "Timeline",
    ):
        assert expected in text


def test_the_tasks_of_a_run_are_searched_by_name_and_chosen_by_state(
    client: Client, queues: Engine
) -> None:
    first = member(queues, "export 8", name="shard-1", max_attempts=1)
    queues.fail("orders", queues.claim("orders"), name="E", message="no")
    second = member(queues, "export 8", name="shard-22")
    other = member(queues, "export 8", name="report")

    def listed(query: str) -> set[UUID]:
        text = client.get(f"/absurd/workflows/export+8/?task={first}&{query}").text
        rows = text[text.index('id="tasks"') :]
        return {task for task in (first, second, other) if f"/absurd/tasks/{task}/" in rows}

    assert listed("") == {first, second, other}
    assert listed("name=shard-%23") == {first, second}
    assert listed("name=SHARD-2") == {second}
    assert listed("state=failed&name=shard-%23") == {first}
    assert listed("state=failed&name=report") == set()


def test_what_failed_in_a_run_can_be_retried_and_what_is_open_cancelled_from_its_page(
    client: Client, queues: Engine
) -> None:
    task = member(queues, "export 7", max_attempts=1)
    address = f"/absurd/workflows/export+7/?task={task}"
    assert "Cancel what is open" in client.get(address).text
    assert "Retry what failed" not in client.get(address).text
    queues.fail("orders", queues.claim("orders"), name="E")
    assert "Cancel what is open" not in client.get(address).text
    assert "Retry what failed" in client.get(address).text


def test_a_child_without_headers_is_inferred_from_its_parents_checkpoint(
    client: Client, table: Engine
) -> None:
    key = record(table)
    root = member(table, key)
    claimed = begin(table, key)
    part = table.spawn("shards", "part")
    table.checkpoint("orders", root, claimed, f"$awaitTaskResult:{part}", {"state": "completed"})
    told = {
        each["task"]["task_id"]: (each["parent"], each["source"])
        for each in shown(client, key)["members"]
    }
    assert told[str(part)] == (str(root), "inferred")
    assert "Dashed: concluded from a checkpoint" in client.get(f"/absurd/workflows/{key}/").text


def test_a_group_is_found_from_one_of_its_tasks_or_by_looking_back(
    client: Client, queues: Engine
) -> None:
    first, second = member(queues, "night"), member(queues, "night", "shards")
    for query in (f"task={second}", ""):
        found = shown(client, "night", query=query)
        assert [each["task"]["task_id"] for each in found["members"]] == [str(first), str(second)]
        assert found["record"] is None


def test_a_root_whose_own_id_is_the_workflow_runs_belongs_to_it(
    client: Client, queues: Engine
) -> None:
    root = queues.spawn("orders", "whole")
    part = member(queues, root, "shards", headers={"parent_task_id": str(root)})
    found = shown(client, root)
    assert [each["task"]["task_id"] for each in found["members"]] == [str(root), str(part)]


@pytest.mark.parametrize("key", ["nowhere", "~00", "01999999-0000-7000-8000-000000000000"])
def test_a_workflow_run_that_is_not_there_answers_404(
    client: Client, table: Engine, key: str
) -> None:
    assert client.get(f"/absurd/workflows/{key}/").status_code == 404


def test_inputs_result_and_error_are_redacted_whatever_task_a_rule_names(
    client: Client, table: Engine
) -> None:
    key = record(table, inputs={"card": "4111"}, tags={"card": "4111"})
    hide = (Redaction(key="card", task_name="something.else"),)
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "REDACT": hide}):
        assert "4111" not in client.get(f"/absurd/workflows/{key}/").text
        assert "4111" not in client.get("/absurd/workflows/").text
        assert "4111" not in client.get(f"/absurd/workflows/{key}/?format=json").text


def test_names_are_text_and_no_markup(client: Client, queues: Engine) -> None:
    member(queues, "<b>/%s", name="<img src=x>")
    for address in ("/absurd/workflows/", "/absurd/workflows/~3Cb~3E~2F~25s/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "<img" not in response.text
        assert "<b>/" not in response.text


def test_300_children_are_one_node_and_a_list(client: Client, table: Engine) -> None:
    key = record(table)
    root = member(table, key)
    begin(table, key)
    table.call(
        "select absurd.spawn_task('shards', 'part', '{}', jsonb_build_object('headers',"
        " jsonb_build_object('workflow_run_id', %s::text, 'parent_task_id', %s::text)))"
        " from generate_series(1, 300)",
        str(key),
        str(root),
    )
    text = client.get(f"/absurd/workflows/{key}/").text
    wide, narrow = text.split("abs-graph-narrow")  # one of the two is shown
    assert wide.count('class="abs-graph-node') == narrow.count('class="abs-graph-node') == 2
    assert "×300" in text
    assert "201</data> earlier tasks are not listed" in text
    assert len(shown(client, key)["members"]) == 301


# One timeline over all tasks


def test_a_row_is_queued_until_its_claim_and_runs_until_its_end(
    client: Client, queues: Engine
) -> None:
    member(queues, "night")
    queues.advance(seconds=30)
    claimed = queues.claim("orders", lease=3600)
    queues.advance(seconds=90)
    queues.complete("orders", claimed)
    text = client.get("/absurd/workflows/night/").text
    assert "queued" in text
    assert "(30 s)" in text
    assert "(1 m 30 s)" in text


def test_there_is_no_timeline_of_nothing() -> None:
    assert draw_group([], datetime.now(UTC)) is None


# Who sees what


def narrowed() -> Client:
    """A member who sees tasks of the tenant acme in orders, and nothing else."""
    return member_of(Scope(queue_pattern="orders", header_tenant="acme"))


def tenants(engine: Engine) -> tuple[UUID, UUID]:
    """A recorded run of acme's and one of a rival's, both with a root task in the same queue."""
    keys = []
    for owner in ("acme", "rival"):
        keys.append(record(engine, inputs={"of": owner}))
        member(engine, keys[-1], headers={"tenant_id": owner})
        begin(engine, keys[-1])
    return keys[0], keys[1]


def test_a_narrowed_member_sees_recorded_runs_whose_root_task_is_theirs(table: Engine) -> None:
    ours, theirs = tenants(table)
    client = narrowed()
    assert [row["key"] for row in listed(client, mount=ACME)] == [str(ours)]
    assert client.get(f"{ACME}workflows/{ours}/").status_code == 200
    assert client.get(f"{ACME}workflows/{theirs}/").status_code == 404


def test_a_task_that_only_claims_to_belong_to_anothers_run_does_not_show_it(
    table: Engine,
) -> None:
    _, theirs = tenants(table)
    member(table, theirs, headers={"tenant_id": "acme"})
    found = shown(narrowed(), theirs, ACME)
    assert found["record"] is None
    assert len(found["members"]) == 1


@pytest.mark.skipif(BOUND is not None, reason="says of no queue whose it is: no policy shows it")
def test_a_run_that_nobody_has_taken_up_is_its_tasks_owners(table: Engine) -> None:
    ours, nobodys = record(table, inputs={"of": "acme"}), record(table)
    member(table, ours, headers={"tenant_id": "acme"})
    client = narrowed()
    assert shown(client, ours, ACME)["record"]["inputs"] == {"of": "acme"}
    assert client.get(f"{ACME}workflows/{nobodys}/").status_code == 404
    assert listed(client, mount=ACME) == []


def test_the_whole_of_a_queue_shows_the_runs_recorded_for_it(table: Engine) -> None:
    key = record(table, absurd_queue="orders")
    other = record(table, absurd_queue="shards")
    client = member_of(Scope(queue_pattern="orders"))
    assert [row["key"] for row in listed(client, mount=ACME)] == [str(key)]
    assert client.get(f"{ACME}workflows/{other}/").status_code == 404


def test_groups_by_header_hold_tasks_in_sight_only(queues: Engine) -> None:
    member(queues, "night", headers={"tenant_id": "rival"}, name="secret")
    member(queues, "night", "shards", headers={"tenant_id": "acme"}, name="secret")
    ours = member(queues, "night", headers={"tenant_id": "acme"})
    client = narrowed()
    (row,) = listed(client, "by=header", ACME)
    assert (row["total"], row["name"]) == (1, "export")
    found = shown(client, "night", ACME)
    assert [each["task"]["task_id"] for each in found["members"]] == [str(ours)]


def test_a_list_that_ran_out_of_time_says_how_far_it_looked(client: Client, queues: Engine) -> None:
    member(queues, "night")
    queues.freeze(datetime.now(UTC) + timedelta(hours=30))
    with override_settings(
        ABSURD_DASHBOARD={"DATABASE": "absurd", "SEARCH_BUDGET": timedelta(microseconds=1)}
    ):
        assert "Nothing found yet" in client.get("/absurd/workflows/").text


# manage.py absurd_workflows


@pytest.mark.usefixtures("as_owner")
def test_the_command_makes_the_table_once(client: Client, queues: Engine) -> None:
    call_command("absurd_workflows", "--install", verbosity=0)
    call_command("absurd_workflows", "--install", verbosity=0)
    assert listed(client) == []
    assert client.get("/absurd/workflows/", headers=JSON).json()["installed"]


@pytest.mark.usefixtures("as_owner")
def test_the_command_ends_runs_whose_root_task_was_cancelled(client: Client, table: Engine) -> None:
    key = record(table)
    root = member(table, key)
    begin(table, key)
    table.cancel("orders", root)
    assert shown(client, key)["record"]["status"] == "running"
    said = StringIO()
    call_command("absurd_workflows", "--settle", stdout=said)
    assert said.getvalue() == "1 workflow runs were ended.\n"
    assert shown(client, key)["record"]["status"] == "cancelled"


@pytest.mark.parametrize("arguments", [[], ["--settle", "--queue", "nowhere"]])
@pytest.mark.usefixtures("as_owner")
def test_the_command_says_what_it_cannot_do(table: Engine, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("absurd_workflows", *arguments)
