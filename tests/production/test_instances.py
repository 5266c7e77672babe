"""Several engines in one dashboard: each has an address, and none suffers from another."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client, override_settings

from absurd_dashboard import instances, urls
from absurd_dashboard.models import AuditEntry, Membership, Role, Tenant
from tests.dashboard.engine import Engine

#: Both are the one test database: what differs is whose name an address has, and the alias.
EU, US = "absurd", "absurd_us"


def let_it_try(connection: Any) -> None:
    """Django's tests forbid connections that they do not know; this one may do as it likes."""

    def ensure_connection() -> None:
        if connection.connection is None:
            with connection.wrap_database_errors:
                connection.connect()

    connection.ensure_connection = ensure_connection


@pytest.fixture(autouse=True)
def two(engine: Engine) -> Iterator[Engine]:
    """``eu`` is the tests' engine; ``us`` is a server that nobody started."""
    down = {**connections[EU].settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    connections.databases[US] = down | {"OPTIONS": {"connect_timeout": 1}}
    let_it_try(connections[US])
    given: dict[str, Any] = {"DATABASE": EU, "INSTANCES": {"eu": EU, "us": US}}
    with override_settings(ABSURD_DASHBOARD=given):
        yield engine
    del connections.databases[US]
    if hasattr(connections._connections, US):
        delattr(connections._connections, US)  # type: ignore[attr-defined]  # Django's own way


def test_an_address_without_an_engine_offers_them_with_what_goes_on_there(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.spawn("a")

    shown = client.get("/absurd/tasks/").text

    assert '<a href="/absurd/i/eu/tasks/">eu</a>' in shown
    assert '<a href="/absurd/i/us/tasks/">us</a>' in shown
    assert re.search(r"eu</a></th>\s*<td[^>]*>1</td><td[^>]*>0</td>", shown)
    assert "The engine&#x27;s database cannot be reached" in shown


def test_one_that_is_down_says_so_and_the_other_works(client: Client, engine: Engine) -> None:
    task = engine.create("a") and engine.spawn("a")

    assert client.get("/absurd/i/us/tasks/").status_code == 503
    assert str(task) in client.get("/absurd/i/eu/tasks/").text


def test_every_link_of_a_page_stays_with_its_engine(client: Client, engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")

    shown = client.get(f"/absurd/i/eu/tasks/{task}/").text

    links = set(re.findall(r'(?:href|action)="(/absurd/[^"]*)"', shown))
    assert len(links) > 10
    assert {link for link in links if not link.startswith("/absurd/i/")} == set()


def test_the_header_leads_to_the_others(client: Client, engine: Engine) -> None:
    shown = client.get("/absurd/i/eu/queues/").text

    assert '<a href="/absurd/i/us/">us</a>' in shown


def test_an_engine_that_does_not_exist_is_not_there(client: Client) -> None:
    assert client.get("/absurd/i/mars/tasks/").status_code == 404


@override_settings(ROOT_URLCONF="tests.sites.bound_mounts.urls")
def test_a_mount_that_is_bound_to_an_engine_has_no_other(client: Client, engine: Engine) -> None:
    engine.create("a")

    shown = client.get("/eu/queues/").text

    links = re.findall(r'(?:href|action)="(/eu/[^"]*)"', shown)
    assert "/eu/queues/a/" in links
    assert [link for link in links if "/i/" in link or link.startswith("/us/")] == []
    assert client.get("/us/queues/").status_code == 503
    assert client.get("/eu/i/us/queues/").status_code == 404
    assert [client.get(f"/{at}/healthz?ready").status_code for at in ("eu", "us")] == [200, 503]


@override_settings(ABSURD_DASHBOARD={"DATABASE": EU})
def test_with_one_engine_no_address_has_a_name_of_one(client: Client) -> None:
    assert client.get("/absurd/tasks/").status_code == 200
    assert client.get("/absurd/i/eu/tasks/").status_code == 404


def test_an_action_is_recorded_with_its_engine_and_leads_back_there(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    task = engine.spawn("a")

    answer = client.post(f"/absurd/i/eu/tasks/{task}/cancel/")

    assert answer.headers["Location"] == f"/absurd/i/eu/tasks/{task}/"
    assert AuditEntry.objects.get().instance == EU


def test_a_scope_in_one_engine_shows_nothing_of_another(engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    tenant.scopes.create(queue_pattern="*", instance=US)
    user = User.objects.create_user("ada")
    Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
    client = Client()
    client.force_login(user)

    assert client.get(f"/absurd/t/acme/i/eu/tasks/{task}/").status_code == 404
    assert "/absurd/t/acme/i/us/" in client.get("/absurd/t/acme/").text


def test_every_page_exists_about_an_engine_too() -> None:
    pages = [str(each.pattern) for each in urls.pages]

    assert [str(each.pattern) for each in urls.pages_at] == pages


@pytest.mark.parametrize(("method", "alias"), [("GET", "copy"), ("HEAD", "copy"), ("POST", EU)])
def test_pages_read_the_replica_and_actions_the_primary(method: str, alias: str) -> None:
    connections.databases["copy"] = connections[EU].settings_dict
    connections["copy"].connection = connections[EU].connection
    try:
        with instances.reading(instances.Instance("eu", EU, "copy"), method) as opened:
            assert opened.database == alias
    finally:
        connections["copy"].connection = None
        del connections.databases["copy"]


def test_a_replica_that_is_down_is_left_out() -> None:
    with instances.reading(instances.Instance("eu", EU, US), "GET") as opened:
        assert opened.database == EU
