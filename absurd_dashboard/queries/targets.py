"""Tasks as the targets of actions: where one is, what it is called, whose it is."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Func, TextField, Value

from absurd_dashboard.access import Access
from absurd_dashboard.gate import Target

#: Whose a task is in a queue that tenants share; None where it does not say.
OWNER = Func(
    F("headers"),
    Value("tenant_id"),
    function="jsonb_extract_path_text",
    output_field=TextField(),
)


def task_target(access: Access, task_id: UUID) -> Target | None:
    """A task by its id, wherever it is in sight; None when it is not."""
    rows = access.tasks().filter(task_id=task_id).annotate(owner=OWNER)
    found = rows.values_list("queue_name", "task_name", "owner").first()
    if found is None:
        return None
    queue, name, owner = found
    return Target(queue, task_id, name, owner=owner or "")
