"""`absurd-dashboard demo`: the dashboard with an engine, workers and traffic of its own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from absurd_dashboard.demo import site
from absurd_dashboard.standalone import datadir


class Command(BaseCommand):
    """Starts everything, and stops everything at Ctrl-C or SIGTERM."""

    help = "Look at the dashboard with live workflows: starts PostgreSQL, workers and traffic."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        add = parser.add_argument
        add("--port", type=int, default=8000, help="port on 127.0.0.1 (default: %(default)s)")
        add("--data-dir", type=Path, help="where everything is kept")
        add(
            "--crash-every",
            type=float,
            default=120.0,
            metavar="SECONDS",
            help="kill a worker this often; 0: never (default: %(default)s)",
        )
        add(
            "--downtime",
            type=float,
            default=25.0,
            metavar="SECONDS",
            help="start a worker that ended again after this long (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the demo."""
        site.run(
            site.Options(
                directory=options["data_dir"] or datadir.default("demo"),
                port=options["port"],
                crash_every=options["crash_every"],
                downtime=options["downtime"],
            ),
            self._say,
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
