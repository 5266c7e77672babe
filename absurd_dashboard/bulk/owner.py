"""In whose name an operation works: its owner's, with what they may see and do at this moment."""

from __future__ import annotations

from django.http import HttpRequest

from absurd_dashboard.access import Access
from absurd_dashboard.bulk.errors import Halted
from absurd_dashboard.bulk.verbs import VERBS
from absurd_dashboard.engine import snapshot
from absurd_dashboard.models import BulkOperation
from absurd_dashboard.policy import Action, policy


def request_of(operation: BulkOperation) -> HttpRequest:
    """A request as the owner would make it; nothing in it but who they are and where they were.

    Raises:
        Halted: they can no longer sign in.
    """
    if operation.user is None or not operation.user.is_active:
        raise Halted(f"{operation.username} can no longer sign in.")
    request = HttpRequest()
    request.user = operation.user
    request.META["REMOTE_ADDR"] = operation.address
    request.META["HTTP_X_REQUEST_ID"] = f"bulk {operation.pk}"
    return request


def access_of(operation: BulkOperation, request: HttpRequest) -> Access:
    """What the owner may see now.

    Args:
        operation: the operation.
        request: the owner's.

    Raises:
        Halted: they may no longer do this.
    """
    grant = policy().grant(request, operation.tenant or None)
    if grant is None:
        raise Halted(f"{operation.username} no longer has access.")
    with snapshot(operation.instance) as opened:
        access = Access.of(grant, opened)
    for action in (Action.BULK, VERBS[operation.action].action):
        if action not in access.actions:
            raise Halted(f"{operation.username} may no longer do this ({action.value}).")
    return access
