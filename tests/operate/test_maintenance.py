"""Queues made, kept small and dropped; what is said before, and what came of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client, override_settings

from absurd_dashboard import lengths
from absurd_dashboard.models import AuditEntry, Role
from absurd_dashboard.tilde import encode
from tests.core.test_maintenance import CRON
from tests.dashboard.engine import Engine
from tests.operate.answers import as_json, form, posted
from tests.operate.conftest import Member

# Queues are made, changed and dropped by their owner; docs/roles.md.
pytestmark = pytest.mark.usefixtures("as_owner")

VERBS = ("policy", "cleanup", "partitions", "detach", "cron", "drop")


def finished(engine: Engine, many: int = 1) -> None:
    """Tasks that are done, in the queue ``a``."""
    for _ in range(many):
        engine.spawn("a")
        engine.complete("a", engine.claim("a"))


def queues(engine: Engine) -> set[str]:
    return {name for (name,) in engine.call("select queue_name from absurd.list_queues()")}


def policy(engine: Engine, column: str) -> str:
    ((value,),) = engine.call(f"select {column}::text from absurd.get_queue_policy('a')")
    return str(value)


@pytest.fixture
def cron(engine: Engine) -> None:
    """Tables and functions as pg_cron has them."""
    engine.call(CRON)


@pytest.mark.parametrize("mode", ["unpartitioned", "partitioned"])
def test_a_queue_is_created_in_the_mode_asked_for(
    client: Client, engine: Engine, mode: str
) -> None:
    response = posted(client, "create-queue/", name="a", storage_mode=mode)
    assert response["Location"] == "/absurd/queues/a/"
    assert policy(engine, "storage_mode") == mode


@pytest.mark.parametrize("mode", ["unpartitioned", "partitioned"])
def test_a_queue_that_is_there_stays_as_it_is(client: Client, engine: Engine, mode: str) -> None:
    engine.create("a")
    response = posted(client, "create-queue/", name="a", storage_mode=mode)
    assert response.status_code == 409
    assert "already" in response.text
    assert policy(engine, "storage_mode") == "unpartitioned"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "is empty"),
        ({"name": "ü" * 29}, "longer than 57 bytes"),
        ({"name": "a", "storage_mode": "sharded"}, "must be one of"),
        ({"name": "a\0"}, "NUL"),
    ],
)
def test_a_queue_that_cannot_be_is_refused_beside_its_name(
    client: Client, engine: Engine, fields: dict[str, str], said: str
) -> None:
    response = posted(client, "create-queue/", **fields)
    assert response.status_code == 400
    assert said in response.text
    assert queues(engine) == set()


@pytest.mark.parametrize(("name", "status"), [("own-1", 302), ("shared", 400), ("else", 400)])
def test_a_tenants_admin_creates_queues_of_the_tenants_own(
    member: Member, engine: Engine, name: str, status: int
) -> None:
    admin = member(Role.ADMIN, ("own-*", ""), ("shared", "acme"))
    assert posted(admin, "t/acme/create-queue/", name=name).status_code == status
    assert queues(engine) == ({name} if status == 302 else set())


def test_a_policy_is_changed_where_it_differs(client: Client, engine: Engine) -> None:
    engine.create("a")
    fields = form(client, "queues/a/maintenance/")
    before = policy(engine, "partition_lookahead")
    response = posted(client, "queues/a/policy/", **{**fields, "cleanup_ttl": "1w 12h"})
    assert response["Location"] == "/absurd/queues/a/maintenance/"
    assert policy(engine, "cleanup_ttl") == "7 days 12:00:00"
    assert policy(engine, "partition_lookahead") == before
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.outcome.detail) == ("queue_policy", "Changed: cleanup_ttl.")


def test_a_policy_left_as_it_is_is_said_to_be_so(client: Client, engine: Engine) -> None:
    engine.create("a")
    fields = form(client, "queues/a/maintenance/")
    assert posted(client, "queues/a/policy/", **fields).status_code == 409


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cleanup_ttl", "soon"), ("cleanup_ttl", "-1d"), ("cleanup_ttl", "999999999w"),
        ("cleanup_limit", "0"), ("cleanup_limit", "x"), ("detach_mode", "all"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused_and_not_on_record(
    client: Client, engine: Engine, name: str, value: str
) -> None:
    engine.create("a", "partitioned")
    before = engine.call("select * from absurd.get_queue_policy('a')")
    response = posted(client, "queues/a/policy/", **{name: value})
    assert response.status_code == 400
    assert "abs-field-error" in response.text
    assert engine.call("select * from absurd.get_queue_policy('a')") == before
    assert not AuditEntry.objects.exists()


def test_a_cleanup_says_exactly_what_would_go_and_then_deletes_it(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    finished(engine, 3)
    engine.emit("a", "old")
    engine.advance(days=40)
    finished(engine, 2)
    text = client.get("/absurd/queues/a/maintenance/").text
    assert '<data value="3">3</data> finished tasks and <data value="1">1</data> events' in text
    status, said = as_json(client, "queues/a/cleanup/")
    assert (status, said["detail"]) == (200, "Deleted 3 tasks and 1 event.")
    assert len(engine.call('select 1 from absurd."t_a"')) == 2


def test_a_cleanup_goes_on_batch_by_batch(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.call("""select absurd.set_queue_policy('a', '{"cleanup_limit": 2}')""")
    finished(engine, 5)
    engine.advance(days=40)
    assert as_json(client, "queues/a/cleanup/")[1]["detail"].startswith("Deleted 5 tasks")


def test_a_cleanup_that_finds_nothing_says_so(client: Client, engine: Engine) -> None:
    engine.create("a")
    finished(engine)
    assert as_json(client, "queues/a/cleanup/")[0] == 409
    assert "Delete what is old" not in client.get("/absurd/queues/a/maintenance/").text


def test_what_cannot_be_counted_in_time_is_said_to_be_so_and_the_page_comes(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.create("a")
    engine.call("select absurd.spawn_task('a', 'x', 'null') from generate_series(1, 20000)")
    monkeypatch.setattr("absurd_dashboard.queries.maintenance.COUNTING", timedelta(milliseconds=1))
    response = client.get("/absurd/queues/a/maintenance/")
    assert response.status_code == 200
    assert "Too many to count" in response.text


def test_partitions_that_the_policy_asks_for_are_made(client: Client, engine: Engine) -> None:
    engine.create("a", "partitioned")
    engine.call("""select absurd.set_queue_policy('a', '{"partition_lookahead": "70 days"}')""")
    engine.advance(days=60)
    status, said = as_json(client, "queues/a/partitions/")
    assert status == 200
    assert said["detail"].startswith("Made ")
    assert as_json(client, "queues/a/partitions/")[0] == 409


def test_a_partitioned_queue_shows_its_partitions(client: Client, engine: Engine) -> None:
    engine.create("a", "partitioned")
    data = json.loads(
        client.get("/absurd/queues/a/maintenance/", headers={"Accept": "application/json"}).content
    )
    parts = data["upkeep"]["partitions"]
    assert len(parts) > 1
    assert any(part["since"] is None for part in parts)


def old_partitions(engine: Engine) -> None:
    engine.create("a", "partitioned")
    engine.call(
        """select absurd.set_queue_policy('a', '{"detach_mode": "empty",
           "detach_min_age": "60 days", "default_partition": "disabled"}')"""
    )
    engine.advance(days=120)


def test_partitions_that_may_go_are_listed(client: Client, engine: Engine) -> None:
    old_partitions(engine)
    (first, *_) = engine.call("select partition_table from absurd.list_detach_candidates('a')")
    assert first[0] in client.get("/absurd/queues/a/maintenance/").text


@pytest.mark.usefixtures("cron")
def test_with_pg_cron_their_detachment_is_scheduled(client: Client, engine: Engine) -> None:
    old_partitions(engine)
    status, said = as_json(client, "queues/a/detach/")
    assert status == 200
    assert said["detail"].startswith("Scheduled ")
    assert engine.call("select 1 from cron.job where jobname like 'absurd_detach_run_%%'")


@pytest.mark.usefixtures("cron")
def test_with_pg_cron_jobs_are_scheduled_listed_and_removed(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.create("b")
    engine.call("select absurd.enable_cron('b')")
    posted(client, "queues/a/cron/", cleanup_schedule="1 2 * * *")
    text = client.get("/absurd/queues/a/maintenance/").text
    assert text.count("absurd_cleanup_") == 1
    assert "1 2 * * *" in text
    assert as_json(client, "queues/a/cron/", {"do": "disable"})[1]["detail"] == "Removed 3 jobs."
    assert as_json(client, "queues/a/cron/", {"do": "disable"})[0] == 409
    assert len(engine.call("select 1 from cron.job")) == 3


@pytest.mark.parametrize("verb", ["detach", "cron"])
def test_without_pg_cron_it_is_not_offered_and_answers_that_there_is_none(
    client: Client, engine: Engine, verb: str
) -> None:
    engine.create("a", "partitioned")
    assert f"/{verb}/" not in client.get("/absurd/queues/a/maintenance/").text
    status, said = as_json(client, f"queues/a/{verb}/")
    assert (status, said["detail"]) == (409, "This database has no pg_cron; nothing was done.")


def test_dropping_says_how_many_open_tasks_die_and_wants_the_name(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    finished(engine)
    engine.spawn("a")
    assert "1 open task dies with it" in client.get("/absurd/queues/a/maintenance/").text
    wrong = posted(client, "queues/a/drop/", name="A")
    assert (wrong.status_code, queues(engine)) == (400, {"a"})
    assert "is not the name of this queue" in wrong.text
    right = posted(client, "queues/a/drop/", name="a", open="1")
    assert (right["Location"], queues(engine)) == ("/absurd/queues/", set())
    assert AuditEntry.objects.get().outcome.detail == "Dropped, and 1 open task with it."


def test_a_queue_that_was_empty_when_confirmed_is_not_dropped_with_tasks_in_it(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    fields = form(client, "queues/a/maintenance/")
    assert fields["open"] == "0"
    engine.spawn("a")
    response = posted(client, "queues/a/drop/", name="a", open="0")
    assert (response.status_code, queues(engine)) == (409, {"a"})
    assert "1 task came meanwhile" in response.text


def test_a_queue_dropped_by_another_is_not_there_to_be_dropped(
    client: Client, engine: Engine
) -> None:
    engine.create("a")
    client.get("/absurd/queues/a/maintenance/")
    engine.drop("a")
    assert posted(client, "queues/a/drop/", name="a").status_code == 404


def test_a_strange_name_is_dropped_by_typing_it(client: Client, engine: Engine) -> None:
    name = """a "b" '%s' <i>/ü"""
    engine.create(name)
    engine.create("t")
    path = f"queues/{encode(name)}/"
    assert client.get(f"/absurd/{path}maintenance/").status_code == 200
    assert posted(client, f"{path}drop/", name=name).status_code == 302
    assert queues(engine) == {"t"}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_maintenance_is_for_admins(member: Member, engine: Engine, role: Role, verb: str) -> None:
    engine.create("a")
    other = member(role)
    assert other.get("/absurd/t/acme/queues/a/maintenance/").status_code == 403
    assert posted(other, f"t/acme/queues/a/{verb}/", name="a").status_code == 403
    assert queues(engine) == {"a"}
    assert AuditEntry.objects.get().outcome.result == "refused"


@pytest.mark.parametrize("verb", VERBS)
def test_a_queue_that_tenants_share_is_maintained_by_none_of_them(
    member: Member, engine: Engine, verb: str
) -> None:
    engine.create("a")
    admin = member(Role.ADMIN, ("a", "acme"))
    assert "maintenance" not in admin.get("/absurd/t/acme/queues/a/").text
    assert admin.get("/absurd/t/acme/queues/a/maintenance/").status_code == 403
    assert posted(admin, f"t/acme/queues/a/{verb}/", name="a").status_code == 403
    assert queues(engine) == {"a"}


@pytest.mark.parametrize("verb", VERBS)
def test_a_queue_out_of_sight_is_not_there(member: Member, engine: Engine, verb: str) -> None:
    engine.create("a")
    admin = member(Role.ADMIN, ("own", ""))
    assert posted(admin, f"t/acme/queues/a/{verb}/", name="a").status_code == 404
    assert queues(engine) == {"a"}


def test_an_engine_that_has_no_policies_offers_only_to_drop(client: Client, engine: Engine) -> None:
    engine.create("a")
    engine.call("drop function absurd.get_queue_policy(text)")
    text = client.get("/absurd/queues/a/maintenance/").text
    assert "older than 0.4" in text
    assert "Drop the queue" in text


@pytest.mark.parametrize("text", ["30d", "12h 30m", "1d 1h 1m 1s", "0s"])
def test_a_length_of_time_reads_as_it_is_written(text: str) -> None:
    assert lengths.write(lengths.read(text)) == text


@pytest.mark.parametrize("text", ["", "d", "1", "1y", "-1d", "1.5h", "1d,", "1d x", "٣d"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30d"):
        lengths.read(text)


def test_a_page_of_maintenance_has_a_time_limit_of_its_own(client: Client, engine: Engine) -> None:
    engine.create("a")
    short = {"DATABASE": "absurd", "STATEMENT_TIMEOUT": timedelta(seconds=3)}
    with override_settings(ABSURD_DASHBOARD=short):
        assert client.get("/absurd/queues/a/maintenance/").status_code == 200
