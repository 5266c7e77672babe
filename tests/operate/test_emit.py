"""Emitting an event: what is said before, what happens, what is said afterwards."""

from __future__ import annotations

import pytest
from django.test import Client

from absurd_dashboard.models import AuditEntry, Role
from absurd_dashboard.tilde import encode
from tests.dashboard.engine import Engine
from tests.operate.answers import as_json, by_htmx, posted
from tests.operate.conftest import Member
from tests.operate.states import pending, waiting


def payload_of(engine: Engine, event: str) -> object:
    """What an event carries; None when it was not emitted."""
    rows = engine.call('select payload::text from absurd."e_a" where event_name = %s', event)
    return rows[0][0] if rows else None


def test_before_it_the_form_says_exactly_who_would_wake(client: Client, engine: Engine) -> None:
    engine.create("a")
    tasks = [waiting(engine) for _ in range(3)]
    text = client.get("/absurd/events/a/go/emit/").text
    assert "3 runs wait for it and would wake" in text
    assert all(str(task) in text for task in tasks)


def test_a_wait_that_has_timed_out_would_not_wake(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "go", timeout=10)
    engine.advance(seconds=11)
    assert "Nobody waits for it now" in client.get("/absurd/events/a/go/emit/").text


def test_afterwards_the_answer_says_which_runs_woke(client: Client, engine: Engine) -> None:
    engine.create("a")
    waiting(engine)
    waiting(engine)
    pending(engine)
    status, said = as_json(client, "events/a/go/emit/", {"payload": {"ok": True}})
    woken = engine.call('select run_id::text from absurd."r_a" where event_payload is not null')
    assert status == 200
    assert said["detail"].startswith("Emitted. It woke 2 runs: ")
    assert {(run,) for run in said["runs"]} == set(woken)


def test_a_payload_is_emitted_to_the_digit(client: Client, engine: Engine) -> None:
    engine.create("a")
    posted(client, "events/a/go/emit/", payload="[1.10, 123456789012345678901234567890, 1e2]")
    assert payload_of(engine, "go") == "[1.10, 123456789012345678901234567890, 100]"


@pytest.mark.parametrize("given", ["", "null"])
def test_no_payload_is_a_json_null(client: Client, engine: Engine, given: str) -> None:
    engine.create("a")
    posted(client, "events/a/go/emit/", payload=given)
    assert payload_of(engine, "go") == "null"


def test_a_second_emit_is_said_to_be_ignored_and_when_the_first_was(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.emit("a", "go", "first")
    engine.advance(hours=1)
    response = posted(client, "events/a/go/emit/", payload='"second"')
    assert response.status_code == 409
    assert "Already emitted at 2026-03-02 12:00:00.000 UTC" in response.text
    assert payload_of(engine, "go") == '"first"'


def test_the_form_of_an_emitted_event_shows_the_payload_that_counts_and_no_button(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.emit("a", "go", "the first one")
    text = client.get("/absurd/events/a/go/emit/").text
    assert "the first one" in text
    assert 'name="payload"' not in text


def test_what_cannot_be_read_stays_typed_with_its_line_and_column(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    response = posted(client, "events/a/go/emit/", payload='{"a": 1,\n "b": }')
    assert response.status_code == 400
    assert "line 2, column 7" in response.text
    assert "&quot;b&quot;: }" in response.text
    assert payload_of(engine, "go") is None


def test_one_is_told_what_is_wrong_while_typing_and_nothing_happens(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    wrong = posted(client, "events/a/go/emit/", payload="{", check="payload")
    right = posted(client, "events/a/go/emit/", payload="{}", check="payload")
    assert "line 1, column 2" in wrong.text
    assert right.content == b""
    assert payload_of(engine, "go") is None


def test_a_waiting_task_leads_to_the_form_for_its_event(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = waiting(engine)
    assert 'href="/absurd/events/a/go/emit/"' in client.get(f"/absurd/tasks/{task}/").text


def test_an_event_may_be_emitted_before_anybody_waits(client: Client, engine: Engine) -> None:
    engine.create("a")
    chosen = client.get("/absurd/events/emit/", {"queue": "a", "name": "any/thing else"})
    assert chosen["Location"] == f"/absurd/events/a/{encode('any/thing else')}/emit/"
    assert by_htmx(client, chosen["Location"].removeprefix("/absurd/"))[0] == 200
    assert payload_of(engine, "any/thing else") == "null"


@pytest.mark.parametrize("query", ["", "queue=a", "queue=none&name=x", "queue=a&name=%00"])
def test_one_who_has_not_said_which_event_is_asked(
    client: Client, engine: Engine, query: str
) -> None:
    engine.create("a")
    assert "Next" in client.get(f"/absurd/events/emit/?{query}").text


def test_a_queue_dropped_between_the_form_and_the_emit_is_said_to_be_gone(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    assert client.get("/absurd/events/a/go/emit/").status_code == 200
    engine.drop("a")
    assert posted(client, "events/a/go/emit/").status_code == 404


def test_who_emitted_what_is_on_record(client: Client, engine: Engine) -> None:
    engine.create("a")
    posted(client, "events/a/go/emit/", payload='{"to": "me"}')
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.queue, entry.event) == ("emit", "a", "go")
    assert entry.arguments == {"payload": '{"to": "me"}'}


def test_a_viewer_sees_no_form_and_emits_nothing(member: Member, engine: Engine) -> None:
    engine.create("a")
    waiting(engine)
    viewer = member(Role.VIEWER)
    assert viewer.get("/absurd/t/acme/events/a/go/emit/").status_code == 403
    assert viewer.get("/absurd/t/acme/events/emit/").status_code == 403
    assert posted(viewer, "t/acme/events/a/go/emit/").status_code == 403
    assert payload_of(engine, "go") is None


@pytest.mark.parametrize(
    ("waiters", "may"), [(("acme",), True), (("acme", "other"), False), ((), False)]
)
def test_in_a_shared_queue_one_emits_only_what_ones_own_tasks_alone_wait_for(
    member: Member, engine: Engine, waiters: tuple[str, ...], may: bool
) -> None:
    engine.create("a")
    for tenant in waiters:
        task = engine.spawn("a", headers={"tenant_id": tenant})
        engine.wait("a", task, engine.claim("a"), "go")
    operator = member(Role.OPERATOR, ("a", "acme"))
    text = operator.get("/absurd/t/acme/events/a/go/emit/").text
    response = posted(operator, "t/acme/events/a/go/emit/", payload="1")
    assert ('name="payload"' in text, response.status_code) == (may, 302 if may else 403)
    assert (payload_of(engine, "go") == "1") == may


def test_an_ignored_emit_is_shown_to_its_sender_and_to_who_reads_the_record(
    member: Member, engine: Engine
) -> None:
    engine.create("a")
    engine.call("select absurd.emit_event('a', 'go', '1'::jsonb)")
    sender = member(Role.OPERATOR)
    status, _ = as_json(sender, "t/acme/events/a/go/emit/", {"payload": 2})
    assert status == 409
    seen = {
        role: "Emits that were ignored" in who.get("/absurd/t/acme/events/a/go/").text
        for role, who in (
            ("sender", sender),
            ("viewer", member(Role.VIEWER)),
            ("admin", member(Role.ADMIN)),
        )
    }
    assert seen == {"sender": True, "viewer": False, "admin": True}
