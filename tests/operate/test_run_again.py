"""A task run again: with its inputs to the digit, edited, elsewhere, and with hidden values."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, override_settings

from absurd_dashboard.models import AuditEntry, Role
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.operate.answers import as_json, form, posted
from tests.operate.conftest import Member

EXACT = '{"a": 1.10, "b": 123456789012345678901234567890, "c": [true, null, "ü\\n"], "d": 1e400}'
OPTIONS = {
    "headers": {"tenant_id": "acme", "n": 1},
    "retry_strategy": {"kind": "fixed", "base_seconds": 5},
    "max_attempts": 7,
    "cancellation": {"max_delay": 60},
}
HIDING = override_settings(
    ABSURD_DASHBOARD={
        "DATABASE": "absurd",
        "REDACT": (Redaction(key="secret"), Redaction(pattern=r"\bsk-\w+")),
    }
)


def completed(engine: Engine, params: str = "null", **options: Any) -> UUID:
    """A completed task in the queue ``a``."""
    ((task,),) = engine.call(
        "select task_id from absurd.spawn_task('a', 'work', %s::jsonb, %s::jsonb)",
        params, json.dumps(options),
    )  # fmt: skip
    engine.complete("a", engine.claim("a"))
    return task


def inputs(engine: Engine, task: UUID | str, queue: str = "a") -> tuple[Any, ...]:
    """What a task was spawned with, as text."""
    (row,) = engine.call(
        "select task_name, params::text, headers::text, retry_strategy::text, max_attempts,"
        f' cancellation::text from absurd."t_{queue}" where task_id = %s', task
    )  # fmt: skip
    return row


def made() -> UUID:
    """The task that the last action made."""
    task = AuditEntry.objects.latest("id").outcome.new_task_id
    assert task is not None
    return task


def tasks(engine: Engine) -> int:
    ((count,),) = engine.call('select count(*) from absurd."t_a"')
    return int(count)


@pytest.mark.parametrize("way", ["at once", "through its form", "by a program"])
def test_a_task_runs_again_with_its_inputs_to_the_digit(
    client: Client, engine: Engine, way: str
) -> None:
    engine.create("a")
    task = completed(engine, EXACT, **OPTIONS)
    path = f"tasks/{task}/run-again/"
    if way == "by a program":
        assert as_json(client, path)[0] == 200
    else:
        fields = form(client, path) if way == "through its form" else {}
        assert posted(client, path, **fields).status_code == 302
    assert made() != task
    assert inputs(engine, made()) == inputs(engine, task)


def test_every_input_can_be_edited(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.create("b")
    task = completed(engine, EXACT, **OPTIONS)
    posted(
        client,
        f"tasks/{task}/run-again/",
        queue="b",
        params="[0.10]",
        headers='{"x": "y"}',
        retry_strategy='{"kind": "none"}',
        cancellation='{"max_duration": 9}',
        max_attempts="2",
    )
    assert inputs(engine, made(), "b") == (
        "work", "[0.10]", '{"x": "y"}', '{"kind": "none"}', 2, '{"max_duration": 9}',
    )  # fmt: skip


def test_every_input_can_be_emptied(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = completed(engine, EXACT, **OPTIONS)
    names = ("params", "headers", "retry_strategy", "cancellation", "max_attempts")
    posted(client, f"tasks/{task}/run-again/", **dict.fromkeys(names, ""))
    assert inputs(engine, made()) == ("work", "null", None, None, None, None)


def test_a_program_says_json_as_json(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = completed(engine, EXACT, **OPTIONS)
    status, said = as_json(
        client, f"tasks/{task}/run-again/", {"params": {"n": 2}, "headers": None}
    )
    assert (status, said["new"]) == (200, True)
    assert inputs(engine, made())[1:3] == ('{"n": 2}', None)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("params", '{"a": 1,\n  "b" 2}', "line 2, column 7"),
        ("params", "NaN", "NaN is not JSON"),
        ("params", '"\\u0000"', "contains a NUL character"),
        ("params", '"\\ud800"', "half a surrogate pair"),
        ("params", "[" * 100_000, "nested too deeply"),
        ("headers", "[]", "is not an object"),
        ("retry_strategy", "3", "is not an object"),
        ("retry_strategy", '{"kind": "yearly"}', "unknown kind"),
        ("retry_strategy", '{"kind": "fixed", "base_seconds": -1}', "base_seconds"),
        ("cancellation", '{"max_delay": "x"}', "is not a whole number"),
        ("cancellation", '{"colour": 1}', "unknown keys"),
        ("max_attempts", "many", "whole number"),
        ("max_attempts", "0", "is not from 1"),
        ("queue", "nowhere", "no queue with this name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    client: Client, engine: Engine, name: str, text: str, said: str
) -> None:
    engine.create("a")
    task = completed(engine, EXACT, **OPTIONS)
    fields = {**form(client, f"tasks/{task}/run-again/"), "params": "[ 1 ]", name: text}
    response = posted(client, f"tasks/{task}/run-again/", **fields)
    assert response.status_code == 400
    assert said in response.text
    assert name == "queue" or text.replace('"', "&quot;") in response.text
    assert name == "params" or "[ 1 ]" in response.text
    assert tasks(engine) == 1


def test_a_program_is_told_what_is_wrong_by_field(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = completed(engine)
    asked = {"headers": 1, "max_attempts": "x", "queue": "nowhere"}
    status, said = as_json(client, f"tasks/{task}/run-again/", asked)
    assert (status, sorted(said["errors"])) == (400, ["headers", "max_attempts", "queue"])


def test_inputs_too_long_for_a_form_are_used_as_they_are(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = completed(engine, json.dumps("x" * 300_000))
    fields = form(client, f"tasks/{task}/run-again/")
    assert "params" not in fields
    posted(client, f"tasks/{task}/run-again/", **fields)
    assert inputs(engine, made()) == inputs(engine, task)


SECRETS = '{"secret": {"pin": 1234}, "key": "use sk-abc", "list": [{"secret": 5, "n": 1}], "n": 1}'


@HIDING
def test_a_form_shows_nothing_hidden(client: Client, engine: Engine) -> None:
    engine.create("a")
    text = client.get(f"/absurd/tasks/{completed(engine, SECRETS)}/run-again/").text
    assert "1234" not in text
    assert "sk-abc" not in text


@HIDING
def test_what_is_hidden_and_left_alone_stands_for_the_original(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = completed(engine, SECRETS)
    fields = form(client, f"tasks/{task}/run-again/")
    fields["params"] = fields["params"].replace('"n": 1', '"n": 2')
    posted(client, f"tasks/{task}/run-again/", **fields)
    assert json.loads(inputs(engine, made())[1]) == json.loads(SECRETS.replace('"n": 1', '"n": 2'))


@HIDING
def test_what_is_hidden_can_be_replaced(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = completed(engine, SECRETS)
    fields = form(client, f"tasks/{task}/run-again/")
    shown = json.loads(fields["params"])
    posted(client, f"tasks/{task}/run-again/", params=json.dumps({**shown, "secret": "new"}))
    assert json.loads(inputs(engine, made())[1]) == {**json.loads(SECRETS), "secret": "new"}


@HIDING
@pytest.mark.parametrize(
    "params",
    [
        '{"other": "[redacted]"}',
        '["[redacted]"]',
        '"[redacted]"',
        '{"list": [{"secret": "[redacted]"}, {"secret": "[redacted]"}]}',
        '{"key": "use [redacted] twice"}',
        '{"[redacted]": 1}',
    ],
)
def test_what_is_hidden_is_never_sent_to_the_engine_as_the_word_for_it(
    client: Client, engine: Engine, params: str
) -> None:
    engine.create("a")
    task = completed(engine, SECRETS)
    response = posted(client, f"tasks/{task}/run-again/", params=params)
    assert response.status_code == 400
    assert "is not where it was" in response.text
    assert tasks(engine) == 1


@HIDING
def test_the_record_of_it_is_redacted(client: Client, engine: Engine) -> None:
    engine.create("a")
    posted(client, f"tasks/{completed(engine, SECRETS)}/run-again/")
    kept = json.dumps(AuditEntry.objects.get().arguments)
    assert "1234" not in kept
    assert "sk-abc" not in kept


def test_a_task_that_ended_meanwhile_is_a_matter_of_fact_not_of_the_page(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.failed("a")
    engine.call("select absurd.retry_task('a', %s)", task)
    response = posted(client, f"tasks/{task}/run-again/")
    assert response.status_code == 409
    assert "pending" in response.text
    assert tasks(engine) == 1


@pytest.mark.parametrize("queue", ["theirs", "missing"])
def test_a_queue_out_of_sight_is_no_target(member: Member, engine: Engine, queue: str) -> None:
    engine.create("a")
    engine.create("theirs")
    task = completed(engine)
    operator = member(Role.OPERATOR, ("a", ""))
    response = posted(operator, f"t/acme/tasks/{task}/run-again/", queue=queue)
    assert response.status_code == 400
    assert engine.call('select 1 from absurd."t_theirs"') == []


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ("", '{"tenant_id": "acme"}'),
        ('{"x": 1}', '{"x": 1, "tenant_id": "acme"}'),
        ('{"tenant_id": "acme"}', '{"tenant_id": "acme"}'),
        ('{"tenant_id": "other"}', None),
        ('{"tenant_id": null}', None),
        ('{"tenant_id": ["acme"]}', None),
    ],
)
def test_in_a_shared_queue_a_new_task_belongs_to_its_makers_tenant(
    member: Member, engine: Engine, headers: str, kept: str | None
) -> None:
    engine.create("a")
    task = completed(engine, headers={"tenant_id": "acme"})
    operator = member(Role.OPERATOR, ("a", "acme"))
    response = posted(operator, f"t/acme/tasks/{task}/run-again/", headers=headers)
    assert response.status_code == (302 if kept else 400)
    assert (json.loads(inputs(engine, made())[2]) if kept else None) == json.loads(kept or "null")


def test_a_task_may_run_again_in_a_queue_of_ones_own_for_a_whole_queue_hides_nothing(
    member: Member, engine: Engine
) -> None:
    engine.create("a")
    engine.create("own")
    task = completed(engine, headers={"tenant_id": "acme"})
    operator = member(Role.OPERATOR, ("a", "acme"), ("own", ""))
    posted(operator, f"t/acme/tasks/{task}/run-again/", queue="own", headers="")
    assert inputs(engine, made(), "own")[2] is None
