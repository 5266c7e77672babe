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

from absurd_dashboard.policy import ROLE_ACTIONS, Action
from tests.security.endpoints import (
    ADMIN_MODELS,
    ENDPOINTS,
    OPEN,
    Endpoint,
    Kind,
    address,
    on_a_role_for,
    patterns,
)
from tests.security.world import (
    ALIASES,
    CANARY,
    OURS,
    ROLES,
    SHARED,
    Actor,
    Things,
    World,
    undone,
)

pytestmark = pytest.mark.django_db(databases=ALIASES)

MEMBERS = {Actor.VIEWER, Actor.OPERATOR, Actor.ADMIN}
OUTSIDE = {Actor.ANONYMOUS, Actor.DEACTIVATED}
OUTSIDERS = OUTSIDE | {Actor.NOBODY, Actor.STAFF, Actor.RIVAL}


@dataclass(frozen=True)
class Form:
    """How a request is made; ``terse`` where the client wants no page to follow."""

    method: str
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    terse: bool = False


@dataclass(frozen=True)
class Place:
    """Some things, in a tenant's name or in none."""

    things: Things
    mount: str | None

    def path(self, name: str, form: Form) -> str:
        """An endpoint's address for them, as the form asks for it."""
        path = address(name, self.mount, self.things)
        return path + (form.query.replace("?", "&") if "?" in path else form.query)


LIVE = {"X-Absurd-Live": "stale"}
JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}
FORMS = {
    "get": Form("GET"),
    "head": Form("HEAD"),
    "htmx": Form("GET", HTMX),
    "live": Form("GET", LIVE, terse=True),
    "json": Form("GET", JSON, terse=True),
    "json by query": Form("GET", query="?format=json", terse=True),
    "post": Form("POST"),
    "htmx post": Form("POST", HTMX),
    "live post": Form("POST", LIVE, terse=True),
    "json post": Form("POST", JSON, terse=True),
    "put": Form("PUT"),
    "patch": Form("PATCH"),
    "delete": Form("DELETE"),
    "options": Form("OPTIONS"),
    "trace": Form("TRACE"),
}
#: Enough where the door is shut whatever the form.
SHORT = ("get", "live", "post", "json post", "put")
#: Those that read differently or act differently: enough for the second of two alike things.
TELLING = (*SHORT, "head", "json", "htmx post")
MOUNTS = {"without tenant": None, "in a tenant's name": OURS}
#: Tokens, and the ids of bulk operations that a request has just made.
_PASSING = re.compile(
    r'(name="(csrfmiddlewaretoken|once)" value="[\w-]+")|(Content-Length: \d+)'
    r"|((?<=/bulk/)|(?<=\"id\": \"))[0-9a-f-]{36}"
    r'|((?<=X-Absurd-Token: )|(?<=data-live-token="))\d+'  # when it was read
)

#: The way to other tenants, at the top of a page.
_SWITCHER = re.compile(r'<details class="abs-menu" id="abs-place">.*?</details>', re.DOTALL)


def send(world: World, actor: Actor, name: str, where: Place, form: Form) -> HttpResponse:
    """One request; whatever it changes is taken back."""
    client, path = world.clients[actor], where.path(name, form)
    client.cookies.pop("messages", None)  # what an action before said
    with on_a_role_for(name, world):
        if form.method == "POST":
            with undone():
                return client.post(path, ENDPOINTS[name].data(where.things), headers=form.headers)
        return client.generic(form.method, path, headers=form.headers)


def said(response: HttpResponse, names: list[str] = ()) -> str:  # type: ignore[assignment]
    """The whole answer as text, headers too, without what differs between two equal requests."""
    lines = [f"{key}: {value}" for key, value in response.headers.items()]
    text = "\n".join([str(response.status_code), *lines, response.getvalue().decode()])
    if names:  # the token of a page is made of them too
        text = re.sub(r"X-Absurd-Token: \S+", "", text)
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "…")
    return _PASSING.sub("", text)


def expected(actor: Actor, endpoint: Endpoint, mount: str | None, form: Form) -> int:
    """The status for something that is in the sight of the tenant :data:`OURS`."""
    if form.method not in endpoint.methods:
        return 405
    if endpoint.kind in OPEN:
        return 200 if endpoint.kind is Kind.PUBLIC else 404
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
    if endpoint.needs and not may(actor, endpoint.needs):
        return 403
    if form.method != "POST":
        return 302 if endpoint.kind is Kind.REDIRECT else 200
    if form.headers is JSON:
        return endpoint.done.json
    return endpoint.done.htmx if form.headers is HTMX else endpoint.done.html


def may(actor: Actor, needed: Action) -> bool:
    """Whether the actor may do it in the tenant :data:`OURS`."""
    if actor is Actor.SUPERUSER:
        return True
    return actor in ROLES and needed in ROLE_ACTIONS[ROLES[actor][1]]


def arrives(actor: Actor, mount: str | None) -> bool:
    """Whether the actor gets past the door, so that it matters what is asked for."""
    return actor is Actor.SUPERUSER or (mount is not None and actor in MEMBERS)


def hidden(actor: Actor, endpoint: Endpoint, mount: str | None, form: Form, *, shared: bool) -> int:
    """The status for something that is out of sight of the tenant, or does not exist."""
    seen = expected(actor, endpoint, mount, form)
    if not arrives(actor, mount) or endpoint.selects:
        return seen
    if shared and endpoint.names_event:
        # Everybody may wait for any event in a shared queue: its name is no secret, to emit it is.
        return seen if form.method != "POST" else 403
    return 404


def asked(actor: Actor, mount: str | None, *, again: bool = False) -> dict[str, Form]:
    """The forms to try: all where they matter, some where the door is shut whatever they are.

    Args:
        actor: who asks.
        mount: in whose name.
        again: about another thing of the same kind, where all were tried with the first.
    """
    if arrives(actor, mount) and not again:
        return FORMS
    return {label: FORMS[label] for label in (TELLING if arrives(actor, mount) else SHORT)}


def cases(*, hiding: bool = False) -> Iterator[object]:
    """Endpoint × mount × actor; for ``hiding`` those from whom something could be hidden."""
    for name, (label, mount), actor in product(ENDPOINTS, MOUNTS.items(), Actor):
        kind, all_seen = ENDPOINTS[name].kind, mount is None and actor is Actor.SUPERUSER
        if kind in OPEN and (mount or hiding):
            continue
        if not (hiding and (kind is Kind.LIST or all_seen)):
            yield pytest.param(name, mount, actor, id=f"{name}, {label}, {actor}")


def test_every_address_is_classified() -> None:
    names = {name for _, name in patterns()}
    assert names == set(ENDPOINTS), "add it to tests/security/endpoints.py"


def test_every_page_exists_in_a_tenants_name_too() -> None:
    routes = {route for route, _ in patterns()}
    inside = {route.removeprefix("t/<slug:tenant>/") for route in routes if route[:2] == "t/"}
    assert inside == {route for route in routes if route[:2] != "t/"} - {"healthz", "metrics"}


def test_every_model_in_the_admin_is_classified() -> None:
    ours = set(apps.get_app_config("absurd_dashboard").get_models())
    registered = {model.__name__ for model in admin.site._registry if model in ours}
    assert registered == set(ADMIN_MODELS), "add it to tests/security/endpoints.py"


@pytest.mark.parametrize(("name", "mount", "actor"), list(cases()))
def test_what_is_in_sight_answers_as_the_table_says(
    world: World, name: str, mount: str | None, actor: Actor
) -> None:
    endpoint = ENDPOINTS[name]
    inside = arrives(actor, mount) and endpoint.kind is not Kind.LIST
    tries = [
        (things, label, form)
        for things in (world.ours if inside else world.ours[:1])
        for label, form in asked(actor, mount, again=things is not world.ours[0]).items()
    ]
    for things, label, form in tries:
        if form.method not in endpoint.methods and things is not world.ours[0]:
            continue  # the door is shut before anything is looked up
        place = Place(things, mount)
        path, response = place.path(name, form), send(world, actor, name, place, form)
        wanted = expected(actor, endpoint, mount, form)
        if endpoint.wholly and mount and things.queue == SHARED and arrives(actor, mount):
            wanted = 405 if wanted == 405 else 403
        assert (label, path, response.status_code) == (label, path, wanted)
        if mount or actor not in (Actor.SUPERUSER, Actor.RIVAL):
            shown = said(response, [actor.value])
            if actor is Actor.SUPERUSER:  # who may go to every tenant is offered every tenant
                shown = _SWITCHER.sub("", shown)
            assert CANARY not in shown, (label, path)


@pytest.mark.parametrize(("name", "mount", "actor"), list(cases(hiding=True)))
def test_what_is_anothers_answers_as_what_does_not_exist(
    world: World, name: str, mount: str | None, actor: Actor
) -> None:
    endpoint = ENDPOINTS[name]
    pairs = list(zip(world.theirs, world.missing, (False, True), strict=True))
    tries = [
        (*pair, label, form)
        for pair in pairs
        for label, form in asked(actor, mount, again=not pair[2]).items()
    ]
    for theirs, missing, shared, label, form in tries:
        if form.method not in endpoint.methods or (shared and endpoint.whole_queue):
            continue
        wanted = hidden(actor, endpoint, mount, form, shared=shared)
        answers = []
        for things in (theirs, missing):
            place = Place(things, mount)
            path, response = place.path(name, form), send(world, actor, name, place, form)
            assert (label, path, response.status_code) == (label, path, wanted)
            answers.append(said(response, [path, *_named(endpoint, things)]))
        assert answers[0] == answers[1], label
        shown = _SWITCHER.sub("", answers[0]) if actor is Actor.SUPERUSER else answers[0]
        assert CANARY not in shown or actor is Actor.RIVAL, label


def _named(endpoint: Endpoint, things: Things) -> list[str]:
    """What the address itself says."""
    given = [*endpoint.arguments(things), *endpoint.query(things).values()]
    return [str(value) for value in given]
