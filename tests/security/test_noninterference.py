"""Whatever another tenant does, nobody else's answers change: no count, no age, no existence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from django.conf import settings
from django.test import override_settings

from tests.dashboard.engine import START
from tests.security.endpoints import ENDPOINTS, OPEN, Kind
from tests.security.test_matrix import FORMS, Place, said, send
from tests.security.world import ALIASES, OURS, SHARED, THEIRS, Actor, World, spawn, things

pytestmark = pytest.mark.django_db(databases=ALIASES)

PAGES = [name for name, each in ENDPOINTS.items() if each.kind not in (*OPEN, Kind.ACTION)]


@pytest.fixture(autouse=True)
def _time_enough() -> Iterator[None]:
    """How far a search came within its budget is the machine's to say, and no tenant's."""
    given = {**settings.ABSURD_DASHBOARD, "SEARCH_BUDGET": timedelta(minutes=1)}
    with override_settings(ABSURD_DASHBOARD=given):
        yield


def answers(world: World, name: str) -> list[str]:
    """What members of our tenant get for everything of theirs, in every form."""
    forms = [FORMS["get"], FORMS["live"], FORMS["json"]]
    return [
        said(send(world, actor, name, Place(things, OURS), form))
        for actor, things, form in product((Actor.VIEWER, Actor.ADMIN), world.ours, forms)
    ]


def busy(world: World) -> None:
    """Let the other tenant do a lot, in its own queue and in the shared one, an hour ago.

    Then its workers claimed its own tasks, all leases have run out, and what is due is due longer.
    """
    world.engine.freeze(START - timedelta(hours=1))
    for number, queue in product(range(3), (world.theirs[0].queue, SHARED)):
        things(world.engine, queue, f"{THEIRS}-{number}")
        spawn(world.engine, queue, THEIRS, f"due-{number}")
    world.engine.freeze(START)


def test_somebody_who_sees_everything_sees_it(world: World) -> None:
    def overview() -> str:
        return world.clients[Actor.SUPERUSER].get("/absurd/").text

    before = overview()
    busy(world)
    assert overview() != before


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stays_as_it_is_whatever_another_tenant_does(world: World, name: str) -> None:
    before = answers(world, name)
    busy(world)
    assert answers(world, name) == before
