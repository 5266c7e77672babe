"""Operations on all that a page is about: a cause of failures, a workflow run."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from absurd_dashboard.bulk import failed, slices
from absurd_dashboard.fingerprint import fingerprint
from absurd_dashboard.models import Membership, Role, Scope, Tenant
from tests.bulk.desk import Desk, kept
from tests.dashboard.engine import Engine

ERROR = {"name": "CardError", "message": "no card", "traceback": "Traceback …"}
CAUSE = fingerprint(*ERROR.values())


def fail(engine: Engine, message: str, queue: str = "a", **more: object) -> UUID:
    """A task that failed for good."""
    task = engine.spawn(queue, "charge", max_attempts=1, **more)
    engine.fail(queue, engine.claim(queue), **{**ERROR, "message": message})
    return task


def taken(operation: UUID) -> list[str]:
    """The targets that a dry run found."""
    return [target[1] for batch in kept(operation).batches.all() for target in batch.targets]


def operator(slug: str, *scopes: Scope) -> Desk:
    """Somebody who operates a new tenant."""
    tenant = Tenant.objects.create(slug=slug, name=slug)
    for scope in scopes:
        scope.tenant = tenant
        scope.save()
    user = User.objects.create_user(slug)
    Membership.objects.create(tenant=tenant, user=user, role=Role.OPERATOR)
    client = Client()
    client.force_login(user)
    return Desk(client, slug)


class TestCause:
    """Everything that failed for good of one cause."""

    @pytest.mark.parametrize("looked_at", [1, 3, 100])
    def test_it_is_taken_whole_in_slices_of_any_size_and_nothing_else_is(
        self, desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch, looked_at: int
    ) -> None:
        monkeypatch.setattr(failed, "CAUSE_SIZE", looked_at)
        wanted = set()
        for queue in ("a", "b"):
            engine.create(queue)
            for number in range(4):
                wanted.add(str(fail(engine, "no card", queue)))
                fail(engine, f"other {number}", queue)
                engine.advance(seconds=1)
        found = taken(desk.dry_run("retry", source="cause", fingerprint=CAUSE))
        assert len(found) == len(set(found))
        assert set(found) == wanted

    def test_tasks_whose_messages_differ_in_values_only_are_taken_together(
        self, desk: Desk, engine: Engine
    ) -> None:
        engine.create("a")
        cause = fingerprint("CardError", "no card 7 of ann@example.org", ERROR["traceback"])
        for message in ("no card 7 of ann@example.org", "no card 12 of bob@example.org"):
            fail(engine, message)
        assert len(taken(desk.dry_run("retry", source="cause", fingerprint=cause))) == 2

    def test_only_the_pages_window_is_looked_at(self, desk: Desk, engine: Engine) -> None:
        engine.create("a")
        fail(engine, "no card")
        engine.advance(days=3)
        new = fail(engine, "no card")
        asked = {"source": "cause", "fingerprint": CAUSE}
        assert taken(desk.dry_run("retry", **asked)) == [str(new)]
        assert len(taken(desk.dry_run("retry", **asked, query="window=7d"))) == 2

    def test_what_fails_after_the_dry_run_is_not_taken(self, desk: Desk, engine: Engine) -> None:
        engine.create("a")
        old = fail(engine, "no card")
        operation = desk.begin("retry", source="cause", fingerprint=CAUSE)
        fail(engine, "no card")
        assert taken(operation) == [str(old)]

    def test_its_operation_leads_back_to_its_page(self, desk: Desk, engine: Engine) -> None:
        engine.create("a")
        fail(engine, "no card")
        operation = desk.dry_run("retry", source="cause", fingerprint=CAUSE, query="window=7d")
        page = desk.client.get(f"/absurd/bulk/{operation}/").text
        assert f'href="/absurd/failures/{CAUSE}/?window=7d"' in page

    def test_a_tenant_takes_its_own_tasks_of_it_only(self, desk: Desk, engine: Engine) -> None:
        engine.create("shared")
        own = fail(engine, "no card", "shared", headers={"tenant_id": "acme"})
        fail(engine, "no card", "shared", headers={"tenant_id": "rival"})
        acme = operator("acme", Scope(queue_pattern="shared", header_tenant="acme"))
        operation = acme.dry_run("retry", source="cause", fingerprint=CAUSE)
        assert taken(operation) == [str(own)]


class TestWorkflowRun:
    """The tasks of one workflow run."""

    @pytest.fixture(autouse=True)
    def _now(self, engine: Engine) -> None:
        engine.freeze(datetime.now(UTC))  # ids are made by the real clock
        for queue in ("a", "b"):
            engine.create(queue)

    @pytest.mark.parametrize("looked_at", [2, 20_000])
    def test_what_is_open_in_it_is_cancelled_and_nothing_else(
        self, desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch, looked_at: int
    ) -> None:
        monkeypatch.setattr(slices, "SIZE", looked_at)
        named = {"headers": {"workflow_run_id": "export 7"}}
        ended = engine.spawn("a", **named)
        engine.complete("a", engine.claim("a"))
        wanted = {str(engine.spawn(queue, **named)) for queue in ("a", "b", "b")}
        for queue in ("a", "b"):
            engine.spawn(queue, headers={"workflow_run_id": "another"})
            engine.spawn(queue)
        operation = desk.dry_run("cancel", source="workflow", workflow="export 7")
        assert sorted(taken(operation)) == sorted(wanted)
        assert str(ended) not in taken(operation)
        page = desk.client.get(f"/absurd/bulk/{operation}/").text
        assert "The workflow run that they belong to" in page

    def test_tasks_beyond_those_that_its_page_shows_are_taken_too(
        self, desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("absurd_dashboard.queries.workflows.MEMBERS", 2)
        for _ in range(5):
            engine.spawn("a", headers={"workflow_run_id": "export"})
        operation = desk.dry_run("cancel", source="workflow", workflow="export")
        assert len(set(taken(operation))) == 5

    def test_its_root_and_its_children_are_taken_without_a_header(
        self, desk: Desk, engine: Engine
    ) -> None:
        root = engine.spawn("a")
        run = engine.claim("a")
        child = engine.spawn("b")
        engine.checkpoint("a", root, run, "spawn", {"taskID": str(child)})
        operation = desk.dry_run("cancel", source="workflow", workflow=str(root))
        assert sorted(taken(operation)) == sorted(map(str, (root, child)))

    def test_one_out_of_sight_is_not_found(self, desk: Desk, engine: Engine) -> None:
        engine.spawn("a", headers={"workflow_run_id": "theirs"})
        acme = operator("acme", Scope(queue_pattern="b"))
        form = {"action": "cancel", "from": "workflow", "workflow": "theirs"}
        assert acme.client.post("/absurd/t/acme/bulk/new/", form).status_code == 404


def test_the_box_for_everything_counts_more_than_the_boxes_of_rows(
    desk: Desk, engine: Engine
) -> None:
    engine.create("a")
    chosen, other = fail(engine, "x"), fail(engine, "y")
    page = desk.client.get("/absurd/tasks/").text
    assert page.index('name="from" value="selected"') < page.index('name="from" value="tasks"')
    form = {"action": "retry", "from": ["selected", "tasks"], "task": [str(chosen)]}
    answer = desk.client.post("/absurd/bulk/new/", form, headers={"Accept": "application/json"})
    assert set(taken(UUID(answer.json()["id"]))) == {str(chosen), str(other)}


def test_how_many_more_attempts_each_gets_is_asked_and_said(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    fail(engine, "x")
    assert 'name="attempts"' in desk.client.get("/absurd/tasks/").text
    operation = desk.dry_run("retry", attempts="3")
    assert "Each gets 3 more attempts." in desk.client.get(f"/absurd/bulk/{operation}/").text


def test_an_operation_and_its_record_lead_to_each_other(desk: Desk, engine: Engine) -> None:
    engine.create("a")
    first, second = fail(engine, "x"), fail(engine, "y")
    operations = [
        UUID(desk.do("retry", source="selected", task=[str(task)])["progress"]["id"])
        for task in (first, second)
    ]
    link = f"/absurd/audit/?bulk={operations[0]}&amp;window=all"
    assert f'href="{link}"' in desk.client.get(f"/absurd/bulk/{operations[0]}/").text
    record = desk.client.get(link.replace("&amp;", "&")).text
    assert f'href="/absurd/bulk/{operations[0]}/"' in record
    assert str(first) in record
    assert str(second) not in record
    nothing = desk.client.get("/absurd/audit/?bulk=x&window=all").text
    assert str(first) not in nothing


@pytest.mark.parametrize("source", ["cause", "workflow"])
def test_a_form_that_names_nothing_is_refused(desk: Desk, engine: Engine, source: str) -> None:
    form = {"action": "retry", "from": source}
    assert desk.client.post("/absurd/bulk/new/", form).status_code == 400
