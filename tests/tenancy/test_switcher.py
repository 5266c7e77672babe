"""Whose name a page is in stands at its top, with the way to the others."""

from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Role, Tenant
from tests.dashboard.engine import Engine


def member(*tenants: str) -> Client:
    """A browser in which a member of these tenants is signed in."""
    user = User.objects.create_user("ada")
    for name in tenants:
        tenant = Tenant.objects.create(slug=name.lower(), name=name)
        Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
    client = Client()
    client.force_login(user)
    return client


def test_somebody_with_several_tenants_can_switch(engine: Engine) -> None:
    shown = member("Acme", "Bolt").get("/absurd/t/acme/tasks/").text

    assert '<a href="/absurd/t/acme/" aria-current="true">' in shown
    assert '<a href="/absurd/t/bolt/">' in shown


def test_somebody_with_one_reads_its_name(engine: Engine) -> None:
    shown = member("Acme").get("/absurd/t/acme/tasks/").text

    assert '<span class="abs-place"><bdi>' in shown
    assert "abs-menu-list" not in shown.partition('id="abs-place"')[2][:200]


def test_tenants_of_others_are_not_offered(engine: Engine) -> None:
    Tenant.objects.create(slug="rival", name="Rival")

    assert "rival" not in member("Acme", "Bolt").get("/absurd/t/acme/").text.lower()
