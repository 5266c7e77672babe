"""The one gate that every action passes: permission, record, engine, outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db import router, transaction
from django.dispatch import Signal
from django.http import HttpRequest

from absurd_core.errors import AbsurdError
from absurd_dashboard.access import Access
from absurd_dashboard.models import AuditEntry, AuditOutcome
from absurd_dashboard.policy import Action, policy

logger = logging.getLogger("absurd_dashboard.actions")

#: Sent after every attempt at an action, with ``entry`` (AuditEntry) and ``outcome``
#: (AuditOutcome); ``sender`` is the :class:`~absurd_dashboard.policy.Action`.
action_attempted = Signal()

Result = AuditOutcome.Result


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is done to; it was found through the access object, so it is in sight.

    Attributes:
        task_name: names the redactions that count for what is recorded.
    """

    queue: str
    task_id: UUID | None = None
    task_name: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine did.

    Attributes:
        result: done, nothing, refused or failed.
        detail: in words, for the operator.
        task_id: the task to look at next: a new one, or the one acted upon.
    """

    result: AuditOutcome.Result
    detail: str
    task_id: UUID | None = None
    new: bool = field(default=False)


def act(
    request: HttpRequest,
    access: Access,
    action: Action,
    target: Target,
    do: Callable[[], Outcome],
    arguments: Mapping[str, Any] | None = None,
) -> Outcome:
    """Do an action, if the policy lets it, and record the attempt and its outcome.

    Args:
        request: who asks, and from where.
        access: what they may see and do.
        action: what is to be done.
        target: what to.
        do: asks the engine; called outside of any transaction of the dashboard's.
        arguments: what was asked for besides, without payloads.

    Returns:
        The outcome; that of a refusal too.

    Raises:
        AbsurdError: the engine or its database failed; the attempt is recorded as failed.
    """
    entry = _entry(request, access, action, target, arguments or {})
    entry.save()
    if not policy().may(access, action, target.queue):
        return _recorded(entry, Outcome(Result.REFUSED, "You may not do this."))
    try:
        outcome = do()
    except AbsurdError as error:
        _recorded(entry, Outcome(Result.FAILED, type(error).__name__))
        raise
    return _recorded(entry, outcome)


def attempt_all(
    request: HttpRequest,
    access: Access,
    action: Action,
    targets: Iterable[Target],
    arguments: Mapping[str, Any],
) -> list[AuditEntry]:
    """Record attempts at an action on many targets, before the engine is asked.

    The caller asks the policy for each of them and the engine, and hands the outcomes to
    :func:`conclude_all`. Arguments as for :func:`act`.
    """
    entries = [_entry(request, access, action, target, arguments) for target in targets]
    return AuditEntry.objects.bulk_create(entries)


def conclude_all(entries: Sequence[AuditEntry], outcomes: Sequence[Outcome]) -> None:
    """Record how the attempts ended, each in the place of its entry; tell it once committed."""
    endings = [_ending(*pair) for pair in zip(entries, outcomes, strict=True)]
    AuditOutcome.objects.bulk_create(endings)
    database = router.db_for_write(AuditOutcome)
    for ending in endings:
        transaction.on_commit(partial(_told, ending), using=database)


def _entry(
    request: HttpRequest,
    access: Access,
    action: Action,
    target: Target,
    arguments: Mapping[str, Any],
) -> AuditEntry:
    user: Any = request.user
    return AuditEntry(
        user=user,
        username=user.get_username(),
        tenant=access.tenant or "",
        action=action.value,
        instance=access.database,
        queue=target.queue,
        task_id=target.task_id,
        event=target.event,
        arguments=dict(arguments),
        request_id=request.headers.get("X-Request-Id", "")[:100],
        address=request.META.get("REMOTE_ADDR") or None,
    )


def _recorded(entry: AuditEntry, outcome: Outcome) -> Outcome:
    ending = _ending(entry, outcome)
    ending.save()
    _told(ending)
    return outcome


def _ending(entry: AuditEntry, outcome: Outcome) -> AuditOutcome:
    return AuditOutcome(
        entry=entry,
        result=outcome.result,
        detail=outcome.detail,
        new_task_id=outcome.task_id if outcome.new else None,
    )


def _told(ending: AuditOutcome) -> None:
    """Let logs and receivers of the signal know."""
    entry = ending.entry
    logger.info("%s %s by user %s: %s", entry.action, entry.pk, entry.user_id, ending.result)
    action_attempted.send(Action(entry.action), entry=entry, outcome=ending)
