"""The ready-made policies, as a host would use them: through the pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client, modify_settings, override_settings

from absurd_dashboard.models import AuditEntry, Membership, Role, Scope, Tenant
from absurd_dashboard.policies.permissions import ACTION_PERMISSIONS
from absurd_dashboard.policy import ROLE_ACTIONS, Action
from tests.dashboard.engine import Engine

DJANGO = "absurd_dashboard.policies.permissions.DjangoPermissionsPolicy"
GUARDIAN = "absurd_dashboard.policies.guardian.GuardianPolicy"


@pytest.fixture
def user(engine: Engine) -> User:
    """Somebody without any right."""
    return User.objects.create_user("ann")


@pytest.fixture
def browser(user: User) -> Client:
    """A browser in which they are signed in."""
    client = Client()
    client.force_login(user)
    return client


def permit(to: User | Group, *names: str) -> None:
    """Give permissions of the dashboard's."""
    found = Permission.objects.filter(content_type__app_label="absurd_dashboard")
    held: Any = to.user_permissions if isinstance(to, User) else to.permissions
    held.add(*(found.get(codename=name) for name in names))


class TestDjangoPermissions:
    """Only Django's permissions count."""

    @pytest.fixture(autouse=True)
    def _policy(self) -> Iterator[None]:
        with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "POLICY": DJANGO}):
            yield

    def test_every_action_takes_a_permission_that_exists(self, engine: Engine) -> None:
        assert set(ACTION_PERMISSIONS) == set(Action)
        names = {name.partition(".")[2] for name in ACTION_PERMISSIONS.values()}
        assert set(Permission.objects.values_list("codename", flat=True)) >= names

    def test_nobody_sees_anything_without_view_task(self, user: User, browser: Client) -> None:
        permit(user, "retry_task")
        assert browser.get("/absurd/").status_code == 403

    def test_view_task_shows_every_queue(self, engine: Engine, user: User, browser: Client) -> None:
        engine.create("anything")
        permit(user, "view_task")
        assert "anything" in browser.get("/absurd/").text

    def test_a_group_will_do(self, user: User, browser: Client) -> None:
        group = Group.objects.create(name="on call")
        permit(group, "view_task")
        user.groups.add(group)
        assert browser.get("/absurd/").status_code == 200

    def test_an_action_takes_its_own_permission(
        self, engine: Engine, user: User, browser: Client
    ) -> None:
        engine.create("a")
        task = engine.failed("a")
        permit(user, "view_task", "cancel_task")
        assert browser.post(f"/absurd/tasks/{task}/retry/").status_code == 403
        assert AuditEntry.objects.get().outcome.result == "refused"
        permit(user, "retry_task")
        assert browser.post(f"/absurd/tasks/{task}/retry/").status_code == 302

    def test_a_membership_grants_nothing(self, user: User, browser: Client) -> None:
        tenant = Tenant.objects.create(slug="acme", name="Acme")
        Membership.objects.create(tenant=tenant, user=user, role=Role.ADMIN)
        permit(user, "view_task")
        assert browser.get("/absurd/t/acme/").status_code == 404


class TestGuardian:
    """Permissions on each tenant count."""

    @pytest.fixture(autouse=True)
    def _guardian(self, engine: Engine) -> Iterator[None]:
        app = modify_settings(
            INSTALLED_APPS={"append": "guardian"},
            AUTHENTICATION_BACKENDS={"append": "guardian.backends.ObjectPermissionBackend"},
        )
        policy = override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "POLICY": GUARDIAN})
        with app, policy:
            call_command("migrate", "guardian", verbosity=0)  # undone with the test's transaction
            yield

    @pytest.fixture
    def acme(self, engine: Engine) -> Tenant:
        """A tenant that sees one queue."""
        engine.create("acme")
        engine.create("other")
        tenant = Tenant.objects.create(slug="acme", name="Acme")
        Scope.objects.create(tenant=tenant, queue_pattern="acme")
        Tenant.objects.create(slug="other", name="Other")
        return tenant

    @pytest.mark.parametrize(
        ("permission", "role"),
        [
            ("view_tenant", Role.VIEWER),
            ("operate_tenant", Role.OPERATOR),
            ("administer_tenant", Role.ADMIN),
        ],
    )
    def test_a_permission_on_a_tenant_makes_a_role_in_it(
        self, acme: Tenant, user: User, browser: Client, permission: str, role: Role
    ) -> None:
        self.assign(permission, user, acme)
        response = browser.get("/absurd/t/acme/")
        assert response.status_code == 200
        assert response.context["page"].queues == ("acme",)
        assert response.context["page"].may == ROLE_ACTIONS[role]

    def test_no_permission_on_a_tenant_is_no_tenant(
        self, acme: Tenant, user: User, browser: Client
    ) -> None:
        self.assign("view_tenant", user, acme)
        assert browser.get("/absurd/t/other/").status_code == 404
        assert browser.get("/absurd/t/missing/").status_code == 404

    def test_who_has_one_tenant_is_led_to_it(
        self, acme: Tenant, user: User, browser: Client
    ) -> None:
        self.assign("operate_tenant", user, acme)
        assert browser.get("/absurd/")["Location"] == "/absurd/t/acme/"

    def test_a_groups_permission_is_its_members(
        self, acme: Tenant, user: User, browser: Client
    ) -> None:
        group = Group.objects.create(name="acme's people")
        user.groups.add(group)
        self.assign("view_tenant", group, acme)
        assert browser.get("/absurd/t/acme/").status_code == 200

    def test_a_permission_on_all_tenants_grants_none(
        self, acme: Tenant, user: User, browser: Client
    ) -> None:
        permit(user, "view_tenant", "administer_tenant")
        assert browser.get("/absurd/t/acme/").status_code == 404

    def test_a_membership_grants_nothing(self, acme: Tenant, user: User, browser: Client) -> None:
        Membership.objects.create(tenant=acme, user=user, role=Role.ADMIN)
        assert browser.get("/absurd/t/acme/").status_code == 404

    def test_a_superuser_sees_everything(self, acme: Tenant, client: Client) -> None:
        assert client.get("/absurd/").context["page"].queues == ("acme", "other")
        assert client.get("/absurd/t/acme/").context["page"].queues == ("acme",)

    def assign(self, permission: str, to: User | Group, tenant: Tenant) -> None:
        """Give a permission on a tenant."""
        from guardian.shortcuts import assign_perm  # its models need the app

        assign_perm(f"absurd_dashboard.{permission}", to, tenant)
