"""A context processor that takes names which others might use."""

from typing import Any

from django.http import HttpRequest


def everything(request: HttpRequest) -> dict[str, Any]:
    """Variables of all the host's templates."""
    taken = ("page", "view", "task", "title", "section", "error", "links", "user_name", "tenant")
    return dict.fromkeys(taken, "the host's")
