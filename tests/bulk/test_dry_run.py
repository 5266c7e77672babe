"""The dry run: what it counts, what it leaves out and why, and that it does nothing."""

from typing import Any

import pytest

from absurd_dashboard.bulk import desk as desk_module
from absurd_dashboard.bulk import slices
from absurd_dashboard.models import AuditEntry, BulkBatch
from tests.bulk.desk import Desk, kept
from tests.dashboard.engine import Engine


def numbers(kinds: list[dict[str, Any]]) -> dict[tuple[str, str, str], int]:
    """How many there are, by queue, state and name."""
    return {(kind["queue"], kind["state"], kind["name"]): kind["number"] for kind in kinds}


def test_it_counts_by_queue_state_and_name(desk: Desk, engine: Engine) -> None:
    for queue in ("a", "b"):
        engine.create(queue)
        engine.failed(queue, "send")
    engine.failed("b", "send")
    engine.failed("b", "bill")
    report = desk.report(desk.dry_run("retry"))
    assert report["progress"]["targets"] == 4
    assert numbers(report["wanted"]) == {
        ("a", "failed", "send"): 1,
        ("b", "failed", "send"): 2,
        ("b", "failed", "bill"): 1,
    }


def test_it_does_nothing(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    engine.failed("a")
    desk.dry_run("retry")
    assert engine.call('select state from absurd."t_a"') == [("failed",)]
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ("retry", {"failed"}),
        ("copy", {"failed"}),
        ("cancel", {"pending"}),
        ("run_again", {"failed", "completed", "cancelled"}),
    ],
)
def test_what_an_action_does_not_apply_to_is_left_out_with_a_reason(
    desk: Desk, engine: Engine, action: str, wanted: set[str]
) -> None:
    engine.create("a")
    engine.failed("a")
    engine.spawn("a")
    engine.complete("a", engine.claim("a"))
    engine.cancel("a", engine.spawn("a"))
    engine.spawn("a")
    report = desk.report(desk.dry_run(action))
    assert {kind["state"] for kind in report["wanted"]} == wanted
    left_out = {kind["state"] for kind in report["refused"]}
    assert left_out == {"failed", "completed", "cancelled", "pending"} - wanted
    assert all(kind["refusal"] for kind in report["refused"])


@pytest.mark.parametrize(
    ("query", "found"),
    [("queue=a", 2), ("name=send*", 2), ("queue=a&name=send-1", 1), ("state=pending", 0)],
)
def test_it_takes_what_the_lists_filter_takes(
    desk: Desk, engine: Engine, query: str, found: int
) -> None:
    for queue in ("a", "b"):
        engine.create(queue)
    for queue, name in (("a", "send-1"), ("a", "bill"), ("b", "send-2")):
        engine.failed(queue, name)
    assert kept(desk.dry_run("retry", query=query)).targets == found


def test_a_list_that_was_paged_is_taken_whole(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    newest = [engine.failed("a") for _ in range(3)][-1]
    assert kept(desk.dry_run("retry", query=f"older={newest}&first={newest}")).targets == 3


def test_selected_tasks_are_taken_and_what_is_gone_is_said(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    chosen = [str(engine.failed("a")) for _ in range(2)]
    engine.failed("a")
    engine.create("dropped")
    chosen.append(str(engine.failed("dropped")))
    engine.drop("dropped")
    report = desk.report(desk.dry_run("retry", source="selected", task=chosen))
    assert report["progress"]["targets"] == 2
    assert report["missing"] == 1


def test_a_prefix_of_an_id_is_a_filter_too(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    engine.failed("a")
    assert kept(desk.dry_run("retry", query=f"id={task}")).targets == 1


def test_failures_are_taken_by_when_they_failed_not_by_when_they_were_spawned(
    desk: Desk, engine: Engine
) -> None:
    engine.create("a")
    engine.create("b")
    engine.failed("a", "old")
    engine.spawn("a", "late", max_attempts=1)
    engine.advance(days=3)
    engine.fail("a", engine.claim("a"), name="E")
    engine.failed("b", "new")
    engine.spawn("b", "open")
    operation = kept(desk.dry_run("retry", source="failures", query="window=1h"))
    taken = {target[2] for batch in operation.batches.all() for target in batch.targets}
    assert taken == {"late", "new"}


@pytest.mark.parametrize(
    ("query", "found"), [("queue=a", 2), ("name=send", 2), ("queue=b&name=send", 1), ("", 3)]
)
def test_failures_are_taken_by_the_pages_filter(
    desk: Desk, engine: Engine, query: str, found: int
) -> None:
    for queue, names in (("a", ("send", "bill")), ("b", ("send",))):
        engine.create(queue)
        for name in names:
            engine.failed(queue, name)
    operation = desk.dry_run("retry", source="failures", query=f"window=all&{query}")
    assert kept(operation).targets == found


@pytest.mark.parametrize("source", ["tasks", "failures"])
@pytest.mark.parametrize("looked_at", [1, 2, 3, 7, 8])
def test_slices_of_any_size_find_each_task_once(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch, source: str, looked_at: int
) -> None:
    wanted = set()
    for queue in ("a", "b"):
        engine.create(queue)
        for _ in range(4):
            wanted.add(str(engine.failed(queue)))
            engine.spawn(queue)
            engine.complete(queue, engine.claim(queue))
            engine.advance(seconds=1)
    monkeypatch.setattr(slices, "SIZE", looked_at)
    operation = kept(desk.dry_run("retry", source=source, query="window=all"))
    found = [target[1] for batch in operation.batches.all() for target in batch.targets]
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_when_the_time_is_over_it_says_so_and_goes_on_when_asked(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.create("a")
    for _ in range(5):
        engine.failed("a")
    monkeypatch.setattr(slices, "SIZE", 1)
    monkeypatch.setattr(desk_module, "BUDGET", 0)
    operation = desk.dry_run("retry")
    page = desk.client.get(f"/absurd/bulk/{operation}/").text
    assert "Continue counting" in page
    assert "1 tasks so far" in page.replace("</data>", "").replace('<data value="1">', "")
    assert desk.post(operation, "confirm") == 409
    while kept(operation).state == "counting":
        assert desk.post(operation, "step") == 201
    assert kept(operation).targets == 5


def test_many_different_names_are_counted_together(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    engine.call("select absurd.spawn_task('a', 'n' || n, 'null') from generate_series(1, 600) n")
    report = desk.report(desk.dry_run("cancel"))
    assert len(report["wanted"]) == 501
    assert numbers(report["wanted"])["a", "pending", ""] == 100


def test_an_empty_one_cannot_be_confirmed(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    operation = desk.dry_run("retry")
    page = desk.client.get(f"/absurd/bulk/{operation}/").text
    assert "nothing to do" in page
    assert "bulk-confirm" not in page


def test_one_that_nobody_confirms_is_forgotten_after_a_day(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    engine.failed("a")
    old = kept(desk.dry_run("retry"))
    type(old).objects.filter(pk=old.pk).update(created_at="2020-01-01T00:00Z")
    desk.dry_run("retry")
    assert not BulkBatch.objects.filter(operation_id=old.pk).exists()


@pytest.mark.parametrize(
    "form",
    [
        {"action": "explode"},
        {"action": ""},
        {"action": "retry", "from": "selected"},
        {"action": "retry", "from": "selected", "task": "x"},
        {"action": "retry", "from": "tasks", "attempts": "0"},
        {"action": "retry", "from": "tasks", "attempts": "1e9"},
        {"action": "retry", "from": "tasks", "attempts": "9" * 5000},
    ],
)
def test_a_form_that_makes_no_sense_is_refused(
    desk: Desk, engine: Engine, form: dict[str, str]
) -> None:
    assert desk.client.post("/absurd/bulk/new/", form).status_code == 400
