"""Maintenance: cleanup, partitions, and the jobs of pg_cron."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from absurd_core import (
    Cleaned,
    CronUnavailable,
    InvalidArgument,
    QueueNotFound,
    events,
    maintenance,
    queues,
    runs,
    tasks,
)
from tests.core.engines import Engine

DAY = timedelta(days=1)

#: The lower and upper bounds of a queue's weekly partitions, in order.
BOUNDS = """
    select found[1], found[2]
      from pg_class, regexp_match(
            pg_get_expr(relpartbound, oid), $$FROM \\('(.*)'\\) TO \\('(.*)'\\)$$
           ) as found
     where relname ~ '^t_work_[0-9]{3}$' and relispartition
     order by found[1]
"""

#: What the engine asks of pg_cron, which is an extension that few machines have.
CRON = """
    create schema cron;
    create table cron.job (
        jobid bigint generated always as identity, jobname text, schedule text, command text
    );
    create function cron.schedule(text, text, text) returns bigint language sql as
        'insert into cron.job (jobname, schedule, command) values ($1, $2, $3) returning jobid';
    create function cron.unschedule(bigint) returns boolean language sql as
        'delete from cron.job where jobid = $1 returning true';
"""


@pytest.fixture
def queue(engine: Engine) -> str:
    engine.run(queues.create("work"))
    return "work"


@pytest.fixture
def cron(engine: Engine) -> Iterator[None]:
    """Tables and functions as pg_cron has them."""
    engine.sql(CRON)
    yield
    engine.sql("drop schema cron cascade")


@pytest.fixture
def old_partitions(engine: Engine) -> str:
    """A partitioned queue whose empty partitions may be detached, some of them old."""
    engine.run(queues.create("work", "partitioned"))
    policy = queues.set_policy(
        "work", detach_mode="empty", detach_min_age=60 * DAY, default_partition="disabled"
    )
    engine.run(policy)
    engine.advance(days=120)
    return "work"


def finish_one(engine: Engine, queue: str) -> None:
    task = engine.claimed(queue)
    engine.run(runs.complete(queue, task.run_id))


def test_cleanup_deletes_finished_tasks_of_an_age(engine: Engine, queue: str) -> None:
    finish_one(engine, queue)
    engine.spawned(queue)
    engine.advance(days=2)

    assert engine.run(maintenance.cleanup_tasks(queue, 3 * DAY)) == 0
    assert engine.run(maintenance.cleanup_tasks(queue, DAY)) == 1
    assert len(engine.run(tasks.claim(queue, "w"))) == 1


def test_cleanup_stops_at_its_limit(engine: Engine, queue: str) -> None:
    for _ in range(3):
        finish_one(engine, queue)
    engine.advance(days=2)

    assert engine.run(maintenance.cleanup_tasks(queue, 86_400, limit=2)) == 2
    assert engine.run(maintenance.cleanup_tasks(queue, 86_400, limit=2)) == 1


def test_a_cleaned_up_task_frees_its_idempotency_key(engine: Engine) -> None:
    engine.run(queues.create("work", "partitioned"))
    task = engine.claimed("work", idempotency_key="k")
    engine.run(runs.complete("work", task.run_id))
    engine.advance(seconds=1)
    engine.run(maintenance.cleanup_tasks("work", 0))

    assert engine.spawned("work", idempotency_key="k").created


def test_cleanup_deletes_events_of_an_age(engine: Engine, queue: str) -> None:
    engine.run(events.emit(queue, "old"))
    engine.advance(days=2)
    engine.run(events.emit(queue, "new"))

    assert engine.run(maintenance.cleanup_events(queue, DAY)) == 1
    assert engine.sql("select event_name from absurd.e_work") == [("new",)]


def test_one_call_cleans_every_queue_by_its_policy(engine: Engine, queue: str) -> None:
    engine.run(queues.create("keep"))
    engine.run(queues.set_policy(queue, cleanup_ttl=DAY))
    for name in (queue, "keep"):
        finish_one(engine, name)
        engine.run(events.emit(name, "paid"))
    engine.advance(days=2)

    assert engine.run(maintenance.cleanup_all_queues()) == [
        Cleaned(queue="keep", tasks_deleted=0, events_deleted=0),
        Cleaned(queue="work", tasks_deleted=1, events_deleted=1),
    ]


def test_one_queue_can_be_cleaned_by_its_policy(engine: Engine, queue: str) -> None:
    engine.run(queues.create("other"))

    assert engine.run(maintenance.cleanup_all_queues(queue)) == [Cleaned(queue, 0, 0)]


def test_partitions_are_made_for_the_weeks_ahead(engine: Engine) -> None:
    engine.run(queues.create("work", "partitioned"))
    count = "select count(*) from pg_inherits where inhparent = 'absurd.t_work'::regclass"
    ((before,),) = engine.sql(count)
    engine.advance(days=14)
    engine.run(maintenance.ensure_partitions())

    assert engine.sql(count) == [(before + 2,)]


def test_partitions_meet_where_the_sessions_clock_changes(engine: Engine) -> None:
    engine.set_zone("Europe/Berlin")  # its summer begins within the weeks ahead
    engine.run(queues.create("work", "partitioned"))
    engine.advance(days=14)
    engine.run(maintenance.ensure_partitions())

    bounds = engine.sql(BOUNDS)
    assert len(bounds) == 8
    assert [lower for lower, _ in bounds[1:]] == [upper for _, upper in bounds[:-1]]
    assert engine.zone() == "Europe/Berlin"


def test_old_and_empty_partitions_may_be_detached(engine: Engine, old_partitions: str) -> None:
    candidates = engine.run(maintenance.detach_candidates())

    assert {candidate.queue for candidate in candidates} == {old_partitions}
    assert {candidate.parent_table for candidate in candidates} == {
        f"{kind}_work" for kind in "trcw"
    }
    assert candidates == engine.run(maintenance.detach_candidates(old_partitions))


def test_only_a_detached_partition_is_dropped(engine: Engine, old_partitions: str) -> None:
    candidate = engine.run(maintenance.detach_candidates(old_partitions))[0]
    drop = maintenance.drop_detached_partition(candidate.partition_table)
    assert engine.run(drop) is False

    engine.sql(
        f"alter table absurd.{candidate.parent_table}"
        f" detach partition absurd.{candidate.partition_table}"
    )
    assert engine.run(drop) is True
    assert engine.run(drop) is False


@pytest.mark.usefixtures("cron")
def test_cron_jobs_are_made_replaced_and_removed(engine: Engine, queue: str) -> None:
    made = engine.run(maintenance.enable_cron(queue, cleanup_schedule="0 3 * * *"))
    again = engine.run(maintenance.enable_cron(queue))
    removed = engine.run(maintenance.disable_cron(queue))

    assert len(made) == 3
    assert [job.name for job in again] == [job.name for job in made]
    assert {job.job_id for job in removed} == {job.job_id for job in again}
    assert engine.sql("select * from cron.job") == []


@pytest.mark.usefixtures("cron")
def test_jobs_detach_and_drop_one_old_partition_of_each_table(
    engine: Engine, old_partitions: str
) -> None:
    jobs = engine.run(maintenance.schedule_detach_jobs())

    assert [job.kind for job in jobs] == ["detach", "drop"] * 4
    assert {job.queue for job in jobs} == {old_partitions}
    assert engine.run(maintenance.schedule_detach_jobs()) == []


def test_without_pg_cron_there_are_no_jobs(engine: Engine, queue: str) -> None:
    for statement in (
        maintenance.enable_cron(),
        maintenance.disable_cron(queue),
        maintenance.schedule_detach_jobs(),
    ):
        with pytest.raises(CronUnavailable, match=f"{statement.name} needs pg_cron"):
            engine.run(statement)


def test_no_call_finds_a_queue_that_is_not_there(engine: Engine) -> None:
    for statement in (
        maintenance.cleanup_tasks("nothing", DAY),
        maintenance.cleanup_events("nothing", DAY),
        maintenance.cleanup_all_queues("nothing"),
        maintenance.ensure_partitions("nothing"),
        maintenance.detach_candidates("nothing"),
        maintenance.enable_cron("nothing"),
    ):
        with pytest.raises(QueueNotFound) as caught:
            engine.run(statement)
        assert caught.value.queue == "nothing"


def test_maintenance_nothing_could_accept_is_refused_unsent() -> None:
    with pytest.raises(InvalidArgument, match="ttl is not from 0"):
        maintenance.cleanup_tasks("work", -1)
    with pytest.raises(InvalidArgument, match="limit is not from 1"):
        maintenance.cleanup_events("work", 1, limit=0)
    with pytest.raises(InvalidArgument, match="partition_table is empty"):
        maintenance.drop_detached_partition(" ")
    with pytest.raises(InvalidArgument, match="detach_schedule is empty"):
        maintenance.enable_cron(detach_schedule="")
