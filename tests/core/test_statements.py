"""Statements: values that any connection carries out, in the caller's transaction."""

import ast
import dataclasses
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

import absurd_core
from absurd_core import (
    ConnectionLost,
    InvalidArgument,
    QueueNotFound,
    Statement,
    arun,
    queues,
    run,
    tasks,
)
from absurd_core.payloads import dumps, loads
from tests.core.engines import Engine, django_connection


def test_the_public_names_are_sorted_and_there() -> None:
    names = absurd_core.__all__

    assert names == sorted(names, key=lambda name: (not name.isupper(), name.islower(), name))
    assert all(hasattr(absurd_core, name) for name in names)


def test_every_error_is_public() -> None:
    classes = {
        name for name, value in vars(absurd_core.errors).items() if isinstance(value, type)
    } - {"UUID"}

    assert classes <= set(absurd_core.__all__)


def test_the_package_knows_neither_django_nor_the_dashboard() -> None:
    folder = Path(absurd_core.__file__).parent
    imported = {
        name.split(".")[0]
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _modules(node)
    }

    ours = {"absurd_core", "absurd_sdk", "absurdctl", "psycopg", "psycopg_pool"}
    assert imported - sys.stdlib_module_names <= ours


def test_importing_the_package_imports_neither_django_nor_the_dashboard() -> None:
    program = (
        "import sys, absurd_core;"
        "print([name for name in ('django', 'absurd_dashboard') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert found.stdout.strip() == b"[]"


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""]


@pytest.mark.parametrize(
    "row",
    [
        absurd_core.Awaited,
        absurd_core.Checkpoint,
        absurd_core.ClaimedTask,
        absurd_core.Cleaned,
        absurd_core.CronJob,
        absurd_core.DetachCandidate,
        absurd_core.DetachJob,
        absurd_core.QueuePolicy,
        absurd_core.Spawned,
        absurd_core.TaskResult,
        Statement,
    ],
)
def test_every_row_is_frozen_and_slotted(row: type) -> None:
    assert row.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert {field.name for field in dataclasses.fields(row)} == set(row.__slots__)


def test_a_statement_may_be_run_more_than_once(engine: Engine) -> None:
    engine.run(queues.create("work"))
    spawn = tasks.spawn("work", "job")

    assert engine.run(spawn).task_id != engine.run(spawn).task_id


def test_a_statement_takes_part_in_the_callers_transaction(url: str) -> None:
    with psycopg.connect(url) as connection:
        run(connection, queues.create("work"))
        connection.rollback()

        assert run(connection, queues.names()) == []


async def test_a_statement_takes_part_in_an_async_transaction(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await arun(connection, queues.create("work"))
        await connection.rollback()

        assert await arun(connection, queues.names()) == []


def test_a_statement_takes_part_in_djangos_transaction(url: str, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection = django_connection(url)
        connection.set_autocommit(False)
        run(connection, queues.create("work"))
        connection.rollback()

        assert run(connection, queues.names()) == []
        connection.close()


def test_django_replaces_a_connection_that_a_statement_found_broken(
    url: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        connection = django_connection(url)
        connection.ensure_connection()
        with psycopg.connect(url, autocommit=True) as other:
            pid = connection.connection.info.backend_pid
            other.execute("select pg_terminate_backend(%s)", [pid])
        with pytest.raises(ConnectionLost):
            run(connection, queues.names())
        connection.close_if_unusable_or_obsolete()  # what Django does after every request

        assert run(connection, queues.names()) == []
        connection.close()


def test_a_connection_that_django_cannot_make_is_lost(django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), pytest.raises(ConnectionLost):
        run(django_connection("host=127.0.0.1 port=1 dbname=none"), queues.names())


def test_nothing_is_prepared_on_the_server(url: str) -> None:
    with psycopg.connect(url, prepare_threshold=0, autocommit=True) as connection:
        run(connection, queues.names())

        query = "select count(*) from pg_prepared_statements where statement like '%list_queues%'"
        assert connection.execute(query, prepare=False).fetchone() == (0,)


def test_an_error_without_the_server_names_the_procedure(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(QueueNotFound) as caught:
        run(connection, queues.policy("nothing"))

    assert (caught.value.procedure, caught.value.sqlstate) == ("get_queue_policy", None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.10", 1.1),
        ("0.1234567890123456789", Decimal("0.1234567890123456789")),
        ("1e400", Decimal("1e400")),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("9" * 5000, Decimal("9" * 5000)),
        ("-0.0", -0.0),
    ],
)
def test_a_number_is_read_without_losing_a_digit(text: str, value: object) -> None:
    read = loads(text)

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.10"), "1.10"),
        ([Decimal("1e400"), "1.10"], '[1E+400, "1.10"]'),
        ({"n": Decimal("-0.5")}, '{"n": -0.5}'),
        ((1, 2), "[1, 2]"),
        ("\\u0000", '"\\\\u0000"'),
        ("zoë 🐘", '"zoë 🐘"'),
    ],
    ids=repr,
)
def test_a_value_is_written_as_it_is(value: Any, text: str) -> None:
    assert dumps("params", value) == text


@pytest.mark.parametrize("value", ["\0", {"\0": 1}, "\\\0", ["\\\\\0"], "\ud800", {"\udfff": 1}])
def test_text_that_postgresql_cannot_store_is_refused(value: Any) -> None:
    with pytest.raises(InvalidArgument, match="params contains"):
        dumps("params", value)


def test_a_circular_or_bottomless_value_is_refused() -> None:
    circular: list[Any] = []
    circular.append(circular)
    bottomless: list[Any] = []
    for _ in range(100_000):
        bottomless = [bottomless]

    for value in (circular, bottomless):
        with pytest.raises(InvalidArgument, match="params is not JSON"):
            dumps("params", value)
