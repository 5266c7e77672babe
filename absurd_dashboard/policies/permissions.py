"""Access by nothing but Django's permissions, for teams that share all queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from absurd_dashboard.policy import REVEAL_PERMISSION, Action, Grant, Policy, Rule

VIEW_PERMISSION = "absurd_dashboard.view_task"

#: The permission that each action takes.
ACTION_PERMISSIONS = {
    Action.RETRY: "absurd_dashboard.retry_task",
    Action.RUN_AGAIN: "absurd_dashboard.run_again_task",
    Action.CANCEL: "absurd_dashboard.cancel_task",
    Action.EMIT: "absurd_dashboard.emit_event",
    Action.TRIAGE: "absurd_dashboard.change_failurenote",
    Action.BULK: "absurd_dashboard.bulk_task",
    Action.SHARE: "absurd_dashboard.share_savedview",
    Action.SPAWN: "absurd_dashboard.spawn_task",
    Action.QUEUES: "absurd_dashboard.manage_queues",
    Action.MEMBERS: "absurd_dashboard.change_membership",
    Action.AUDIT: "absurd_dashboard.view_auditentry",
    Action.REVEAL: REVEAL_PERMISSION,
}


class DjangoPermissionsPolicy(Policy):
    """Whoever has the permission ``view_task`` sees every queue; each action takes its own.

    To use it::

        ABSURD_DASHBOARD = {
            "POLICY": "absurd_dashboard.policies.permissions.DjangoPermissionsPolicy"
        }

    Then give ``view_task`` and those in :data:`ACTION_PERMISSIONS` to users or groups, as you give
    any permission of Django's. An action takes its permission and ``view_task``. Any
    authentication backend that answers ``has_perm`` decides. Superusers have all permissions.
    There are no tenants: those that exist grant nothing, and addresses with one answer 404.
    """

    def tenants(self, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """None: there is nothing to choose from."""
        return []

    def grant(self, request: HttpRequest, tenant: str | None) -> Grant | None:
        """Every queue, outside of any tenant, to those who may view tasks."""
        if tenant is not None or not request.user.has_perm(VIEW_PERMISSION):
            return None
        return Grant(None, "", (Rule("*"),), _actions(request.user))


def _actions(user: Any) -> frozenset[Action]:
    return frozenset(action for action, name in ACTION_PERMISSIONS.items() if user.has_perm(name))
