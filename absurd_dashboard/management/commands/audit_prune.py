"""``manage.py audit_prune``: forget what was done a long time ago."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from absurd_dashboard.models import AuditEntry

_UNITS = {"d": "days", "w": "weeks", "h": "hours"}
_BATCH = 1_000


def age(text: str) -> timedelta:
    """A length of time such as ``365d``, ``52w`` or ``12h``."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([dwh])", text)
    if found is None:
        raise argparse.ArgumentTypeError("give a number and d, w or h, such as 365d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


class Command(BaseCommand):
    """Delete audit records that are older, in batches; the only thing that deletes any."""

    help = "Deletes records of actions that are older than an age."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--older-than`` has no default, so that nobody forgets by accident."""
        parser.add_argument("--older-than", type=age, required=True, help="such as 365d")
        parser.add_argument("--dry-run", action="store_true", help="only say how many")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many are deleted."""
        old = AuditEntry.objects.filter(at__lt=datetime.now(UTC) - options["older_than"])
        if options["dry_run"]:
            self.stdout.write(f"{old.count():,} records would be deleted.")
            return
        deleted = 0
        while batch := list(old.order_by("id").values_list("id", flat=True)[:_BATCH]):
            AuditEntry.objects.filter(id__in=batch).delete()
            deleted += len(batch)
        self.stdout.write(f"{deleted:,} records were deleted.")
