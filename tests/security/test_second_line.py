"""Two tenants again, with the dashboard on a role that row-level security binds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from absurd_dashboard import access
from absurd_dashboard.models import union
from absurd_dashboard.models.scope import QueueScope
from absurd_dashboard.policy import Action
from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look
from tests.dashboard.engine import Engine
from tests.security.endpoints import ENDPOINTS, OPEN
from tests.security.test_matrix import FORMS, Place, expected, said, send
from tests.security.test_noninterference import answers, busy
from tests.security.world import ALIASES, CANARY, OURS, Actor, World, build
from tests.tenancy.bound import be, rows

pytestmark = pytest.mark.django_db(databases=ALIASES)

READ = [
    name
    for name, each in ENDPOINTS.items()
    if "GET" in each.methods and each.kind not in OPEN and each.needs is not Action.QUEUES
]
DONE = ["retry", "cancel", "run_again", "emit", "spawn", "bulk_new"]


@pytest.fixture(scope="module")
def world(ground: Engine) -> World:
    """Two tenants and all actors; the dashboard's statements are executed by a bound role."""
    made = build(ground)
    if ground.dashboard is None:
        ground.dashboard = steps.Wanted("second_line", operator=True, rls=True)
        rows("revoke execute on all functions in schema absurd from public")
        steps.apply("absurd", steps.install(ground.dashboard, look("absurd", "second_line")))
        be("second_line")  # until the module's transaction is rolled back
    return made


@pytest.mark.parametrize("name", READ)
def test_pages_answer_as_they_do_without(world: World, name: str) -> None:
    for actor in (Actor.VIEWER, Actor.ADMIN):
        for things in world.ours:
            answer = send(world, actor, name, Place(things, OURS), FORMS["json"])
            assert answer.status_code == expected(actor, ENDPOINTS[name], OURS, FORMS["json"])


@pytest.mark.parametrize("name", DONE)
def test_actions_answer_as_they_do_without(world: World, name: str) -> None:
    wanted = expected(Actor.ADMIN, ENDPOINTS[name], OURS, FORMS["json post"])
    for things in world.ours:
        answer = send(world, Actor.ADMIN, name, Place(things, OURS), FORMS["json post"])
        assert answer.status_code == wanted


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every query reads whole tables, whatever its scope says; none was put together before."""
    remembered = (access._united, union._united)
    monkeypatch.setattr(QueueScope, "relation", lambda scope, prefix: scope._table(prefix))
    for each in remembered:
        each.cache_clear()
    yield
    for each in remembered:
        each.cache_clear()


@pytest.mark.usefixtures("forgetful")
def test_queries_that_forgot_their_scope_would_show_what_is_anothers(world: World) -> None:
    with world.engine.owning():
        assert CANARY in world.clients[Actor.VIEWER].get(f"/absurd/t/{OURS}/tasks/").text


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("name", READ)
def test_queries_that_forgot_their_scope_show_nothing_of_another_tenants(
    world: World, name: str
) -> None:
    for actor in (Actor.VIEWER, Actor.ADMIN):
        for things in (*world.ours, world.theirs[1]):
            answer = send(world, actor, name, Place(things, OURS), FORMS["get"])
            path = Place(things, OURS).path(name, FORMS["get"])
            assert CANARY not in said(answer, [path, things.emitted, things.awaited])


@pytest.mark.parametrize("name", ["overview", "queue", "tasks", "failures", "events", "workers"])
def test_a_page_stays_as_it_is_whatever_another_tenant_does(world: World, name: str) -> None:
    before = answers(world, name)
    busy(world)
    assert answers(world, name) == before
