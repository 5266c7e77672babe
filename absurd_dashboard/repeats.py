"""A form sent twice acts once: the second time is answered with the first one's outcome.

Every form carries a random token. Its fingerprint (token, sender, address, target and everything
else that the form says) is unique among the recorded attempts, and an attempt is recorded before
the engine is asked; so of two equal forms, also of two sent at once, one passes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from typing import Any

from django.db import IntegrityError, router, transaction
from django.http import HttpRequest

from absurd_dashboard.conf import dashboard_settings
from absurd_dashboard.models import AuditEntry, AuditOutcome

#: The field, and the header for clients that send JSON.
FIELD, HEADER = "once", "Idempotency-Key"
_PAUSE = 0.05


def fingerprint(request: HttpRequest, entry: AuditEntry) -> str:
    """What two equal forms have in common; empty where the client sent no token."""
    if not _token(request):
        return ""
    facts = [
        entry.user_id, request.path, entry.action, entry.queue, str(entry.task_id), entry.event,
        *_body(request),
    ]  # fmt: skip
    return blake2b(json.dumps(facts).encode(), digest_size=24).hexdigest()


def begin(entry: AuditEntry, mark: str) -> AuditEntry | None:
    """Record an attempt, unless the same form made one before.

    Args:
        entry: the attempt, not saved yet.
        mark: its fingerprint, or empty.

    Returns:
        None when it is recorded now; otherwise the first one, its outcome waited for. A first one
        that failed has done nothing, so after it the form may be sent again.
    """
    if not mark:
        entry.save()
        return None
    for turn in count(1):
        entry.once = f"{mark}-{turn}"
        if _saved(entry):
            return None
        first = AuditEntry.objects.get(once=entry.once)
        if _result(first) != AuditOutcome.Result.FAILED:
            return first
    raise AssertionError("unreachable")


def _token(request: HttpRequest) -> str:
    return request.headers.get(HEADER, "") or request.POST.get(FIELD, "")


def _body(request: HttpRequest) -> Iterable[Any]:
    """Everything that the client said."""
    if request.content_type == "application/json":
        return [_token(request), request.body.decode(errors="replace")]
    fields = sorted(request.POST.lists())
    return [_token(request), *(pair for pair in fields if pair[0] != "csrfmiddlewaretoken")]


def _saved(entry: AuditEntry) -> bool:
    """Insert it; False when its mark is there already."""
    try:
        with transaction.atomic(using=router.db_for_write(AuditEntry)):
            entry.save()
    except IntegrityError:
        if not AuditEntry.objects.filter(once=entry.once).exists():
            raise
        return False
    return True


def _result(first: AuditEntry) -> str | None:
    """How the first attempt ended; waits as long as it may still be under way."""
    deadline = first.at + _patience()
    while True:
        ending = AuditOutcome.objects.filter(entry=first).first()
        if ending is not None or datetime.now(UTC) > deadline:
            return ending.result if ending else None
        time.sleep(_PAUSE)


def _patience() -> timedelta:
    """An action's statements take no longer than this."""
    return 2 * dashboard_settings().statement_timeout
