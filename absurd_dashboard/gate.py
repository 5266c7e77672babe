"""The one gate that every action passes: permission, record, engine, outcome."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import InterfaceError, InternalError, OperationalError, router, transaction
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils.translation import gettext as _

from absurd_core.errors import AbsurdError, ConnectionLost
from absurd_dashboard import repeats
from absurd_dashboard.access import Access
from absurd_dashboard.errors import (
    DashboardError,
    EngineUnreachable,
    NotRecorded,
    OutcomeNotRecorded,
)
from absurd_dashboard.models import AuditEntry, AuditOutcome
from absurd_dashboard.policy import Action, policy

logger = logging.getLogger("absurd_dashboard.actions")

#: Sent after every attempt at an action, with ``entry`` (AuditEntry) and ``outcome``
#: (AuditOutcome); ``sender`` is the action's verb, as in ``entry.action``.
action_attempted = Signal()

Result = AuditOutcome.Result

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
#: After these nobody knows whether the engine did it.
_UNKNOWN = (ConnectionLost, EngineUnreachable)


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is done to; it was found through the access object, so it is in sight.

    Attributes:
        task_name: names the redactions that count for what is recorded.
        owner: the header ``tenant_id`` of the task; says later who may read the record.
        into: another queue that the action reaches; it must be allowed there too.
    """

    queue: str
    task_id: UUID | None = None
    task_name: str = ""
    event: str = ""
    owner: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engine did.

    Attributes:
        result: done, nothing, refused or failed.
        detail: in words, for the operator.
        task_id: the task to look at next: a new one, or the one acted upon.
        new: whether that task was made by the action.
        state: the state that the target was found in, where that is why nothing was done.
        runs: the runs that woke.
        repeated: whether this is the outcome of the same form sent before.
    """

    result: AuditOutcome.Result
    detail: str
    task_id: UUID | None = None
    new: bool = False
    state: str = ""
    runs: tuple[UUID, ...] = ()
    repeated: bool = False


def act(
    request: HttpRequest,
    access: Access,
    action: Action,
    target: Target,
    do: Callable[[], Outcome],
    arguments: Mapping[str, Any] | None = None,
    *,
    verb: str = "",
) -> Outcome:
    """Do an action, if the policy lets it, and record the attempt and its outcome.

    A form that was sent before (see :mod:`absurd_dashboard.repeats`) is answered with its first
    outcome, and nothing is done.

    Args:
        request: who asks, and from where.
        access: what they may see and do.
        action: which permission it takes.
        target: what to.
        do: asks the engine; called outside of any transaction of the dashboard's.
        arguments: what was asked for besides, without payloads.
        verb: what to record where the permission covers several; the permission's name if empty.

    Returns:
        The outcome; that of a refusal too.

    Raises:
        AbsurdError: the engine or its database failed; the attempt is recorded as failed, or
            left without an outcome when the connection broke and nobody knows.
        NotRecorded: the dashboard's own database takes no record.
    """
    entry = _entry(request, access, action, target, arguments or {}, verb)
    # Who looks twice looks twice: each look is permitted and recorded by itself.
    mark = "" if action is Action.REVEAL else repeats.fingerprint(request, entry)
    with _recording(NotRecorded):
        first = repeats.begin(entry, mark)
    if first is not None:
        return _outcome_of(first)
    if not allowed(access, action, target):
        return _recorded(entry, Outcome(Result.REFUSED, _("You may not do this.")))
    try:
        outcome = do()
    except _UNKNOWN:
        logger.warning("outcome of action %s is unknown", entry.pk)
        raise
    except (AbsurdError, DashboardError) as error:
        _recorded(entry, Outcome(Result.FAILED, f"{type(error).__name__}: {error}"))
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


def whole(access: Access, queue: str) -> bool:
    """Whether all of a queue is in sight, and not only the tasks of some tenants in it."""
    return any(scope.queue == queue and scope.tenants is None for scope in access.scopes)


def allowed(access: Access, action: Action, target: Target) -> bool:
    """Whether the policy lets an action be done, in every queue that it reaches.

    What is done to a queue as a whole is never for somebody who sees only a share of it.
    """
    shared = target.queue in access.queue_names and not whole(access, target.queue)
    if action is Action.QUEUES and shared:
        return False
    reached = {target.queue, target.into or target.queue}
    return all(policy().may(access, action, queue) for queue in reached)


def _entry(
    request: HttpRequest,
    access: Access,
    action: Action,
    target: Target,
    arguments: Mapping[str, Any],
    verb: str = "",
) -> AuditEntry:
    user: Any = request.user
    return AuditEntry(
        user=user,
        username=user.get_username(),
        tenant=access.tenant or "",
        action=verb or action.value,
        instance=access.instance,
        queue=target.queue,
        task_id=target.task_id,
        event=target.event,
        owner=target.owner,
        arguments=_storable(arguments),
        request_id=request.headers.get("X-Request-Id", "")[:100],
        address=request.META.get("REMOTE_ADDR") or None,
    )


def _storable(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, each NUL replaced: PostgreSQL stores none, but refusals are on record."""
    text = _NUL.sub(r"\1\\ufffd", json.dumps(dict(arguments)))
    found: dict[str, Any] = json.loads(text)
    return found


def _recorded(entry: AuditEntry, outcome: Outcome) -> Outcome:
    ending = _ending(entry, outcome)
    with _recording(OutcomeNotRecorded):
        ending.save()
    _told(ending)
    return outcome


@contextmanager
def _recording(refusal: type[NotRecorded]) -> Iterator[None]:
    """Say in words that a record cannot be written: out of reach, read-only, or full."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError) as error:
        logger.warning("%s: %s", refusal.__name__, type(error.__cause__ or error).__name__)
        raise refusal(refusal.title) from error


def _ending(entry: AuditEntry, outcome: Outcome) -> AuditOutcome:
    return AuditOutcome(
        entry=entry,
        result=outcome.result,
        detail=outcome.detail,
        new_task_id=outcome.task_id if outcome.new else None,
    )


def _outcome_of(entry: AuditEntry) -> Outcome:
    """What came of an attempt that is on record."""
    ending = AuditOutcome.objects.filter(entry=entry).first()
    if ending is None:
        said = _("This was sent before, and what came of it is not known; nothing was done now.")
        return Outcome(Result.NOTHING, said, entry.task_id, repeated=True)
    return Outcome(
        Result(ending.result),
        ending.detail,
        ending.new_task_id or entry.task_id,
        new=ending.new_task_id is not None,
        repeated=True,
    )


def _told(ending: AuditOutcome) -> None:
    """Let logs and receivers of the signal know."""
    entry = ending.entry
    fields = {
        "audit": entry.pk,
        "action": entry.action,
        "result": str(ending.result),
        "user": entry.username,
        "tenant": entry.tenant,
        "instance": entry.instance,
        "queue": entry.queue,
        "task": str(entry.task_id) if entry.task_id else None,
        "event": entry.event,
        "new_task": str(ending.new_task_id) if ending.new_task_id else None,
        "request": entry.request_id,
    }
    # As JSON, so that no name of a stranger's breaks the line.
    logger.info("%s", json.dumps(fields), extra={"absurd_action": fields})
    action_attempted.send(entry.action, entry=entry, outcome=ending)
