"""The gate: no action without a token, a permission and a record, or after its grant is gone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client

from absurd_dashboard.models import AuditEntry, AuditOutcome, Membership, Role
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.security.endpoints import ENDPOINTS, address
from tests.security.test_matrix import may
from tests.security.world import ALIASES, OURS, Actor, World, allow_reveal

pytestmark = pytest.mark.django_db(databases=ALIASES)

POSTED = [name for name, endpoint in ENDPOINTS.items() if "POST" in endpoint.methods]
JSON = {"Accept": "application/json"}
Result = AuditOutcome.Result


def post(world: World, actor: Actor, name: str, **fields: Any) -> HttpResponse:
    """An action on our things in our own queue, as a program asks for it."""
    things = world.ours[0]
    data = {**ENDPOINTS[name].data(things), **fields}
    return world.clients[actor].post(address(name, OURS, things), data, headers=JSON)


def recorded() -> list[tuple[str, str, str | None]]:
    """Who tried what, and how it ended; in the order of the attempts."""
    rows = AuditEntry.objects.order_by("pk").select_related("outcome")
    return [(row.username, row.action, getattr(_ending(row), "result", None)) for row in rows]


def _ending(entry: AuditEntry) -> AuditOutcome | None:
    return AuditOutcome.objects.filter(entry=entry).first()


@pytest.mark.parametrize("name", POSTED)
def test_a_post_from_another_site_does_nothing(world: World, name: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username=Actor.ADMIN))
    things = world.ours[0]
    answer = browser.post(address(name, OURS, things), ENDPOINTS[name].data(things), headers=JSON)
    assert answer.status_code == 403
    assert recorded() == []


def test_a_post_with_the_token_of_a_page_is_accepted(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username=Actor.OPERATOR))
    page = browser.get(address("task", OURS, world.ours[0]))
    token = {"X-CSRFToken": page.cookies["csrftoken"].value}
    path = address("retry", OURS, world.ours[0])
    assert browser.post(path, headers={**JSON, **token}).status_code == 200


def test_what_is_done_what_is_not_and_what_is_refused_are_on_record(world: World) -> None:
    post(world, Actor.OPERATOR, "retry")
    post(world, Actor.OPERATOR, "retry")
    post(world, Actor.VIEWER, "retry")
    assert recorded() == [
        (Actor.OPERATOR, "retry", Result.DONE),
        (Actor.OPERATOR, "retry", Result.NOTHING),
        (Actor.VIEWER, "retry", Result.REFUSED),
    ]


def test_a_record_says_who_where_what_and_from_where(world: World) -> None:
    post(world, Actor.OPERATOR, "cancel")
    entry, things = AuditEntry.objects.get(), world.ours[0]
    assert entry.user == User.objects.get(username=Actor.OPERATOR)
    assert (entry.tenant, entry.queue, entry.task_id) == (OURS, things.queue, things.waiting)
    assert (entry.instance, entry.address) == ("absurd", "127.0.0.1")


def test_a_record_is_never_changed(world: World) -> None:
    post(world, Actor.OPERATOR, "retry")
    for row in (AuditEntry.objects.get(), AuditOutcome.objects.get()):
        with pytest.raises(TypeError, match="never changed"):
            row.save()


def test_a_crash_after_the_engine_answered_leaves_an_attempt_without_outcome(world: World) -> None:
    def crash(**_: object) -> None:
        raise SystemError("the process ends here")

    pre_save.connect(crash, sender=AuditOutcome)
    try:
        with pytest.raises(SystemError):
            post(world, Actor.OPERATOR, "retry")
    finally:
        pre_save.disconnect(crash, sender=AuditOutcome)
    assert recorded() == [(Actor.OPERATOR, "retry", None)]
    state = world.engine.call(
        f'select state from absurd."t_{world.ours[0].queue}" where task_id = %s',
        world.ours[0].failed,
    )
    assert state == [("pending",)]


def test_what_was_emitted_is_recorded_without_what_is_hidden(
    world: World, redacting: Callable[..., None]
) -> None:
    redacting(Redaction(key="card"), Redaction(pattern="4111"))
    post(world, Actor.OPERATOR, "emit", payload='{"card": 5555, "note": "no 4111", "ok": 1.10}')
    kept = str(AuditEntry.objects.get().arguments)
    assert "1.10" in kept
    assert not any(secret in kept for secret in ("5555", "4111"))


def test_of_two_retries_one_is_done_and_one_is_a_conflict(world: World) -> None:
    answers = [post(world, actor, "retry") for actor in (Actor.OPERATOR, Actor.ADMIN)]
    assert [answer.status_code for answer in answers] == [200, 409]
    runs = f'select attempt from absurd."r_{world.ours[0].queue}" where task_id = %s'
    assert world.engine.call(f"{runs} order by 1", world.ours[0].failed) == [(1,), (2,)]


def _demote() -> None:
    Membership.objects.filter(user__username=Actor.OPERATOR).update(role=Role.VIEWER)


def _expel() -> None:
    Membership.objects.filter(user__username=Actor.OPERATOR).delete()


def _deactivate() -> None:
    User.objects.filter(username=Actor.OPERATOR).update(is_active=False)


def _garble() -> None:
    Membership.objects.filter(user__username=Actor.OPERATOR).update(role="emperor")


@pytest.mark.parametrize(
    ("change", "look", "act"),
    [(_demote, 200, 403), (_expel, 404, 404), (_deactivate, 401, 401), (_garble, 404, 404)],
)
def test_whoever_loses_a_grant_loses_it_at_the_next_request(
    world: World, change: Callable[[], None], look: int, act: int
) -> None:
    browser, page = world.clients[Actor.OPERATOR], address("task", OURS, world.ours[0])
    assert browser.get(page, headers=JSON).status_code == 200
    change()
    assert browser.get(page, headers=JSON).status_code == look
    assert post(world, Actor.OPERATOR, "retry").status_code == act


def test_a_superuser_no_more_sees_nothing_more(world: World) -> None:
    browser = world.clients[Actor.SUPERUSER]
    User.objects.filter(username=Actor.SUPERUSER).update(is_superuser=False)
    assert browser.get("/absurd/", headers=JSON).status_code == 403


@pytest.mark.parametrize("actor", [Actor.VIEWER, Actor.OPERATOR, Actor.ADMIN])
def test_a_page_offers_exactly_what_its_viewer_may_do(world: World, actor: Actor) -> None:
    things = world.ours[0]
    for page, offers in {
        things.failed: ["retry"], things.waiting: ["cancel"], things.done: ["run_again"]
    }.items():  # fmt: skip
        text = world.clients[actor].get(f"/absurd/t/{OURS}/tasks/{page}/").text
        for name in offers:
            where = address(name, OURS, things)
            needed = ENDPOINTS[name].needs
            assert needed is not None
            assert (where in text) == may(actor, needed), (name, where)


@pytest.fixture
def revealer(world: World, redacting: Callable[..., None]) -> Client:
    """A viewer of ours who may see what is redacted; keys that begin with ``key`` are."""
    redacting(Redaction(key="key*"))
    allow_reveal(User.objects.get(username=Actor.VIEWER))
    return world.clients[Actor.VIEWER]


def test_a_value_is_revealed_by_a_post_and_on_record(world: World, revealer: Client) -> None:
    things = world.ours[0]
    assert f"value-{OURS}" not in revealer.get(address("task", OURS, things)).text
    assert revealer.get(address("reveal", OURS, things)).status_code == 405
    assert f"value-{OURS}" in revealer.post(address("reveal", OURS, things)).text
    assert recorded() == [(Actor.VIEWER, "reveal", Result.DONE)]


def test_a_revealed_page_does_not_renew_itself(world: World, revealer: Client) -> None:
    page = revealer.post(address("reveal", OURS, world.ours[0])).text
    assert 'data-live-url=""' in page or "data-live-url" not in page


def test_each_look_is_on_record_although_the_form_is_the_same(
    world: World, revealer: Client
) -> None:
    for _ in range(2):
        revealer.post(address("reveal", OURS, world.ours[0]), {"once": "the same"})
    assert recorded() == [(Actor.VIEWER, "reveal", Result.DONE)] * 2


def test_the_same_form_reveals_nothing_once_the_permission_is_gone(
    world: World, revealer: Client
) -> None:
    path, form = address("reveal", OURS, world.ours[0]), {"once": "the same"}
    assert revealer.post(path, form).status_code == 200
    User.objects.get(username=Actor.VIEWER).user_permissions.clear()
    answer = revealer.post(path, form)
    assert answer.status_code == 403
    assert f"value-{OURS}" not in answer.text


def test_revealing_elsewhere_is_not_possible(world: World, revealer: Client) -> None:
    for things in (*world.theirs, *world.missing):
        assert revealer.post(address("reveal", OURS, things)).status_code == 404


@pytest.mark.parametrize(("actor", "name"), list(product([Actor.NOBODY, Actor.RIVAL], POSTED)))
def test_an_attempt_by_somebody_outside_leaves_the_engine_alone(
    world: World, actor: Actor, name: str
) -> None:
    before = everything(world.engine, world.ours[0].queue)
    post(world, actor, name)
    assert everything(world.engine, world.ours[0].queue) == before


def everything(engine: Engine, queue: str) -> list[tuple[Any, ...]]:
    """All rows of a queue that an action could change."""
    tables = (f'absurd."{prefix}_{queue}"' for prefix in "trcew")
    return [
        row for table in tables for row in engine.call(f"select x::text from {table} x order by 1")
    ]
