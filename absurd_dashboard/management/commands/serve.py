"""`absurd-dashboard serve`: the dashboard for an Absurd database that exists already."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from absurd_dashboard.standalone import datadir, sockets
from absurd_dashboard.standalone.databases import entry, sqlite_url


class Command(BaseCommand):
    """Turns the command line into an environment, and becomes the web server in it."""

    help = "Serve the dashboard for an existing Absurd database, which it only needs to read."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        add = parser.add_argument
        add("--database-url", help="the Absurd database; default: $ABSURD_DATABASE_URL")
        add("--state-database-url", help="PostgreSQL for the dashboard's own tables, not SQLite")
        add("--data-dir", type=Path, help="where the SQLite file and the secret key are kept")
        add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        add("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        add("--workers", type=int, default=2, help="processes that answer (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the web server."""
        environment = os.environ | _environment(options)
        listener = sockets.listen(options["host"], options["port"])
        descriptor, workers = str(listener.fileno()), str(options["workers"])
        web = [sys.executable, "-m", "absurd_dashboard.standalone.web", descriptor]
        os.execve(sys.executable, [*web, "--workers", workers], environment)  # noqa: S606


def _environment(options: dict[str, Any]) -> dict[str, str]:
    """Say what the settings read, as far as the command line and the data directory say it."""
    engine = options["database_url"] or os.environ.get("ABSURD_DATABASE_URL")
    if not engine:
        raise CommandError("Which database? Give --database-url, or set ABSURD_DATABASE_URL.")
    directory = datadir.prepare(options["data_dir"] or datadir.default("serve"))
    if state := options["state_database_url"]:
        entry(state, "--state-database-url")
    state = state or os.environ.get("ABSURD_DASHBOARD_STATE_URL")
    key = os.environ.get("ABSURD_DASHBOARD_SECRET_KEY")
    return {
        "ABSURD_DATABASE_URL": engine,
        "ABSURD_DASHBOARD_STATE_URL": state or sqlite_url(directory / "state.sqlite3"),
        "ABSURD_DASHBOARD_SECRET_KEY": key or datadir.secret(directory / "secret-key"),
    }
