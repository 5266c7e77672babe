"""Whether a URL leads to an Absurd database that the dashboard can read; if not, why."""

import psycopg
from django.core.management import CommandError

from absurd_core import errors, schema
from absurd_core.statements import run
from absurd_dashboard.engine import OLDEST


def check(url: str) -> None:
    """Look at the engine once before serving pages about it.

    Args:
        url: the database, as libpq takes it.

    Raises:
        CommandError: one sentence that says what is wrong and what to do; never the URL, which
            may hold a password.
    """
    with _connect(url) as connection:
        database = connection.info.dbname
        version = _version(connection, database)
        if not _new_enough(version):
            raise CommandError(_too_old(database, version))
        _try_to_read(connection)


def _connect(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, connect_timeout=5, autocommit=True)
    except psycopg.ProgrammingError as error:
        raise CommandError(
            "--database-url is no PostgreSQL URL; give one like postgresql://user@host:5432/name."
        ) from error
    except psycopg.OperationalError as error:
        raise CommandError(
            f"Cannot reach the database ({_first_line(error)}); check --database-url, "
            "and that the server runs and lets this user in."
        ) from error


def _version(connection: psycopg.Connection, database: str) -> str:
    try:
        return run(connection, schema.version())
    except errors.SchemaMissing as error:
        raise CommandError(
            f"The database {database!r} has no Absurd schema; install it with `absurdctl init`, "
            "or name another database with --database-url."
        ) from error
    except errors.SchemaTooOld as error:
        raise CommandError(_too_old(database, "older than 0.2")) from error
    except errors.AccessDenied as error:
        raise CommandError(_forbidden(connection)) from error


def _try_to_read(connection: psycopg.Connection) -> None:
    try:
        connection.execute("select from absurd.queues limit 1")
    except psycopg.errors.InsufficientPrivilege as error:
        raise CommandError(_forbidden(connection)) from error


def _new_enough(version: str) -> bool:
    """Compare a release such as ``0.5.1``; ``main`` and anything else that is no release is new."""
    numbers = version.split(".")
    return not all(map(str.isdigit, numbers)) or tuple(map(int, numbers)) >= OLDEST


def _too_old(database: str, version: str) -> str:
    needed = ".".join(map(str, OLDEST))
    return (
        f"The Absurd schema of the database {database!r} is too old ({version}, and {needed} is "
        "needed); upgrade it with `absurdctl migrate`."
    )


def _forbidden(connection: psycopg.Connection) -> str:
    role = connection.info.user
    return (
        f"The role {role!r} may not read the Absurd schema; grant it usage on schema absurd, "
        "and select on all tables in it."
    )


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0].strip()
