"""Every address × actor × object × form: who gets which answer, and nothing of another tenant's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest
from django.apps import apps
from django.contrib import admin
from django.http import HttpResponse

from tests.security.endpoints import ADMIN_MODELS, ENDPOINTS, Endpoint, Kind, address, patterns
from tests.security.world import ALIASES, CANARY, OURS, Actor, Things, World, undone

pytestmark = pytest.mark.django_db(databases=ALIASES)

MEMBERS = {Actor.VIEWER, Actor.OPERATOR, Actor.ADMIN}
OPERATORS = {Actor.OPERATOR, Actor.ADMIN, Actor.SUPERUSER}
OUTSIDE = {Actor.ANONYMOUS, Actor.DEACTIVATED}
OUTSIDERS = OUTSIDE | {Actor.NOBODY, Actor.STAFF, Actor.RIVAL}


@dataclass(frozen=True)
class Form:
    """How a request is made; ``terse`` where the client wants no page to follow."""

    method: str
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    terse: bool = False


LIVE = {"X-Absurd-Live": "stale"}
JSON = {"Accept": "application/json"}
FORMS = {
    "get": Form("GET"),
    "head": Form("HEAD"),
    "htmx": Form("GET", {"HX-Request": "true"}),
    "live": Form("GET", LIVE, terse=True),
    "json": Form("GET", JSON, terse=True),
    "json by query": Form("GET", query="?format=json", terse=True),
    "post": Form("POST"),
    "htmx post": Form("POST", {"HX-Request": "true"}),
    "live post": Form("POST", LIVE, terse=True),
    "json post": Form("POST", JSON, terse=True),
    "put": Form("PUT"),
    "patch": Form("PATCH"),
    "delete": Form("DELETE"),
    "options": Form("OPTIONS"),
    "trace": Form("TRACE"),
}
#: Enough where the door is shut whatever the form.
SHORT = ("get", "json", "post", "json post")
MOUNTS = {"without tenant": None, "in a tenant's name": OURS}
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def send(world: World, actor: Actor, endpoint: Endpoint, path: str, form: Form) -> HttpResponse:
    """One request; whatever it changes is taken back."""
    client = world.clients[actor]
    data = endpoint.data if form.method == "POST" else None
    if form.method == "POST":
        with undone():
            return client.post(path + form.query, data, headers=form.headers)
    return client.generic(form.method, path + form.query, headers=form.headers)


def said(response: HttpResponse, names: list[str] = ()) -> str:  # type: ignore[assignment]
    """The whole answer as text, headers too, without what differs between two equal requests."""
    lines = [f"{key}: {value}" for key, value in response.headers.items()]
    text = "\n".join([str(response.status_code), *lines, response.content.decode()])
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "…")
    return re.sub(r"Content-Length: \d+", "", _CSRF.sub("", text))


def expected(actor: Actor, endpoint: Endpoint, mount: str | None, form: Form) -> int:
    """The status for something that is in the sight of the tenant :data:`OURS`."""
    if form.method not in endpoint.methods:
        return 405
    if endpoint.kind is Kind.PUBLIC:
        return 200
    if actor in OUTSIDE:
        return 401 if form.terse else 302
    if actor is not Actor.SUPERUSER and mount is None:
        return _led(actor, form)
    if actor in OUTSIDERS:
        return 404
    return _inside(actor, endpoint, form)


def _led(actor: Actor, form: Form) -> int:
    """For members who came without a tenant: to theirs, where a page was asked for."""
    if actor in (Actor.NOBODY, Actor.STAFF) or form.terse or form.method == "POST":
        return 403
    return 302


def _inside(actor: Actor, endpoint: Endpoint, form: Form) -> int:
    if endpoint.kind is Kind.REDIRECT:
        return 302
    if endpoint.kind is not Kind.ACTION:
        return 200
    revealing = endpoint is ENDPOINTS["reveal"]
    if actor not in ({Actor.SUPERUSER} if revealing else OPERATORS):
        return 403
    return 200 if revealing or form.headers is JSON else 302


def arrives(actor: Actor, mount: str | None) -> bool:
    """Whether the actor gets past the door, so that it matters what is asked for."""
    return actor is Actor.SUPERUSER or (mount is not None and actor in MEMBERS)


def hidden(actor: Actor, endpoint: Endpoint, mount: str | None, form: Form, *, shared: bool) -> int:
    """The status for something that is out of sight of the tenant, or does not exist."""
    if not arrives(actor, mount):
        return expected(actor, endpoint, mount, form)
    # Everybody may wait for any event in a shared queue, so the name is no secret; the emit is.
    return 403 if shared and endpoint.names_event else 404


def cases() -> Iterator[object]:
    """Endpoint × mount × actor."""
    for name, (label, mount), actor in product(ENDPOINTS, MOUNTS.items(), Actor):
        if ENDPOINTS[name].kind is not Kind.PUBLIC or mount is None:
            yield pytest.param(name, mount, actor, id=f"{name}, {label}, {actor}")


def test_every_address_is_classified() -> None:
    names = {name for _, name in patterns()}
    assert names == set(ENDPOINTS), "add it to tests/security/endpoints.py"


def test_every_page_exists_in_a_tenants_name_too() -> None:
    routes = {route for route, _ in patterns()}
    inside = {route.removeprefix("t/<slug:tenant>/") for route in routes if route[:2] == "t/"}
    assert inside == {route for route in routes if route[:2] != "t/"} - {"healthz"}


def test_every_model_in_the_admin_is_classified() -> None:
    ours = set(apps.get_app_config("absurd_dashboard").get_models())
    registered = {model.__name__ for model in admin.site._registry if model in ours}
    assert registered == set(ADMIN_MODELS), "add it to tests/security/endpoints.py"


@pytest.mark.parametrize(("name", "mount", "actor"), list(cases()))
def test_what_is_in_sight_answers_as_the_table_says(
    world: World, name: str, mount: str | None, actor: Actor
) -> None:
    endpoint = ENDPOINTS[name]
    for things, (label, form) in product(world.ours, FORMS.items()):
        if form.method not in endpoint.methods and things is not world.ours[0]:
            continue  # the door is shut before anything is looked up
        path = address(name, mount, things)
        response = send(world, actor, endpoint, path, form)
        wanted = expected(actor, endpoint, mount, form)
        assert (label, path, response.status_code) == (label, path, wanted)
        if mount or actor not in (Actor.SUPERUSER, Actor.RIVAL):
            assert CANARY not in said(response, [actor.value]), (label, path)


@pytest.mark.parametrize(("name", "mount", "actor"), list(cases()))
def test_what_is_anothers_answers_as_what_does_not_exist(
    world: World, name: str, mount: str | None, actor: Actor
) -> None:
    endpoint = ENDPOINTS[name]
    if endpoint.kind in (Kind.PUBLIC, Kind.LIST) or (mount is None and actor is Actor.SUPERUSER):
        return
    pairs = list(zip(world.theirs, world.missing, (False, True), strict=True))
    labels = FORMS if arrives(actor, mount) else SHORT
    forms = {label: FORMS[label] for label in labels if FORMS[label].method in endpoint.methods}
    for (theirs, missing, shared), (label, form) in product(pairs, forms.items()):
        if shared and endpoint.whole_queue:
            continue
        wanted = hidden(actor, endpoint, mount, form, shared=shared)
        answers = []
        for things in (theirs, missing):
            path = address(name, mount, things)
            response = send(world, actor, endpoint, path, form)
            assert (label, path, response.status_code) == (label, path, wanted)
            answers.append(said(response, [path, *_named(endpoint, things)]))
        assert answers[0] == answers[1], label
        assert CANARY not in answers[0] or actor is Actor.RIVAL, label


def _named(endpoint: Endpoint, things: Things) -> list[str]:
    """What the address itself says."""
    return [str(value) for value in endpoint.arguments(things)]
