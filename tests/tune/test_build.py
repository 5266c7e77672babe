"""Building and removing optional indexes in a database that others use: whole, resumed, refused."""

from __future__ import annotations

import io
import threading
from time import monotonic, sleep

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from absurd_dashboard.tune.catalog import look
from absurd_dashboard.tune.errors import CannotTune
from absurd_dashboard.tune.kinds import KINDS
from absurd_dashboard.tune.naming import PREFIX
from absurd_dashboard.tune.proposals import Proposal, Standing, proposals
from absurd_dashboard.tune.work import carry_out
from tests.tune.conftest import Call

STRANGE = '"; drop schema absurd; -- %s {} 100%'
LONGEST = "ü" * 28 + "x"
MODES = ["unpartitioned", "partitioned"]


def tune(*arguments: str) -> str:
    """Run the command and return what it prints."""
    said = io.StringIO()
    call_command("absurd_tune", "--database", "tuned", *arguments, stdout=said)
    return said.getvalue()


def found(database: str, queue: str, kind: str = "name") -> Proposal:
    """A kind of index of a queue, as it is now."""
    (proposal,) = [each for each in proposals(look(database, [queue])) if each.kind == kind]
    return proposal


def ours(call: Call) -> list[tuple[str, bool]]:
    """Names of our indexes, and whether they are valid."""
    return call(
        "select c.relname, i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid"
        " where c.relname like 'adx\\_%' order by c.relname"
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("queue", ["plain", STRANGE, LONGEST, "weekly 🐘"])
def test_an_index_is_built_once_whatever_the_queue_is_called(
    database: str, call: Call, queue: str, mode: str
) -> None:
    call("select absurd.create_queue(%s, %s)", queue, mode)
    assert "create index" in tune("--apply", "--index", "name", "--queue", queue)
    assert found(database, queue).standing is Standing.BUILT
    assert all(len(name.encode()) <= 63 and valid for name, valid in ours(call))
    assert tune("--apply", "--index", "name", "--queue", queue) == "Nothing to do.\n"


@pytest.mark.parametrize("mode", MODES)
def test_every_kind_is_built_as_it_is_described(database: str, call: Call, mode: str) -> None:
    call("create extension if not exists pg_trgm")
    call("select absurd.create_queue('all', %s)", mode)
    tune("--apply", *[f"--index={kind}" for kind in KINDS])
    for table in look(database, ["all"]):
        built = {index.defined_as for index in table.top.indexes if index.name.startswith(PREFIX)}
        assert built == {k.defined_as for k in KINDS.values() if k.prefix == table.prefix}


def test_a_partition_that_is_made_later_has_the_index_too(database: str, call: Call) -> None:
    call("select absurd.create_queue('parted', 'partitioned')")
    tune("--apply", "--index", "name")
    before = len(look(database, ["parted"])[1].parts)
    call("select absurd.set_queue_policy('parted', '{\"partition_lookahead\": \"60 days\"}')")
    call("select absurd.ensure_partitions('parted')")
    tasks = look(database, ["parted"])[1]
    assert len(tasks.parts) > before
    assert all(any(index.part_of for index in part.indexes if "task_name" in index.defined_as)
               for part in tasks.parts)  # fmt: skip
    assert tune("--apply", "--index", "name") == "Nothing to do.\n"


def test_a_run_that_was_broken_off_anywhere_is_taken_up(database: str, call: Call) -> None:
    call("select absurd.create_queue('parted', 'partitioned')")
    steps = found(database, "parted").build
    assert len(steps) > 6
    for broken_off in (1, 2, 3, len(steps) - 1):
        with connections[database].cursor() as cursor:
            for step in steps[:broken_off]:
                cursor.execute(step.sql)
        assert found(database, "parted").standing is Standing.UNFINISHED
        assert found(database, "parted").proposed
        tune("--apply")
        assert found(database, "parted").standing is Standing.BUILT
        tune("--remove")
        assert ours(call) == []


def test_what_a_killed_build_left_is_removed_and_built_again(
    database: str, call: Call, url: str
) -> None:
    call("select absurd.create_queue('busy')")
    with psycopg.connect(url) as other:  # a build waits for every open transaction that writes
        other.execute("select absurd.spawn_task('busy', 'work', 'null')")
        refused: list[str] = []

        def build() -> None:
            try:
                carry_out(database, {("busy", "name")}, lambda each: each.build, lambda _: None)
            except CannotTune as error:
                refused.append(str(error))
            finally:
                connections[database].close()

        builder = threading.Thread(target=build)
        builder.start()
        deadline = monotonic() + 20
        while not ours(call) and monotonic() < deadline:
            sleep(0.01)
        call(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like 'create index%' and datname = current_database()"
        )
        builder.join(20)
    assert "run this again to go on" in refused[0]
    assert ours(call) == [("adx_name_t_busy", False)]
    assert "drop index concurrently" in tune("--apply")
    assert ours(call) == [("adx_name_t_busy", True)]


def test_only_one_process_builds_at_a_time(database: str, call: Call, url: str) -> None:
    call("select absurd.create_queue('q')")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended('absurd_dashboard.tune', 0))")
        with pytest.raises(CommandError, match="Another process builds indexes"):
            tune("--apply", "--index", "name")
    assert ours(call) == []


def test_a_role_that_does_not_own_the_tables_is_told_who_does(database: str, call: Call) -> None:
    call("select absurd.create_queue('q')")
    call("create role guest; grant usage on schema absurd to guest;"
         " grant select on absurd.queues to guest")  # fmt: skip
    with connections[database].cursor() as cursor:
        cursor.execute("set role guest")
        with pytest.raises(CommandError, match="belong to the role 'postgres'; only their owner"):
            tune("--apply", "--index", "name")
    call("drop owned by guest; drop role guest")


def test_an_index_that_needs_an_extension_says_which(database: str, call: Call) -> None:
    call("drop extension if exists pg_trgm cascade")
    call("select absurd.create_queue('q')")
    with pytest.raises(CommandError, match="create extension pg_trgm"):
        tune("--apply", "--index", "text")


@pytest.mark.parametrize("mode", MODES)
def test_removing_leaves_what_others_made(database: str, call: Call, mode: str) -> None:
    call("select absurd.create_queue('q', %s)", mode)
    call("create index theirs on absurd.t_q (task_name)")
    call("create index adx_wish on absurd.t_q (attempts)")
    tune("--apply", "--index", "name", "--index", "done")
    tune("--remove")
    assert {name for name, _ in ours(call) if "_idx" not in name} == {"adx_wish"}
    assert call("select to_regclass('absurd.theirs') is not null") == [(True,)]


def test_the_same_index_under_another_name_is_enough(database: str, call: Call) -> None:
    call("select absurd.create_queue('q')")
    call("create index by_name on absurd.t_q (task_name, task_id)")
    assert found(database, "q").standing is Standing.OTHERS
    assert tune("--apply", "--index", "name") == "Nothing to do.\n"


def test_a_queue_that_is_not_there_is_named(database: str, call: Call) -> None:
    with pytest.raises(CommandError, match="There is no queue 'nothing'"):
        tune("--queue", "nothing")
