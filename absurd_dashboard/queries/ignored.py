"""Emits that came after the first of their name, which alone counts: what they would have said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_dashboard.access import Access
from absurd_dashboard.gate import whole
from absurd_dashboard.jsondiff import Pair
from absurd_dashboard.models import AuditEntry, AuditOutcome
from absurd_dashboard.payload import Json
from absurd_dashboard.policy import Action, policy
from absurd_dashboard.redaction import Redactor

#: Emits that are shown, and rows of the record that are looked through for them: the newest.
MOST, LOOKED_AT = 5, 5_000
#: Characters of a payload that go on record.
RECORDED = 2_000


@dataclass(frozen=True, slots=True)
class Ignored:
    """An emit through the dashboard that the engine ignored.

    Attributes:
        payload: the one that counts, and the one that was ignored.
    """

    at: datetime
    user: str
    payload: Pair


def ignored(
    request: HttpRequest, access: Access, queue: str, event: str, counts: Json | None
) -> tuple[Ignored, ...]:
    """Emits of an event that were ignored, newest first: one's own; all for who reads the record.

    Args:
        request: who asks.
        access: what they may see.
        queue: a queue in sight.
        event: the event.
        counts: the payload of the first emit.
    """
    newest = AuditEntry.objects.aggregate(last=Max("id"))["last"] or 0
    rows = AuditEntry.objects.filter(
        id__gt=newest - LOOKED_AT,
        instance=access.instance,
        action=Action.EMIT,
        queue=queue,
        event=event,
        outcome__result=AuditOutcome.Result.NOTHING,
    )
    if not (policy().may(access, Action.AUDIT) and whole(access, queue)):
        user: Any = request.user
        rows = rows.filter(user=user)
    return tuple(_ignored(access, row, counts) for row in rows.order_by("-id")[:MOST])


def _ignored(access: Access, row: AuditEntry, counts: Json | None) -> Ignored:
    text = str(row.arguments.get("payload", "null"))
    # It was cut off without a mark.
    size = len(text) + (len(text) >= RECORDED)
    payload = Json.of(Redactor(access.redactions), text, size)
    return Ignored(row.at, row.username, Pair("payload", _("Payload"), counts, payload))
