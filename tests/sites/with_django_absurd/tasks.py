"""The site's tasks."""

from django.tasks import task
from django_absurd import get_absurd_context


@task
def charge(order: int) -> None:
    """Do a step, and fail."""
    get_absurd_context().step("reserve", lambda: {"order": order})
    raise ValueError("the card was declined")
