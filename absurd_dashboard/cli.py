"""The command `absurd-dashboard`: Django's management commands with the stand-alone settings."""

import os
import sys

from django.core.management import CommandError, execute_from_command_line


def main() -> None:
    """Run `absurd-dashboard <command>`; DJANGO_SETTINGS_MODULE may name other settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "absurd_dashboard.standalone.settings")
    try:
        execute_from_command_line(sys.argv)
    except CommandError as error:  # from the settings, before there is a command to report it
        sys.exit(f"Error: {error}")
