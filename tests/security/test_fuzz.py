"""No address, query string, form or body breaks a page or an action."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from absurd_dashboard.tilde import encode
from tests.security.endpoints import ENDPOINTS, OPEN, Kind, address, on_a_role_for
from tests.security.world import ALIASES, OURS, Actor, World

pytestmark = pytest.mark.django_db(databases=ALIASES)

#: Every key of every query string; a key that a page does not know is harmless there.
KEYS = ["action", "after", "attempts", "by", "first", "format", "id", "name", "newer", "older", "q",
        "queue", "result", "state", "status", "steps", "task", "user", "view", "window", "page",
        "page_size", "limit", "depth", "sort", "zoom"]  # fmt: skip
LONG = 10_000
NASTY = [
    "", " ", "0", "-1", "1", "99999", "999999999999999999999999999999", "1e400", "0x10", "٣", "²",
    "NaN", "Infinity", "-Infinity", "1.5", "null", "true", "[]", "{}", "%", "%00", "%s", "%(now)s",
    "{queue}", "{0.__class__}", "*", "**", "_", "\\", "'", '"', "`", ";", "--", "') or 1=1 --",
    "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "\u202e", "\ud7ff", "\uffff", "🙂", "é" * 600,
    "../../etc/passwd", "//evil.example", "https://evil.example", "javascript:alert(1)",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "{% debug %}",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0199", "all",
    "00010101T000000.000000_00_00", "99991231T235959.999999_ffffffff-ffff-ffff-ffff-ffffffffffff",
    "20260101T000000.000000_00_00", "20260101T000000.000000_61_6200", "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-14:00", "2026-01-01T00:00:00Z", "x" * LONG, "[" * LONG, "9" * LONG,
]  # fmt: skip
PAGES = [name for name, each in ENDPOINTS.items() if "GET" in each.methods]
#: Those that read a query string, one of each kind of reading.
LISTS = [name for name, each in ENDPOINTS.items() if each.kind is Kind.LIST]
READERS = [*LISTS, "task", "failure", "workflow", "bulk_operation", "spawn"]
FORMS: tuple[dict[str, str], ...] = ({}, {"Accept": "application/json"}, {"X-Absurd-Live": "x"})


def fine(client: Client, path: str, headers: dict[str, str]) -> None:
    """Ask, and see that the answer is one that the dashboard meant."""
    answer = client.get(path, headers=headers)
    text, said = answer.getvalue().decode(), (path[:300], answer.status_code)
    assert answer.status_code in {200, 204, 302, 400, 404}, said
    assert "INVALID TEMPLATE VARIABLE" not in text, said
    assert "evil.example" not in answer.headers.get("Location", "").partition("?")[0], said
    assert "Set-Cookie: a=b" not in str(answer.headers), said
    assert "<script>alert" not in text, said
    assert "<img src=x" not in text, said


def where(name: str, world: World) -> str:
    """An endpoint's address, ready for more of a query string."""
    path = address(name, None if ENDPOINTS[name].kind in OPEN else OURS, world.ours[0])
    return f"{path}{'&' if '?' in path else '?'}"


@pytest.mark.parametrize("name", READERS)
def test_no_value_of_any_key_breaks_a_page(world: World, name: str) -> None:
    """All keys have the same value at once, and every value has its turn."""
    client, start = world.clients[Actor.SUPERUSER], where(name, world)
    for number, value in enumerate(NASTY):
        query = urlencode(dict.fromkeys(KEYS, value))
        fine(client, start + query, FORMS[number % len(FORMS)])


@pytest.mark.parametrize("name", READERS)
def test_no_key_alone_breaks_a_page(world: World, name: str) -> None:
    """A key that makes no sense may hide what another one would do."""
    client, start = world.clients[Actor.SUPERUSER], where(name, world)
    turn = READERS.index(name)  # each key has either value on every other page
    for number, key in enumerate(KEYS):
        value = ("\x00", "9" * 30)[(turn + number) % 2]
        fine(client, start + urlencode({key: value}), {})


RAW = ["%", "%zz", "%ff%fe", "%c0%af", "a=%ed%a0%80", "a&b=;c", "=", "&&&", "name=a&name=b"]


@pytest.mark.parametrize("name", PAGES)
def test_no_malformed_query_string_breaks_a_page(world: World, name: str) -> None:
    client, start = world.clients[Actor.SUPERUSER], where(name, world)
    with on_a_role_for(name, world):
        for raw in RAW:
            fine(client, start + raw, {})


NAMES = [
    "\x00",
    "a\x00b",
    "\u202e",
    "🙂",
    "x" * 3_000,
    "'",
    "%s",
    "..",
    ".",
    "~",
    "+",
    "\\",
    "{queue}",
]
PLACES = ["queues/{}/", "events/{}/x/", "events/acme-orders/{}/", "events/acme-orders/{}/emit/",
          "tasks/{task}/steps/{}/", "queues/{}/maintenance/", "workflows/{}/"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_name_in_an_address_breaks_a_page(world: World, place: str) -> None:
    path = place.replace("{task}", str(world.ours[0].done))
    for name in NAMES:
        full = f"/absurd/t/{OURS}/{path.format(encode(name))}"
        fine(world.clients[Actor.SUPERUSER], full, {})


SEGMENTS = ["~", "~0", "~zz", "~c3", "~FF", "%00", "a%2Fb", "a%0d%0aSet-Cookie:%20a=b", "🙂"]


@pytest.mark.parametrize("place", PLACES)
def test_a_segment_that_nothing_encodes_to_is_not_there(world: World, place: str) -> None:
    path = place.replace("{task}", str(world.ours[0].done))
    for segment in SEGMENTS:
        full = f"/absurd/t/{OURS}/{path.format(quote(segment, safe='%~'))}"
        assert world.clients[Actor.SUPERUSER].get(full).status_code == 404, segment


TOKENS = ["", " ", "\x7f", "é", "x" * LONG, "<script>", "0" * 24]


@pytest.mark.parametrize("name", LISTS)
def test_no_version_of_a_live_region_breaks_a_page(world: World, name: str) -> None:
    for token in TOKENS:
        fine(world.clients[Actor.SUPERUSER], where(name, world), {"X-Absurd-Live": token})


POSTS: list[dict[str, Any]] = [
    {}, {"max_attempts": "9" * 30}, {"max_attempts": "-1"}, {"max_attempts": "1e5"},
    {"payload": "["}, {"payload": "[" * 100_000}, {"payload": "9" * 10_000}, {"payload": "NaN"},
    {"payload": '"\\u0000"'}, {"payload": '"\\ud800"'}, {"name": "\x00", "queue": "\x00"},
    {"queue": "x" * 100, "name": "y" * 10_000}, {"params": "1e400", "headers": "[]"},
    {"headers": '{"tenant_id": 1}'}, {"retry_strategy": '{"kind": "\\u0000"}'}, {"task": "\x00"},
    {"retry_strategy": '{"kind": "fixed", "base_seconds": 1e400}', "cancellation": "7"},
    {"action": "drop", "from": "tasks"}, {"action": "retry", "from": "tasks", "query": "\x00"},
    {"action": "retry", "attempts": "9" * 20, "task": "x"}, {"once": "x" * LONG}, {"note": "\x00"},
    {"mute": "for ever"}, {"check": "payload", "payload": "\x00"}, {"idempotency_key": "\x00"},
    {"cleanup_ttl": "9" * 40 + " d"}, {"cleanup_limit": "9" * 40}, {"storage_mode": "x"},
    {"partition_schedule": "* * * * *; drop table x"}, {"do": "\x00"}, {"open": "9" * 40},
]  # fmt: skip
ANSWERED = {200, 201, 204, 302, 400, 403, 404, 409, 503}
ACTIONS = [name for name, each in ENDPOINTS.items() if "POST" in each.methods]


@pytest.mark.parametrize("name", ACTIONS)
def test_no_form_breaks_an_action(world: World, name: str) -> None:
    client, path = world.clients[Actor.SUPERUSER], address(name, OURS, world.ours[0])
    for number, form in enumerate(POSTS):
        data = {**ENDPOINTS[name].data(world.ours[0]), **form}
        answer = client.post(path, data, headers=FORMS[number % 2])
        assert answer.status_code in ANSWERED, (form, answer.status_code)


BODIES = [b"", b"[", b"[]", b"null", b"\xff", b'{"max_attempts": {}}', b'{"payload": 1e400}',
          b'{"copy": [], "queue": 7, "name": {}, "task": [[]], "params": "x", "action": []}',
          b"[" * 100_000, b"1" * 5_000, b'{"a": "\\u0000", "name": "\\u0000"}']  # fmt: skip


@pytest.mark.parametrize("name", ACTIONS)
def test_no_json_body_breaks_an_action(world: World, name: str) -> None:
    client, path = world.clients[Actor.SUPERUSER], address(name, OURS, world.ours[0])
    for body in BODIES:
        answer = client.post(path, body, content_type="application/json", headers=FORMS[1])
        assert answer.status_code in ANSWERED, (body[:60], answer.status_code)
