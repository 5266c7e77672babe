"""`manage.py absurd_roles`: what the role can do, what it cannot, and how it comes and goes."""

import io
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look
from tests.dashboard.engine import Engine
from tests.dashboard.second_line import BOUND
from tests.tenancy.bound import QUEUES, be, bound, refused, rows

pytestmark = pytest.mark.skipif(BOUND is not None, reason="these make roles of their own")

PAGES = ["", "queues/", "tasks/?window=all", "failures/", "events/", "workers/"]
STRANGE = '"; drop schema absurd; -- %s'


@pytest.fixture(params=QUEUES)
def queue(engine: Engine, request: pytest.FixtureRequest) -> str:
    """A queue in each of the storage modes."""
    name: str = request.param
    return engine.create(name, QUEUES[name])


def roles(*arguments: str) -> str:
    """Run the command and return what it prints."""
    said = io.StringIO()
    call_command("absurd_roles", *arguments, stdout=said)
    return said.getvalue()


def rights(engine: Engine) -> list[tuple[object, ...]]:
    """All rights, policies and switches of row-level security there are on the engine."""
    return engine.call(
        "select relname, relacl::text, relrowsecurity, array(select attname || attacl::text"
        "  from pg_attribute where attrelid = c.oid and attacl is not null order by 1),"
        "  array(select polname::text from pg_policy where polrelid = c.oid order by 1)"
        "  from pg_class c where relnamespace = 'absurd'::regnamespace and relkind in ('r', 'p')"
        " union all select proname, proacl::text, null, null, null from pg_proc"
        "  where pronamespace = 'absurd'::regnamespace"
        " union all select nspname, nspacl::text, null, null, null from pg_namespace"
        "  where nspname in ('absurd', 'absurd_dashboard')"
        " union all select 'later', defaclacl::text, null, null, null from pg_default_acl"
        " order by 1, 2"
    )


class TestReadOnly:
    """A role that may look."""

    def test_it_sees_every_page(self, engine: Engine, client: Client, queue: str) -> None:
        task = engine.failed(queue)
        bound(engine)
        for page in [*PAGES, f"queues/{queue}/", f"tasks/{task}/"]:
            assert client.get(f"/absurd/{page}").status_code == 200, page

    def test_it_can_do_nothing(self, engine: Engine, queue: str) -> None:
        task = engine.failed(queue)
        bound(engine)
        for statement in (
            f"insert into absurd.\"e_{queue}\" values ('x', 'null')",
            f"update absurd.\"t_{queue}\" set state = 'pending'",
            f'delete from absurd."w_{queue}"',
        ):
            with refused("permission denied for table"):
                rows(statement)
        with refused("permission denied for function retry_task"):
            rows("select absurd.retry_task(%s, %s)", queue, task)

    def test_it_reads_queues_that_are_created_later(self, engine: Engine, client: Client) -> None:
        bound(engine)
        engine.call("select absurd.create_queue('later')")
        assert "later" in client.get("/absurd/queues/").text


def _waiting(engine: Engine, queue: str, event: str) -> UUID:
    task = engine.spawn(queue)
    engine.wait(queue, task, engine.claim(queue), event)
    return task


def _deeds(engine: Engine, queue: str) -> list[Callable[[], object]]:
    """Everything that an operator's role is for, on tasks that are made for it first."""
    failed, copied, seen = (engine.failed(queue) for _ in range(3))
    cancelled = _waiting(engine, queue, "never")
    _waiting(engine, queue, "ping")
    engine.spawn(queue, max_attempts=2)
    lost = engine.claim(queue)
    spawn = "select absurd.spawn_task(%s, 'x', '{}', '{\"idempotency_key\": \"key\"}')"
    return [
        lambda: rows("select absurd.current_time(), absurd.get_schema_version()"),
        lambda: [rows(f'select from absurd."{table}_{queue}"') for table in "trcew"],
        lambda: rows("select from absurd.queues"),
        lambda: rows("select absurd.get_task_result(%s, %s)", queue, seen),
        lambda: rows("select absurd.retry_task(%s, %s)", queue, failed),
        lambda: rows("select absurd.retry_task(%s, %s, '{\"spawn_new\": true}')", queue, copied),
        lambda: rows("select absurd.cancel_task(%s, %s)", queue, cancelled),
        lambda: rows("select absurd.emit_event(%s, 'ping', '1')", queue),
        lambda: rows("select absurd.fail_run(%s, %s, '{}', now() + '1 day')", queue, lost),
        lambda: [rows(spawn, queue) for _ in range(2)],
    ]


class TestOperator:
    """A role that may also act."""

    def test_it_can_do_every_action(self, engine: Engine, queue: str) -> None:
        deeds = _deeds(engine, queue)
        bound(engine, operator=True)
        for deed in deeds:
            deed()

    def test_each_of_its_rights_is_needed(self, engine: Engine, queue: str) -> None:
        deeds = _deeds(engine, queue)
        bound(engine, operator=True)
        for right in _granted(engine, queue):
            with refused("permission denied", right):
                engine.call(f"revoke {right} from {_NAME}")
                for deed in deeds:
                    deed()

    def test_it_cannot_rewrite_what_a_task_is(self, engine: Engine, queue: str) -> None:
        engine.spawn(queue)
        bound(engine, operator=True)
        for column in ("params", "headers", "task_name", "task_id"):
            with refused("permission denied"):
                rows(f'update absurd."t_{queue}" set {column} = {column}')

    def test_it_cannot_delete_tasks_or_drop_queues(self, engine: Engine, queue: str) -> None:
        bound(engine, operator=True)
        with refused("permission denied for table"):
            rows(f'delete from absurd."t_{queue}"')
        with refused("permission denied for function"):
            rows("select absurd.drop_queue(%s)", queue)

    def test_it_acts_in_queues_that_are_created_later(self, engine: Engine) -> None:
        bound(engine, operator=True)
        engine.call("select absurd.create_queue('later')")
        for deed in _deeds(engine, "later"):
            deed()


_NAME = '"dash ""board"""'


def _granted(engine: Engine, queue: str) -> Iterator[str]:
    """The role's rights on a queue and on procedures, as GRANT writes them."""
    for table, right in engine.call(
        "select relname, privilege_type from pg_class c, aclexplode(relacl) a"
        " where c.relname = any(%s) and a.grantee = %s::regrole",
        [f"{prefix}_{queue}" for prefix in "trcewi"], _NAME,
    ):  # fmt: skip
        yield f'{right} on absurd."{table}"'
    for table, column in engine.call(
        "select relname, attname from pg_class c join pg_attribute on attrelid = c.oid,"
        " aclexplode(attacl) a where c.relname = any(%s) and a.grantee = %s::regrole",
        [f"{prefix}_{queue}" for prefix in "trcewi"], _NAME,
    ):  # fmt: skip
        yield f'update ("{column}") on absurd."{table}"'
    for (signature,) in engine.call(
        "select p.oid::regprocedure::text from pg_proc p, aclexplode(proacl) a"
        " where pronamespace = 'absurd'::regnamespace and a.grantee = %s::regrole",
        _NAME,
    ):
        yield f"execute on function {signature}"


class TestCommand:
    """How the role comes and goes."""

    def test_it_prints_and_does_nothing_unless_told_to(self, engine: Engine) -> None:
        engine.create("a")
        before = rights(engine)
        printed = roles("--operator", "dash", "--rls")
        assert rights(engine) == before
        assert 'create role "dash" login' in printed
        assert 'grant delete on "absurd"."w_a" to "dash";' in printed
        assert 'create policy "dash" on "absurd"."t_a" as restrictive' in printed

    @pytest.mark.parametrize("options", [(), ("--rls",)])
    @pytest.mark.parametrize("kind", ["--read-only", "--operator"])
    def test_a_second_run_changes_nothing(
        self, engine: Engine, kind: str, options: tuple[str, ...]
    ) -> None:
        engine.create("a")
        engine.create("p", "partitioned")
        roles(kind, "dash", *options, "--apply")
        before = rights(engine)
        roles(kind, "dash", *options, "--apply")
        assert rights(engine) == before

    @pytest.mark.parametrize("options", [(), ("--rls",)])
    def test_undo_leaves_the_engine_as_it_was(
        self, engine: Engine, options: tuple[str, ...]
    ) -> None:
        engine.create("a")
        engine.create("p", "partitioned")
        # The first grant of all writes down what was implied: the owner's rights.
        roles("--read-only", "first", "--apply")
        roles("--operator", "dash", *options, "--apply")
        roles("--operator", "dash", "--undo", "--apply")
        before = rights(engine)
        roles("--operator", "dash", *options, "--apply")
        roles("--operator", "dash", "--undo", "--apply")
        assert rights(engine) == before
        assert not [row for row in rights(engine) if "dash" in str(row)]

    def test_undo_of_one_role_leaves_the_other_s_policies(self, engine: Engine) -> None:
        engine.create("a")
        for role in ("one", "two"):
            roles("--read-only", role, "--rls", "--apply")
        before = rights(engine)
        roles("--read-only", "three", "--rls", "--apply")
        roles("--read-only", "three", "--undo", "--apply")
        assert rights(engine) == before

    def test_an_operator_can_be_made_a_reader(self, engine: Engine) -> None:
        engine.create("a")
        roles("--operator", "dash", "--apply")
        roles("--read-only", "dash", "--apply")
        be("dash")
        with refused("permission denied"):
            rows('delete from absurd."w_a"')

    @pytest.mark.parametrize("options", [(), ("--rls",)])
    def test_recorded_workflow_runs_are_read(
        self, engine: Engine, options: tuple[str, ...]
    ) -> None:
        engine.record_workflows()
        roles("--read-only", "dash", *options, "--apply")
        found = engine.call("select has_table_privilege('dash', 'workflow_run', 'select')")
        assert found == [(True,)]
        roles("--read-only", "dash", "--undo", "--apply")
        assert engine.call("select has_table_privilege('dash', 'workflow_run', 'select')") == [
            (False,)
        ]

    def test_names_are_data(self, engine: Engine) -> None:
        engine.create(STRANGE)
        roles("--operator", STRANGE, "--rls", "--apply")
        be(STRANGE)
        assert (
            rows('select from absurd."t_' + STRANGE.replace('"', '""').replace("%", "%%") + '"')
            == []
        )

    def test_a_role_that_no_policy_binds_is_refused(self, engine: Engine) -> None:
        engine.call("create role mighty superuser")
        with pytest.raises(CommandError, match="'mighty' is a superuser"):
            roles("--read-only", "mighty", "--rls")

    def test_who_does_not_own_the_tables_is_told_by_the_database(self, engine: Engine) -> None:
        engine.create("a")
        engine.call("create role somebody; grant usage on schema absurd to somebody;"
                    "grant select on absurd.queues to somebody")  # fmt: skip
        be("somebody")
        with pytest.raises(CommandError, match="The database refused: permission denied"):
            roles("--read-only", "dash", "--apply")

    def test_a_database_without_an_engine_is_said(self, engine: Engine) -> None:
        engine.call("alter schema absurd rename to elsewhere")
        with pytest.raises(CommandError, match="has no Absurd engine"):
            roles("--read-only", "dash")

    def test_steps_for_one_queue_are_part_of_the_whole(self, engine: Engine) -> None:
        engine.create("a")
        wanted = steps.Wanted("dash", operator=True, rls=True)
        found = look("absurd", "dash")
        whole = "".join(steps.install(wanted, found))
        assert all(step in whole for step in steps.queue(wanted, found, "a"))
