"""`manage.py absurd_tune`: optional indexes on the engine's tables, shown before they are built."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connections
from django.template.defaultfilters import filesizeformat

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.display import duration
from absurd_dashboard.engine import opened
from absurd_dashboard.errors import EngineUnavailable
from absurd_dashboard.tune.catalog import look, queue_names
from absurd_dashboard.tune.errors import CannotTune
from absurd_dashboard.tune.kinds import KINDS
from absurd_dashboard.tune.proposals import Proposal, Standing, Statement, proposals
from absurd_dashboard.tune.sharing import shared
from absurd_dashboard.tune.work import carry_out


class Command(BaseCommand):
    """Prints which indexes are worth their price; builds or removes them when asked to."""

    help = (
        "Print which optional indexes are worth their price, and the SQL that builds them. Pages "
        "use them where they are and need none. What a stopped run left is taken up by the next."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--apply", action="store_true", help="build what is proposed")
        what.add_argument("--remove", action="store_true", help="remove what this command built")
        add = parser.add_argument
        add("--queue", action="append", help="only this queue (may be repeated)")
        add("--index", action="append", choices=[*KINDS],
            help="only this index, proposed or not (may be repeated)")  # fmt: skip
        add("--database", help="alias of a connection that owns the engine's tables "
            "(default: the dashboard's)")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the plan, or carry it out."""
        database = options["database"] or dashboard_settings().database
        try:
            found = _found(database, options["queue"], options["index"])
            if options["apply"]:
                chosen = [each for each in found if each.proposed or options["index"]]
                self._carry_out(database, chosen, remove=False)
            elif options["remove"]:
                self._carry_out(database, [each for each in found if each.remove], remove=True)
            else:
                self._print(found, everything=bool(options["index"]))
        except (CannotTune, EngineUnavailable) as error:
            raise CommandError(str(error)) from error

    def _carry_out(self, database: str, chosen: Sequence[Proposal], *, remove: bool) -> None:
        def statements(proposal: Proposal) -> tuple[Statement, ...]:
            return proposal.remove if remove else proposal.build

        wanted = {(each.queue, each.kind) for each in chosen}
        done = carry_out(database, wanted, statements, lambda text: self.stdout.write(f"{text};"))
        if not done:
            self.stdout.write("Nothing to do.")

    def _print(self, found: Sequence[Proposal], *, everything: bool) -> None:
        shown = [each for each in found if everything or each.proposed or each.remove]
        for each in shown:
            self.stdout.write(_described(each))
            if each.standing is not Standing.BUILT:
                self.stdout.write("".join(f"  {part.sql};\n" for part in each.build))
        if not any(each.proposed for each in found):
            self.stdout.write("No index is worth its price here.")


def _found(
    database: str, queues: Sequence[str] | None, kinds: Sequence[str] | None
) -> list[Proposal]:
    with opened(connections[database]):
        there = queue_names(database)
        if missing := sorted(set(queues or ()) - set(there)):
            raise CannotTune(f"There is no queue {missing[0]!r}.")
        tables = look(database, queues or there)
    found = proposals(tables, shared(database, there))
    return [each for each in found if not kinds or each.kind in kinds]


def _described(each: Proposal) -> str:
    size, rows = filesizeformat(each.bytes), f"{each.rows:,}"
    head = f"-- {each.queue}: {each.kind}, {each.standing.value}"
    if each.standing is Standing.BUILT:
        return f"{head}, {size}"
    return (
        f"{head}\n--   {each.why}\n--   Cost: {each.cost}\n--   About {size} and "
        f"{duration(each.seconds)} for {rows} rows, and as long as open transactions last."
    )
