"""The own tables are brought from any state to the newest, and the engine's are let alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from psycopg.conninfo import conninfo_to_dict

from absurd_core import queues, schema, tasks
from absurd_core.statements import run
from tests.core.databases import fresh_database

APP, ALIAS = "absurd_dashboard", "upgraded"
STATES = sorted(name for app, name in MigrationLoader(None).disk_migrations if app == APP)
ENGINE_TABLES = """
select string_agg(oid::regclass::text, ', ') from pg_class
where relnamespace = 'absurd'::regnamespace and relkind in ('r', 'p')
"""


@pytest.fixture(scope="module")
def unmigrated(server_url: str, django_db_blocker: Any) -> Iterator[str]:
    """An empty database behind an alias of its own."""
    with fresh_database(server_url) as url, django_db_blocker.unblock():
        parts = {key.upper(): str(value) for key, value in conninfo_to_dict(url).items()}
        named = {"NAME": parts.pop("DBNAME"), **parts}
        connections.databases[ALIAS] = {**connections["default"].settings_dict, **named}
        yield url
        connections[ALIAS].close()
        del connections.databases[ALIAS], connections[ALIAS]


@pytest.fixture(scope="module", params=STATES)
def state(request: pytest.FixtureRequest, unmigrated: str) -> str:
    """Each state that the tables were ever in, one after the other."""
    migrate(request.param)
    return str(request.param)


def migrate(name: str) -> Any:
    """Bring the tables to a state; the models as they were then."""
    executor = MigrationExecutor(connections[ALIAS])
    return executor.migrate([(APP, name)]).apps


def filled(apps: Any) -> list[models.Model]:
    """A row in each table that there is, with a value in each of its columns."""
    user = apps.get_model("auth", "User").objects.using(ALIAS).create(username="ada")
    made: dict[type[models.Model], models.Model] = {type(user): user}
    waiting = [model for model in apps.get_app_config(APP).get_models() if model._meta.managed]
    while waiting:
        model = waiting.pop(0)
        targets = {field.related_model for field in related(model)}
        if targets <= made.keys():
            values = {field.name: made[field.related_model] for field in related(model)}
            made[model] = model._default_manager.using(ALIAS).create(**values, **scalars(model))
        else:
            waiting.append(model)
    return [row for row in made.values() if row._meta.app_label == APP]


def related(model: type[models.Model]) -> list[Any]:
    """Its foreign keys."""
    return [field for field in model._meta.concrete_fields if field.is_relation]


def scalars(model: type[models.Model]) -> dict[str, Any]:
    """A value for each of its other columns, but for keys that the database makes."""
    plain = (field for field in model._meta.concrete_fields if not field.is_relation)
    return {field.name: value(field) for field in plain if not isinstance(field, models.AutoField)}


def value(field: models.Field[Any, Any]) -> Any:
    """Something that fits into a column."""
    if field.choices:
        return next(iter(field.choices))[0]
    by_kind: dict[type[models.Field[Any, Any]], Any] = {
        models.UUIDField: uuid4(),
        models.DateTimeField: datetime(2026, 3, 2, 12, tzinfo=UTC),
        models.JSONField: {"text": "ä", "numbers": [1, None]},
        models.BooleanField: True,
        models.DurationField: timedelta(hours=1),
        models.IntegerField: 7,
        models.FloatField: 0.5,
        models.GenericIPAddressField: "192.0.2.1",
        models.SlugField: "acme",
        models.CharField: "x",
        models.TextField: "x",
    }
    return next(found for kind, found in by_kind.items() if isinstance(field, kind))


def columns(row: models.Model) -> dict[str, Any]:
    """What a row holds."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_whatever_is_in_the_tables_is_still_there_after_the_newest_migration(state: str) -> None:
    executor = MigrationExecutor(connections[ALIAS])
    before = executor.loader.project_state((APP, state)).apps
    with transaction.atomic(using=ALIAS):
        rows = filled(before)
        connections[ALIAS].check_constraints()
        after = migrate(STATES[-1])
        for row in rows:
            model = after.get_model(APP, row._meta.model_name)
            found = columns(model._default_manager.using(ALIAS).get(pk=row.pk))
            kept = columns(row).items()
            assert {name: found[name] for name, _ in kept if name in found} == {
                name: value for name, value in kept if name in found
            }
        assert len(rows) >= 4
        transaction.set_rollback(True, using=ALIAS)


@pytest.fixture
def shared(unmigrated: str) -> Iterator[psycopg.Connection]:
    """The database as a site has it that keeps its own tables beside the engine's, or will."""
    given = {"DATABASE": ALIAS}
    with (
        override_settings(ABSURD_DASHBOARD=given, DATABASE_ROUTERS=[]),
        psycopg.connect(unmigrated, autocommit=True) as connection,
    ):
        migrate_command("zero")
        yield connection


def migrate_command(*arguments: str) -> None:
    """`manage.py migrate`, with the checks that it makes before; no lock is waited for long."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("set lock_timeout = '2s'")
    call_command("migrate", APP, *arguments, database=ALIAS, skip_checks=False, verbosity=0)


def is_there() -> bool:
    """Whether the own tables are."""
    return f"{APP}_tenant" in connections[ALIAS].introspection.table_names()


def test_migrate_needs_no_engine_which_it_may_be_going_to_install(
    shared: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    migrate_command()

    assert is_there()
    assert "has no Absurd engine" in capsys.readouterr().err


def test_migrate_waits_for_no_lock_on_a_table_of_the_engine(shared: psycopg.Connection) -> None:
    schema.install(shared)
    run(shared, queues.create("q"))
    run(shared, tasks.spawn("q", "work"))
    with shared.transaction():  # somebody has each of them for himself
        ((tables,),) = shared.execute(ENGINE_TABLES).fetchall()
        shared.execute(f"lock table {tables} in access exclusive mode".encode())
        with override_settings(ABSURD_DASHBOARD={"STATEMENT_TIMEOUT": timedelta(seconds=0.1)}):
            migrate_command()

    assert is_there()
