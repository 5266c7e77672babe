"""A form sent twice: it acts once, and the second answer is the first one's outcome."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import AuditEntry, AuditOutcome
from tests.dashboard.engine import Engine
from tests.operate.answers import JSON, as_json, form, posted
from tests.operate.test_run_again import completed, tasks


def once_on(client: Client, path: str) -> str:
    return form(client, path)["once"]


def test_the_second_of_two_equal_forms_leads_where_the_first_led(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    path = f"tasks/{completed(engine)}/run-again/"
    fields = form(client, path)
    first, second = posted(client, path, **fields), posted(client, path, **fields)
    assert first["Location"] == second["Location"]
    assert tasks(engine) == 2
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("path", ["spawn/", "events/a/go/emit/"])
def test_what_was_done_is_said_again_and_not_that_there_was_nothing_to_do(
    client: Client, engine: Engine, path: str
) -> None:
    engine.create("a")
    fields = {**form(client, path), "name": "x", "queue": "a"}
    answers = [client.post(f"/absurd/{path}", fields, headers=JSON) for _ in range(3)]
    said = [json.loads(answer.content) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [each["repeated"] for each in said] == [False, True, True]
    assert len({each["detail"] for each in said}) == 1


def test_a_refusal_is_repeated_too(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = completed(engine)
    for _ in range(2):
        assert posted(client, f"tasks/{task}/cancel/", once="t").status_code == 409
    assert AuditEntry.objects.count() == 1


def test_a_form_opened_anew_acts_anew(client: Client, engine: Engine) -> None:
    engine.create("a")
    path = f"tasks/{completed(engine)}/run-again/"
    for _ in range(2):
        posted(client, path, **form(client, path))
    assert tasks(engine) == 3


def test_a_form_sent_again_with_something_else_in_it_is_another(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    path = f"tasks/{completed(engine)}/run-again/"
    fields = form(client, path)
    posted(client, path, **fields)
    posted(client, path, **{**fields, "params": "2"})
    assert tasks(engine) == 3


def test_a_program_sends_a_header(client: Client, engine: Engine) -> None:
    engine.create("a")
    path = f"/absurd/tasks/{completed(engine)}/run-again/"
    headers = {**JSON, "Idempotency-Key": "k"}
    for body in ({}, {}, {"params": 1}):
        client.post(path, json.dumps(body), content_type="application/json", headers=headers)
    assert tasks(engine) == 3


def test_without_a_token_every_request_is_one(client: Client, engine: Engine) -> None:
    engine.create("a")
    path = f"tasks/{completed(engine)}/run-again/"
    for _ in range(2):
        as_json(client, path)
    assert tasks(engine) == 3


def test_a_token_of_somebody_elses_means_nothing(client: Client, engine: Engine) -> None:
    engine.create("a")
    path = f"tasks/{completed(engine)}/run-again/"
    fields = form(client, path)
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    posted(client, path, **fields)
    posted(other, path, **fields)
    assert tasks(engine) == 3


def test_what_failed_did_nothing_and_may_be_sent_again(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.failed("a")
    asked = {"once": "t", "max_attempts": "1"}
    assert posted(client, f"tasks/{task}/retry/", **asked).status_code == 400
    assert posted(client, f"tasks/{task}/retry/", **asked).status_code == 400
    results = list(AuditOutcome.objects.values_list("result", flat=True))
    assert results == ["failed", "failed"]


def test_when_nobody_knows_what_came_of_the_first_the_second_does_nothing(
    client: Client, engine: Engine, settings: object
) -> None:
    engine.create("a")
    path = f"tasks/{completed(engine)}/run-again/"
    fields = form(client, path)
    posted(client, path, **fields)
    AuditOutcome.objects.all().delete()  # as if the process had died after the answer
    AuditEntry.objects.update(at="2026-01-01T00:00Z")
    response = posted(client, path, **fields)
    assert response.status_code == 409
    assert "what came of it is not known" in response.text
    assert tasks(engine) == 2
