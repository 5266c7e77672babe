"""Installs and upgrades the engine's schema from absurdctl's SQL, and this package's table."""

from __future__ import annotations

from dataclasses import dataclass, field

import absurdctl
from psycopg import sql

from absurd_core import workflow_schema
from absurd_core.errors import SchemaUpgradeError
from absurd_core.rows import nothing, scalar
from absurd_core.scripts import execute_script
from absurd_core.statements import Statement, SyncConnection, _psycopg, call, run
from absurd_core.translation import translated


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of an upgrade.

    Attributes:
        source: the version it starts from.
        target: the version it leads to.
        script: its SQL, of several commands.
    """

    source: str
    target: str
    script: str = field(repr=False)


def version() -> Statement[str]:
    """The version of the engine's schema: ``absurd.get_schema_version``.

    Returns:
        A release such as ``"0.5.1"``, or ``"main"`` for a development build.

    Raises:
        SchemaMissing: there is no engine in this database.
        SchemaTooOld: the engine is older than 0.2, which recorded no version.
    """
    return call("get_schema_version", read=scalar, repeatable=True)


def install(
    connection: SyncConnection, *, workflows: bool = False, workflows_schema: str = "public"
) -> str:
    """Install the engine's schema unless it is there; an older one is left as it is.

    All of it happens in one transaction under an advisory lock, so it may be called twice, and
    from several processes at once. In a caller's transaction it takes effect, and lets the next
    process go on, when that commits.

    Args:
        connection: a psycopg connection, or Django's ``connection``.
        workflows: also install this package's own table ``workflow_run``.
        workflows_schema: where; made when it is missing. :mod:`absurd_core.workflows` finds the
            table through the search path.

    Returns:
        The version of the engine's schema that is now there.

    Raises:
        SchemaTooOld: there is an engine older than 0.2, which recorded no version.
        SchemaUpgradeError: a ``workflow_run`` of another making is in the way.
        AccessDenied: the role may not make these objects.
    """
    raw = _psycopg(connection)
    with translated("install", {}), raw.transaction():
        run(raw, _LOCK)
        if not run(raw, _ENGINE_EXISTS):
            execute_script(raw, absurdctl.BUNDLED_SCHEMA_SQL)
        if workflows:
            workflow_schema.ensure(raw, workflows_schema)
        return run(raw, version())


def upgrade(connection: SyncConnection, to: str | None = None) -> list[Migration]:
    """Upgrade the engine's schema, under live data, in one transaction as :func:`install` does.

    Tables are altered: workers wait while it runs, and it waits for statements under way.

    Args:
        connection: a psycopg connection, or Django's ``connection``.
        to: the version to reach; absurdctl's own by default.

    Returns:
        The steps that were taken; none when the schema was there already.

    Raises:
        SchemaMissing: there is nothing to upgrade.
        SchemaTooOld: the engine is older than 0.2, which recorded no version.
        SchemaUpgradeError: a downgrade, or a version that absurdctl does not know.
    """
    raw = _psycopg(connection)
    with translated("upgrade", {}), raw.transaction():
        run(raw, _LOCK)
        steps = plan(run(raw, version()), to)
        for step in steps:
            execute_script(raw, step.script)
        return steps


def plan(from_version: str, to: str | None = None) -> list[Migration]:
    """The steps from one version of the engine's schema to another, in order.

    Args:
        from_version: where to start; a release.
        to: the version to reach; absurdctl's own by default.

    Returns:
        The steps; none when both are the same, or nothing changed between them.

    Raises:
        SchemaUpgradeError: a downgrade, or a version that absurdctl does not know.
    """
    to = to or absurdctl.ABSURD_SCHEMA_TARGET_VERSION
    steps = _migrations()
    _check_way(from_version, to, steps)
    start, end = absurdctl.version_sort_key(from_version), absurdctl.version_sort_key(to)
    return [step for step in steps if start < absurdctl.version_sort_key(step.target) <= end]


def _migrations() -> list[Migration]:
    steps = [_migration(name, script) for name, script in absurdctl.BUNDLED_MIGRATIONS.items()]
    return sorted(steps, key=lambda step: absurdctl.version_sort_key(step.target))


def _migration(name: str, script: str) -> Migration:
    source, target = absurdctl.parse_migration_filename(name)
    return Migration(source, target, script)


def _check_way(found: str, wanted: str, steps: list[Migration]) -> None:
    known = {version for step in steps for version in (step.source, step.target)}
    for name in (found, wanted):
        if name not in known:
            problem = f"absurdctl {absurdctl.ABSURD_SCHEMA_TARGET_VERSION} does not know {name}"
            raise SchemaUpgradeError(found=found, wanted=wanted, problem=problem)
    if absurdctl.version_sort_key(found) > absurdctl.version_sort_key(wanted):
        raise SchemaUpgradeError(found=found, wanted=wanted, problem="a downgrade is not possible")


#: Whoever installs or upgrades holds this advisory lock until its transaction ends.
_LOCK: Statement[None] = Statement(
    name="pg_advisory_xact_lock",
    query=sql.SQL("select pg_advisory_xact_lock(hashtextextended('absurd_core.schema', 0))"),
    parameters={},
    read=nothing,
)

# The catalog, unlike a table, is read as of now in every isolation level: what another process
# installed while this one waited for the lock is seen.
_ENGINE_EXISTS: Statement[bool] = Statement(
    name="to_regclass",
    query=sql.SQL("select to_regclass('absurd.queues') is not null"),
    parameters={},
    read=scalar,
)
