"""Which queues tenants share, and so read by the header that says whose a task is."""

from __future__ import annotations

from collections.abc import Iterable

from absurd_dashboard.models.tenancy import Scope
from absurd_dashboard.policy import Rule


def shared(instance: str, queues: Iterable[str]) -> frozenset[str]:
    """The queues of which some tenant sees a part.

    Args:
        instance: alias of the engine's database.
        queues: names of queues.
    """
    rules = [
        Rule(scope.queue_pattern, scope.instance, scope.header_tenant)
        for scope in Scope.objects.exclude(header_tenant="")
    ]
    return frozenset(
        queue for queue in queues if any(rule.covers(instance, queue) for rule in rules)
    )
