"""What a value may be completed to: names in sight, from sources that are indexed or small."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Left

from absurd_dashboard.access import Access
from absurd_dashboard.queries.workers import crew
from absurd_dashboard.states import STATES

#: The newest rows among which names are looked for.
NEWEST = 1_000
#: Longer names are not offered.
LONGEST = 200
_HEADERS = ("tenant_id", "workflow_run_id", "parent_task_id")


def values(access: Access, qualifier: str) -> Iterable[str]:
    """Texts that a qualifier's value may be; none for those that nobody can list."""
    match qualifier:
        case "state":
            return STATES
        case "queue":
            return access.queue_names
        case "name":
            return names(access)
        case "worker":
            return (worker.name for worker in crew(access).workers)
        case "event":
            return _events(access)
        case "has":
            return ["wait", *(f"checkpoint.{name}" for name in _checkpoints(access))]
    return ()


def comparisons(qualifier: str) -> tuple[str, ...]:
    """Values to begin with where a comparison is asked for."""
    match qualifier:
        case "age":
            return ("<15m", "<1h", "<24h", ">1h", ">24h")
        case "attempts":
            return (">1", ">=3", "1")
    return ()


def paths(qualifier: str) -> tuple[str, ...]:
    """Paths below a qualifier that everybody uses; those of payloads are nobody's to list."""
    return _HEADERS if qualifier == "header" else ()


def names(access: Access) -> Iterable[str]:
    """Task names of the newest tasks in sight."""
    newest = access.tasks().order_by("-task_id")
    return dict.fromkeys(newest.values_list(Left("task_name", LONGEST + 1), flat=True)[:NEWEST])


def _events(access: Access) -> Iterable[str]:
    emitted = access.events().order_by("-emitted_at")
    awaited = access.waits().order_by()
    found = [
        *awaited.values_list("event_name", flat=True)[:NEWEST],
        *emitted.values_list("event_name", flat=True)[:NEWEST],
    ]
    return dict.fromkeys(found)


def _checkpoints(access: Access) -> Iterable[str]:
    newest = access.checkpoints().order_by("-task_id")
    found = newest.values_list(Left("checkpoint_name", LONGEST + 1), flat=True)[:NEWEST]
    return dict.fromkeys(name for name in found if not name.startswith("$"))
