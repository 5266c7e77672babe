"""Row-level security on queues that tenants share: it holds where a query forgot its scope."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.models import Membership, Role, Scope, Tenant
from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.tenancy.bound import QUEUES, be, bound, changed, refused, rows, sees

pytestmark = pytest.mark.skipif(BOUND is not None, reason="these make roles of their own")

ACME, RIVAL = ({"headers": {"tenant_id": tenant}} for tenant in ("acme", "rival"))


@pytest.fixture(params=QUEUES)
def shared(engine: Engine, request: pytest.FixtureRequest) -> str:
    """A queue in each storage mode, in which two tenants and nobody have tasks of every kind."""
    queue = engine.create(request.param, QUEUES[request.param])
    for options in (ACME, RIVAL, {}):
        name = options.get("headers", {}).get("tenant_id", "nobody")
        task = engine.spawn(queue, name, **options)
        run = engine.claim(queue)
        engine.checkpoint(queue, task, run, f"step-{name}", name)
        engine.wait(queue, task, run, f"event-{name}")
        given = engine.spawn(queue, name, **options)
        engine.wait(queue, given, engine.claim(queue), f"given-{name}")
        engine.emit(queue, f"given-{name}", name)
    return queue


def names(queue: str) -> dict[str, set[object]]:
    """Which tenants' rows a raw look into each table finds."""
    return {
        "tasks": {name for (name,) in rows(f'select task_name from absurd."t_{queue}"')},
        "runs": {
            name
            for (name,) in rows(
                f"select headers->>'tenant_id' from absurd.\"r_{queue}\""
                f' left join absurd."t_{queue}" using (task_id)'
            )
        },
        "checkpoints": {
            name for (name,) in rows(f'select checkpoint_name from absurd."c_{queue}"')
        },
        "events": {name for (name,) in rows(f'select event_name from absurd."e_{queue}"')},
        "waits": {name for (name,) in rows(f'select event_name from absurd."w_{queue}"')},
    }


def nothing(queue: str) -> bool:
    """Whether none of the tables shows anything."""
    return not any(names(queue).values())


def test_a_raw_query_finds_only_the_tenants_rows(engine: Engine, shared: str) -> None:
    bound(engine, rls=True)
    sees(json.dumps({shared: ["acme"]}))
    assert names(shared) == {
        "tasks": {"acme"},
        "runs": {"acme"},
        "checkpoints": {"step-acme", "$awaitEvent:given-acme"},
        "events": {"event-acme", "given-acme"},
        "waits": {"event-acme"},
    }


@pytest.mark.parametrize("sight", ["", "{}", '{"another": true}', '{"another": ["acme"]}'])
def test_what_the_transaction_does_not_say_is_out_of_sight(
    engine: Engine, shared: str, sight: str
) -> None:
    bound(engine, rls=True)
    sees(sight)
    assert nothing(shared)


def test_a_transaction_that_says_nothing_sees_nothing(engine: Engine, shared: str) -> None:
    bound(engine, rls=True)
    assert nothing(shared)


def test_what_is_said_badly_is_an_error_and_not_everything(engine: Engine, shared: str) -> None:
    bound(engine, rls=True)
    sees("acme")
    with refused("invalid input syntax for type json"):
        rows(f'select 1 from absurd."t_{shared}"')


@pytest.mark.parametrize("sight", ["*", '{"plain": true, "parted": true}'])
def test_a_queue_that_is_wholly_in_sight_is_seen_whole(
    engine: Engine, shared: str, sight: str
) -> None:
    bound(engine, rls=True)
    sees(sight)
    assert names(shared)["tasks"] == {"acme", "rival", "nobody"}
    assert rows(f'select 1 from absurd."r_{shared}"') == [(1,)] * 6


def test_the_owner_and_other_roles_see_what_they_saw(engine: Engine, shared: str) -> None:
    engine.call("create role worker; grant usage on schema absurd to worker;"
                f'grant select, update on absurd."t_{shared}" to worker')  # fmt: skip
    bound(engine, rls=True)
    assert engine.call(f'select count(*) from absurd."t_{shared}"') == [(6,)]
    be("worker")
    assert rows(f'select 1 from absurd."t_{shared}"') == [(1,)] * 6
    assert changed(f"update absurd.\"t_{shared}\" set state = 'pending'") == 6


def test_a_partition_cannot_be_read_past_its_queues_policies(engine: Engine) -> None:
    engine.create("p", "partitioned")
    bound(engine, operator=True, rls=True)
    for (partition,) in engine.call(
        "select relname from pg_class where relispartition"
        " and relnamespace = 'absurd'::regnamespace and relkind = 'r'"
    ):
        with refused("permission denied"):
            rows(f'select 1 from absurd."{partition}"')


def test_another_tenants_task_cannot_be_changed(engine: Engine, shared: str) -> None:
    bound(engine, operator=True, rls=True)
    sees(json.dumps({shared: ["acme"]}))
    assert changed(f"update absurd.\"t_{shared}\" set state = 'failed'") == 2
    assert changed(f"update absurd.\"r_{shared}\" set state = 'failed'") == 2
    assert changed(f'delete from absurd."w_{shared}"') == 1


def test_a_procedure_does_not_find_another_tenants_task(engine: Engine, shared: str) -> None:
    theirs = engine.spawn(shared, **RIVAL)
    bound(engine, operator=True, rls=True)
    sees(json.dumps({shared: ["acme"]}))
    for procedure in ("cancel_task", "retry_task"):
        with refused("not found in queue"):
            rows(f"select absurd.{procedure}(%s, %s)", shared, theirs)


def test_a_task_cannot_be_spawned_for_another_tenant(engine: Engine, shared: str) -> None:
    bound(engine, operator=True, rls=True)
    sees(json.dumps({shared: ["acme"]}))
    spawn = "select absurd.spawn_task(%s, 'x', '{}', %s::jsonb)"
    for options in (RIVAL, {}):
        with refused("violates row-level security policy"):
            rows(spawn, shared, json.dumps(options))
    rows(spawn, shared, json.dumps(ACME))


class TestThroughTheDashboard:
    """A tenant's operator, on a queue that is shared, on a role that the policies bind."""

    @pytest.fixture
    def browser(self, engine: Engine, shared: str) -> Client:
        """Signed in, with the operator's role in the tenant acme."""
        tenant = Tenant.objects.create(slug="acme", name="Acme")
        Scope.objects.create(tenant=tenant, queue_pattern=shared, header_tenant="acme")
        user = User.objects.create_user("ann")
        Membership.objects.create(tenant=tenant, user=user, role=Role.OPERATOR)
        bound(engine, operator=True, rls=True)
        client = Client()
        client.force_login(user)
        return client

    def test_the_pages_show_the_tenants_tasks(self, browser: Client) -> None:
        text = browser.get("/absurd/t/acme/tasks/?window=all").text
        assert "acme" in text
        assert "rival" not in text

    def test_the_tenants_own_task_can_be_acted_on(
        self, engine: Engine, shared: str, browser: Client
    ) -> None:
        mine = engine.spawn(shared, **ACME)
        assert browser.post(f"/absurd/t/acme/tasks/{mine}/cancel/").status_code == 302
        assert engine.call(f'select state from absurd."t_{shared}" where task_id = %s', mine) == [
            ("cancelled",)
        ]

    def test_an_event_that_only_the_tenant_awaits_wakes_its_run(
        self, engine: Engine, shared: str, browser: Client
    ) -> None:
        response = browser.post(f"/absurd/t/acme/events/{shared}/event-acme/emit/", {"payload": ""})
        assert response.status_code == 302
        waiting = engine.call(f'select event_name from absurd."w_{shared}" order by 1')
        assert waiting == [("event-nobody",), ("event-rival",)]

    def test_an_event_that_another_tenant_awaits_too_is_refused(
        self, engine: Engine, shared: str, browser: Client
    ) -> None:
        theirs = engine.spawn(shared, **RIVAL)
        engine.wait(shared, theirs, engine.claim(shared), "event-acme")
        response = browser.post(f"/absurd/t/acme/events/{shared}/event-acme/emit/", {"payload": ""})
        assert response.status_code == 403
        assert len(engine.call(f'select 1 from absurd."w_{shared}"')) == 4

    def test_a_query_that_forgot_its_scope_finds_nothing_more(
        self, shared: str, browser: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = "absurd_dashboard.models.scope.QueueScope.relation"
        monkeypatch.setattr(whole, lambda scope, prefix: scope._table(prefix))
        text = browser.get("/absurd/t/acme/tasks/?window=all").text
        assert "acme" in text
        assert "rival" not in text


def test_a_queue_that_is_created_later_waits_for_the_command(
    engine: Engine, client: Client
) -> None:
    engine.create("guarded")
    bound(engine, rls=True)
    engine.call("select absurd.create_queue('later')")
    engine.spawn("guarded")
    engine.spawn("later", "secret")
    unread = client.get("/absurd/queues/?format=json").json()["unreadable"]
    assert unread == ["later"]
    assert "secret" not in client.get("/absurd/tasks/?window=all").text
    bound(engine, rls=True)
    assert client.get("/absurd/queues/?format=json").json()["unreadable"] == []
    assert "secret" in client.get("/absurd/tasks/?window=all").text


@pytest.mark.usefixtures("recorded")
class TestRecordedWorkflowRuns:
    """The table beside the engine in which programs record runs of many tasks."""

    @pytest.fixture
    def recorded(self, engine: Engine, shared: str) -> None:
        """A run of each tenant's in the shared queue, one of another queue, one of none."""
        engine.record_workflows()
        engine.create("other")
        engine.spawn("other")
        roots = {"elsewhere": ("other", engine.claim("other")), "untaken": (None, None)}
        for tenant in ("acme", "rival"):
            ((run,),) = engine.call(
                f'select run_id from absurd."r_{shared}" join absurd."t_{shared}" using (task_id)'
                f" where headers->>'tenant_id' = '{tenant}' limit 1"
            )
            roots[tenant] = (shared, run)
        for name, (queue, run) in roots.items():
            engine.call(
                "insert into workflow_run (workflow_name, workflow_version, absurd_queue,"
                " absurd_run_id) values (%s, '1', %s, %s)", name, queue, run,
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("sight", "names"),
        [
            ("*", {"acme", "rival", "elsewhere", "untaken"}),
            ('{"other": true}', {"elsewhere"}),
            ('{"%s": ["acme"]}', {"acme"}),
            ('{"%s": ["acme"], "other": true}', {"acme", "elsewhere"}),
            ("", set()),
        ],
    )
    def test_one_is_in_sight_with_the_run_of_its_root_task(
        self, engine: Engine, shared: str, sight: str, names: set[str]
    ) -> None:
        bound(engine, rls=True)
        sees(sight.replace("%s", shared))
        assert {name for (name,) in rows("select workflow_name from workflow_run")} == names

    def test_what_names_no_queue_of_the_engines_is_out_of_sight(
        self, engine: Engine, shared: str
    ) -> None:
        engine.call("update workflow_run set absurd_queue = 'no \"such\" queue'")
        bound(engine, rls=True)
        sees(json.dumps({shared: ["acme"]}))
        assert rows("select workflow_name from workflow_run") == []

    def test_programs_that_record_them_notice_nothing(self, engine: Engine, shared: str) -> None:
        engine.call("create role program; grant select, update on workflow_run to program")
        bound(engine, rls=True)
        be("program")
        assert changed("update workflow_run set task_count = 1") == 4

    def test_taking_the_line_away_leaves_the_table_as_it_was(self, engine: Engine) -> None:
        bound(engine, rls=True)
        be(None)
        found = look("absurd", 'dash "board"')
        steps.apply("absurd", steps.remove(steps.Wanted('dash "board"', rls=True), found))
        guarded = "select relrowsecurity from pg_class where oid = 'workflow_run'::regclass"
        assert engine.call(guarded) == [(False,)]
        assert engine.call("select 1 from pg_policies where tablename = 'workflow_run'") == []
