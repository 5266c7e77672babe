"""The command `absurd-dashboard`: Django's management commands with the stand-alone settings."""

import os
import sys
from collections.abc import Mapping

from django.core.management import CommandError, execute_from_command_line

from absurd_dashboard import __version__

_SETTINGS = "absurd_dashboard.standalone.settings"


def main() -> None:
    """Run `absurd-dashboard <command>`; DJANGO_SETTINGS_MODULE may name other settings."""
    if sys.argv[1:] == ["--version"]:  # Django would tell its own
        sys.stdout.write(f"{__version__}\n")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", _SETTINGS)
    try:
        if sys.argv[1:2] == ["migrate"]:  # the first thing that happens to a new data directory
            _prepare(os.environ)
        execute_from_command_line(sys.argv)
    except CommandError as error:  # from the settings, before there is a command to report it
        sys.exit(f"Error: {error}")


def _prepare(environment: Mapping[str, str]) -> None:
    """Make the data directory, and the key in it, that another WSGI server is going to need."""
    own = environment["DJANGO_SETTINGS_MODULE"] == _SETTINGS
    if own and not environment.get("ABSURD_DASHBOARD_STATE_URL"):
        from absurd_dashboard.standalone import datadir  # needs the extra "serve"

        named = environment.get("ABSURD_DASHBOARD_DATA_DIR", "")
        datadir.key(datadir.prepare(datadir.serving(named)))
