"""The engine's rows can be reached through an access object only."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from absurd_dashboard.access import Access
from absurd_dashboard.errors import ScopeMissing
from absurd_dashboard.models import Checkpoint, Event, Run, Task, Wait
from absurd_dashboard.models.scope import QueueScope
from tests.dashboard.engine import Engine


def access(*scopes: QueueScope) -> Access:
    """An access object with these scopes."""
    made = Access("absurd", datetime.now(UTC), "main", scopes)
    made.confine()
    return made


def whole(queues: Iterable[str]) -> Access:
    """An access object that sees all of some queues."""
    return access(*map(QueueScope, queues))


@pytest.mark.parametrize("model", [Task, Run, Checkpoint, Event, Wait])
def test_a_queryset_without_an_access_object_is_an_error(model: type[Task]) -> None:
    for queryset in (model.objects.all(), model.objects.filter(queue_name="a")):
        with pytest.raises(ScopeMissing, match="only be queried through an access object"):
            str(queryset.query)


def test_a_queue_out_of_scope_is_not_in_the_sql(engine: Engine) -> None:
    for queue in ("mine", "theirs"):
        engine.create(queue)
        engine.spawn(queue)
    rows = whole(["mine"]).tasks()
    assert "theirs" not in str(rows.query)
    assert [task.queue_name for task in rows] == ["mine"]


def test_narrowing_never_widens(engine: Engine) -> None:
    engine.create("mine")
    engine.create("theirs")
    engine.spawn("theirs")
    assert list(whole(["mine"]).tasks(["theirs"])) == []
    assert whole(["mine"]).each_queue("pulse", {"now": engine.now}, queues=["theirs"]) == []


def test_no_scope_at_all_finds_nothing(engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    nothing = whole([])
    assert list(nothing.tasks()) == []
    assert list(nothing.runs().values_list("run_id", "available_at")) == []
    assert nothing.tasks().count() == 0
    assert not nothing.tasks().exists()


def test_a_scope_narrowed_to_a_tenant_shows_its_tasks_and_what_belongs_to_them(
    engine: Engine,
) -> None:
    engine.create("shared")
    for tenant in ("acme", "other"):
        task = engine.spawn("shared", tenant, headers={"tenant_id": tenant})
        run = engine.claim("shared")
        engine.checkpoint("shared", task, run, f"step-{tenant}", 1)
        engine.wait("shared", task, run, f"event-{tenant}")
    engine.spawn("shared", "nobody's")
    seen = access(QueueScope("shared", frozenset({"acme"})))
    assert [task.task_name for task in seen.tasks()] == ["acme"]
    assert seen.runs().count() == 1
    assert [row.checkpoint_name for row in seen.checkpoints()] == ["step-acme"]
    assert [wait.event_name for wait in seen.waits()] == ["event-acme"]


def test_a_narrowed_scope_shows_the_events_of_its_own_tasks(engine: Engine) -> None:
    engine.create("shared")
    for tenant in ("acme", "other"):
        task = engine.spawn("shared", headers={"tenant_id": tenant})
        engine.wait("shared", task, engine.claim("shared"), f"event-{tenant}")
        engine.emit("shared", f"event-{tenant}", tenant)
    engine.emit("shared", "nobody waits")
    seen = access(QueueScope("shared", frozenset({"acme"})))
    assert [event.event_name for event in seen.events()] == ["event-acme"]


def test_a_lock_row_of_the_engine_is_not_an_event(engine: Engine) -> None:
    engine.create("a")
    engine.wait("a", engine.spawn("a"), engine.claim("a"), "awaited")
    assert engine.call('select event_name, payload from absurd."e_a"') == [("awaited", None)]
    assert list(whole(["a"]).events()) == []


def test_an_event_with_a_json_null_is_an_event(engine: Engine) -> None:
    engine.create("a")
    engine.emit("a", "ping")
    (event,) = whole(["a"]).events()
    assert event.payload == "null"


def test_infinity_reads_as_no_time_and_still_filters(engine: Engine) -> None:
    engine.create("a")
    task = engine.spawn("a")
    engine.wait("a", task, engine.claim("a"), "never")
    rows = whole(["a"]).runs()
    assert [run.available_at for run in rows] == [None]
    assert rows.filter(available_at__gt=engine.now).count() == 1


def test_a_time_beyond_python_reads_as_no_time(engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    run = engine.claim("a")
    engine.call("select absurd.schedule_run('a', %s, '20000-01-01')", run)
    assert [row.available_at for row in whole(["a"]).runs()] == [None]


def test_json_is_read_to_the_digit(engine: Engine) -> None:
    engine.create("a")
    number = "1.10, 123456789012345678901234567890"
    engine.call("select absurd.spawn_task('a', 'n', %s::jsonb)", f"[{number}]")
    (task,) = whole(["a"]).tasks()
    assert task.params == f"[{number}]"


def test_the_models_refuse_to_write(engine: Engine) -> None:
    engine.create("a")
    engine.spawn("a")
    rows = whole(["a"]).tasks()
    (task,) = rows
    for write in (task.save, task.delete, rows.delete, lambda: rows.update(state="failed")):
        with pytest.raises(TypeError, match="stored procedures only"):
            write()


def test_a_queue_name_is_data_in_every_statement(engine: Engine) -> None:
    name = """'; drop schema absurd; -- %s %(now)s {t} "x" """
    engine.create(name)
    engine.spawn(name)
    seen = whole([name])
    assert [task.queue_name for task in seen.tasks().filter(state="pending")] == [name]
    assert seen.each_queue("pulse", {"now": engine.now})[0]["workers"] == 0


def test_newest_rows_come_by_the_primary_keys(engine: Engine) -> None:
    for queue in ("a", "b"):
        engine.create(queue)
        engine.call(
            "select absurd.spawn_task(%s, 'x', 'null') from generate_series(1, 3000)", queue
        )
        engine.call(f'analyze absurd."t_{queue}"')
    plan = whole(["a", "b"]).tasks().order_by("-task_id")[:50].explain()
    assert "Merge Append" in plan
    assert "Seq Scan" not in plan
