"""What an operator does with an operation: has it counted, confirms, stops and resumes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from absurd_dashboard.access import Access
from absurd_dashboard.bulk import background, work
from absurd_dashboard.bulk.errors import TenureLost, Undecided
from absurd_dashboard.bulk.slices import Source
from absurd_dashboard.bulk.tenure import taken
from absurd_dashboard.bulk.verbs import VERBS
from absurd_dashboard.gate import Outcome, Result, Target, act
from absurd_dashboard.models import BulkOperation
from absurd_dashboard.policy import Action, policy

State = BulkOperation.State

#: Seconds that one request spends on work.
BUDGET = 2.0
#: A dry run that nobody confirms is kept for so long.
_KEPT = timedelta(days=1)


def draft(
    request: HttpRequest, access: Access, verb: str, options: Mapping[str, Any], source: Source
) -> BulkOperation:
    """Begin a dry run.

    Args:
        request: who asks.
        access: what they may see and do.
        verb: a key of :data:`absurd_dashboard.bulk.verbs.VERBS`.
        options: of the verb.
        source: where the targets come from.
    """
    unconfirmed = BulkOperation.objects.filter(state__in=(State.COUNTING, State.READY))
    unconfirmed.filter(created_at__lt=datetime.now(UTC) - _KEPT).delete()
    return BulkOperation.objects.create(
        tenant=access.tenant or "",
        instance=access.instance,
        action=verb,
        options=dict(options),
        source=dict(source),
        **_by(request),
    )


def work_on(operation: BulkOperation) -> None:
    """Do as much of an operation as fits into a request, unless somebody else is doing it."""
    until = monotonic() + BUDGET
    try:
        with taken(operation.pk) as tenure:
            while tenure and work.advance(tenure) and monotonic() < until:
                pass
    except (TenureLost, Undecided):
        return  # whoever has it goes on; or the next request does


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with an operation.

    Attributes:
        name: for the record.
        before: the state in which it applies.
        after: the state to which it leads.
        done: what to say then.
    """

    name: str
    before: State
    after: State
    done: str


CONFIRM = Step("confirm", State.READY, State.RUNNING, gettext_noop("Confirmed."))
STOP = Step(
    "stop", State.RUNNING, State.STOPPED, gettext_noop("Stopped. A batch under way is finished.")
)
RESUME = Step("resume", State.STOPPED, State.RUNNING, gettext_noop("Resumed."))


def take(request: HttpRequest, access: Access, operation: BulkOperation, step: Step) -> Outcome:
    """Confirm, stop or resume an operation; whoever sets it going is its owner from then on."""
    changes: dict[str, Any] = {"state": step.after, "why": ""}
    if step is STOP:
        changes["why"] = _("Stopped by {user}.").format(user=_by(request)["username"])
    else:
        changes |= _by(request)
    if step is CONFIRM:
        changes["confirmed_at"] = datetime.now(UTC)
    allowed = policy().may(access, VERBS[operation.action].action)
    do = partial(_taken, operation.pk, step, changes) if allowed else _not_allowed
    asked = {"bulk": str(operation.pk), "step": step.name, "targets": operation.targets}
    return act(request, access, Action.BULK, Target(""), do, asked)


def _not_allowed() -> Outcome:
    return Outcome(Result.REFUSED, _("You may not do this."))


def _taken(operation_id: UUID, step: Step, changes: dict[str, Any]) -> Outcome:
    rows = BulkOperation.objects.filter(pk=operation_id)
    if not rows.filter(state=step.before).update(**changes):
        state = State(rows.values_list("state", flat=True).get()).label
        said = _("The operation is {state}; nothing was changed.").format(state=state)
        return Outcome(Result.NOTHING, said)
    if step.after == State.RUNNING:
        background.ensure()
    return Outcome(Result.DONE, _(step.done))


def _by(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    address = request.META.get("REMOTE_ADDR") or None
    return {"user": user, "username": user.get_username(), "address": address}
