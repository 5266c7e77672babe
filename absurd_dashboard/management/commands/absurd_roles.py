"""`manage.py absurd_roles`: the SQL for the dashboard's own role in the engine's database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.errors import EngineUnavailable
from absurd_dashboard.second_line import steps
from absurd_dashboard.second_line.catalog import look
from absurd_dashboard.second_line.errors import CannotDefend


class Command(BaseCommand):
    """Prints what would make a role the dashboard's; does it with ``--apply``."""

    help = (
        "Print the SQL that gives a role exactly the rights the dashboard needs. Run it again "
        "after creating queues; a second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--read-only", metavar="ROLE", help="a role that may look")
        kind.add_argument("--operator", metavar="ROLE", help="a role that may also act on tasks")
        add = parser.add_argument
        add("--rls", action="store_true", help="bind it by row-level security to tenants in sight")
        add("--undo", action="store_true", help="take away what this command gives")
        add("--apply", action="store_true", help="do it, instead of printing it")
        add("--database", help="alias of a connection that owns the engine's tables "
            "(default: the dashboard's)")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the steps, or do them."""
        database = options["database"] or dashboard_settings().database
        try:
            chosen = _steps(database, options)
            if options["apply"]:
                steps.apply(database, chosen)
        except (CannotDefend, EngineUnavailable) as error:
            raise CommandError(str(error)) from error
        if not options["apply"]:
            self.stdout.write("\n".join(f"begin;\n{step}commit;\n" for step in chosen))


def _steps(database: str, options: dict[str, Any]) -> list[str]:
    operator = options["operator"]
    role = operator or options["read_only"]
    wanted = steps.Wanted(role, operator=bool(operator), rls=options["rls"])
    found = look(database, role)
    return steps.remove(wanted, found) if options["undo"] else steps.install(wanted, found)
