"""`manage.py bulk_worker`: works off bulk operations, until it is told to stop."""

import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand

from absurd_dashboard.bulk import work
from absurd_dashboard.bulk.tenure import LEASE


class Command(BaseCommand):
    """Takes the oldest operation that nobody works on, one at a time."""

    help = "Work off bulk operations. Any number of workers may run, and be killed at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        add = parser.add_argument
        add("--once", action="store_true", help="end when nothing is left to do")
        add("--idle", type=float, default=1.0, help="seconds between looks (default: %(default)s)")
        silent = "seconds after which a silent worker is taken for dead, where the dashboard's own"
        silent += " tables are not in PostgreSQL (default: %(default)s)"
        add("--lease", type=float, default=LEASE.total_seconds(), help=silent)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work; a batch that has begun is finished first."""
        told = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        idle = None if options["once"] else options["idle"]
        lease = timedelta(seconds=options["lease"])
        work.persist(told.is_set, told.wait, idle=idle, lease=lease)
