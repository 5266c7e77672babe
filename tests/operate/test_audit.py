"""The record: what is on it, who may read it, how it is exported, how it is forgotten."""

from __future__ import annotations

import csv
import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from absurd_dashboard.gate import action_attempted
from absurd_dashboard.models import AuditEntry, AuditOutcome, Role
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.operate.answers import posted
from tests.operate.conftest import Member


def entry(result: str = "done", **values: Any) -> AuditEntry:
    """A record, made as the gate makes them."""
    given = {"username": "ann", "action": "retry", "instance": "absurd", "queue": "a", **values}
    made = AuditEntry.objects.create(**given)
    if result:
        AuditOutcome.objects.create(entry=made, result=result, detail="It was so.")
    return made


def rows(client: Client, query: str = "", tenant: str = "") -> list[dict[str, Any]]:
    """The JSON twin's rows."""
    prefix = f"t/{tenant}/" if tenant else ""
    response = client.get(f"/absurd/{prefix}audit/?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 200
    found: list[dict[str, Any]] = json.loads(response.content)["rows"]
    return found


def exported(client: Client, kind: str, query: str = "window=all") -> str:
    """An export's text."""
    response = client.get(f"/absurd/audit/export.{kind}?{query}")
    assert isinstance(response, StreamingHttpResponse)
    return b"".join(response).decode()


def test_an_action_is_on_the_page_with_everything_about_it(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    client.post(
        f"/absurd/tasks/{task}/retry/", {"max_attempts": "3"},
        headers={"X-Request-Id": "req-1"}, REMOTE_ADDR="192.0.2.7",
    )  # fmt: skip
    (row,) = rows(client)
    assert (row["user"], row["action"], row["queue"]) == ("operator", "retry", "a")
    assert (row["task_id"], row["result"]) == (str(task), "done")
    assert (row["request_id"], row["address"]) == ("req-1", "192.0.2.7")
    assert row["arguments"] == {"copy": False, "max_attempts": 3}
    assert str(task) in client.get("/absurd/audit/").text


def test_an_attempt_without_an_outcome_says_so(client: Client, engine: Engine) -> None:
    entry(result="")
    assert "outcome unknown" in client.get("/absurd/audit/").text
    assert [row["result"] for row in rows(client, "result=unknown")] == [""]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3), ("user=ann", 2), ("action=cancel", 1), ("queue=b", 1), ("result=refused", 1),
        ("result=unknown", 1), ("result=nonsense", 3), ("task=0190", 1), ("task=zz", 0),
        ("window=1h", 3), ("user=%00", 3), ("older=x", 3), ("older=0", 3), ("older=" + "9" * 50, 3),
    ],
)  # fmt: skip
def test_a_filter_narrows_the_record(
    client: Client, engine: Engine, query: str, found: int
) -> None:
    entry()
    entry(username="bob", queue="b", result="refused")
    entry(action="cancel", result="", task_id="0190a000-0000-7000-8000-000000000000")
    assert len(rows(client, query)) == found


def test_a_window_leaves_out_what_came_before_it(client: Client, engine: Engine) -> None:
    entry()
    AuditEntry.objects.update(at=timezone.now() - timedelta(days=8))
    assert rows(client) == []
    assert len(rows(client, "window=30d")) == 1


def test_paging_meets_every_row_once(client: Client, engine: Engine) -> None:
    made = [entry().pk for _ in range(7)]
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "PAGE_SIZE": 3}):
        met, query = [], ""
        while True:
            answer = client.get(f"/absurd/audit/{query}", headers={"Accept": "application/json"})
            page = json.loads(answer.content)
            met += [row["id"] for row in page["rows"]]
            query = page["older"]
            if not query:
                break
    assert met == made[::-1]


def test_a_tenants_admin_reads_what_was_done_in_the_tenants_name(
    member: Member, engine: Engine
) -> None:
    entry(tenant="acme", username="ours")
    entry(tenant="other", username="theirs")
    entry(tenant="", username="nobody's")
    found = rows(member(Role.ADMIN, ("*", "")), tenant="acme")
    assert [row["user"] for row in found] == ["ours"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
@pytest.mark.parametrize("page", ["audit/", "audit/export.csv", "audit/export.jsonl"])
def test_the_record_is_for_admins(member: Member, engine: Engine, role: Role, page: str) -> None:
    assert member(role).get(f"/absurd/t/acme/{page}").status_code == 403


def test_what_is_out_of_sight_is_not_on_the_record_that_one_reads(
    member: Member, engine: Engine
) -> None:
    for queue, owner in (("mine", ""), ("gone", ""), ("shared", "acme"), ("shared", "other")):
        entry(tenant="acme", queue=queue, owner=owner)
    admin = member(Role.ADMIN, ("mine", ""), ("shared", "acme"))
    found = rows(admin, tenant="acme")
    assert [(row["queue"]) for row in found] == ["shared", "mine"]


def test_what_was_done_to_a_queue_that_is_gone_stays_readable(
    member: Member, engine: Engine
) -> None:
    entry(tenant="acme", queue="dropped", action="queue_drop")
    assert len(rows(member(Role.ADMIN, ("*", "")), tenant="acme")) == 1


def test_rows_out_of_sight_do_not_end_the_page(
    client: Client, member: Member, engine: Engine
) -> None:
    entry(tenant="acme", queue="mine")
    AuditEntry.objects.bulk_create(
        AuditEntry(username="x", action="retry", instance="absurd", queue="no", tenant="acme")
        for _ in range(1100)
    )
    found = rows(member(Role.ADMIN, ("mine", "")), tenant="acme")
    assert [row["queue"] for row in found] == ["mine"]


def test_what_is_hidden_from_the_reader_is_hidden_in_the_record(
    client: Client, engine: Engine
) -> None:
    cut = '{"a": 1, "secret": "1234", "b": "so on…'
    entry(arguments={"params": '{"secret": "1234"}', "secret": "1234", "payload": cut})
    hiding = {"DATABASE": "absurd", "REDACT": (Redaction(key="secret"),)}
    with override_settings(ABSURD_DASHBOARD=hiding):
        assert "1234" not in client.get("/absurd/audit/").text
        assert "1234" not in exported(client, "csv")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("x")', "\n=1"]
)
def test_a_spreadsheet_takes_nothing_of_a_strangers_for_a_formula(
    client: Client, engine: Engine, text: str
) -> None:
    entry(username=text, queue=text, event=text, action=text[:30])
    lines = list(csv.DictReader(io.StringIO(exported(client, "csv"), newline="")))
    for name in ("user", "queue", "event", "action"):
        assert lines[0][name] == f"'{text}"


def test_inputs_are_on_the_record_to_the_digit(client: Client, engine: Engine) -> None:
    engine.create("a")
    posted(client, "events/a/go/emit/", payload='{"n": 1.10}')
    assert '"arguments": {"payload": {"n": 1.10}}' in exported(client, "jsonl")


def test_the_exports_hold_the_filtered_rows_to_the_letter(client: Client, engine: Engine) -> None:
    entry(queue='a,"b"\nc')
    entry(action="cancel")
    (line,) = csv.DictReader(io.StringIO(exported(client, "csv", "action=retry"), newline=""))
    (row,) = map(json.loads, exported(client, "jsonl", "action=retry").splitlines())
    assert line["queue"] == row["queue"] == 'a,"b"\nc'
    assert line["detail"] == row["detail"] == "It was so."


def test_a_task_page_says_what_was_done_to_it_and_what_made_it(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.failed("a")
    made = posted(client, f"tasks/{task}/retry/", copy="1")["Location"]
    text = client.get(f"/absurd/tasks/{task}/").text
    assert "What was done to it" in text
    assert "operator" in text
    assert "(made this task)" in client.get(made).text


def test_a_task_page_shows_no_addresses_of_operators(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    client.post(f"/absurd/tasks/{task}/cancel/", REMOTE_ADDR="192.0.2.7")
    answer = client.get(f"/absurd/tasks/{task}/", headers={"Accept": "application/json"})
    assert b'"record"' in answer.content
    assert b"192.0.2.7" not in answer.content


def test_the_record_is_only_added_to() -> None:
    made = AuditEntry(username="x")
    made._state.adding = False
    with pytest.raises(TypeError, match="never changed"):
        made.save()


def test_a_host_hears_of_every_attempt(client: Client, engine: Engine) -> None:
    heard: list[tuple[object, str]] = []

    def hear(sender: object, outcome: AuditOutcome, **_: object) -> None:
        heard.append((sender, outcome.result))

    action_attempted.connect(hear)
    try:
        engine.create("a")
        task = engine.failed("a")
        posted(client, f"tasks/{task}/cancel/")
        posted(client, f"tasks/{task}/retry/")
    finally:
        action_attempted.disconnect(hear)
    assert heard == [("cancel", "nothing"), ("retry", "done")]


def test_the_log_has_one_line_of_json_for_each_attempt_whatever_names_contain(
    client: Client, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    queue = 'a\n{"action": "none"}'
    engine.create(queue)
    task = engine.failed(queue)
    with caplog.at_level(logging.INFO, "absurd_dashboard.actions"):
        posted(client, f"tasks/{task}/retry/")
    (record,) = [each for each in caplog.records if each.name == "absurd_dashboard.actions"]
    line = record.getMessage()
    assert "\n" not in line
    said = json.loads(line)
    assert (said["action"], said["result"], said["queue"]) == ("retry", "done", queue)
    assert (said["user"], said["task"]) == ("operator", str(task))


def test_old_records_are_forgotten_with_their_outcomes(
    client: Client, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = entry(), entry()
    AuditEntry.objects.filter(pk=old.pk).update(at=datetime(2020, 1, 1, tzinfo=UTC))
    call_command("audit_prune", "--older-than", "365d", "--dry-run")
    assert AuditEntry.objects.count() == 2
    call_command("audit_prune", "--older-than", "365d")
    assert [each.pk for each in AuditEntry.objects.all()] == [new.pk]
    assert AuditOutcome.objects.count() == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 records would be deleted.",
        "1 records were deleted.",
    ]


@pytest.mark.parametrize("age", ["", "0d", "365", "-1d", "1y", "1.5d"])
@pytest.mark.usefixtures("_databases")
def test_an_age_that_is_none_forgets_nothing(age: str) -> None:
    entry()
    with pytest.raises(CommandError, match="such as 365d"):
        call_command("audit_prune", f"--older-than={age}")
    assert AuditEntry.objects.count() == 1


def test_the_page_is_offered_to_those_who_may_read_it(
    client: Client, member: Member, engine: Engine
) -> None:
    assert 'href="/absurd/audit/"' in client.get("/absurd/").text
    assert "audit/" not in member(Role.OPERATOR).get("/absurd/t/acme/").text


def test_a_deleted_users_deeds_keep_the_name(client: Client, engine: Engine) -> None:
    user = User.objects.create_user("left")
    entry(user=user, username="left")
    user.delete()
    assert [row["user"] for row in rows(client)] == ["left"]
