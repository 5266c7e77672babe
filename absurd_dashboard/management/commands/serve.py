"""`absurd-dashboard serve`: the dashboard for an Absurd database that exists already."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from absurd_dashboard.standalone import datadir, sockets
from absurd_dashboard.standalone.databases import entry, several, sqlite_url
from absurd_dashboard.standalone.options import OPTIONS, from_flags, number, value

#: What has a variable and no flag.
_ELSE = (
    "A flag goes before its variable; what is secret is better a variable, as other users of the "
    "machine see command lines. Several engines: set $ABSURD_INSTANCE_<NAME>_URL for each instead "
    "of $ABSURD_DATABASE_URL, and $ABSURD_INSTANCE_<NAME>_REPLICA_URL for its copy. The first "
    "user, where no terminal asks for it: $DJANGO_SUPERUSER_USERNAME, $DJANGO_SUPERUSER_PASSWORD, "
    "$DJANGO_SUPERUSER_EMAIL."
)


class Command(BaseCommand):
    """Turns the command line into an environment, and becomes the web server in it."""

    help = "Serve the dashboard for an existing Absurd database, which it only needs to read."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.epilog = _ELSE
        for option in OPTIONS:
            option.add_to(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the web server."""
        environment = os.environ | _environment(options)
        host = value(environment, "ABSURD_DASHBOARD_LISTEN_HOST")
        listener = sockets.listen(host, number(environment, "ABSURD_DASHBOARD_LISTEN_PORT"))
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
    named = value(environment, "ABSURD_DASHBOARD_DATA_DIR")
    directory = datadir.prepare(datadir.serving(named))
    said["ABSURD_DASHBOARD_DATA_DIR"] = str(directory)
    if not environment.get("ABSURD_DASHBOARD_STATE_URL"):
        said["ABSURD_DASHBOARD_STATE_URL"] = sqlite_url(directory / datadir.STATE)
    if not environment.get("ABSURD_DASHBOARD_SECRET_KEY"):
        said["ABSURD_DASHBOARD_SECRET_KEY"] = datadir.key(directory)
    return said
