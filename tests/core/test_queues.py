"""Queues: making, dropping and naming them, and their maintenance policy."""

from datetime import timedelta

import pytest

from absurd_core import (
    DefaultPartitionInUse,
    InvalidArgument,
    PartitionMissing,
    QueueExists,
    QueueNotFound,
    QueueNotPartitioned,
    queues,
    tasks,
)
from tests.core.engines import Engine

ODD_NAMES = ["With Space", 'quo"te', "a/b.c", "100%", "%s", "🐘" * 14, "\u202eabc", "{x}", "back\\"]


def test_a_new_queue_is_listed(engine: Engine) -> None:
    engine.run(queues.create("emails"))

    assert engine.run(queues.names()) == ["emails"]


def test_creating_a_queue_again_changes_nothing(engine: Engine) -> None:
    engine.run(queues.create("emails"))
    engine.spawned("emails")
    engine.run(queues.create("emails"))

    assert len(engine.run(tasks.claim("emails", "w"))) == 1


def test_a_queue_exists_with_one_storage_mode_only(engine: Engine) -> None:
    engine.run(queues.create("emails", "partitioned"))

    with pytest.raises(QueueExists) as caught:
        engine.run(queues.create("emails"))
    assert (caught.value.queue, caught.value.storage_mode) == ("emails", "partitioned")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_text_of_57_bytes_names_a_queue(engine: Engine, name: str) -> None:
    engine.run(queues.create(name))
    engine.spawned(name)

    assert len(engine.run(tasks.claim(name, "w"))) == 1
    assert engine.run(queues.names()) == [name]


def test_a_dropped_queue_is_gone_with_its_tasks(engine: Engine) -> None:
    engine.run(queues.create("emails"))
    engine.run(queues.drop("emails"))

    assert engine.run(queues.names()) == []
    with pytest.raises(QueueNotFound):
        engine.spawned("emails")


def test_dropping_a_queue_that_is_not_there_does_nothing(engine: Engine) -> None:
    engine.run(queues.drop("nothing"))


def test_a_new_queue_has_the_engines_policy(engine: Engine) -> None:
    engine.run(queues.create("emails"))

    assert engine.run(queues.policy("emails")) == queues.QueuePolicy(
        queue="emails",
        storage_mode="unpartitioned",
        default_partition="enabled",
        partition_lookahead=timedelta(days=28),
        partition_lookback=timedelta(days=1),
        cleanup_ttl=timedelta(days=30),
        cleanup_limit=1000,
        detach_mode="none",
        detach_min_age=timedelta(days=30),
    )


def test_a_policy_change_leaves_the_rest_as_it_was(engine: Engine) -> None:
    engine.run(queues.create("emails", "partitioned"))
    before = engine.run(queues.policy("emails"))
    changes = {"cleanup_ttl": timedelta(days=1, microseconds=7), "detach_mode": "empty"}
    engine.run(queues.set_policy("emails", **changes))

    after = engine.run(queues.policy("emails"))
    assert (after.cleanup_ttl, after.detach_mode) == tuple(changes.values())
    assert (after.partition_lookahead, after.cleanup_limit) == (
        before.partition_lookahead,
        before.cleanup_limit,
    )


def test_every_value_of_a_policy_can_be_changed(engine: Engine) -> None:
    engine.run(queues.create("emails", "partitioned"))
    wanted = queues.QueuePolicy(
        queue="emails",
        storage_mode="partitioned",
        default_partition="disabled",
        partition_lookahead=timedelta(days=14),
        partition_lookback=timedelta(hours=36),
        cleanup_ttl=timedelta(minutes=90),
        cleanup_limit=7,
        detach_mode="empty",
        detach_min_age=timedelta(days=60),
    )
    engine.run(
        queues.set_policy(
            "emails",
            default_partition="disabled",
            partition_lookahead=timedelta(days=14),
            partition_lookback=timedelta(hours=36),
            cleanup_ttl=timedelta(minutes=90),
            cleanup_limit=7,
            detach_mode="empty",
            detach_min_age=timedelta(days=60),
        )
    )

    assert engine.run(queues.policy("emails")) == wanted


def test_a_queue_that_is_not_there_has_no_policy(engine: Engine) -> None:
    with pytest.raises(QueueNotFound) as caught:
        engine.run(queues.policy("nothing"))
    assert caught.value.procedure == "get_queue_policy"

    with pytest.raises(QueueNotFound):
        engine.run(queues.set_policy("nothing", cleanup_limit=1))


def test_only_partitioned_queues_have_a_default_partition(engine: Engine) -> None:
    engine.run(queues.create("emails"))

    with pytest.raises(QueueNotPartitioned):
        engine.run(queues.set_policy("emails", default_partition="disabled"))


def test_a_default_partition_with_rows_stays(engine: Engine) -> None:
    engine.run(queues.create("emails", "partitioned"))
    engine.advance(days=90)  # past every partition there is
    engine.spawned("emails")

    with pytest.raises(DefaultPartitionInUse):
        engine.run(queues.set_policy("emails", default_partition="disabled"))


def test_without_a_default_partition_a_task_needs_one_of_its_week(engine: Engine) -> None:
    engine.run(queues.create("emails", "partitioned"))
    engine.run(queues.set_policy("emails", default_partition="disabled"))
    engine.advance(days=90)

    with pytest.raises(PartitionMissing) as caught:
        engine.spawned("emails")
    assert caught.value.queue == "emails"


@pytest.mark.parametrize(
    "change",
    [
        {"cleanup_ttl": timedelta(seconds=-1)},
        {"cleanup_ttl": timedelta(days=40_000)},
        {"partition_lookahead": timedelta(days=-1)},
        {"partition_lookback": 5},
        {"detach_min_age": timedelta(days=-1)},
        {"cleanup_limit": 0},
        {"detach_mode": "sometimes"},
        {"default_partition": "yes"},
    ],
)
def test_a_policy_no_queue_can_have_is_refused_unsent(change: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        queues.set_policy("emails", **change)
    assert caught.value.argument == next(iter(change))


def test_an_unknown_storage_mode_is_refused_unsent() -> None:
    with pytest.raises(InvalidArgument, match="storage_mode"):
        queues.create("emails", "sharded")  # type: ignore[arg-type]
