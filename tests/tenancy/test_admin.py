"""Django's admin: a tenant's admin sees that tenant, others nothing, and engine rows only read."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

import absurd_dashboard.admin
from absurd_dashboard.adminsite.paging import CAP
from absurd_dashboard.models import (
    AuditEntry,
    AuditOutcome,
    Membership,
    Role,
    Scope,
    Tenant,
)
from absurd_dashboard.models.union import EngineModel
from absurd_dashboard.redaction import Redaction
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.tenancy.bound import bound

LISTS = ["tenant", "membership", "auditentry", "task"]
#: Stands in everything of the other tenant's.
CANARY = "canary"
SignIn = Callable[..., Client]


@dataclass
class World:
    """Two tenants, one queue each and one that they share, a member and a record each."""

    ours: Tenant
    theirs: Tenant
    our_task: UUID
    their_task: UUID

    def member(self, tenant: Tenant) -> Membership:
        """The member that each tenant has from the beginning."""
        return tenant.memberships.earliest("pk")


@pytest.fixture
def world(engine: Engine) -> World:
    """Made in the engine and in the dashboard's own tables."""
    made = {}
    for queue in ("ours", CANARY, "shared"):
        engine.create(queue)
    for slug in ("ours", CANARY):
        tenant = Tenant.objects.create(slug=slug, name=f"Tenant {slug}")
        Scope.objects.create(tenant=tenant, queue_pattern=slug)
        Scope.objects.create(tenant=tenant, queue_pattern="shared", header_tenant=slug)
        user = User.objects.create_user(f"member-{slug}")
        Membership.objects.create(tenant=tenant, user=user, role=Role.VIEWER)
        entry = AuditEntry.objects.create(
            username=f"actor-{slug}", tenant=slug, action="retry", queue=slug
        )
        AuditOutcome.objects.create(entry=entry, result="done", detail=f"retried {slug}")
        made[slug] = (tenant, engine.spawn(slug, f"task-{slug}", {"of": slug}))
        engine.spawn("shared", f"shared-{slug}", headers={"tenant_id": slug})
    return World(made["ours"][0], made[CANARY][0], made["ours"][1], made[CANARY][1])


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """Sign somebody in who has a role in the tenant ``ours``."""

    def signed_in(role: Role | None = Role.ADMIN, *, staff: bool = True) -> Client:
        user = User.objects.create_user(f"{role}-{staff}", is_staff=staff)
        if role is not None:
            Membership.objects.create(tenant=world.ours, user=user, role=role)
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def address(model: str, *rest: object) -> str:
    """An address in the admin."""
    return "/".join(["/admin/absurd_dashboard", model, *map(str, rest), ""])


class TestWho:
    """Who is in charge of what."""

    @pytest.mark.parametrize("model", LISTS)
    @pytest.mark.parametrize("role", [None, Role.VIEWER, Role.OPERATOR])
    def test_staff_without_a_tenant_to_administer_see_nothing(
        self, sign_in: SignIn, model: str, role: Role | None
    ) -> None:
        client = sign_in(role)
        assert client.get(address(model)).status_code == 403
        assert "absurd_dashboard" not in client.get("/admin/").text

    @pytest.mark.parametrize("model", LISTS)
    def test_django_s_own_permissions_grant_nothing(self, sign_in: SignIn, model: str) -> None:
        client = sign_in(Role.OPERATOR)
        user = User.objects.get(username="operator-True")
        user.user_permissions.set(Permission.objects.all())
        assert client.get(address(model)).status_code == 403

    @pytest.mark.parametrize("model", LISTS)
    def test_a_tenant_s_admin_who_is_no_staff_is_asked_to_sign_in(
        self, sign_in: SignIn, model: str
    ) -> None:
        assert sign_in(staff=False).get(address(model)).status_code == 302

    @pytest.mark.parametrize("model", LISTS)
    def test_a_tenant_s_admin_sees_their_tenant_and_no_byte_of_another(
        self, sign_in: SignIn, model: str
    ) -> None:
        response = sign_in().get(address(model))
        assert response.status_code == 200
        assert "ours" in response.text
        assert CANARY not in response.text

    @pytest.mark.parametrize("model", LISTS)
    def test_a_superuser_sees_everything(self, world: World, client: Client, model: str) -> None:
        text = client.get(address(model)).text
        assert "ours" in text
        assert CANARY in text

    def test_what_is_another_tenant_s_is_missing(self, world: World, sign_in: SignIn) -> None:
        client = sign_in()
        others = {
            "tenant": world.theirs.pk,
            "membership": world.member(world.theirs).pk,
            "auditentry": AuditEntry.objects.get(tenant=CANARY).pk,
            "task": world.their_task,
        }
        for model, key in others.items():
            for view in ("change", "history", "delete"):
                response = client.get(address(model, key, view), follow=True)
                assert CANARY not in response.text.replace(str(key), ""), (model, view)
                assert response.redirect_chain or response.status_code in {403, 404}

    def test_no_address_answers_somebody_without_a_charge(
        self, world: World, sign_in: SignIn
    ) -> None:
        client, keys = sign_in(Role.OPERATOR), {"task": world.our_task, "tenant": world.ours.pk}
        for model, key in keys.items():
            for view in ("change", "history", "delete"):
                response = client.get(address(model, key, view))
                assert "task-ours" not in response.text
                assert response.status_code in {302, 403}


class TestTenants:
    """What a tenant's admin may do there."""

    def form(self, world: World, *members: dict[str, object], **changes: object) -> dict[str, str]:
        """The form of a tenant's page."""
        data: dict[str, object] = {
            "name": "renamed", "slug": "renamed",
            "scopes-TOTAL_FORMS": 1, "scopes-INITIAL_FORMS": 0,
            "scopes-0-queue_pattern": "*", "scopes-0-tenant": world.ours.pk,
            "memberships-TOTAL_FORMS": len(members),
            "memberships-INITIAL_FORMS": sum("id" in member for member in members),
        }  # fmt: skip
        for number, member in enumerate(members):
            given = {"tenant": world.ours.pk, **member}
            data |= {f"memberships-{number}-{key}": value for key, value in given.items()}
        return {key: str(value) for key, value in {**data, **changes}.items()}

    def test_they_add_a_member_by_name(self, world: World, sign_in: SignIn) -> None:
        User.objects.create_user("new")
        member = {"username": "new", "role": "operator"}
        response = sign_in().post(
            address("tenant", world.ours.pk, "change"), self.form(world, member)
        )
        assert response.status_code == 302
        assert world.ours.memberships.get(user__username="new").role == "operator"

    def test_they_cannot_rename_the_tenant_or_widen_what_it_sees(
        self, world: World, sign_in: SignIn
    ) -> None:
        User.objects.create_user("new")
        before = set(world.ours.scopes.values_list("queue_pattern", "header_tenant"))
        sign_in().post(
            address("tenant", world.ours.pk, "change"),
            self.form(world, {"username": "new", "role": "viewer"}),
        )
        world.ours.refresh_from_db()
        assert (world.ours.slug, world.ours.name) == ("ours", "Tenant ours")
        assert set(world.ours.scopes.values_list("queue_pattern", "header_tenant")) == before

    def test_they_change_and_remove_members(self, world: World, sign_in: SignIn) -> None:
        member = world.member(world.ours)
        client, page = sign_in(), address("tenant", world.ours.pk, "change")
        changed = {"id": member.pk, "username": "member-ours", "role": "admin"}
        client.post(page, self.form(world, changed))
        member.refresh_from_db()
        assert member.role == "admin"
        client.post(page, self.form(world, {**changed, "DELETE": "on"}))
        assert not Membership.objects.filter(pk=member.pk).exists()

    def test_a_member_cannot_become_somebody_else(self, world: World, sign_in: SignIn) -> None:
        member = world.member(world.ours)
        changed = {"id": member.pk, "username": f"member-{CANARY}", "role": "admin"}
        sign_in().post(address("tenant", world.ours.pk, "change"), self.form(world, changed))
        member.refresh_from_db()
        assert member.user.username == "member-ours"

    def test_another_tenant_s_member_cannot_be_reached_through_the_form(
        self, world: World, sign_in: SignIn
    ) -> None:
        theirs = world.member(world.theirs)
        client = sign_in()
        for extra in ({}, {"DELETE": "on"}):
            member = {"id": theirs.pk, "username": "x", "role": "admin", **extra}
            client.post(address("tenant", world.ours.pk, "change"), self.form(world, member))
        theirs.refresh_from_db()
        assert (theirs.role, theirs.tenant) == ("viewer", world.theirs)

    @pytest.mark.parametrize(
        ("username", "problem"),
        [
            ("nobody", "There is no user with this name."),
            ("member-ours", "They are a member already."),
        ],
    )
    def test_a_member_that_cannot_be_is_explained(
        self, world: World, sign_in: SignIn, username: str, problem: str
    ) -> None:
        response = sign_in().post(
            address("tenant", world.ours.pk, "change"),
            self.form(world, {"username": username, "role": "viewer"}),
        )
        assert response.status_code == 200
        assert problem in response.text

    def test_they_can_neither_make_nor_delete_a_tenant(self, world: World, sign_in: SignIn) -> None:
        client = sign_in()
        assert client.get(address("tenant", "add")).status_code == 403
        assert client.post(address("tenant", world.ours.pk, "delete")).status_code == 403

    def test_a_superuser_makes_a_tenant(self, world: World, client: Client) -> None:
        client.post(address("tenant", "add"), {"slug": "new", "name": "New"})
        assert Tenant.objects.filter(slug="new").exists()


class TestMemberships:
    """The list of members."""

    def post(self, client: Client, tenant: Tenant, **data: str) -> int:
        """Add a member through the form; returns the status."""
        given = {"tenant": str(tenant.pk), "username": "new", "role": "admin", **data}
        return client.post(address("membership", "add"), given).status_code

    def test_a_member_is_added_to_a_tenant_in_charge_only(
        self, world: World, sign_in: SignIn
    ) -> None:
        User.objects.create_user("new")
        client = sign_in()
        assert self.post(client, world.theirs) == 200
        assert not world.theirs.memberships.filter(user__username="new").exists()
        assert self.post(client, world.ours) == 302
        assert world.ours.memberships.filter(user__username="new").exists()

    def test_the_form_offers_no_other_tenant_and_no_list_of_users(
        self, world: World, sign_in: SignIn
    ) -> None:
        text = sign_in().get(address("membership", "add")).text
        assert "Tenant ours" in text
        assert CANARY not in text
        assert "member-ours" not in text

    def test_a_member_does_not_move_to_another_tenant(self, world: World, sign_in: SignIn) -> None:
        member = world.member(world.ours)
        data = {"tenant": world.theirs.pk, "username": "member-ours", "role": "admin"}
        sign_in().post(address("membership", member.pk, "change"), data)
        member.refresh_from_db()
        assert (member.tenant, member.role) == (world.ours, "admin")

    def test_membership_makes_nobody_staff(self, world: World, sign_in: SignIn) -> None:
        user = User.objects.create_user("new")
        self.post(sign_in(), world.ours, is_staff="on", is_superuser="on")
        user.refresh_from_db()
        assert (user.is_staff, user.is_superuser) == (False, False)


class TestAudit:
    """The record of actions."""

    def test_an_outcome_that_is_not_known_is_said(self, world: World, sign_in: SignIn) -> None:
        AuditEntry.objects.create(username="ann", tenant="ours", action="cancel", queue="ours")
        client = sign_in()
        assert "outcome unknown" in client.get(address("auditentry")).text
        text = client.get(address("auditentry"), {"result": "unknown"}).text
        assert "ann" in text
        assert "actor-ours" not in text

    def test_nobody_changes_it(self, world: World, client: Client) -> None:
        entry = AuditEntry.objects.get(tenant="ours")
        assert client.get(address("auditentry", "add")).status_code == 403
        assert client.post(address("auditentry", entry.pk, "change")).status_code == 403
        assert client.post(address("auditentry", entry.pk, "delete")).status_code == 403

    def test_what_was_asked_for_is_redacted_inside_of_recorded_inputs_too(
        self, world: World, sign_in: SignIn
    ) -> None:
        arguments = {"params": '{"secret": "4711", "rest": 1.10}', "secret": "4712"}
        entry = AuditEntry.objects.create(
            username="ann", tenant="ours", action="spawn", queue="ours", arguments=arguments
        )
        rules = (Redaction(key="secret", task_name="another"),)
        given = {"DATABASE": "absurd", "REDACT": rules}
        with override_settings(ABSURD_DASHBOARD=given):
            text = sign_in().get(address("auditentry", entry.pk, "change")).text
        assert "4711" not in text
        assert "4712" not in text
        assert "1.10" in text

    @pytest.mark.parametrize(
        ("search", "found"), [("actor-ours", True), ("actor", False), ("ours", False)]
    )
    def test_it_is_searched_by_a_whole_name(
        self, sign_in: SignIn, search: str, found: bool
    ) -> None:
        text = sign_in().get(address("auditentry"), {"q": search}).text
        assert ("retry" in text) is found


class TestTasks:
    """The list of tasks, and one."""

    def test_the_list_and_the_page_show_what_a_shared_queue_holds_of_ours(
        self, engine: Engine, sign_in: SignIn
    ) -> None:
        text = sign_in().get(address("task")).text
        assert "task-ours" in text
        assert "shared-ours" in text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=task-o", True),
            ("q=ask-ours", False),
            ("q=%25", False),
            ("queue=ours", True),
            (f"queue={CANARY}", False),
            ("state=pending", True),
            ("state=failed", False),
            ("window=1h", True),
        ],
    )
    def test_it_is_filtered_and_searched(self, sign_in: SignIn, query: str, found: bool) -> None:
        text = sign_in().get(f"{address('task')}?{query}").text
        assert ("task-ours" in text) is found
        assert "task-canary" not in text

    def test_it_is_searched_by_the_beginning_of_an_id(
        self, engine: Engine, world: World, sign_in: SignIn
    ) -> None:
        client = sign_in()
        assert "task-ours" in client.get(address("task"), {"q": str(world.our_task)}).text
        assert "task-" not in client.get(address("task"), {"q": str(world.their_task)}).text

    def test_what_was_spawned_before_the_window_is_left_out(
        self, engine: Engine, sign_in: SignIn
    ) -> None:
        (made,) = engine.call('select absurd.uuidv7_timestamp(task_id) from absurd."t_ours"')[0]
        engine.freeze(made + timedelta(days=8))
        client = sign_in()
        assert "task-ours" not in client.get(address("task")).text
        assert "task-ours" in client.get(address("task"), {"window": "all"}).text

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("params__contains=x", 400),
            ("state__in=failed", 400),
            ("queue_name__startswith=c", 400),
            ("p=99", 200),
            ("p=x", 200),
            ("all=", 200),
            ("o=1", 200),
            ("window=x", 200),
        ],
    )
    def test_a_query_that_is_not_offered_finds_nothing_else(
        self, sign_in: SignIn, query: str, status: int
    ) -> None:
        response = sign_in().get(f"{address('task')}?{query}")
        assert response.status_code == status
        assert CANARY not in response.text

    def test_a_list_is_counted_to_a_cap_and_says_so(self, engine: Engine, sign_in: SignIn) -> None:
        engine.call(
            "select absurd.spawn_task('ours', 'x', 'null') from generate_series(1, %s)", CAP + 1
        )
        with CaptureQueriesContext(connections["absurd"]) as asked:
            text = sign_in().get(address("task")).text
        assert "1,000+ tasks" in text
        counts = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
        assert all(f"LIMIT {CAP + 1}" in count for count in counts)

    def test_a_list_takes_three_queries_beyond_opening_the_engine(self, sign_in: SignIn) -> None:
        client = sign_in()
        with CaptureQueriesContext(connections["absurd"]) as asked:
            client.get(address("task"))
        opening = ("set ", "SAVEPOINT", "ROLLBACK", "RELEASE", "\nset ")
        said = [query["sql"].removeprefix("/*absurd-dashboard*/ ") for query in asked]
        queries = [query for query in said if not query.startswith(opening)]
        # Which queues; what is in sight; how many tasks; which tasks.
        assert len(queries) == 4, queries

    def test_a_task_s_page_shows_its_payloads_redacted(
        self, engine: Engine, sign_in: SignIn
    ) -> None:
        task = engine.spawn("ours", "pay", {"amount": 1, "card": "4111"}, headers={"card": "x"})
        given = {"DATABASE": "absurd", "REDACT": (Redaction(key="card"),)}
        with override_settings(ABSURD_DASHBOARD=given):
            text = sign_in().get(address("task", task, "change")).text
        assert "amount" in text
        assert "[redacted]" in text
        assert "4111" not in text

    def test_markup_in_a_task_is_text(self, engine: Engine, sign_in: SignIn) -> None:
        task = engine.spawn("ours", "<script>x</script>", "<img src=x>")
        client = sign_in()
        for page in (address("task"), address("task", task, "change")):
            text = client.get(page).text
            assert "<script>x" not in text
            assert "<img src=x>" not in text

    def test_nobody_adds_changes_or_deletes_one(self, world: World, client: Client) -> None:
        assert client.get(address("task", "add")).status_code == 403
        assert client.post(address("task", world.our_task, "change")).status_code == 403
        assert client.post(address("task", world.our_task, "delete")).status_code in {302, 403}
        selected = {"action": "delete_selected", "_selected_action": str(world.our_task)}
        client.post(address("task"), {**selected, "post": "yes"})
        assert "task-ours" in client.get(address("task")).text

    def test_an_engine_that_cannot_be_read_is_said(self, engine: Engine, client: Client) -> None:
        engine.call("alter schema absurd rename to elsewhere")
        response = client.get(address("task"))
        assert response.status_code == 503
        assert "This database has no Absurd engine" in response.text

    @pytest.mark.skipif(BOUND is not None, reason="this makes a role of its own")
    def test_a_role_that_may_only_read_is_enough(
        self, engine: Engine, world: World, client: Client
    ) -> None:
        bound(engine)
        assert "task-ours" in client.get(address("task")).text
        assert "task-ours" in client.get(address("task", world.our_task, "change")).text


def test_every_model_of_the_engine_s_is_in_the_admin() -> None:
    engine = {model for model in admin.site._registry if not model._meta.managed}
    assert engine == set(EngineModel.__subclasses__())


@pytest.mark.parametrize("on", [True, False])
def test_a_host_may_switch_it_off(monkeypatch: pytest.MonkeyPatch, on: bool) -> None:
    site = admin.AdminSite()
    monkeypatch.setattr(admin, "site", site)
    with override_settings(ABSURD_DASHBOARD={"DATABASE": "absurd", "ADMIN": on}):
        importlib.reload(absurd_dashboard.admin)
    assert bool(site._registry) is on
