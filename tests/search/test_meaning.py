"""Which tasks a query finds, in an engine with one task for every condition."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.dashboard.engine import Engine
from tests.dashboard.test_lists import twin


@pytest.fixture
def tasks(engine: Engine) -> dict[UUID, str]:
    """Tasks by their id, with the names that the tests call them by."""
    for queue in ("mail", "mail_eu", "a b,c"):
        engine.create(queue)
    made: dict[UUID, str] = {}

    def spawn(queue: str, name: str, called: str, params: object = None, **more: object) -> UUID:
        task = engine.spawn(queue, name, params, **more)
        made[task] = called
        return task

    headers = {"tenant_id": "acme", "odd.key": "1"}
    done = spawn(
        "mail", "send-mail", "done", {"order": {"id": 42, "tags": ["gift"]}}, headers=headers
    )
    run = engine.claim("mail", "host-1")
    engine.checkpoint("mail", done, run, "charge", 1)
    engine.wait("mail", done, run, "order:42:paid")
    engine.emit("mail", "order:42:paid")
    engine.complete("mail", engine.claim("mail", "host-1"))
    spawn("mail", "send_mail", "failed", {"order": {"id": "42.0"}, "none": None}, max_attempts=1)
    engine.fail(
        "mail", engine.claim("mail", "host-2"), name="TimeoutError", message="50% Timed out"
    )
    twice = spawn("mail_eu", "renew", "twice", max_attempts=3)
    engine.fail("mail_eu", engine.claim("mail_eu", "host-3"), name="E", message="first")
    waiting = spawn(
        "a b,c",
        "wait",
        "waiting",
        {"text": "50%_done", "big": 10**30, "said": 'a "b"\\\n\t\x1f é🙂'},
    )
    engine.wait("a b,c", waiting, engine.claim("a b,c", "host-2"), "never")
    assert twice
    return made


FOUND = [
    ("", "done failed twice waiting"),
    ("state:completed,failed", "done failed"),
    ("-state:completed,failed", "twice waiting"),
    ("queue:mail", "done failed"),
    ("queue:mail*", "done failed twice"),
    ("-queue:mail*", "waiting"),
    ('queue:"a b,c",mail_eu', "twice waiting"),
    ("queue:gone", ""),
    ("name:send-*", "done"),
    ("name:send_mail", "failed"),
    ("name:*_mail", "failed"),
    ("name:*e*", "done failed twice"),
    ("-name:send-mail,send_mail", "twice waiting"),
    ("renew", "twice"),
    ("attempts:1", "done failed waiting"),
    ("attempts:>1", "twice"),
    ("attempts:>=1 attempts:<2", "done failed waiting"),
    ("worker:host-2", "failed"),
    ("worker:host-* -worker:host-2", "done twice"),
    ("error:timed", "failed"),
    ('error:"50% timed"', "failed"),
    ("error:timeouterror", "failed"),
    ("error:50*out", "failed"),
    ("-error:timed state:failed", ""),
    ("event:never", "waiting"),
    ("event:order:42:paid", "done"),
    ("event:order:*", "done"),
    ("has:wait", "waiting"),
    ("has:checkpoint.charge", "done"),
    ("has:checkpoint.ch*", "done"),
    ("-has:checkpoint.charge queue:mail", "failed"),
    ("header.tenant_id:acme", "done"),
    ('header."odd.key":1', "done"),
    ("-header.tenant_id:acme", "failed twice waiting"),
    ("params.order.id:42", "done"),
    ("params.order.id:42*", "done failed"),
    ("params.order.tags.0:gift", "done"),
    ("params.order:*", ""),
    ("params.none:null", "failed"),
    ('params.text:"50%_done"', "waiting"),
    ("params.text:50%*", "waiting"),
    ("params.big:1000000000000000000000000000000", "waiting"),
    ("params.order.id:42 state:failed", ""),
    ("params:42", "done failed"),
    ("params:gift", "done"),
    ("params:Gift", ""),
    ("params:order*gift", "done"),
    ("-params:order queue:mail*", "twice"),
    ("params:50%_d", "waiting"),
    ("params:50__d", ""),
    ("params:1000000000000000000000000000000", "waiting"),
    (r'params:"a \"b\"\\"', "waiting"),
    ("params:é🙂", "waiting"),
    ("header:acm", "done"),
    ("header:tenant_id", "done"),
    ("age:<1h", "done failed twice waiting"),
    ("age:>1h", ""),
]


@pytest.fixture
def now(engine: Engine) -> None:
    """The engine's clock goes with the clock that makes ids."""
    engine.call("select set_config('absurd.fake_now', '', false)")


def test_every_condition_finds_what_it_says(
    client: Client, now: None, tasks: dict[UUID, str]
) -> None:
    for query, wanted in FOUND:
        rows = twin(client, "tasks/", q=query)["rows"]["rows"]
        found = {tasks[UUID(row["task_id"])] for row in rows}
        assert (query, found) == (query, set(wanted.split()))


def test_an_age_takes_the_place_of_the_time_window(
    client: Client, engine: Engine, tasks: dict[UUID, str]
) -> None:
    engine.advance(days=40_000)  # ids are made by the real clock

    def found(query: str) -> int:
        return len(twin(client, "tasks/", q=query, window="1h")["rows"]["rows"])

    assert (found("name:renew"), found("name:renew age:>1h")) == (0, 1)


def test_nothing_is_found_by_a_query_that_makes_no_sense(
    client: Client, engine: Engine, tasks: dict[UUID, str]
) -> None:
    assert twin(client, "tasks/", q="queue:mail stat:failed", window="all")["rows"]["rows"] == []


def test_a_condition_on_runs_reads_runs_of_the_tasks_it_comes_by_and_no_whole_table(
    client: Client, engine: Engine, tasks: dict[UUID, str]
) -> None:
    with CaptureQueriesContext(connections["absurd"]) as captured:
        client.get("/absurd/tasks/?q=worker:host-2+-error:x+has:checkpoint.charge&window=all")
    (searching,) = [
        query["sql"]
        for query in captured
        if "claimed_by" in query["sql"] and "LIMIT" in query["sql"]
    ][:1]
    plan = "\n".join(row[0] for row in engine.call("explain " + searching.replace("%", "%%")))
    assert plan.count("SubPlan") >= 3
    assert "Hash" not in plan


class TestBulk:
    """What "everything that matches" takes is what the list shows."""

    def test_a_dry_run_takes_the_query(
        self, client: Client, now: None, tasks: dict[UUID, str]
    ) -> None:
        data = {"action": "retry", "from": "tasks", "query": "q=worker:host-2&window=all"}
        made = client.post("/absurd/bulk/new/", data)
        text = client.get(made["Location"], headers={"Accept": "application/json"}).json()
        assert text["progress"]["targets"] == 1

    def test_a_dry_run_of_a_query_that_makes_no_sense_takes_nothing(
        self, client: Client, now: None, tasks: dict[UUID, str]
    ) -> None:
        data = {"action": "cancel", "from": "tasks", "query": "q=stat:failed&window=all"}
        made = client.post("/absurd/bulk/new/", data)
        text = client.get(made["Location"], headers={"Accept": "application/json"}).json()
        assert text["progress"]["targets"] == 0
