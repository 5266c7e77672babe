"""How an operation stands, for its page and for the list of operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from absurd_dashboard.access import Access
from absurd_dashboard.bulk.dry_run import Kind, read_tally
from absurd_dashboard.bulk.verbs import VERBS
from absurd_dashboard.models import BulkOperation
from absurd_dashboard.policy import Action, policy

State = BulkOperation.State

#: By the kind of source: the page that an operation came from, and what it is about.
_PAGES = {
    "tasks": ("tasks", ""),
    "failures": ("failures", ""),
    "cause": ("failure", "fingerprint"),
    "workflow": ("workflow", "workflow"),
}
#: Operations on a page of the list.
PAGE = 50
#: Targets that were not done, on one page.
TROUBLES = 200
#: An operation without a sign of life for so long has no worker.
_SILENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Progress:
    """An operation in numbers.

    Attributes:
        handled: how many of the targets are through: done, nothing, refused or failed.
        nothing: targets that were not as the dry run saw them.
        working: whether somebody works on it now.
        pace: tasks per second while somebody works on it.
        left: seconds that the rest will take at that pace.
    """

    id: UUID
    title: str
    state: str
    state_label: str
    username: str
    tenant: str
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    targets: int
    handled: int
    done: int
    nothing: int
    refused: int
    failed: int
    working: bool
    pace: float | None
    left: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A target that was not done."""

    queue: str
    task_id: UUID
    name: str
    result: str
    detail: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Tasks of one kind that the dry run found."""

    queue: str
    state: str
    name: str
    number: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an operation's page shows.

    Attributes:
        action: a key of :data:`absurd_dashboard.bulk.verbs.VERBS`.
        origin: query string of the page that it came from; empty for selected tasks.
        origin_page: that page; empty for selected tasks.
        origin_of: the cause or the workflow run that the page is about; empty for a list.
        wanted: kinds of targets.
        refused: kinds of tasks that are none, and why.
        missing: how many of the selected tasks are not in sight.
        troubles: targets that were not done.
        more_troubles: the position to read on from; None at the end.
        may: whether the viewer may confirm, stop and resume it.
    """

    progress: Progress
    action: str
    extra_attempts: int
    origin: str
    origin_page: str
    origin_of: str
    wanted: tuple[Counted, ...]
    refused: tuple[Counted, ...]
    missing: int
    troubles: tuple[Trouble, ...]
    more_troubles: int | None
    may: bool

    @property
    def refused_number(self) -> int:
        """How many tasks would be refused."""
        return sum(counted.number for counted in self.refused)


def in_sight(access: Access, operation_id: UUID) -> BulkOperation | None:
    """An operation of the viewer's tenant; of any for a superuser outside of tenants."""
    found = BulkOperation.objects.filter(pk=operation_id, instance=access.instance)
    return found.filter(**_of(access)).first()


def newest(access: Access, before: datetime | None = None) -> tuple[Progress, ...]:
    """The viewer's tenant's operations, newest first.

    Args:
        access: what the viewer may see.
        before: only those made before this.
    """
    found = BulkOperation.objects.filter(instance=access.instance, **_of(access))
    if before:
        found = found.filter(created_at__lt=before)
    return tuple(map(progress, found.defer("tally", "source", "flight")[:PAGE]))


def _of(access: Access) -> dict[str, str]:
    return {} if access.tenant is None else {"tenant": access.tenant}


def progress(operation: BulkOperation) -> Progress:
    """An operation in numbers."""
    beat = operation.heartbeat_at
    running = operation.state == State.RUNNING
    working = running and beat is not None and datetime.now(UTC) - beat < _SILENCE
    pace = operation.pace if working else None
    return Progress(
        id=operation.pk,
        title=_title(operation),
        state=operation.state,
        state_label=str(State(operation.state).label),
        username=operation.username,
        tenant=operation.tenant,
        created_at=operation.created_at,
        confirmed_at=operation.confirmed_at,
        ended_at=operation.ended_at,
        targets=operation.targets,
        handled=operation.handled,
        done=operation.done,
        nothing=operation.nothing,
        refused=operation.refused,
        failed=operation.failed,
        working=working,
        pace=pace,
        left=(operation.targets - operation.handled) / pace if pace else None,
        why=operation.why,
    )


def _title(operation: BulkOperation) -> str:
    number = operation.targets
    return str(VERBS[operation.action].title % {"count": number, "n": f"{number:,}"})


def report(access: Access, operation: BulkOperation, after: int = -1) -> Report:
    """What an operation's page shows.

    Args:
        access: the viewer's.
        operation: the operation.
        after: the batch after which troubles are shown.
    """
    counted = [_counted(kind, number) for kind, number in read_tally(operation.tally)]
    troubles, more = _troubles(operation, after)
    source = operation.source
    page, key = _PAGES.get(source["kind"], ("", ""))
    return Report(
        progress=progress(operation),
        action=operation.action,
        extra_attempts=operation.options.get("attempts", 0),
        origin=source.get("query", ""),
        origin_page=page,
        origin_of=source.get(key, ""),
        wanted=tuple(each for each in counted if not each.refusal),
        refused=tuple(each for each in counted if each.refusal),
        missing=len(source.get("tasks", ())) - sum(each.number for each in counted)
        if not page and operation.state != State.COUNTING
        else 0,
        troubles=troubles,
        more_troubles=more,
        may=policy().may(access, Action.BULK)
        and policy().may(access, VERBS[operation.action].action),
    )


def _counted(kind: Kind, number: int) -> Counted:
    return Counted(kind.queue, kind.state, kind.name, number, kind.refusal)


def _troubles(operation: BulkOperation, after: int) -> tuple[tuple[Trouble, ...], int | None]:
    """Troubles of whole batches, until there are enough for a page."""
    found: list[Trouble] = []
    last = after
    batches = operation.batches.filter(troubled__gt=0, position__gt=after)
    for batch in batches.defer("targets").order_by("position").iterator(chunk_size=20):
        if len(found) >= TROUBLES:
            return tuple(found), last
        found += [_trouble(*stored) for stored in batch.troubles]
        last = batch.position
    return tuple(found), None


def _trouble(queue: str, task_id: str, name: str, result: str, detail: str) -> Trouble:
    return Trouble(queue, UUID(task_id), name, result, detail)
