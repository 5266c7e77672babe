"""`absurd-dashboard serve`: the dashboard for an Absurd database that exists already."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from absurd_dashboard.standalone import datadir, sockets
from absurd_dashboard.standalone.databases import entry, several, sqlite_url
from absurd_dashboard.standalone.options import OPTIONS, from_flags


class Command(BaseCommand):
    """Turns the command line into an environment, and becomes the web server in it."""

    help = "Serve the dashboard for an existing Absurd database, which it only needs to read."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        add = parser.add_argument
        add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        add("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        add("--data-dir", type=Path, help="where the SQLite file and the secret key are kept")
        for option in OPTIONS:
            option.add_to(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the web server."""
        environment = os.environ | _environment(options)
        listener = sockets.listen(options["host"], options["port"])
        web = [sys.executable, "-m", "absurd_dashboard.standalone.web", str(listener.fileno())]
        os.execve(sys.executable, web, environment)  # noqa: S606


def _environment(options: dict[str, Any]) -> dict[str, str]:
    """Say what the settings read, as far as the command line and the data directory say it."""
    said = from_flags(options)
    environment = os.environ | said
    if not (environment.get("ABSURD_DATABASE_URL") or several(environment)):
        raise CommandError("Which database? Give --database-url, or set ABSURD_DATABASE_URL.")
    if state := said.get("ABSURD_DASHBOARD_STATE_URL"):
        entry(state, "--state-database-url")
    directory = datadir.prepare(options["data_dir"] or datadir.default("serve"))
    if not environment.get("ABSURD_DASHBOARD_STATE_URL"):
        said["ABSURD_DASHBOARD_STATE_URL"] = sqlite_url(directory / "state.sqlite3")
    if not environment.get("ABSURD_DASHBOARD_SECRET_KEY"):
        said["ABSURD_DASHBOARD_SECRET_KEY"] = datadir.secret(directory / "secret-key")
    return said
