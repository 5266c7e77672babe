"""No queue can be made out of another one's tables, whatever the two are called."""

from __future__ import annotations

import pytest
from django.test import Client

from absurd_dashboard.models import AuditOutcome, Membership, Role, Scope, Tenant
from tests.dashboard.engine import Engine
from tests.security.world import Actor, user

pytestmark = pytest.mark.usefixtures("as_owner")  # who else could make a queue?

JSON = {"Accept": "application/json"}


@pytest.fixture
def neighbour(engine: Engine) -> Client:
    """An admin of a tenant that sees ``shop_*``, next to the partitioned queue ``shop``."""
    engine.create("shop", "partitioned")
    engine.call("select absurd.ensure_partitions('shop')")
    engine.spawn("shop", "secret")
    for slug, pattern in (("acme", "shop_*"), ("rival", "shop")):
        tenant = Tenant.objects.create(slug=slug, name=slug)
        Scope.objects.create(tenant=tenant, queue_pattern=pattern)
    admin = user(Actor.NOBODY)
    Membership.objects.create(
        tenant=Tenant.objects.get(slug="acme"), user=admin, role=Role.ADMIN
    )  # fmt: skip
    client = Client()
    client.force_login(admin)
    return client


def test_a_queue_named_like_another_ones_partition_is_not_made(
    neighbour: Client, engine: Engine
) -> None:
    tables = "select tablename from pg_tables where tablename like 't\\_shop\\_%%' order by 1"
    partitions = [table for (table,) in engine.call(tables)]
    assert partitions
    for table in partitions:
        answer = neighbour.post(
            "/absurd/t/acme/create-queue/", {"name": table.removeprefix("t_")}, headers=JSON
        )
        assert answer.status_code == 409
    assert engine.call("select queue_name from absurd.queues") == [("shop",)]
    assert set(AuditOutcome.objects.values_list("result", flat=True)) == {"nothing"}


def test_a_queue_whose_name_is_free_is_made(neighbour: Client, engine: Engine) -> None:
    answer = neighbour.post("/absurd/t/acme/create-queue/", {"name": "shop_eu"}, headers=JSON)
    assert answer.status_code == 200
    assert ("shop_eu",) in engine.call("select queue_name from absurd.queues")
