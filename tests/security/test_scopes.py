"""For any tenants, patterns and headers, what a viewer gets is what the rules say, row by row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from absurd_dashboard.models import Membership, Scope, Tenant
from absurd_dashboard.tilde import encode
from tests.dashboard.engine import Engine
from tests.security.world import ALIASES, undone

pytestmark = pytest.mark.django_db(databases=ALIASES)

#: With every owner in each, they fill less than a page.
QUEUES = ["a", "ab", "A", "a*", "[ab]", "Ü 1"]
NOTHING: Any = object()
#: What the header ``tenant_id`` holds; ``NOTHING`` where there is no such header.
OWNERS = ["one", "ONE", "%", "it's", 7, ["one"], None, NOTHING]
PATTERNS = [*QUEUES, "*", "?", "a?", "Ü?1", "??", "", "z", "*b*", "%", "a**"]
HEADERS = ["", "", "one", "ONE", "%", "it's", "7", '["one"]', "null", "*"]
#: Pattern, instance and header of a tenant's scopes.
RULES = st.lists(
    st.tuples(
        st.sampled_from(PATTERNS),
        st.sampled_from(["", "absurd", "elsewhere"]),
        st.sampled_from(HEADERS),
    ),
    max_size=4,
    unique=True,
)


@dataclass(frozen=True)
class Row:
    """One task, and what belongs to it."""

    queue: str
    owner: Any
    task: UUID
    run: UUID
    event: str
    worker: str


@pytest.fixture(scope="module")
def rows(ground: Engine) -> list[Row]:
    """In every queue a task of every owner; each waited for an event, and was given it."""
    return [
        row(ground, queue, owner, str(number))
        for queue in map(ground.create, QUEUES)
        for number, owner in enumerate(OWNERS)
    ]


def row(engine: Engine, queue: str, owner: Any, number: str) -> Row:
    """A task whose own names nobody else uses."""
    headers = {} if owner is NOTHING else {"tenant_id": owner}
    task = engine.spawn(queue, f"task-{number}", headers=headers)
    event, worker = f"event-{number}", f"worker-{number}-{queue}"
    run = engine.claim(queue, worker)
    engine.wait(queue, task, run, event)
    engine.emit(queue, event)
    return Row(queue, owner, task, engine.claim(queue, worker), event, worker)


Rule = tuple[str, str, str]


def seen(rules: list[Rule], row: Row) -> bool:
    """Whether a tenant with these rules sees the row, by the words of the documentation."""
    return any(
        instance in ("", "absurd") and _matches(pattern, row.queue) and _owned(header, row.owner)
        for pattern, instance, header in rules
    )


def _matches(pattern: str, queue: str) -> bool:
    parts = {"*": ".*", "?": "."}
    return bool(
        re.fullmatch("".join(parts.get(c, re.escape(c)) for c in pattern), queue, re.DOTALL)
    )


def _owned(header: str, owner: Any) -> bool:
    if header == "":
        return True
    return owner is not NOTHING and owner is not None and _text(owner) == header


def _text(owner: Any) -> str:
    return owner if isinstance(owner, str) else json.dumps(owner)


@contextmanager
def viewer(rules: list[Rule]) -> Iterator[Client]:
    """A viewer in a tenant with these rules, for a block."""
    with undone():
        tenant = Tenant.objects.create(slug="any", name="Any")
        for pattern, instance, header in rules:
            Scope.objects.create(
                tenant=tenant, queue_pattern=pattern, instance=instance, header_tenant=header
            )
        user = User.objects.create_user("viewer")
        Membership.objects.create(tenant=tenant, user=user)
        client = Client()
        client.force_login(user)
        yield client


def strings(value: Any) -> set[str]:
    """Every string in a JSON value."""
    if isinstance(value, dict):
        return {text for item in value.values() for text in strings(item)}
    if isinstance(value, list):
        return {text for item in value for text in strings(item)}
    return {value} if isinstance(value, str) else set()


def listed(client: Client, page: str) -> set[str]:
    """Every string on a list."""
    answer = client.get(f"/absurd/t/any/{page}?format=json&window=all")
    assert answer.status_code == 200
    return strings(json.loads(answer.content))


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(RULES)
def test_every_list_shows_exactly_the_rows_that_the_rules_allow(
    rows: list[Row], rules: list[Rule]
) -> None:
    mine = [row for row in rows if seen(rules, row)]
    every = {text for row in rows for text in (str(row.task), row.worker)}
    with viewer(rules) as client:
        found = listed(client, "tasks/") | listed(client, "workers/")
        events = listed(client, "events/")
        queues = listed(client, "queues/")
    assert found & every == {text for row in mine for text in (str(row.task), row.worker)}
    assert events & {row.event for row in rows} == {row.event for row in mine}
    matched = {row.queue for row in rows if _queue_seen(rules, row.queue)}
    assert queues & set(QUEUES) == matched


def _queue_seen(rules: list[Rule], queue: str) -> bool:
    return any(
        instance != "elsewhere" and _matches(pattern, queue) for pattern, instance, _ in rules
    )


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(RULES, st.integers(0, len(QUEUES) * len(OWNERS) - 1))
def test_a_thing_has_a_page_if_and_only_if_the_rules_allow_it(
    rows: list[Row], rules: list[Rule], which: int
) -> None:
    row = rows[which]
    wanted = seen(rules, row)
    with viewer(rules) as client:
        for page, status in {
            f"tasks/{row.task}/": 200,
            f"tasks/{row.task}/params/": 200,
            f"runs/{row.run}/": 302,
            f"tasks/{row.task}/steps/{encode('$awaitEvent:' + row.event)}/": 200,
            f"events/{encode(row.queue)}/{encode(row.event)}/": 200,
        }.items():
            answer = client.get(f"/absurd/t/any/{page}")
            assert answer.status_code == (status if wanted else 404), page
