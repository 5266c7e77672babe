"""Hostile data costs no more than harmless data; megabytes and depth are answered, and cut."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, transaction
from django.test import Client

from absurd_dashboard.redaction import Redaction
from absurd_dashboard.tilde import encode
from tests.dashboard.engine import Engine
from tests.security.hostile import CLASSES, HARMLESS, fill

MEGABYTE = 1_000_000
#: Much more than twice, so that a busy machine does not matter; a defect is worse by orders.
TIMES, SECONDS = 3, 0.25


def cost(client: Client, path: str) -> float:
    """Seconds of processor time that the answer takes at best."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        assert client.get(path).status_code == 200
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("kind", CLASSES)
def test_hostile_names_cost_no_more_than_harmless_ones(
    client: Client, engine: Engine, kind: str
) -> None:
    length = max(map(len, CLASSES[kind]))
    harmless, hostile = (
        fill(engine, texts)
        for texts in ([text.ljust(length, ".") for text in HARMLESS], CLASSES[kind])
    )
    for page in (
        lambda queue, task: f"tasks/{task}/",
        lambda queue, task: f"queues/{encode(queue)}/",
    ):
        usual = cost(client, f"/absurd/{page(*harmless)}")
        assert cost(client, f"/absurd/{page(*hostile)}") < TIMES * usual + SECONDS


def everywhere(engine: Engine, json_text: str) -> UUID:
    """A task that holds a JSON value wherever a task can hold one."""
    engine.create("q")
    ((task,),) = engine.call("select task_id from absurd.spawn_task('q', 'n', %s::jsonb,"
        " '{\"max_attempts\": 2}'::jsonb)", json_text)  # fmt: skip
    run = engine.claim("q")
    engine.call("select absurd.set_task_checkpoint_state('q', %s, 'step', %s::jsonb, %s)",
        task, json_text, run)  # fmt: skip
    engine.call("select absurd.await_event('q', %s, %s, '$awaitEvent:go', 'go')", task, run)
    engine.call("select absurd.emit_event('q', 'go', %s::jsonb)", json_text)
    engine.call("select absurd.fail_run('q', %s, %s::jsonb)", engine.claim("q"), json_text)
    engine.call("select absurd.complete_run('q', %s, %s::jsonb)", engine.claim("q"), json_text)
    engine.failed("q", "m", name="E", message="m" * 3 * MEGABYTE, traceback="t" * 3 * MEGABYTE)
    return task


def pages(task: UUID) -> list[str]:
    """Where it is shown."""
    return [f"tasks/{task}/", "events/q/go/", "tasks/?window=all", "failures/", "queues/q/",
            "failures/?view=list", f"tasks/{task}/run-again/", "spawn/?queue=q&name=n"]  # fmt: skip


def answered(client: Client, task: UUID) -> None:
    """Every page of it answers, in HTML and JSON, and is below two megabytes."""
    for page in pages(task):
        for headers in ({}, {"Accept": "application/json"}):
            answer = client.get(f"/absurd/{page}", headers=headers)
            assert answer.status_code == 200, page
            assert len(answer.content) < 2 * MEGABYTE, page


#: Ten megabytes: one text, many texts, many digits, many members.
LARGE = {
    "one text": lambda: json.dumps("x" * 10 * MEGABYTE),
    "texts": lambda: json.dumps(["<script>" * 10] * (10 * MEGABYTE // 84)),
    "digits": lambda: "9" * 100_000,
    "members": lambda: json.dumps({f"k{n}": "v" * 80 for n in range(10 * MEGABYTE // 94)}),
}
RULES = (Redaction(key="password"), Redaction(path="a.*.b"), Redaction(pattern=r"\d{16}"))


@pytest.mark.parametrize("kind", LARGE)
def test_ten_megabytes_are_cut_and_can_be_downloaded(
    client: Client, engine: Engine, redacting: Callable[..., None], kind: str
) -> None:
    text = LARGE[kind]()
    task = everywhere(engine, text)
    answered(client, task)
    assert len(client.get(f"/absurd/tasks/{task}/params/").content) >= len(text)

    redacting(*RULES)
    answered(client, task)


def deepest(engine: Engine, opening: str, closing: str) -> str:
    """The deepest value of its kind that this server's jsonb accepts, and passes on."""
    below, above = 500, 1_000_000
    while above - below > 50:
        depth = (below + above) // 2
        below, above = (
            (depth, above) if accepted(engine, opening, closing, depth) else (below, depth)
        )
    return opening * below + "1" + closing * below


def accepted(engine: Engine, opening: str, closing: str, depth: int) -> bool:
    """Whether a value nested so deeply can be stored and read."""
    text = opening * depth + "1" + closing * depth
    try:
        with transaction.atomic(using="absurd"):
            engine.call("select length((%s::jsonb)::text)", text)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.StatementTooComplex):
            return False
        raise
    return True


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_value_as_deep_as_jsonb_takes_is_shown_and_downloaded(
    client: Client, engine: Engine, redacting: Callable[..., None], opening: str, closing: str
) -> None:
    text = deepest(engine, opening, closing)
    task = everywhere(engine, text)
    for rules in ((), RULES):
        redacting(*rules)
        answered(client, task)
        whole = client.get(f"/absurd/tasks/{task}/params/").text
        assert whole.replace(" ", "") == text


def test_a_name_of_megabytes_is_shown_shortened(client: Client, engine: Engine) -> None:
    engine.create("q")
    name = "n" * MEGABYTE
    tasks = [engine.spawn("q", name) for _ in range(10)]
    engine.claim("q", worker=name)
    for page in (f"tasks/{tasks[0]}/", "tasks/?window=all", "workers/", "", "queues/q/"):
        for headers in ({}, {"Accept": "application/json"}):
            answer = client.get(f"/absurd/{page}", headers=headers)
            assert answer.status_code == 200, page
            assert len(answer.content) < 2 * MEGABYTE, page
