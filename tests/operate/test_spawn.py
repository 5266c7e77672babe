"""Spawning a task from a form: known names, last params, what is checked, what is kept apart."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from absurd_dashboard.models import AuditEntry, Role
from tests.dashboard.engine import Engine
from tests.operate.answers import as_json, form, posted
from tests.operate.conftest import Member
from tests.operate.test_run_again import HIDING, inputs, made


def test_a_task_is_spawned_with_what_was_typed(client: Client, engine: Engine) -> None:
    engine.create("a")
    response = posted(
        client, "spawn/", queue="a", name="send", params='{"to": 1.10}', headers='{"x": 1}',
        retry_strategy="", cancellation="", max_attempts="4", idempotency_key="",
    )  # fmt: skip
    assert response["Location"] == f"/absurd/tasks/{made()}/"
    assert inputs(engine, made()) == ("send", '{"to": 1.10}', '{"x": 1}', None, 4, None)


def test_a_name_alone_will_do(client: Client, engine: Engine) -> None:
    engine.create("a")
    assert as_json(client, "spawn/", {"queue": "a", "name": "send"})[0] == 200
    assert inputs(engine, made()) == ("send", "null", None, None, None, None)


def test_the_form_knows_the_names_that_were_spawned_lately(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.create("b")
    engine.spawn("a", "send")
    engine.spawn("b", "other")
    text = client.get("/absurd/spawn/?queue=a").text
    assert '<option value="send">' in text
    assert "other" not in text


def test_a_known_name_brings_its_last_inputs(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a", "send", {"n": 1})
    engine.advance(seconds=1)
    last = engine.spawn("a", "send", {"n": 2}, headers={"h": 1}, max_attempts=3)
    engine.spawn("a", "other", {"n": 3})
    fields = form(client, "spawn/?queue=a&name=send")
    posted(client, "spawn/", **fields)
    assert inputs(engine, made()) == inputs(engine, last)


@HIDING
def test_the_last_inputs_are_redacted_and_must_be_typed(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a", "send", {"secret": "1234"})
    fields = form(client, "spawn/?queue=a&name=send")
    assert "1234" not in fields["params"]
    assert posted(client, "spawn/", **fields).status_code == 400
    assert len(engine.call('select 1 from absurd."t_a"')) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("name", " ", "is empty"), ("params", "{", "line 1, column 2"), ("name", "a\0b", "NUL")],
)
def test_what_is_wrong_stands_beside_its_field(
    client: Client, engine: Engine, field: str, value: str, said: str
) -> None:
    engine.create("a")
    asked = {"queue": "a", "name": "send", "params": "[ 2 ]", field: value}
    response = posted(client, "spawn/", **asked)
    assert response.status_code == 400
    assert said in response.text
    assert field == "params" or "[ 2 ]" in response.text


def test_an_idempotency_key_that_is_taken_leads_to_the_task_that_has_it(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    first = engine.spawn("a", "send", idempotency_key="k")
    asked = {"queue": "a", "name": "send", "idempotency_key": "k"}
    status, said = as_json(client, "spawn/", asked)
    assert (status, said["result"], said["task_id"]) == (409, "nothing", str(first))


def test_an_idempotency_key_of_another_tenant_does_not_show_the_task(
    member: Member, engine: Engine
) -> None:
    engine.create("a")
    theirs: UUID = engine.spawn("a", idempotency_key="k", headers={"tenant_id": "other"})
    admin = member(Role.ADMIN, ("a", "acme"))
    asked = {"queue": "a", "name": "send", "idempotency_key": "k"}
    status, said = as_json(admin, "t/acme/spawn/", asked)
    assert (status, said["task_id"]) == (409, None)
    assert str(theirs) not in str(said)


@pytest.mark.parametrize("header", ["", '{"tenant_id": "acme"}'])
def test_in_a_shared_queue_the_new_task_is_the_tenants(
    member: Member, engine: Engine, header: str
) -> None:
    engine.create("a")
    admin = member(Role.ADMIN, ("a", "acme"))
    posted(admin, "t/acme/spawn/", queue="a", name="send", headers=header)
    assert inputs(engine, made())[2] == '{"tenant_id": "acme"}'


def test_in_a_shared_queue_the_names_are_ones_own(member: Member, engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a", "mine", headers={"tenant_id": "acme"})
    engine.spawn("a", "theirs", headers={"tenant_id": "other"})
    text = member(Role.ADMIN, ("a", "acme")).get("/absurd/t/acme/spawn/?queue=a&name=theirs").text
    assert '<option value="mine">' in text
    assert '<option value="theirs">' not in text


def test_a_queue_out_of_sight_is_not_there(member: Member, engine: Engine) -> None:
    engine.create("a")
    engine.create("theirs")
    admin = member(Role.ADMIN, ("a", ""))
    assert admin.get("/absurd/t/acme/spawn/?queue=theirs").status_code == 404
    assert posted(admin, "t/acme/spawn/", queue="theirs", name="x").status_code == 404
    assert engine.call('select 1 from absurd."t_theirs"') == []


def test_a_queue_dropped_between_the_form_and_the_spawn_is_said_to_be_gone(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    fields = form(client, "spawn/?queue=a")
    engine.drop("a")
    assert posted(client, "spawn/", **{**fields, "name": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_spawning_is_for_admins(member: Member, engine: Engine, role: Role) -> None:
    engine.create("a")
    other = member(role)
    assert other.get("/absurd/t/acme/spawn/").status_code == 403
    assert posted(other, "t/acme/spawn/", queue="a", name="x").status_code == 403
    assert engine.call('select 1 from absurd."t_a"') == []
    assert AuditEntry.objects.get().outcome.result == "refused"


def test_without_any_queue_the_form_says_so(client: Client, engine: Engine) -> None:
    assert client.get("/absurd/spawn/").status_code == 200
    assert posted(client, "spawn/", name="x").status_code == 400
