"""Failures by cause: what is one group, what is said of it, and what people note of it."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models import AuditEntry, FailureNote, Membership, Role, Scope, Tenant
from absurd_dashboard.queries.failure_groups import SLOTS, spikes
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.dashboard.members import member_of

TRACE = 'Traceback (most recent call last):\n  File "/srv/app/{0}.py", line 7, in {0}\n    …\n{1}'


def fail(engine: Engine, where: str, message: str, queue: str = "a", name: str = "work") -> str:
    """A task that failed for good in a function of ours."""
    trace = TRACE.format(where, f"ValueError: {message}\n")
    return str(engine.failed(queue, name, name="ValueError", message=message, traceback=trace))


def twin(client: Client, page: str = "", **query: object) -> dict[str, Any]:
    """A page's JSON."""
    response = client.get(f"/absurd/failures/{page}?{urlencode({**query, 'format': 'json'})}")
    assert response.status_code == 200, response.content
    data: dict[str, Any] = json.loads(response.content)
    return data


def causes(client: Client, **query: object) -> list[dict[str, Any]]:
    """The groups on the page."""
    rows: list[dict[str, Any]] = twin(client, **query)["rows"]
    return rows


def only(client: Client, **query: object) -> dict[str, Any]:
    """The one group there is."""
    (row,) = causes(client, **query)
    return row


@pytest.fixture(autouse=True)
def queue(engine: Engine) -> None:
    """A queue."""
    engine.create("a")


def test_failures_that_differ_in_their_values_are_one_cause(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card 41 of ann@example.org")
    fail(engine, "charge", "no card 9 of bob@example.org", name="refunds")
    row = only(client)
    assert (row["attempts"]["value"], row["tasks"]["value"]) == (2, 2)
    assert row["task_names"] == ["refunds", "work"]


def test_one_message_from_two_places_is_two_causes(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    fail(engine, "refund", "no card")
    assert len(causes(client)) == 2


def test_a_cause_spans_queues(client: Client, engine: Engine) -> None:
    engine.create("b")
    fail(engine, "charge", "no card 1")
    fail(engine, "charge", "no card 2", queue="b")
    assert only(client)["queues"] == ["a", "b"]
    assert only(client, queue="b")["queues"] == ["b"]


def test_leases_that_ran_out_are_one_cause(client: Client, engine: Engine) -> None:
    for worker in ("w-1", "w-2"):
        engine.spawn("a", max_attempts=1)
        engine.claim("a", worker, 10)
        engine.advance(seconds=11)
        engine.call("select absurd.claim_task('a', 'sweeper', 10)")
    row = only(client)
    assert (row["example"]["error_name"], row["attempts"]["value"]) == ("$ClaimTimeout", 2)


@pytest.mark.parametrize(
    "reason", ['"it broke"', "17", "[1, 2]", "{}", '{"name": 3}', '{"message": {"a": 1}}']
)
def test_a_failure_of_any_shape_has_a_cause(client: Client, engine: Engine, reason: str) -> None:
    engine.spawn("a", max_attempts=1)
    engine.call("select absurd.fail_run('a', %s, %s::jsonb)", engine.claim("a"), reason)
    row = only(client)
    assert client.get(f"/absurd/failures/{row['fingerprint']}/").status_code == 200


def test_attempts_that_were_retried_count_only_when_asked_for(
    client: Client, engine: Engine
) -> None:
    engine.spawn("a", max_attempts=2)
    for _ in range(2):
        engine.fail("a", engine.claim("a"), name="E", message="m")
    assert only(client)["attempts"]["value"] == 1
    row = only(client, attempts="all")
    assert (row["attempts"]["value"], row["tasks"]["value"]) == (2, 1)


def test_the_window_bounds_what_is_counted_and_is_said(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    engine.advance(hours=2)
    assert causes(client, window="1h") == []
    assert only(client, window="24h")["attempts"] == {"value": 1, "precision": "exact"}
    assert "in the last 24 hours" in client.get("/absurd/failures/").text
    assert "Look through the last 24 hours" in client.get("/absurd/failures/?window=1h").text


def test_the_whole_history_begins_with_the_oldest_failure(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    engine.advance(days=300)
    fail(engine, "charge", "no card")
    slots = only(client, window="all")["slots"]
    assert (slots[0], slots[-1], sum(slots)) == (1, 1, 2)


def test_first_and_last_seen_and_the_failures_over_time(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    engine.advance(hours=3, minutes=30)
    fail(engine, "charge", "no card")
    row = only(client)
    assert row["first_seen"] == "2026-03-02T12:00:00+00:00"
    assert row["last_seen"] == "2026-03-02T15:30:00+00:00"
    assert len(row["slots"]) == SLOTS
    assert (row["slots"][-1], row["slots"][-4]) == (1, 1)
    assert '<rect x="115"' in client.get("/absurd/failures/").text


def test_a_count_that_met_the_bound_says_at_least(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("absurd_dashboard.queries.failure_groups.DEPTHS", (2,))
    for _ in range(3):
        fail(engine, "charge", "no card")
    assert only(client)["attempts"] == {"value": 2, "precision": "capped"}
    assert ">2+</data>" in client.get("/absurd/failures/").text


def test_causes_too_rare_to_be_told_apart_are_counted(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("absurd_dashboard.queries.failure_groups._KINDS", 1)
    fail(engine, "charge", "no card")
    fail(engine, "charge", "no card")
    fail(engine, "refund", "no card")
    page = twin(client)
    assert (len(page["rows"]), page["rest"]) == (1, 1)


def test_a_cause_is_new_when_it_began_in_the_last_quarter(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    engine.advance(hours=10)
    fail(engine, "refund", "no card")
    marks = {row["example"]["traceback"].split('"')[1]: row["new"] for row in causes(client)}
    assert marks == {"/srv/app/charge.py": False, "/srv/app/refund.py": True}


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([0, 0, 0, 5], True),
        ([0, 0, 0, 4], False),
        ([2, 2, 2, 6], True),
        ([3, 3, 3, 8], False),
        ([9, 0, 0, 9], True),
        ([90, 90, 90, 0], False),
    ],
)
def test_a_cause_spikes_when_the_newest_slot_stands_out(slots: list[int], expected: bool) -> None:
    assert spikes(slots) is expected


def test_a_spiking_cause_comes_before_a_commoner_one(client: Client, engine: Engine) -> None:
    for _ in range(7):
        fail(engine, "charge", "no card")
    engine.advance(hours=12)
    for _ in range(5):
        fail(engine, "refund", "no card")
    rows = causes(client)
    assert [(row["attempts"]["value"], row["spiking"]) for row in rows] == [(5, True), (7, False)]


def test_a_cause_has_its_tasks_example_and_traceback(client: Client, engine: Engine) -> None:
    first = fail(engine, "charge", "no card '1'")
    engine.advance(minutes=1)
    second = fail(engine, "charge", "no card '<b>'")
    other = fail(engine, "refund", "no card 3")
    charge = next(row for row in causes(client) if row["attempts"]["value"] == 2)
    address = f"{charge['fingerprint']}/"
    page = twin(client, address)
    assert [row["task_id"] for row in page["rows"]["rows"]] == [second, first]
    text = client.get(f"/absurd/failures/{address}").text
    assert other not in text
    assert "no card &#x27;&lt;b&gt;&#x27;" in text
    assert "in charge" in text
    assert f"/absurd/tasks/{second}/#run-" in text


def test_a_cause_pages_through_its_tasks(client: Client, engine: Engine) -> None:
    tasks = []
    for number in range(60):
        tasks.append(fail(engine, "charge", f"no card {number}"))
        engine.advance(seconds=1)
    address = f"{only(client)['fingerprint']}/"
    page = twin(client, address)
    seen = [row["task_id"] for row in page["rows"]["rows"]]
    rest = client.get(f"/absurd/failures/{address}{page['older']}&format=json")
    seen += [row["task_id"] for row in json.loads(rest.content)["rows"]["rows"]]
    assert seen == tasks[::-1]


def test_a_cause_of_long_ago_says_where_to_look(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    address = f"{only(client)['fingerprint']}/"
    engine.advance(days=3)
    text = client.get(f"/absurd/failures/{address}").text
    assert "Nothing failed of it in the last 24 hours" in text
    assert "Look through the last 7 days" in text


@pytest.mark.parametrize("address", ["0" * 16, "x", "0123"])
def test_a_cause_that_nothing_failed_of_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/absurd/failures/{address}/").status_code == 404
    assert client.post(f"/absurd/failures/{address}/triage/").status_code == 404


def test_all_of_its_tasks_are_retried_through_a_dry_run(client: Client, engine: Engine) -> None:
    for number in range(3):
        fail(engine, "charge", f"no card {number}")
    fail(engine, "refund", "no card")
    charge = next(row for row in causes(client) if row["attempts"]["value"] == 3)
    text = client.get(f"/absurd/failures/{charge['fingerprint']}/").text
    assert re.search(r">Retry (<[^>]+>)?3(</data>)? tasks</button>", text)
    form = dict(re.findall(r'name="(\w+)" value="([^"]+)"', text[text.index("bulk/new/") :]))
    answer = client.post("/absurd/bulk/new/", form, headers={"Accept": "application/json"})
    dry_run = client.get(f"/absurd/bulk/{answer.json()['id']}/?format=json").json()
    assert dry_run["progress"]["targets"] == 3


def test_what_is_hidden_in_payloads_is_hidden_in_causes(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card tok_secret1")
    fail(engine, "charge", "no card tok_secret2")
    hiding = {"DATABASE": "absurd", "REDACT": (Redaction(pattern=r"tok_\w+"),)}
    with override_settings(ABSURD_DASHBOARD=hiding):
        row = only(client)
        page = client.get(f"/absurd/failures/{row['fingerprint']}/").text
        texts = [client.get("/absurd/failures/").text, page, json.dumps(row)]
    assert row["attempts"]["value"] == 2
    assert not [text for text in texts if "tok_secret" in text]
    assert "[redacted]" in page


def triage(client: Client, fingerprint: str, **form: str) -> int:
    """Post the form; the answer's status."""
    return client.post(f"/absurd/failures/{fingerprint}/triage/", form).status_code


def test_an_operator_acknowledges_a_cause_with_a_note(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    key = only(client)["fingerprint"]
    assert triage(client, key, acknowledged="1", note="the bank <b>is</b> down") == 302
    text = client.get(f"/absurd/failures/{key}/").text
    assert "acknowledged" in text
    assert "the bank &lt;b&gt;is&lt;/b&gt; down" in text
    assert only(client)["note"]["updated_by"] == "operator"
    triage(client, key)
    assert only(client)["note"]["acknowledged_at"] is None


def test_a_muted_cause_comes_last_until_the_time_is_over(client: Client, engine: Engine) -> None:
    for _ in range(2):
        fail(engine, "charge", "no card")
    fail(engine, "refund", "no card")
    key = causes(client)[0]["fingerprint"]
    triage(client, key, mute="1h")
    assert [row["fingerprint"] == key for row in causes(client)] == [False, True]
    assert "muted until" in client.get("/absurd/failures/").text
    engine.advance(minutes=61)
    assert [row["fingerprint"] == key for row in causes(client)] == [True, False]


def test_a_mute_is_kept_until_it_is_taken_back(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    key = only(client)["fingerprint"]
    triage(client, key, mute="7d")
    triage(client, key, note="soon")
    assert only(client)["note"]["muted"] is True
    triage(client, key, mute="off")
    assert only(client)["note"]["muted"] is False


@pytest.mark.parametrize("form", [{"mute": "for ever"}, {"note": "x" * 2_001}])
def test_a_note_that_makes_no_sense_is_refused(
    client: Client, engine: Engine, form: dict[str, str]
) -> None:
    fail(engine, "charge", "no card")
    assert triage(client, only(client)["fingerprint"], **form) == 400
    assert not FailureNote.objects.exists()


def test_who_noted_what_is_on_record(client: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    key = only(client)["fingerprint"]
    triage(client, key, acknowledged="1", mute="24h")
    (entry,) = AuditEntry.objects.filter(action="triage")
    assert (entry.username, entry.outcome.result) == ("operator", "done")
    assert entry.arguments == {"fingerprint": key, "acknowledged": True, "mute": "24h"}


@pytest.fixture
def viewer(engine: Engine) -> Client:
    """A browser of somebody who may only look, in a tenant."""
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    Scope.objects.create(tenant=tenant, queue_pattern="a")
    user = User.objects.create_user("viewer")
    Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
    browser = Client()
    browser.force_login(user)
    return browser


def test_a_viewer_sees_a_cause_and_changes_nothing(
    client: Client, viewer: Client, engine: Engine
) -> None:
    fail(engine, "charge", "no card")
    address = f"/absurd/t/acme/failures/{only(client)['fingerprint']}/"
    text = viewer.get(address).text
    assert "no card" in text
    assert 'name="mute"' not in text
    assert viewer.post(f"{address}triage/", {"acknowledged": "1"}).status_code == 403
    assert not FailureNote.objects.exists()


def test_each_tenant_has_notes_of_its_own(client: Client, viewer: Client, engine: Engine) -> None:
    fail(engine, "charge", "no card")
    key = only(client)["fingerprint"]
    triage(client, key, note="of the superuser's")
    assert "of the superuser" not in viewer.get(f"/absurd/t/acme/failures/{key}/").text


def test_a_cause_out_of_sight_is_not_found(client: Client, viewer: Client, engine: Engine) -> None:
    engine.create("b")
    fail(engine, "charge", "no card", queue="b")
    key = only(client)["fingerprint"]
    assert viewer.get(f"/absurd/t/acme/failures/{key}/").status_code == 404
    assert key not in viewer.get("/absurd/t/acme/failures/").text


def test_the_plain_list_is_still_there(client: Client, engine: Engine) -> None:
    task = fail(engine, "charge", "no card")
    text = client.get("/absurd/failures/?view=list").text
    assert f'id="task-{task}"' in text


def told(client: Client, task: str) -> str:
    """The first of the two sentences about a task."""
    answer = client.get(f"/absurd/tasks/{task}/?format=json").json()
    return "".join(part["text"] for part in answer["sentence"]["now"]["parts"])


def test_a_failure_says_how_many_others_of_its_queue_failed_of_its_cause_in_a_day(
    client: Client, engine: Engine
) -> None:
    engine.create("b")
    fail(engine, "charge", "no card 1")  # a day and a minute ago
    engine.advance(hours=24, minutes=1)
    for number in range(3):
        task = fail(engine, "charge", f"no card {number}")
    fail(engine, "refund", "no card 7")
    fail(engine, "charge", "no card 8", queue="b")
    assert ", the same as 2 others in this queue in the last 24 h." in told(client, task)
    history = client.get(f"/absurd/tasks/{task}/?format=json").json()["task"]["history"]
    cause = history["alike"]["fingerprint"]
    assert history["alike"]["tasks"]["value"] == 2
    assert f"/absurd/failures/{cause}/" in client.get(f"/absurd/tasks/{task}/").text
    assert client.get(f"/absurd/failures/{cause}/").status_code == 200


def test_where_not_all_failures_were_looked_at_their_number_is_at_least(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("absurd_dashboard.queries.alike.DEPTH", 2)
    for number in range(4):
        engine.advance(seconds=1)
        task = fail(engine, "charge", f"no card {number}")
    assert ", the same as ≥ 1 other in this queue" in told(client, task)


def test_a_failure_like_no_other_says_nothing_of_others(client: Client, engine: Engine) -> None:
    assert "the same as" not in told(client, fail(engine, "charge", "no card"))


def test_a_failure_like_others_is_told_to_a_tenant_of_its_own_alone(engine: Engine) -> None:
    tasks = [
        engine.spawn("a", max_attempts=1, headers={"tenant_id": tenant})
        for tenant in ("acme", "zeta", "acme")
    ]
    for _ in tasks:
        engine.fail("a", engine.claim("a"), name="E", message="no", traceback="")
    member = member_of(Scope(queue_pattern="a", header_tenant="acme"))
    page = member.get(f"/absurd/t/acme/tasks/{tasks[0]}/").text
    assert "the same as 1 other in this queue" in page


#: The server's own ``left``, which all that is read of a failure goes through, as from a slow disk.
SLOW_DISK = """
create schema slow_disk;
create function slow_disk.left(whole text, size integer) returns text language plpgsql as
  'begin perform pg_sleep(0.02); return pg_catalog.left(whole, size); end';
set local search_path = slow_disk, pg_catalog, public
"""


@pytest.fixture
def slow(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Failures of which not even one is read in the time that there is for the first try."""
    share = timedelta(milliseconds=10) / dashboard_settings().statement_timeout
    monkeypatch.setattr("absurd_dashboard.queries.shallower._SHARE", share)
    monkeypatch.setattr("absurd_dashboard.queries.failure_groups.DEPTHS", (10_000, 2))
    monkeypatch.setattr("absurd_dashboard.queries.failures.DEPTHS", (2_000, 2))
    tasks = []
    for number in range(4):
        engine.advance(seconds=1)
        tasks.append(fail(engine, "charge", f"no card {number}"))
    engine.call(SLOW_DISK)
    return tasks


def test_where_all_failures_take_too_long_the_newest_are_told_by_cause(
    client: Client, slow: list[str]
) -> None:
    assert only(client)["attempts"] == {"value": 2, "precision": "capped"}
    assert twin(client)["depth"] == 2
    assert "could not be read in time" in client.get("/absurd/failures/").text


def test_where_all_failures_take_too_long_the_newest_are_listed(
    client: Client, slow: list[str]
) -> None:
    page = client.get("/absurd/failures/?view=list").text
    assert [task for task in slow if task in page] == slow[-2:]
    assert twin(client, view="list")["depth"] == 2
    assert "could not be read in time" in page


def test_a_cause_is_told_of_the_same_failures_as_on_the_page_that_leads_to_it(
    client: Client, slow: list[str]
) -> None:
    page = client.get(f"/absurd/failures/{only(client)['fingerprint']}/").text
    assert [task for task in slow if task in page] == slow[-2:]
    assert "could not be read in time" in page


def test_a_cause_that_may_be_among_those_not_read_is_not_said_to_be_none(
    client: Client, slow: list[str]
) -> None:
    assert client.get("/absurd/failures/0123456789abcdef/").status_code == 503


def test_nothing_is_said_of_time_where_all_failures_were_read(
    client: Client, engine: Engine
) -> None:
    fail(engine, "charge", "no card")
    assert "could not be read in time" not in client.get("/absurd/failures/").text
