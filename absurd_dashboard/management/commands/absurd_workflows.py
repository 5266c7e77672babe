"""``manage.py absurd_workflows``: makes the table of workflow runs, and ends what nobody ended."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connections, transaction

from absurd_core import following, queues, schema
from absurd_core.errors import AbsurdError, QueueNotFound
from absurd_core.statements import run
from absurd_dashboard.conf import dashboard_settings


class Command(BaseCommand):
    """Installs the table ``workflow_run`` and settles its rows; a second run changes nothing."""

    help = (
        "Make the table workflow_run beside the engine, or end the recorded workflow runs whose"
        " root task is over although no worker was there to say so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        add = parser.add_argument
        add("--install", action="store_true", help="make the table unless it is there")
        add("--schema", default="public", help="where to make it (default: %(default)s)")
        add("--settle", action="store_true", help="end what is over; run it every few minutes")
        add("--queue", help="settle this queue only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for, and say what changed."""
        if not (options["install"] or options["settle"]):
            raise CommandError("Give --install, --settle, or both.")
        connection: Any = connections[dashboard_settings().database]
        try:
            if options["install"]:
                schema.install(connection, workflows=True, workflows_schema=options["schema"])
                self.stdout.write(f"The table workflow_run is in the schema {options['schema']}.")
            if options["settle"]:
                self._settle(connection, options["queue"])
        except AbsurdError as error:
            raise CommandError(str(error)) from error

    def _settle(self, connection: Any, queue: str | None) -> None:
        """End what is over, queue by queue; one that was dropped meanwhile has nothing to end."""
        ended = 0
        for name in [queue] if queue else run(connection, queues.names()):
            try:
                with transaction.atomic(using=connection.alias):
                    ended += len(run(connection, following.settle(name)))
            except QueueNotFound:
                if queue:
                    raise
        self.stdout.write(f"{ended:,} workflow runs were ended.")
