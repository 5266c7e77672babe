"""The search box: what it shows of a query, what it offers, and what it keeps to itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Role, Scope, Tenant
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.dashboard.test_lists import twin

SECRET = "4111222233334444"


def offered(client: Client, text: str) -> list[str]:
    """What the box completes a text to."""
    return [each["text"] for each in twin(client, "tasks/complete/", q=text)["completions"]]


def found(client: Client, query: str) -> int:
    """How many tasks a query finds."""
    return len(twin(client, "tasks/", q=query, window="all")["rows"]["rows"])


def test_the_box_says_what_links_and_fields_say(client: Client, engine: Engine) -> None:
    engine.create("a b")
    text = unescape(client.get("/absurd/tasks/?queue=a+b&state=failed&q=attempts:>2").text)
    assert 'value="queue:"a b" state:failed attempts:>2"' in text


def test_each_condition_has_a_chip_that_takes_it_away(client: Client, engine: Engine) -> None:
    text = unescape(client.get("/absurd/tasks/?q=-worker:x+attempts:>2&state=failed").text)
    assert 'href="?q=attempts%3A%3E2&state=failed" hx-get' in text
    assert 'aria-label="Remove the filter -worker"' in text


def test_a_tab_takes_the_place_of_the_states_in_the_query(client: Client, engine: Engine) -> None:
    text = unescape(client.get("/absurd/tasks/?q=state:failed,running+worker:x").text)
    assert 'href="?q=worker%3Ax&state=sleeping"' in text


def test_what_makes_no_sense_is_marked_with_a_link_to_what_may_be_meant(
    client: Client, engine: Engine
) -> None:
    text = unescape(client.get("/absurd/tasks/?q=worker:x+stat:failed&window=all").text)
    assert "<mark>stat:failed</mark>" in text
    assert 'href="?q=worker%3Ax+state%3Afailed&window=all"' in text
    assert "Nothing was searched" in text


def test_a_queue_that_is_not_there_is_said_to_be_missing(client: Client, engine: Engine) -> None:
    engine.create("here")
    text = client.get("/absurd/tasks/?q=queue:here,gone").text
    assert text.count("There is no queue") == 1
    assert ">gone</bdi>" in text


def test_the_box_completes_qualifiers_and_values_in_sight(client: Client, engine: Engine) -> None:
    engine.create("e mails")
    task = engine.spawn("e mails", "send-mail")
    run = engine.claim("e mails", "host-7")
    engine.checkpoint("e mails", task, run, "charge card", 1)
    engine.wait("e mails", task, run, "paid")
    engine.spawn("e mails", "never-claimed")
    engine.claim("e mails", "host-7")
    assert offered(client, "-sta") == ["-state:"]
    assert offered(client, "par") == ["params.", "params:"]
    assert "header.tenant_id:" in offered(client, "header.")
    assert offered(client, "sen") == ["name:send-mail"]
    assert offered(client, "attempts:>1 queue:e") == ['attempts:>1 queue:"e mails"']
    assert offered(client, 'queue:"e m') == ['queue:"e mails"']
    assert offered(client, "state:failed,run") == ["state:failed,running"]
    assert offered(client, "worker:h") == ["worker:host-7"]
    assert offered(client, "event:p") == ["event:paid"]
    assert offered(client, "has:check") == ['has:"checkpoint.charge card"']
    assert offered(client, "params.order:") == []


def test_nothing_is_completed_from_what_another_tenant_has(engine: Engine) -> None:
    for queue in ("ours", "theirs"):
        engine.create(queue)
        engine.spawn(queue, f"task-{queue}")
        engine.claim(queue, f"worker-{queue}")
    Scope.objects.create(
        tenant=(tenant := Tenant.objects.create(slug="us", name="Us")), queue_pattern="ours"
    )
    user = User.objects.create_user("viewer")
    Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
    client = Client()
    client.force_login(user)
    for begun, ours in [("queue:", "queue:ours"), ("name:t", "name:task-ours"),
                        ("worker:w", "worker:worker-ours")]:  # fmt: skip
        answer = client.get(
            f"/absurd/t/us/tasks/complete/?q={begun}", headers={"Accept": "application/json"}
        )
        assert [each["text"] for each in answer.json()["completions"]] == [ours]


HIDDEN = [
    "params:kept",
    "-header:y",
    "params.card:4111222233334444",
    "params.card.digits:4*",
    "-params.card:x",
    "header.Card:x",
    "params.deep.pin:1",
    "params.note:4111*",
    "params.note:4111222233334444",
    'params."4111222233334444":x',
    "error:4111",
]


def test_what_is_hidden_cannot_be_searched(
    client: Client, engine: Engine, redacting: Callable[..., None]
) -> None:
    engine.create("a")
    engine.failed("a", "pay", name="E", message=f"card {SECRET}")
    params = {"card": SECRET, "deep": {"pin": 1}, "note": SECRET, "kept": 1}
    engine.spawn("a", "pay", params, headers={"card": "x"})
    assert found(client, "params.card:4111*") == found(client, "error:4111") == 1
    redacting(Redaction(key="card"), Redaction(path="deep.pin"), Redaction(pattern=r"\d{16}"))
    for query in HIDDEN:
        text = client.get("/absurd/tasks/", {"q": query, "window": "all"}).text
        assert "hidden from you" in text, query
        assert found(client, query) == 0, query
    assert found(client, "params.kept:1") == 1


NASTY = [
    '"', "-", "-:", ":", "a:b:c", "params.:x", 'params."', "age:<999999w", "age:>0s", "age:<1ſ",
    "attempts:999999", "attempts:٣", "id:ffff", "name:%_\\", "*", "****", "-*", '""', "queue:*",
    "params." + ".".join("a" * 60) + ":x", "name:" + "x," * 19 + "x", "(" * 900, "params.-1:x",
    "header.\ud7ff:\uffff", "has:checkpoint.", "error:*a*a*a*a", "\u202e:\u202e",
]  # fmt: skip


@pytest.mark.parametrize("page", ["tasks/", "tasks/complete/"])
def test_no_query_breaks_a_page(client: Client, engine: Engine, page: str) -> None:
    engine.create("a")
    engine.failed("a", "x" * 2_000, message="a" * 2_000)
    for text in [*NASTY, " ".join(["worker:x"] * 20), " ".join(["-error:x"] * 21)]:
        assert client.get(f"/absurd/{page}", {"q": text}).status_code == 200, text


def test_a_number_that_begins_no_id_is_offered_to_be_looked_for_elsewhere(
    client: Client, engine: Engine
) -> None:
    text = unescape(client.get("/absurd/tasks/", {"q": "4711"}).text)
    assert 'href="?q=params%3A4711"' in text


def test_what_is_no_tasks_name_is_offered_to_be_looked_for_elsewhere(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.spawn("a", "ship", {"order": 'ord "7"'})
    text = unescape(client.get("/absurd/tasks/", {"q": '"ord \\"7\\"" state:pending'}).text)
    links = re.findall(r'href="(\?[^"]*)" hx-get="[^"]*">(in params|in errors|as an event)<', text)
    assert [label for _, label in links] == ["in params", "in errors", "as an event"]
    assert "Look for “<bdi" in text
    assert 'ord "7"</bdi>”' in text
    followed = client.get(f"/absurd/tasks/{links[0][0]}&format=json").json()
    assert [row["name"] for row in followed["rows"]["rows"]] == ["ship"]
    assert followed["filter"]["state"] == "pending"
    # Where there are rows, or nothing was searched, nothing is offered.
    for query in ("ship", "name:ship stat:x", "state:failed"):
        assert ">in params<" not in client.get("/absurd/tasks/", {"q": query}).text
