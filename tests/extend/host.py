"""What a host has written for its task pages."""

from django.db import connections

from absurd_dashboard.access import Access
from absurd_dashboard.extend.panels import Drawn
from absurd_dashboard.extend.tasks import TaskInView


def trace(task: TaskInView) -> str | None:
    """A link that only failed tasks have."""
    return f"https://traces.example.org/{task.run_id}" if task.state == "failed" else None


def script(task: TaskInView) -> str:
    """What no page may link to."""
    return "javascript:alert(1)"


def broken(task: TaskInView) -> str:
    """A link that cannot be made."""
    raise LookupError("the customer is gone")


def customer(access: Access, task: TaskInView) -> Drawn:
    """A panel that queries through the access object."""
    number = access.tasks([task.queue]).filter(task_name=task.task_name).count()
    name = task.headers.get("customer", "nobody")
    return "Customer", "extend/customer.html", {"name": name, "number": number}


def nothing(access: Access, task: TaskInView) -> Drawn:
    """No panel for this task."""
    return None


def failing(access: Access, task: TaskInView) -> Drawn:
    """A panel whose query fails in the database."""
    with connections[access.database].cursor() as cursor:
        cursor.execute("select 1 / 0")
    return None
