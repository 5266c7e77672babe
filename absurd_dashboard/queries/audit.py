"""The record of actions, as far as somebody may read it: one page, one task's, all of it in order.

Who may read a row depends on what it is about, which a database cannot know: queues may be gone,
and a tenant's share of a queue is a matter of headers. So rows are read newest first in slices,
and what is out of sight is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from absurd_dashboard import ids
from absurd_dashboard.access import Access
from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models import AuditEntry, AuditOutcome, BulkOperation
from absurd_dashboard.models.scope import QueueScope
from absurd_dashboard.payload import Json
from absurd_dashboard.policy import Grant
from absurd_dashboard.redaction import Redactor
from absurd_dashboard.windows import Window, window

#: Rows read for one page at most, shown or not.
LOOKED_AT = 5_000
_SLICE = 500
_OF_TASK = 20
_LONGEST = 500
#: Arguments that are recorded as the text of their JSON.
_TEXTS = ("params", "headers", "payload")
#: What the filter calls an attempt without an outcome.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the audit page shows. Every attribute is a key of the query string.

    Attributes:
        bulk: a bulk operation's id.
        result: one of the outcomes, or ``unknown``.
        older: page below this row.
    """

    user: str = ""
    action: str = ""
    queue: str = ""
    task: str = ""
    bulk: str = ""
    result: str = ""
    window: str = "7d"
    older: int = 0

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> AuditFilter:
        """Read a query string; what makes no sense in it counts as absent."""
        older, result = query.get("older", ""), query.get("result", "")
        return cls(
            user=_text(query.get("user")),
            action=_text(query.get("action")),
            queue=_text(query.get("queue")),
            task=_text(query.get("task")),
            bulk=_text(query.get("bulk")),
            result=result if result in (*AuditOutcome.Result.values, UNKNOWN) else "",
            window=window(query.get("window"), "7d").key,
            older=int(older) if older.isascii() and older.isdecimal() and len(older) < 19 else 0,
        )

    @property
    def span(self) -> Window:
        """The time window."""
        return window(self.window, "7d")

    def parts(self) -> dict[str, object]:
        """What is filtered by, without the page."""
        names = ("user", "action", "queue", "task", "bulk", "result", "window")
        return {name: getattr(self, name) for name in names}

    def rows(self) -> QuerySet[AuditEntry]:
        """The rows that match, newest first, whoever may read them."""
        given = {"username": self.user, "action": self.action, "queue": self.queue}
        found = AuditEntry.objects.filter(**{key: value for key, value in given.items() if value})
        if (since := self.span.since(datetime.now(UTC))) is not None:
            found = found.filter(at__gte=since)
        if self.task:
            found = found.filter(task_id__range=_range(self.task))
        if self.bulk:
            found = _of_operation(found, _uuid(self.bulk))
        if self.result == UNKNOWN:
            found = found.filter(outcome__isnull=True)
        elif self.result:
            found = found.filter(outcome__result=self.result)
        return found.select_related("outcome").order_by("-id")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One attempt, and what came of it.

    Attributes:
        result: empty while the outcome is not known.
        arguments: what was asked for, redacted for the reader.
        bulk: id of the bulk operation that it was part of, if of one.
    """

    id: int
    at: datetime
    user: str
    tenant: str
    action: str
    instance: str
    queue: str
    task_id: UUID | None
    event: str
    arguments: Json | None
    result: str
    detail: str
    new_task_id: UUID | None
    bulk: UUID | None
    request_id: str
    address: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of rows; ``older`` is the cursor of the next, 0 at the end."""

    rows: tuple[AuditRow, ...]
    older: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to one task, for everybody who may see the task.

    Attributes:
        made: whether it is what made the task.
        result: empty while the outcome is not known.
    """

    at: datetime
    user: str
    action: str
    result: str
    detail: str
    made: bool
    new_task_id: UUID | None


class Reader:
    """Whose eyes the record is read with.

    Args:
        access: what they may see now.
        grant: what they may see of queues that there are no more.
    """

    def __init__(self, access: Access, grant: Grant) -> None:
        self.access, self.grant = access, grant
        self.redactor = Redactor(access.redactions)
        self._known: dict[tuple[str, str], QueueScope | None] = {}

    def rows(self, chosen: AuditFilter, most: int) -> Iterator[AuditRow | int]:
        """Rows in sight, newest first; after each slice of the table, its last row's number, or 0
        at the end.

        Args:
            chosen: which rows.
            most: rows to read at most, shown or not.
        """
        found, before = self._of_tenant(chosen.rows()), chosen.older
        for _ in range(0, most, _SLICE):
            part = list((found.filter(id__lt=before) if before else found)[:_SLICE])
            yield from (self._row(entry) for entry in part if self._sees(entry))
            before = part[-1].pk if len(part) == _SLICE else 0
            yield before
            if not before:
                return

    def _of_tenant(self, rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        tenant = self.access.tenant
        return rows if tenant is None else rows.filter(tenant=tenant)

    def _sees(self, entry: AuditEntry) -> bool:
        if not entry.queue:
            return True
        scope = self._scope(entry.instance, entry.queue)
        if scope is None:
            return False
        return scope.tenants is None or entry.owner in scope.tenants

    def _scope(self, instance: str, queue: str) -> QueueScope | None:
        key = (instance, queue)
        if key not in self._known:
            self._known[key] = next(iter(self.grant.scopes(instance, [queue])), None)
        return self._known[key]

    def _row(self, entry: AuditEntry) -> AuditRow:
        ending = getattr(entry, "outcome", None)
        text = arguments_text(self.redactor, entry.arguments)
        return AuditRow(
            id=entry.pk,
            at=entry.at,
            user=entry.username,
            tenant=entry.tenant,
            action=entry.action,
            instance=entry.instance,
            queue=entry.queue,
            task_id=entry.task_id,
            event=entry.event,
            arguments=Json(text, len(text)) if entry.arguments else None,
            result=ending.result if ending else "",
            detail=ending.detail if ending else "",
            new_task_id=ending.new_task_id if ending else None,
            bulk=_uuid(entry.arguments.get("bulk")),
            request_id=entry.request_id,
            address=entry.address or "",
        )


def arguments_text(redactor: Redactor, arguments: Mapping[str, Any]) -> str:
    """What was asked for as JSON; the inputs in it, recorded as text, hidden for the reader."""
    parts = (f"{_quoted(name)}: {_argument(redactor, name, arguments[name])}" for name in arguments)
    return redactor.json("{" + ", ".join(parts) + "}")


def _argument(redactor: Redactor, name: str, value: Any) -> str:
    if name not in _TEXTS or not isinstance(value, str):
        return _quoted(value)
    cut = value.endswith("…")  # so it is no JSON any more, and stands as a string
    shown = redactor.json(value, cut=cut)
    return _quoted(shown) if cut else shown


def page(reader: Reader, chosen: AuditFilter) -> AuditPage:
    """Read one page, newest first."""
    size = dashboard_settings().page_size
    rows: list[AuditRow] = []
    older = 0
    for each in reader.rows(chosen, LOOKED_AT):
        if isinstance(each, int):
            older = each
        elif len(rows) == size:
            return AuditPage(tuple(rows), rows[-1].id)
        else:
            older = 0
            rows.append(each)
    return AuditPage(tuple(rows), older)


def of_task(access: Access, task_id: UUID) -> tuple[Deed, ...]:
    """What was done to a task in sight, and what made it; newest first, the newest only."""
    done = AuditEntry.objects.filter(instance=access.instance, task_id=task_id)
    made = AuditEntry.objects.filter(instance=access.instance, outcome__new_task_id=task_id)
    found = [
        *((entry, False) for entry in done.select_related("outcome")[:_OF_TASK]),
        *((entry, True) for entry in made.select_related("outcome")[:1]),
    ]
    found.sort(key=lambda pair: -pair[0].pk)
    return tuple(_deed(entry, made=is_made) for entry, is_made in found)


def _deed(entry: AuditEntry, *, made: bool) -> Deed:
    ending: Any = getattr(entry, "outcome", None)
    return Deed(
        at=entry.at,
        user=entry.username,
        action=entry.action,
        result=ending.result if ending else "",
        detail=ending.detail if ending else "",
        made=made,
        new_task_id=ending.new_task_id if ending and not made else None,
    )


def _of_operation(rows: QuerySet[AuditEntry], operation_id: UUID | None) -> QuerySet[AuditEntry]:
    """Rows of a bulk operation, looked for from its dry run to its end."""
    operation = operation_id and BulkOperation.objects.filter(pk=operation_id).first()
    if not operation:
        return rows.none()
    during = (operation.created_at, operation.ended_at or datetime.now(UTC))
    return rows.filter(at__range=during, arguments__bulk=str(operation.pk))


def _range(text: str) -> tuple[UUID, UUID]:
    """The ids that begin so; an impossible one for what is no id."""
    meant = ids.parse(text)
    return (meant.first, meant.last) if meant else (UUID(int=0), UUID(int=0))


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _uuid(value: Any) -> UUID | None:
    meant = ids.parse(value) if isinstance(value, str) else None
    return meant.first if meant and meant.first == meant.last else None


def _text(value: str | None) -> str:
    return (value or "").strip().replace("\x00", "")[:_LONGEST]
