"""The first superuser: asked for on a terminal, or taken from the environment."""

import os
import sys

from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command


def ensure() -> None:
    """Make a superuser unless there is one.

    Reads ``DJANGO_SUPERUSER_USERNAME``, ``DJANGO_SUPERUSER_PASSWORD`` and, where it is set,
    ``DJANGO_SUPERUSER_EMAIL``.

    Raises:
        CommandError: nobody can be asked, and the environment does not say.
    """
    if get_user_model().objects.filter(is_superuser=True).exists():
        return
    if {"DJANGO_SUPERUSER_USERNAME", "DJANGO_SUPERUSER_PASSWORD"} <= os.environ.keys():
        call_command("createsuperuser", interactive=False, email="", verbosity=0)
    elif sys.stdin.isatty():
        sys.stdout.write("Nobody can sign in yet. Who is the first user?\n")
        call_command("createsuperuser")
    else:
        raise CommandError(
            "Nobody can sign in yet; start it once on a terminal to name the first user, or set "
            "DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD."
        )
