"""`doctor`: what is wrong between the dashboard and its databases, and what to do about it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from absurd_dashboard.doctor import Finding, Level, examine


class Command(BaseCommand):
    """Looks at one thing after another; ends with status 1 when something is an error."""

    help = "Check settings, tables, engine, rights, clock and connections; say what to do."
    requires_system_checks = ()  # they are the first thing it looks at

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("--quiet", action="store_true", help="say only what is amiss")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at everything, and say it as it is found."""
        errors = 0
        for finding in examine():
            errors += finding.level is Level.ERROR
            if finding.level is not Level.OK or not options["quiet"]:
                self.stdout.write(self._line(finding))
        if errors:
            raise CommandError(f"{errors} {'thing' if errors == 1 else 'things'} must be mended.")

    def _line(self, finding: Finding) -> str:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.ERROR: self.style.ERROR,
        }
        line = f"{styles[finding.level](f'{finding.level:<8}')}{finding.subject}: {finding.said}"
        return f"{line}\n        {finding.remedy}" if finding.remedy else line
