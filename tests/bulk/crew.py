"""What the tests of real processes do inside of one: `python -m tests.bulk.crew <what> …`."""

import json
import sys

import django


def prepare() -> object:
    """Make the dashboard's own tables, and somebody who may do everything."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("operator", password="operator")
    return None


def begin(action: str, query: str, batch: str) -> object:
    """A dry run of a task list, confirmed, to be done in batches of so many; its id and size."""
    from django.contrib.auth.models import User
    from django.test import Client

    from absurd_dashboard.bulk import dry_run
    from tests.bulk.desk import Desk, kept

    dry_run.BATCH = int(batch)
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get())
    desk = Desk(client, root="/")
    operation = desk.dry_run(action, query=query)
    while kept(operation).state == "counting":
        desk.post(operation, "step")
    desk.post(operation, "confirm")
    return {"id": str(operation), "targets": kept(operation).targets}


def report(operation: str) -> object:
    """How an operation stands, and what is on record about it."""
    from collections import Counter

    from absurd_dashboard.models import AuditEntry
    from tests.bulk.desk import kept

    found = kept(operation)  # type: ignore[arg-type]
    entries = AuditEntry.objects.exclude(action="bulk").values_list("task_id", "outcome__result")
    return {
        "state": found.state,
        "why": found.why,
        "numbers": [found.done, found.nothing, found.refused, found.failed],
        "outcomes": Counter(str(result) for _, result in entries),
        "recorded_twice": len(entries) - len({task for task, _ in entries}),
    }


if __name__ == "__main__":
    django.setup()
    does = {"prepare": prepare, "begin": begin, "report": report}[sys.argv[1]]
    sys.stdout.write(json.dumps(does(*sys.argv[2:])))
