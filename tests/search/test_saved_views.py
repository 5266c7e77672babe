"""Saved views: what they keep, who sees them, and what others are told."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import AuditEntry, Membership, Role, SavedView, Scope, Tenant
from tests.dashboard.engine import Engine
from tests.dashboard.test_lists import twin

JSON = {"Accept": "application/json"}


@pytest.fixture
def tenant(engine: Engine) -> Tenant:
    """A tenant that sees everything."""
    made = Tenant.objects.create(slug="us", name="Us")
    Scope.objects.create(tenant=made, queue_pattern="*")
    return made


def member(tenant: Tenant, name: str, role: Role = Role.OPERATOR) -> Client:
    """A browser in which a member of a tenant is signed in."""
    user = User.objects.create_user(name)
    Membership.objects.create(tenant=tenant, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def save(client: Client, tenant: Tenant, **fields: str) -> SavedView:
    """Save a view and return it."""
    data = {"name": "mine", "query": "state=failed", "pinned": "1", **fields}
    assert client.post(f"/absurd/t/{tenant.slug}/views/new/", data).status_code == 302
    return SavedView.objects.get(name=data["name"])


def seen(client: Client, tenant: Tenant, page: str = "") -> list[Any]:
    """The views that somebody sees."""
    answer = client.get(f"/absurd/t/{tenant.slug}/views/{page}", headers=JSON)
    found: list[Any] = json.loads(answer.content)["views"]
    return found


def test_a_view_keeps_search_window_and_columns_and_leads_to_them(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    engine.spawn("a", "work")
    query = "q=attempts:<3&state=pending&window=30d&columns=state&columns=task_id&older=" + "0" * 32
    client.post("/absurd/views/new/", {"name": "new ones", "query": query})
    (view,) = SavedView.objects.all()
    answer = client.get(f"/absurd/views/{view.pk}/", follow=True)
    shown = answer.text
    assert 'value="state:pending attempts:&lt;3"' in shown
    assert [
        head for head in ("State", "Id", "Attempt", "Duration") if f">{head}</th>" in shown
    ] == [
        "State",
        "Id",
    ]
    assert "older" not in view.query


def test_a_private_view_is_its_owners_alone(tenant: Tenant) -> None:
    ann, ben = member(tenant, "ann"), member(tenant, "ben", Role.ADMIN)
    view = save(ann, tenant)
    assert [each["id"] for each in seen(ann, tenant)] == [str(view.pk)]
    assert seen(ben, tenant) == []
    for page in ("", "edit/", "delete/"):
        assert ben.get(f"/absurd/t/us/views/{view.pk}/{page}").status_code == 404
    assert AuditEntry.objects.count() == 0


def test_a_shared_view_is_seen_in_its_tenant_and_nowhere_else(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="them", name="Them")
    ann = member(tenant, "ann")
    view = save(ann, tenant, shared="1")
    assert [each["owner"] for each in seen(member(tenant, "vic", Role.VIEWER), tenant)] == ["ann"]
    ben = member(other, "ben", Role.ADMIN)
    Membership.objects.create(tenant=other, user=User.objects.get(username="ann"))
    assert seen(ben, other) == seen(ann, other) == []
    assert ben.get(f"/absurd/t/them/views/{view.pk}/").status_code == 404


def test_sharing_takes_a_permission_and_goes_on_record(tenant: Tenant) -> None:
    vic = member(tenant, "vic", Role.VIEWER)
    data = {"name": "for all", "query": "", "shared": "1"}
    assert vic.post("/absurd/t/us/views/new/", data).status_code == 403
    assert not SavedView.objects.exists()
    view = save(member(tenant, "ann"), tenant, name="for all", shared="1")
    ben = member(tenant, "ben")
    ben.post(
        f"/absurd/t/us/views/{view.pk}/edit/",
        {"name": "renamed", "query": "state=failed", "shared": "1"},
    )
    ben.post(f"/absurd/t/us/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()
    record = AuditEntry.objects.order_by("id").values_list("username", "action", "outcome__result")
    assert list(record) == [
        ("vic", "view_share", "refused"),
        ("ann", "view_share", "done"),
        ("ben", "view_change", "done"),
        ("ben", "view_delete", "done"),
    ]


def test_nothing_is_deleted_before_somebody_confirms(tenant: Tenant) -> None:
    ann = member(tenant, "ann")
    view = save(ann, tenant)
    assert "Tasks are not touched" in ann.get(f"/absurd/t/us/views/{view.pk}/delete/").text
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_view_without_a_name_is_not_saved(client: Client, engine: Engine) -> None:
    answer = client.post("/absurd/views/new/", {"name": "\x00 ", "query": "state=failed"})
    assert (answer.status_code, SavedView.objects.count()) == (400, 0)
    assert 'value="state=failed"' in answer.text


def test_the_sidebar_counts_what_pinned_views_show(client: Client, engine: Engine) -> None:
    engine.create("a")
    for name in ("one", "two", "two"):
        engine.spawn("a", name)
    for name, query in [
        ("twos", "name=two"),
        ("broken", "q=stat:x"),
        ("one", "q=" + str(engine.spawn("a"))),
    ]:
        client.post("/absurd/views/new/", {"name": name, "query": query, "pinned": "1"})
    client.post("/absurd/views/new/", {"name": "not pinned", "query": ""})
    counts = {
        each["name"]: each["count"]["value"] for each in twin(client, "views/pinned/")["views"]
    }
    assert counts == {"twos": 2, "broken": 0, "one": 1}
    assert 'hx-get="/absurd/views/pinned/"' in client.get("/absurd/").text


def test_a_view_of_a_queue_that_is_gone_says_so(client: Client, engine: Engine) -> None:
    engine.create("doomed")
    client.post("/absurd/views/new/", {"name": "v", "query": "queue=doomed", "pinned": "1"})
    assert "There is no queue" not in client.get("/absurd/views/").text
    engine.drop("doomed")
    assert "There is no queue" in client.get("/absurd/views/").text
    (view,) = twin(client, "views/")["views"]
    assert view["missing"] == ["doomed"]
    assert "There is no queue" in client.get(f"/absurd/views/{UUID(view['id'])}/", follow=True).text
