"""The command `absurd-dashboard`: Django's management commands with the stand-alone settings."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run `absurd-dashboard <command>`; DJANGO_SETTINGS_MODULE may name other settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "absurd_dashboard.standalone.settings")
    execute_from_command_line(sys.argv)
